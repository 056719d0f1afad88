"""«Отпуск товара» and «Возврат товара» (onec-exchange 2.1, 4.1)."""

from uzel.commerceml import tags
from uzel.commerceml.dialects import Dialect
from uzel.commerceml.document import Document
from uzel.commerceml.documents.body import Nested, check_writable, read_body, write_body
from uzel.commerceml.lines import read_lines
from uzel.commerceml.notes import Notes
from uzel.commerceml.xml_read import Parts, number_of
from uzel.commerceml.xml_write import XmlWriter


def read(parts: Parts, notes: Notes, nested: Nested) -> Document:
    """Rows and a sum that are not held against each other: a part of an order may travel with the order's sum."""
    total = number_of(parts, tags.SUM, notes)
    goods = parts.get(tags.GOODS)
    return read_body(parts, notes, nested, total, None if goods is None else read_lines(goods, notes))


def write(out: XmlWriter, document: Document, dialect: Dialect) -> None:
    """A shipment may be silent about money."""
    check_writable(document, money=bool(document.currency))
    write_body(out, document, dialect, parties=False)
