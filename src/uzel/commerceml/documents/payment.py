"""Payments and refunds: «Выплата…», «Возврат…денег», «Эквайринговая операция» (onec-exchange 2.1, 4.1)."""

from uzel.commerceml import tags
from uzel.commerceml.dialects import Dialect
from uzel.commerceml.document import Document
from uzel.commerceml.documents.body import Nested, check_writable, read_body, write_body
from uzel.commerceml.notes import Notes
from uzel.commerceml.xml_read import Parts, number_of
from uzel.commerceml.xml_write import XmlWriter


def read(parts: Parts, notes: Notes, nested: Nested) -> Document:
    """Money without rows. A payment without a sum is kept, but pays nothing."""
    total = number_of(parts, tags.SUM, notes)
    if total is None:
        notes.add("payment_without_sum", tags.SUM, "У платежа нет суммы")
    return read_body(parts, notes, nested, total, None)


def write(out: XmlWriter, document: Document, dialect: Dialect) -> None:
    """A payment must say how much."""
    check_writable(document, money=True)
    write_body(out, document, dialect, parties=False)
