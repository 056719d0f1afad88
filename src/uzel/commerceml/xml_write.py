"""Writing XML as text: elements in the order they are asked for, nothing kept but the current document."""

import codecs
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from uzel.commerceml.values import clip

_TEXT_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})
_ATTRIBUTE_ESCAPES = str.maketrans(
    {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "\r": "&#13;", "\n": "&#10;", "\t": "&#9;"}
)
_NO_ATTRIBUTES: Mapping[str, str] = {}
DEFAULT_CHARACTERS = 255
_DECLARED = {"utf-8": "utf-8", "cp1251": "windows-1251"}  # by the codec's own name


class XmlWriter:
    """A list of pieces; :meth:`take` hands them over and forgets them."""

    def __init__(self) -> None:
        self._pieces: list[str] = []

    def open(self, tag: str, attributes: Mapping[str, str] = _NO_ATTRIBUTES) -> None:
        """Start tag of an element with children."""
        self._pieces.append(f"<{tag}{_attributes(attributes)}>\n")

    def close(self, tag: str) -> None:
        """End tag."""
        self._pieces.append(f"</{tag}>\n")

    @contextmanager
    def block(self, tag: str, attributes: Mapping[str, str] = _NO_ATTRIBUTES) -> Iterator[None]:
        """An element with children."""
        self.open(tag, attributes)
        yield
        self.close(tag)

    def leaf(
        self,
        tag: str,
        text: str,
        characters: int = DEFAULT_CHARACTERS,
        attributes: Mapping[str, str] = _NO_ATTRIBUTES,
    ) -> None:
        """An element with text, cut to the limit of the XSD."""
        self._pieces.append(f"<{tag}{_attributes(attributes)}>{clip(text, characters).translate(_TEXT_ESCAPES)}</{tag}>\n")

    def optional(self, tag: str, text: str, characters: int = DEFAULT_CHARACTERS) -> None:
        """The same, but nothing at all for an empty text."""
        if text:
            self.leaf(tag, text, characters)

    def take(self, encoding: str) -> bytes:
        """What was written since the last call; characters foreign to the encoding become references."""
        text = "".join(self._pieces)
        self._pieces.clear()
        return text.encode(encoding, "xmlcharrefreplace")


def _attributes(attributes: Mapping[str, str]) -> str:
    return "".join(
        f' {name}="{clip(value, DEFAULT_CHARACTERS).translate(_ATTRIBUTE_ESCAPES)}"' for name, value in attributes.items()
    )


def declaration(encoding: str) -> bytes:
    """The first bytes of an answer: 1C reads nothing that has a BOM or a blank before them."""
    return f'<?xml version="1.0" encoding="{codec(encoding)}"?>\n'.encode()


def codec(encoding: str) -> str:
    """The one name of an encoding, for the codec and for the declaration; ValueError for any other encoding."""
    name = codecs.lookup(encoding).name
    if name not in _DECLARED:
        raise ValueError(f"1C reads no {encoding}")
    return _DECLARED[name]
