"""What a file holds, documents, a catalogue, directories or counterparties: told from its first elements, not from its name."""

from collections.abc import Iterable
from enum import StrEnum

from uzel.commerceml import pull, tags
from uzel.commerceml.catalog.reader import ROOTS
from uzel.commerceml.errors import PackageError
from uzel.commerceml.limits import DEFAULT_LIMITS, ReadLimits
from uzel.commerceml.prolog import open_package
from uzel.commerceml.xml_read import local_name

SNIFFED_BYTES = 8 << 20  # a classifier that is longer belongs to no documents
SNIFFED_MARKS = 500_000  # nodes of a tree that is not emptied


class Contents(StrEnum):
    """What a file may hold."""

    DOCUMENTS = "documents"
    CATALOGUE = "catalogue"
    REFERENCES = "references"
    COUNTERPARTIES = "counterparties"


_LISTS = {tags.REFERENCES: Contents.REFERENCES, tags.COUNTERPARTIES: Contents.COUNTERPARTIES}
_TELLING = (tags.DOCUMENT, tags.CONTAINER, *tags.CATALOG_PARTS, *_LISTS)


def contents_of(chunks: Iterable[bytes], limits: ReadLimits = DEFAULT_LIMITS) -> Contents:
    """A catalogue that begins before any document, a classifier alone, or what stands first; documents where nothing tells.

    A file that cannot be read is left to the reader of documents, who says why.
    """
    try:
        opening = open_package(chunks, limits, ROOTS)
    except PackageError:
        return Contents.DOCUMENTS
    parser = pull.open_parser(opening.encoding, _TELLING, event="start")
    first, classified, sniffed, marks = "", False, 0, 0
    for piece in opening.pieces:
        fault = pull.feed(parser, piece)
        for element in pull.finished(parser):
            name = local_name(element)
            if name in (tags.DOCUMENT, tags.CONTAINER):
                return _LISTS.get(first, Contents.DOCUMENTS)
            if name in tags.CATALOG_PARTS and name != tags.CLASSIFIER:
                return Contents.CATALOGUE
            first, classified = first or name, classified or name == tags.CLASSIFIER
        sniffed, marks = sniffed + len(piece), marks + pull.marks_in(piece)
        if fault or sniffed > SNIFFED_BYTES or marks > SNIFFED_MARKS:
            break
    return Contents.CATALOGUE if classified else _LISTS.get(first, Contents.DOCUMENTS)
