"""The few ways in which the reader looks at an element; names are already without namespaces."""

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache

from lxml import etree

from uzel.commerceml.notes import Notes
from uzel.commerceml.values import parse_moment, parse_number

Element = etree._Element
Parts = Mapping[str, Element]

_cached_moment = lru_cache(maxsize=4096)(parse_moment)
_LONGEST_MOMENT_CHARACTERS = 40


def text_of(parts: Parts, tag: str) -> str:
    """Trimmed text of a child, empty when it is absent or empty."""
    element = parts.get(tag)
    if element is None:
        return ""
    text = element.text
    return text.strip() if text else ""


def number_of(parts: Parts, tag: str, notes: Notes, where: str = "", *, fatal: bool = True) -> Decimal | None:
    """Number in a child; ``None`` when it is absent, empty or (with a note) unreadable."""
    element = parts.get(tag)
    text = element.text if element is not None else None
    if not text or text.isspace():
        return None
    try:
        return parse_number(text)
    except ValueError:
        place = f"{where} / {tag}" if where else tag
        notes.add("number_unreadable", place, f"Значение «{text.strip()[:40]}» не похоже на число", fatal=fatal)
        return None


def moment_of(parts: Parts, tag: str, notes: Notes) -> dt.datetime | None:
    """Date with an optional time in a child; ``None`` when absent, empty in 1C's sense or (with a note) unreadable."""
    text = text_of(parts, tag)
    if not text:
        return None
    try:
        if len(text) > _LONGEST_MOMENT_CHARACTERS:
            raise ValueError
        return _cached_moment(text)
    except ValueError:
        notes.add("date_unreadable", tag, f"Значение «{text[:40]}» не похоже на дату")
        return None
