"""A file of counterparties alone (contragents___*.xml of the module of 1С-Битрикс), read as it arrives (onec-exchange 2.2)."""

from collections.abc import Iterable, Iterator

from lxml import etree

from uzel.commerceml import pull, tags
from uzel.commerceml.errors import PackageError
from uzel.commerceml.faults import truncated
from uzel.commerceml.limits import DEFAULT_LIMITS, ReadLimits
from uzel.commerceml.notes import Notes
from uzel.commerceml.parties import read_counterparty
from uzel.commerceml.prolog import open_package
from uzel.commerceml.xml_read import Element, local_name, without_namespaces
from uzel.model import Counterparty

COUNTERPARTY_BYTES = 1 << 20  # of one with all that it says


def read_counterparty_file(chunks: Iterable[bytes], limits: ReadLimits = DEFAULT_LIMITS) -> Iterator[Counterparty | None]:
    """Every counterparty outside of documents, in the order written; ``None`` for the first document, and nothing after it.

    PackageError where the file cannot be read (further).
    """
    opening = open_package(chunks, limits)
    parser = pull.open_parser(opening.encoding, (tags.COUNTERPARTY, tags.DOCUMENT))
    size = 0
    for piece in opening.pieces:
        fault = pull.feed(parser, piece)
        size += len(piece)
        for element in pull.finished(parser):
            if local_name(element) == tags.DOCUMENT:
                yield None
                return
            if not _stands_alone(element):
                continue
            yield read_counterparty(without_namespaces(element), Notes(tags.COUNTERPARTY)).counterparty
            _forget(element)
            size = len(piece)
        if fault:
            raise fault
        if size > COUNTERPARTY_BYTES:
            raise PackageError("element_too_large", f"Контрагент длиннее {COUNTERPARTY_BYTES >> 20} МБ")
    try:
        parser.close()
    except etree.XMLSyntaxError as error:
        raise truncated(error) from error


def _stands_alone(element: Element) -> bool:
    """Whether it is in the list of the file, not in a document's."""
    return [local_name(above) for above in element.iterancestors()] == [tags.COUNTERPARTIES, tags.ROOT]


def _forget(element: Element) -> None:
    """Empty what was read and drop the elements before it, so that memory does not grow with the file."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]
