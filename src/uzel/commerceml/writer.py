"""Records to XML: the answers to ``mode=query`` and ``mode=info`` (onec-exchange 1.3, 2.1, 2.3, 3.1)."""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import groupby

from uzel.commerceml import tags
from uzel.commerceml.dialects import Dialect
from uzel.commerceml.document import Document
from uzel.commerceml.documents import write_document
from uzel.commerceml.errors import UnwritableDocument
from uzel.commerceml.xml_write import XmlWriter, codec, declaration

__all__ = ["UnwritableDocument", "write_info", "write_package"]


def write_package(documents: Iterable[Document], dialect: Dialect, *, formed_at: dt.datetime, encoding: str = "utf-8") -> bytes:
    """The whole answer to a query; without documents a root element alone, never an empty body.

    ``formed_at`` is written as it is, without a zone. Raises UnwritableDocument before anything is handed over.
    """
    out = XmlWriter()
    pieces = [declaration(encoding)]
    stamp = formed_at.replace(tzinfo=None).isoformat(timespec="seconds")
    out.open(tags.ROOT, {tags.SCHEMA_VERSION: dialect.schema_version, tags.FORMED_AT: stamp})
    for group in _groups(documents, dialect):
        _write_group(out, group, dialect)
        pieces.append(out.take(codec(encoding)))
    out.close(tags.ROOT)
    pieces.append(out.take(codec(encoding)))
    return b"".join(pieces)


def _groups(documents: Iterable[Document], dialect: Dialect) -> Iterator[list[Document]]:
    """Documents that share a container; each stands alone where it has none or the dialect knows none."""
    if not dialect.container:
        yield from ([document] for document in documents)
        return
    for container, group in groupby(documents, key=lambda document: document.container):
        if container is None:
            yield from ([document] for document in group)
        else:
            yield list(group)


def _write_group(out: XmlWriter, group: Iterable[Document], dialect: Dialect) -> None:
    if not dialect.container:
        for document in group:
            write_document(out, document, dialect)
        return
    with out.block(tags.CONTAINER):
        for document in group:
            for member in _unfolded(document):
                write_document(out, member, dialect)


def _unfolded(document: Document) -> Iterator[Document]:
    """A document and, after it, its subordinates as documents that name it as their basis."""
    yield document
    for subordinate in document.subordinates:
        for member in _unfolded(subordinate):
            yield member if member.basis_ids else _based_on(member, document.document_id)


def _based_on(document: Document, basis_id: str) -> Document:
    return replace(document, basis_ids=(basis_id,))


def write_info(
    statuses: Iterable[tuple[str, str]],
    payment_systems: Iterable[tuple[str, str, str]],
    delivery_services: Iterable[tuple[str, str]],
    encoding: str = "utf-8",
) -> bytes:
    """The lists that a user of 1C maps by hand: (id, name) pairs; a payment system has one of ``tags.PAYMENT_KINDS`` too."""
    out = XmlWriter()
    with out.block(tags.REFERENCE):
        _write_list(out, tags.STATUSES, ((*pair, "") for pair in statuses))
        _write_list(out, tags.PAYMENT_SYSTEMS, payment_systems)
        _write_list(out, tags.DELIVERY_SERVICES, ((*pair, "") for pair in delivery_services))
    return declaration(encoding) + out.take(codec(encoding))


def _write_list(out: XmlWriter, tag: str, rows: Iterable[tuple[str, str, str]]) -> None:
    with out.block(tag):
        for row_id, name, payment_kind in rows:
            with out.block(tags.ELEMENT):
                out.leaf(tags.ID, row_id)
                out.leaf(tags.TITLE, name)
                out.optional(tags.PAYMENT_KIND, payment_kind)
