"""A directory as the module of 1С-Битрикс writes it (onec-exchange 2.4), for ``references.read_references`` to read back."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence

from uzel.commerceml import tags
from uzel.commerceml.references import ReferenceElement
from uzel.commerceml.xml_write import XmlWriter, codec, declaration

SCHEMA = "3.1"  # the only one in which directories are files of their own
PIECE_ELEMENTS = 100
VALUE_CHARACTERS = 1000


def write_references(
    directory: str,
    requisites: Sequence[str],
    elements: Iterable[ReferenceElement],
    *,
    only_changes: bool,
    formed_at: dt.datetime,
    encoding: str = "utf-8",
) -> Iterator[bytes]:
    """The file of one directory, piece by piece; ``formed_at`` is written as it is, without a zone."""
    out = XmlWriter()
    stamp = formed_at.replace(tzinfo=None).isoformat(timespec="seconds")
    yield declaration(encoding)
    out.open(tags.ROOT, {tags.SCHEMA_VERSION: SCHEMA, tags.FORMED_AT: stamp})
    out.open(tags.REFERENCES, {tags.ONLY_CHANGES: "true" if only_changes else "false"})
    out.open(tags.REFERENCE)
    out.leaf(tags.ID, directory)
    out.leaf(tags.NAME, directory)
    with out.block(tags.REFERENCE_REQUISITES):
        for name in requisites:
            with out.block(tags.REFERENCE_REQUISITE):
                out.leaf(tags.ID, name)
                out.leaf(tags.NAME, name)
    out.open(tags.REFERENCE_ELEMENTS)
    for number, element in enumerate(elements, 1):
        _write_element(out, element)
        if number % PIECE_ELEMENTS == 0:
            yield out.take(codec(encoding))
    for tag in (tags.REFERENCE_ELEMENTS, tags.REFERENCE, tags.REFERENCES, tags.ROOT):
        out.close(tag)
    yield out.take(codec(encoding))


def write_nothing(formed_at: dt.datetime, encoding: str = "utf-8") -> bytes:
    """A root element alone: 1C takes an empty body for an error."""
    out = XmlWriter()
    stamp = formed_at.replace(tzinfo=None).isoformat(timespec="seconds")
    with out.block(tags.ROOT, {tags.SCHEMA_VERSION: SCHEMA, tags.FORMED_AT: stamp}):
        pass
    return declaration(encoding) + out.take(codec(encoding))


def _write_element(out: XmlWriter, element: ReferenceElement) -> None:
    with out.block(tags.REFERENCE_ELEMENT):
        out.leaf(tags.ID, element.element_id)
        out.optional(tags.VERSION_NUMBER, element.version)
        if element.deleted:
            out.leaf(tags.DELETION_MARK, "true")
        with out.block(tags.REQUISITES):
            for name, value in element.values.items():
                with out.block(tags.REQUISITE):
                    out.leaf(tags.NAME, name)
                    out.leaf(tags.VALUE, value, VALUE_CHARACTERS)
