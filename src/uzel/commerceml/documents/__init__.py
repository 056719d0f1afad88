"""Documents by ХозОперация: one module for each kind, with ``read`` and ``write``; the registry is :data:`KINDS`."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import NamedTuple

from uzel.commerceml import tags
from uzel.commerceml.dialects import Dialect
from uzel.commerceml.document import Document
from uzel.commerceml.documents import order, other, payment, shipment
from uzel.commerceml.documents.body import Nested, refused
from uzel.commerceml.limits import ReadLimits
from uzel.commerceml.notes import Notes
from uzel.commerceml.xml_read import Element, Parts, text_of
from uzel.commerceml.xml_write import XmlWriter


class Kind(NamedTuple):
    """What a kind of document can do."""

    read: Callable[[Parts, Notes, Nested], Document]
    write: Callable[[XmlWriter, Document, Dialect], None]


ORDER = Kind(order.read, order.write)
PAYMENT = Kind(payment.read, payment.write)
SHIPMENT = Kind(shipment.read, shipment.write)
OTHER = Kind(other.read, other.write)

#: ХозОперация is compared without case, as 1C does (onec-exchange 3.1).
KINDS: Mapping[str, Kind] = {
    **dict.fromkeys(map(str.lower, tags.ORDER_OPERATIONS), ORDER),
    **dict.fromkeys(map(str.lower, tags.PAYMENT_OPERATIONS), PAYMENT),
    **dict.fromkeys(map(str.lower, tags.SHIPMENT_OPERATIONS), SHIPMENT),
}


def read_document(element: Element, place: str, limits: ReadLimits, container: int | None = None, level: int = 1) -> Document:
    """The record of one ``<Документ>``, with its subordinates inside; ``level`` counts from 1."""
    parts = {child.tag: child for child in element}
    place = place if level > 1 else _named(parts, place)
    notes = Notes(place)
    if level > limits.subordinate_levels:
        return refused(
            parts, place, "subordinates_too_deep", f"Подчинённых документов больше {limits.subordinate_levels} уровней"
        )
    block = parts.get(tags.SUBORDINATES)
    subordinates = () if block is None else _read_subordinates(block, place, limits, level + 1)
    # A payment that cannot be read does not spoil its order, but the order says so.
    notes.problems += [replace(fatal, fatal=False) for inner in subordinates if (fatal := inner.fatal)]
    kind = KINDS.get(text_of(parts, tags.OPERATION).lower(), OTHER)
    return kind.read(parts, notes, Nested(container, subordinates))


def _read_subordinates(block: Element, place: str, limits: ReadLimits, level: int) -> tuple[Document, ...]:
    elements = [element for element in block if element.tag in (tags.SUBORDINATE, tags.DOCUMENT)]
    return tuple(
        read_document(element, f"{place} / {element.tag} {position}", limits, level=level)
        for position, element in enumerate(elements, 1)
    )


def _named(parts: Parts, place: str) -> str:
    """A document is called by its number, so that the same document has the same problems wherever it stands."""
    name = text_of(parts, tags.NUMBER) or text_of(parts, tags.ID)
    return f"{tags.DOCUMENT} {name}" if name else place


def write_document(out: XmlWriter, document: Document, dialect: Dialect, tag: str = tags.DOCUMENT) -> None:
    """One document; what belongs to it goes inside where the dialect knows subordinate documents."""
    kind = KINDS.get(document.operation.lower(), OTHER)
    with out.block(tag):
        kind.write(out, document, dialect)
        if document.subordinates and dialect.subordinates:
            with out.block(tags.SUBORDINATES):
                for subordinate in document.subordinates:
                    write_document(out, subordinate, dialect, tags.SUBORDINATE)
