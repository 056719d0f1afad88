"""A package of documents, read as it arrives: XML in, records out, flat memory at any size.

One bad document becomes a ``Document`` with a fatal problem; a bad package raises :class:`PackageError`, but only
after every document before the fault was handed over.
"""

from collections.abc import Iterable, Iterator

from lxml import etree

from uzel.commerceml import pull, tags
from uzel.commerceml.document import Document
from uzel.commerceml.documents import read_document
from uzel.commerceml.documents.body import refused
from uzel.commerceml.errors import PackageError
from uzel.commerceml.faults import truncated
from uzel.commerceml.limits import DEFAULT_LIMITS, ReadLimits
from uzel.commerceml.prolog import open_package
from uzel.commerceml.xml_read import Element, local_name, without_namespaces

__all__ = ["PackageError", "read_documents"]


def read_documents(chunks: Iterable[bytes], limits: ReadLimits = DEFAULT_LIMITS) -> Iterator[Document]:
    """Every document of the package, in the order written. PackageError where the package cannot be read (further)."""
    opening = open_package(chunks, limits)
    parser = pull.open_parser(opening.encoding, (tags.DOCUMENT,))
    shelf = _Shelf(limits)
    for piece in opening.pieces:
        fault = pull.feed(parser, piece)
        shelf.bytes_since_document += len(piece)
        for element in pull.finished(parser):
            if shelf.is_own(element):
                yield shelf.take(element)
                _forget(element)
                shelf.bytes_since_document = len(piece)
        if fault:
            raise fault
        if shelf.bytes_since_document > limits.document_bytes:
            raise _endless(shelf, limits)
        shelf.count(piece)
        if shelf.marks_since_document > limits.marks_per_document:
            raise PackageError("too_many_elements", f"Подряд больше {limits.marks_per_document} элементов без конца документа")
    _finish(parser, shelf)


class _Shelf:
    """What is known between two documents of a package."""

    def __init__(self, limits: ReadLimits) -> None:
        self.limits = limits
        self.documents = 0
        self.containers = 0
        self.bytes_since_document = self.marks_since_document = 0
        self._container: Element | None = None

    def count(self, piece: bytes) -> None:
        """Only pieces in which no document ends are looked through: those of usual files are not."""
        is_fresh = self.bytes_since_document == len(piece)
        self.marks_since_document = 0 if is_fresh else self.marks_since_document + pull.marks_in(piece)

    def is_own(self, element: Element) -> bool:
        """Whether the document stands by itself and not inside another one."""
        parent = element.getparent()
        if parent is not None and parent.tag in (tags.ROOT, tags.CONTAINER):
            return True
        return all(local_name(above) != tags.DOCUMENT for above in element.iterancestors())

    def take(self, element: Element) -> Document:
        """The record of an element."""
        self.documents += 1
        place = f"{tags.DOCUMENT} №{self.documents} по порядку"
        element = without_namespaces(element)
        what = self._too_much(element)
        if what:
            return refused({child.tag: child for child in element}, place, *what)
        return read_document(element, place, self.limits, self._container_of(element))

    def _container_of(self, element: Element) -> int | None:
        parent = element.getparent()
        if parent is None or parent.tag == tags.ROOT or local_name(parent) != tags.CONTAINER:
            return None
        if parent is not self._container:
            self._container = parent
            self.containers += 1
        return self.containers - 1

    def _too_much(self, element: Element) -> tuple[str, str] | None:
        """Code and reason if the document breaks a limit."""
        if self.bytes_since_document <= self.limits.harmless_bytes:
            return None
        return _measured(element, self.limits)


def _measured(element: Element, limits: ReadLimits) -> tuple[str, str] | None:
    if sum(1 for _ in element.iter(tags.ITEM)) > limits.lines_per_document:
        return "too_many_lines", f"Строк больше {limits.lines_per_document}"
    if sum(1 for _ in element.iter(tags.REQUISITE)) > limits.requisites_per_document:
        return "too_many_requisites", f"Реквизитов больше {limits.requisites_per_document}"
    if any(len(text) > limits.text_characters for text in element.itertext()):
        return "text_too_long", f"Есть текст длиннее {limits.text_characters} знаков"
    return None


def _forget(element: Element) -> None:
    """Empty a document that was read and drop everything before it, so that memory does not grow with the package."""
    element.clear()
    at: Element | None = element
    while at is not None and (parent := at.getparent()) is not None:
        while at.getprevious() is not None:
            del parent[0]
        at = parent


def _endless(shelf: _Shelf, limits: ReadLimits) -> PackageError:
    megabytes = limits.document_bytes // (1024 * 1024)
    if shelf.documents:
        return PackageError("document_too_large", f"Документ длиннее {megabytes} МБ")
    return PackageError("no_documents", f"За первые {megabytes} МБ не встретилось ни одного документа")


def _finish(parser: etree.XMLPullParser, shelf: _Shelf) -> None:
    """The end of the file; an empty root is an empty package, a catalogue is somebody else's."""
    try:
        root = parser.close()
    except etree.XMLSyntaxError as error:
        raise truncated(error) from error
    named = [local_name(child) for child in root]
    found = next((name for name in named if name in tags.CATALOG_PARTS), "")
    if found and not shelf.documents:
        raise PackageError("catalogue", f"Это файл каталога товаров («{found}»), документов в нём нет")
