"""«Заказ товара»."""

from uzel.commerceml import tags
from uzel.commerceml.dialects import Dialect
from uzel.commerceml.document import Document
from uzel.commerceml.documents.body import Nested, check_writable, read_body, write_body
from uzel.commerceml.lines import read_lines
from uzel.commerceml.notes import Notes
from uzel.commerceml.sums import settle_order
from uzel.commerceml.taxes import read_discount
from uzel.commerceml.values import plain
from uzel.commerceml.xml_read import Parts, number_of, text_of
from uzel.commerceml.xml_write import XmlWriter


def read(parts: Parts, notes: Notes, nested: Nested) -> Document:
    """An order without Ид cannot be told from another one: it is refused (architecture, invariant 2)."""
    if not text_of(parts, tags.ID):
        notes.add("order_without_id", tags.ID, "У заказа пустой Ид, узнать его в следующий раз будет нельзя", fatal=True)
    total = number_of(parts, tags.SUM, notes)
    goods = parts.get(tags.GOODS)
    if goods is None:
        return read_body(parts, notes, nested, total, None)
    discount = read_discount(parts.get(tags.DISCOUNTS), notes)
    settled = settle_order(read_lines(goods, notes), total, discount)
    if settled.gap:
        listed = plain(settled.total + settled.gap)
        notes.add("total_differs", tags.SUM, f"Сумма документа {plain(settled.total)}, а строк {listed}")
    return read_body(parts, notes, nested, settled.total, settled.lines)


def write(out: XmlWriter, document: Document, dialect: Dialect) -> None:
    """An order always names its parties."""
    check_writable(document, money=True)
    write_body(out, document, dialect, parties=True)
