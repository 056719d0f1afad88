"""A catalogue file, read as it arrives: XML in, entries out, flat memory at any size.

One bad entry has a fatal problem; a bad file raises :class:`PackageError`, but only after every entry before the fault.
Groups come out from the inside: a group after those in it.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from uzel.commerceml import pull, tags
from uzel.commerceml.catalog.classifier import read_measure, read_price_type, read_section, read_warehouse
from uzel.commerceml.catalog.common import read_id
from uzel.commerceml.catalog.entry import Entry, EntryKind, Known
from uzel.commerceml.catalog.goods import read_item
from uzel.commerceml.catalog.offers import read_offer
from uzel.commerceml.errors import PackageError
from uzel.commerceml.limits import DEFAULT_LIMITS, ReadLimits
from uzel.commerceml.notes import Notes
from uzel.commerceml.prolog import SPELLINGS, open_package, spellings
from uzel.commerceml.values import one_line
from uzel.commerceml.xml_read import Element, Parts, local_name, text_of, without_namespaces

#: Some programs write the classifier alone into a file.
ROOTS = (*SPELLINGS, *spellings(tags.CLASSIFIER))


def _forgotten(element: Element, parts: Parts, notes: Notes, known: Known) -> None:
    """Nothing of it is kept, only its memory is given back."""


def _document(element: Element, parts: Parts, notes: Notes, known: Known) -> Entry:
    notes.add("document_in_catalogue", "", "Документ в файле каталога не читается: передайте документы отдельно", fatal=True)
    return Entry(EntryKind.DOCUMENT, read_id(parts, notes), notes.place, problems=tuple(notes.problems))


class _Kind(NamedTuple):
    """Where an element stands, so as to be an entry, and how it is read."""

    block: str
    inside: tuple[str, ...]
    read: Callable[[Element, Parts, Notes, Known], Entry | None]


_LISTS = (tags.CLASSIFIER, *tags.OFFER_PACKAGES)
KINDS: Mapping[str, _Kind] = {
    tags.SECTION: _Kind(tags.SECTIONS, (tags.CLASSIFIER, tags.SECTION, tags.CATALOG), read_section),
    tags.PRICE_TYPE: _Kind(tags.PRICE_TYPES, _LISTS, read_price_type),
    tags.WAREHOUSE: _Kind(tags.WAREHOUSES, _LISTS, read_warehouse),
    tags.MEASURE: _Kind(tags.UNITS, _LISTS, read_measure),
    tags.PROPERTY: _Kind(tags.PROPERTIES, (tags.CLASSIFIER, tags.CATALOG), _forgotten),
    tags.ITEM: _Kind(tags.GOODS, (tags.CATALOG,), read_item),
    tags.OFFER: _Kind(tags.OFFERS, tags.OFFER_PACKAGES, read_offer),
    tags.DOCUMENT: _Kind(tags.ROOT, ("",), _document),
}


def read_catalog(chunks: Iterable[bytes], known: Known | None = None, limits: ReadLimits = DEFAULT_LIMITS) -> Iterator[Entry]:
    """Every entry of the file; PackageError where the file cannot be read (further)."""
    opening = open_package(chunks, limits, ROOTS)
    parser = pull.open_parser(opening.encoding, KINDS)
    shelf = _Shelf(limits, known or Known())
    for piece in opening.pieces:
        fault = pull.feed(parser, piece)
        shelf.bytes_since_entry += len(piece)
        for element in pull.finished(parser):
            kind = _kind_of(element)
            if kind:
                entry = shelf.take(element, kind)
                pull.forget(element)
                shelf.bytes_since_entry = len(piece)
                if entry:
                    yield entry
        if fault:
            raise fault
        if shelf.bytes_since_entry > limits.document_bytes:
            raise PackageError("entry_too_large", f"За {limits.document_bytes >> 20} МБ не встретилось ни одного товара")
        shelf.count(piece)
        if shelf.marks_since_entry > limits.marks_per_document:
            raise PackageError("too_many_elements", f"Подряд больше {limits.marks_per_document} элементов без единого товара")
    pull.close(parser)


def _kind_of(element: Element) -> _Kind | None:
    """The kind of an element that stands where entries stand; ``<Склад>`` of an offer, for one, does not."""
    kind, block = KINDS[local_name(element)], element.getparent()
    if block is None or local_name(block) != kind.block:
        return None
    above = block.getparent()
    return kind if ("" if above is None else local_name(above)) in kind.inside else None


class _Shelf:
    """What is known between two entries of a file."""

    def __init__(self, limits: ReadLimits, known: Known) -> None:
        self.limits = limits
        self.known = known
        self.entries = 0
        self.bytes_since_entry = self.marks_since_entry = 0

    def count(self, piece: bytes) -> None:
        """Only pieces in which no entry ends are looked through."""
        is_fresh = self.bytes_since_entry == len(piece)
        self.marks_since_entry = 0 if is_fresh else self.marks_since_entry + pull.marks_in(piece)

    def take(self, element: Element, kind: _Kind) -> Entry | None:
        """The entry of an element."""
        self.entries += 1
        if kind.block == tags.GOODS:
            self.known.full_list = _names_all(element)
        element = without_namespaces(element)
        parts = {child.tag: child for child in element}
        title = text_of(parts, tags.NAME) or text_of(parts, tags.ID) or str(self.entries)
        notes = Notes(f"{element.tag} {one_line(title)[:100]}")
        if self.bytes_since_entry > self.limits.harmless_bytes and self._too_long(element):
            notes.add("text_too_long", "", f"Есть текст длиннее {self.limits.text_characters} знаков", fatal=True)
        return kind.read(element, parts, notes, self.known)

    def _too_long(self, element: Element) -> bool:
        return any(len(text) > self.limits.text_characters for text in element.itertext())


def _names_all(item: Element) -> bool:
    """Whether the catalogue of an item says that it is no list of changes; silence says nothing."""
    block = item.getparent()
    catalog = None if block is None else block.getparent()
    return catalog is not None and catalog.get(tags.ONLY_CHANGES, "").strip().lower() in tags.FALSE
