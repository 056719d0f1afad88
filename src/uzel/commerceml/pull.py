"""The XML parser that the readers feed piece by piece."""

from collections.abc import Callable, Iterable, Iterator
from typing import Literal, cast

from lxml import etree

from uzel.commerceml.errors import PackageError
from uzel.commerceml.faults import broken, truncated
from uzel.commerceml.prolog import Opening
from uzel.commerceml.xml_read import Element

Is = Callable[[Element], bool]


def open_parser(encoding: str, names: Iterable[str], event: Literal["start", "end"] = "end") -> etree.XMLPullParser:
    """A parser that tells of elements of these names. Nothing is fetched, nothing is kept but elements.

    ``resolve_entities`` is not False: lxml then says nothing of an unknown entity and goes on behind a hole. There is
    no DOCTYPE (``prolog``), so no entity can be declared and every unknown one is an error.
    """
    return etree.XMLPullParser(
        events=(event,),
        tag=[f"{{*}}{name}" for name in names],
        encoding=encoding,
        resolve_entities="internal",  # type: ignore[arg-type]  # the stubs are older
        no_network=True,
        huge_tree=False,
        remove_blank_text=True,
        remove_comments=True,
        remove_pis=True,
        collect_ids=False,
    )


def feed(parser: etree.XMLPullParser, piece: bytes) -> PackageError | None:
    """Parse a piece; the fault in it, if there is one."""
    try:
        parser.feed(piece)
    except etree.XMLSyntaxError as error:
        return broken(error)
    return None


def marks_in(piece: bytes) -> int:
    """How many nodes a piece may make: an element begins with ``<``, an attribute has ``=`` and weighs as much as two."""
    return piece.count(b"<") + 2 * piece.count(b"=")


def finished(parser: etree.XMLPullParser) -> Iterator[Element]:
    """Elements that have been seen since the last time; after a fault those before it are still here."""
    for _, element in parser.read_events():
        yield cast(Element, element)


def forget(element: Element) -> None:
    """Empty what was read and drop the elements before it, so that memory does not grow with the file."""
    element.clear()
    block = element.getparent()
    while block is not None and element.getprevious() is not None:
        del block[0]


def close(parser: etree.XMLPullParser) -> None:
    """The end of the file; PackageError when it is none."""
    try:
        parser.close()
    except etree.XMLSyntaxError as error:
        raise truncated(error) from error


def walk(
    opening: Opening,
    names: Iterable[str],
    most_bytes: int,
    too_large: PackageError,
    is_own: Callable[[Element], bool] = lambda _: True,
) -> Iterator[Element]:
    """Elements of these names that are our own, one at a time: what was given is forgotten when the next is asked for.

    ``too_large`` is raised where one of them goes on for more than ``most_bytes``.
    """
    parser = open_parser(opening.encoding, names)
    size = 0
    for piece in opening.pieces:
        fault = feed(parser, piece)
        size += len(piece)
        for element in finished(parser):
            if is_own(element):
                yield element
                forget(element)
                size = len(piece)
        if fault:
            raise fault
        if size > most_bytes:
            raise too_large
    close(parser)
