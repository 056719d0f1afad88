"""The few ways in which the reader looks at an element; names are already without namespaces."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal

from lxml import etree

from uzel.commerceml import tags
from uzel.commerceml.notes import Notes
from uzel.commerceml.values import parse_moment, parse_number

Element = etree._Element
Parts = Mapping[str, Element]


def text_of(parts: Parts, tag: str) -> str:
    """Trimmed text of a child, empty when it is absent or empty."""
    element = parts.get(tag)
    return "" if element is None else (element.text or "").strip()


def number_of(parts: Parts, tag: str, notes: Notes, position: int = 0) -> Decimal | None:
    """Number in a child; ``None`` when it is absent, empty or unreadable, which is fatal: money is never guessed.

    ``position``: see :func:`row_place`.
    """
    element = parts.get(tag)
    if element is None:
        return None
    text = element.text or ""
    try:
        return parse_number(text)
    except ValueError:
        if text and not text.isspace():
            notes.add(
                "number_unreadable", row_place(position, tag), f"Значение «{text.strip()[:40]}» не похоже на число", fatal=True
            )
        return None


def row_place(position: int, tag: str) -> str:
    """Where a child stands: in that row of goods, or (position 0) in the document or the goods themselves."""
    return f"{tags.ITEM} {position} / {tag}" if position else tag


def moment_of(parts: Parts, tag: str, notes: Notes) -> dt.datetime | None:
    """Date with an optional time in a child; ``None`` when absent, empty in 1C's sense or (with a note) unreadable."""
    text = text_of(parts, tag)
    if not text:
        return None
    try:
        return parse_moment(text)
    except ValueError:
        notes.add("date_unreadable", tag, f"Значение «{text[:40]}» не похоже на дату")
        return None


def local_name(element: Element) -> str:
    """Name without a namespace; empty for what is no element."""
    tag = element.tag
    if not isinstance(tag, str):
        return ""
    return tag if tag[0] != "{" else tag.rpartition("}")[2]


def without_namespaces(element: Element) -> Element:
    """The same element; its names are made bare in the rare package that writes prefixes or inner namespaces.

    The default namespace of the root is gone already (``prolog``), so nearly always there is nothing to do.
    """
    first = element[0] if len(element) else element
    if element.tag[0] == "{" or first.tag[0] == "{":
        for inner in element.iter("{*}*"):
            inner.tag = local_name(inner)
    return element
