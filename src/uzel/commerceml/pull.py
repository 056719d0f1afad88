"""The XML parser that both readers feed piece by piece."""

from collections.abc import Iterable, Iterator
from typing import Literal, cast

from lxml import etree

from uzel.commerceml.errors import PackageError
from uzel.commerceml.faults import broken
from uzel.commerceml.xml_read import Element


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


def finished(parser: etree.XMLPullParser) -> Iterator[Element]:
    """Elements that have been seen since the last time; after a fault those before it are still here."""
    for _, element in parser.read_events():
        yield cast(Element, element)
