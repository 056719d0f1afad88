"""What a file holds, documents, a catalogue, directories or counterparties: told from its first elements, not from its name."""

from collections.abc import Iterable

from uzel.commerceml import pull, tags
from uzel.commerceml.catalog.reader import ROOTS
from uzel.commerceml.errors import PackageError
from uzel.commerceml.limits import DEFAULT_LIMITS, ReadLimits
from uzel.commerceml.prolog import open_package
from uzel.commerceml.xml_read import local_name

SNIFFED_BYTES = 8 << 20  # a classifier that is longer belongs to no documents


def is_references(chunks: Iterable[bytes], limits: ReadLimits = DEFAULT_LIMITS) -> bool:
    """Do directories of the module of 1С-Битрикс stand before anything else that we know?"""
    return _first(chunks, limits) == tags.REFERENCES


def is_counterparties(chunks: Iterable[bytes], limits: ReadLimits = DEFAULT_LIMITS) -> bool:
    """Does a list of counterparties stand before anything else that we know?"""
    return _first(chunks, limits) == tags.COUNTERPARTIES


def _first(chunks: Iterable[bytes], limits: ReadLimits) -> str:
    """The first element that tells what the file is, "" where there is none or the file cannot be read."""
    try:
        opening = open_package(chunks, limits)
    except PackageError:
        return ""
    names = (tags.REFERENCES, tags.COUNTERPARTIES, tags.DOCUMENT, tags.CONTAINER, *tags.CATALOG_PARTS)
    parser = pull.open_parser(opening.encoding, names, event="start")
    sniffed = 0
    for piece in opening.pieces:
        fault = pull.feed(parser, piece)
        for element in pull.finished(parser):
            return local_name(element)
        sniffed += len(piece)
        if fault or sniffed > SNIFFED_BYTES:
            break
    return ""


def is_catalogue(chunks: Iterable[bytes], limits: ReadLimits = DEFAULT_LIMITS) -> bool:
    """Does a catalogue begin before any document? A classifier alone is one; a file that cannot be read is none."""
    try:
        opening = open_package(chunks, limits, ROOTS)
    except PackageError:
        return False
    parser = pull.open_parser(opening.encoding, (tags.DOCUMENT, tags.CONTAINER, *tags.CATALOG_PARTS), event="start")
    classified, sniffed = False, 0
    for piece in opening.pieces:
        fault = pull.feed(parser, piece)
        for element in pull.finished(parser):
            name = local_name(element)
            if name != tags.CLASSIFIER:
                return name in tags.CATALOG_PARTS
            classified = True
        sniffed += len(piece)
        if fault or sniffed > SNIFFED_BYTES:
            break
    return classified
