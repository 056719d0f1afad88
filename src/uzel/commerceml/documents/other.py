"""Documents of any other ХозОперация: read as they stand, so that they can be kept and shown; never written."""

from typing import NoReturn

from uzel.commerceml.dialects import Dialect
from uzel.commerceml.document import Document
from uzel.commerceml.documents import shipment
from uzel.commerceml.documents.body import Nested
from uzel.commerceml.errors import UnwritableDocument
from uzel.commerceml.notes import Notes
from uzel.commerceml.xml_read import Parts
from uzel.commerceml.xml_write import XmlWriter


def read(parts: Parts, notes: Notes, nested: Nested) -> Document:
    """Rows and a sum as written; nobody counts them."""
    return shipment.read(parts, notes, nested)


def write(_out: XmlWriter, document: Document, _dialect: Dialect) -> NoReturn:
    """No client takes anything else than orders with their payments and shipments (onec-exchange 3.1)."""
    raise UnwritableDocument(f"Документ {document.number}: хозоперация «{document.operation}» в базу не передаётся")
