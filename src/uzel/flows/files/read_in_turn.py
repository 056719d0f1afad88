"""Waiting files of a node are read one after another in the order they came: an older state never overtakes a newer one.

A file is put together from its pieces, a zip gives its files, an XML file its documents. Each step is safe to repeat.
"""

import datetime as dt
import logging
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F, QuerySet
from django.db.models.functions import Coalesce

from uzel.commerceml.catalog.common import picture_name
from uzel.commerceml.sniff import Contents, contents_of
from uzel.exchange.commands import Refusal
from uzel.exchange.uploads import TAIL_BYTES
from uzel.exchange.zips import ZipEntry, ZipLimits, package_names, picture_names, zip_end_problem, zip_problem
from uzel.flows.calls.know_dialect import note_file
from uzel.flows.calls.open_session import fail_uploads
from uzel.flows.catalog.receive_catalog import receive_catalog
from uzel.flows.catalog.receive_pictures import NAME_CHARACTERS, receive_pictures, refuse_pictures, too_large_by
from uzel.flows.files.receive_counterparties import receive_counterparties
from uzel.flows.files.receive_package import process_package
from uzel.flows.files.receive_references import receive_references
from uzel.hub import feed_store
from uzel.hub.models import CatalogNote, Feed, Package

OUR_FAULT = Refusal("our_fault", "Внутренняя ошибка узла обмена при чтении файла. Файл сохранён, сообщите администратору.")
DAMAGED = Refusal("zip_damaged", "Архив повреждён или упакован неизвестным способом.")
NO_XML = Refusal("zip_without_xml", "В архиве нет файлов .xml.")
READ_BYTES = 256 << 10
READERS: Mapping[Contents, Callable[..., object]] = {
    Contents.DOCUMENTS: process_package,
    Contents.CATALOGUE: receive_catalog,
    Contents.REFERENCES: receive_references,
    Contents.COUNTERPARTIES: receive_counterparties,
}

log = logging.getLogger(__name__)


class Stopped(Exception):  # noqa: N818 - not an error
    """Raised by ``advance`` when there is no more time; reading goes on later behind the last verdict."""


def read_in_turn(package_id: int, now: dt.datetime, *, advance: Callable[[int], None] = lambda _: None) -> None:
    """Read the node's waiting files up to this one. ``advance`` is told of every committed chunk and may stop it all."""
    target = Package.objects.get(pk=package_id)
    while package := _waiting_up_to(target).first():
        _read_one(package, now, advance)


def _waiting_up_to(target: Package) -> QuerySet[Package]:
    """Oldest first; files of a zip stand where their zip stands."""
    turn = Coalesce("archive_id", "pk")
    waiting = Package.objects.filter(node=target.node_id, state=Package.State.WAITING).annotate(turn=turn)
    return waiting.filter(turn__lte=target.archive_id or target.pk).order_by("turn", "pk")


def _read_one(package: Package, now: dt.datetime, advance: Callable[[int], None]) -> None:
    """One file to its end. A fault of ours ends this file alone; a database that is away ends the attempt."""
    try:
        if package.feed is None:
            put_together(package)
        if package.zipped:
            unpack(package, now)
        else:
            reader = _reader_of(package)
            if reader is process_package:  # catalogues keep an older version than the orders beside them (onec-exchange 2)
                note_file(package, now)
            reader(package.pk, now, advance=advance)
    except (OperationalError, InterfaceError, Stopped):
        raise
    except Exception:
        log.exception("package %s of node %s could not be read", package.pk, package.node_id)
        with transaction.atomic():
            fail_uploads([package.pk], now, OUR_FAULT)
            Package.objects.filter(pk=package.pk).update(documents_received=F("documents_done"))


def _reader_of(package: Package) -> Callable[..., object]:
    """Documents, a catalogue, directories or counterparties: told by what stands in the file, not by its name."""
    assert package.feed is not None, "put together just now"
    return READERS[contents_of(feed_store.open_feed(package.feed))]


def put_together(package: Package) -> None:
    """The whole file as one feed. A file that came in one piece is that piece."""
    parts = [part.feed for part in package.parts.select_related("feed").order_by("position")]
    package.feed = parts[0] if len(parts) == 1 else feed_store.store(chain.from_iterable(map(feed_store.open_feed, parts)))
    package.save(update_fields=["feed"])


def unpack(package: Package, now: dt.datetime) -> None:
    """Every XML file of a zip becomes a waiting package of its own, pictures are kept; or the zip fails, with a reason."""
    inside = _files_of(package)
    if isinstance(inside, Refusal):
        fail_uploads([package.pk], now, inside)
        return
    with transaction.atomic():
        receive_pictures(package.node, inside.pictures)
        refuse_pictures(package.node, inside.too_large, too_large_by(inside.picture_bytes))
        Package.objects.select_for_update().get(pk=package.pk)
        if not Package.objects.filter(archive=package).exists():
            Package.objects.bulk_create(
                Package(
                    node_id=package.node_id, session_id=package.session_id, archive=package, file_name=name, feed=feed,
                    size=feed.size, state=Package.State.WAITING, received_at=package.received_at,
                )
                for name, feed in inside.files
            )  # fmt: skip
            CatalogNote.objects.bulk_create(_too_large(package, name, inside.picture_bytes) for name in inside.too_large)
        package.state, package.finished_at = Package.State.DONE, now
        package.save(update_fields=["state", "finished_at"])


def _too_large(package: Package, name: str, limit: int) -> CatalogNote:
    note = {"reason_code": "picture_too_large", "reason": too_large_by(limit)}
    return CatalogNote(package=package, place=name[:300], refused=True, **note)


@dataclass(frozen=True, slots=True)
class _Inside:
    """What was in a zip: files to read, in their order; pictures by name; names of pictures over the limit, in bytes."""

    files: list[tuple[str, Feed]]
    pictures: dict[str, Feed]
    too_large: list[str]
    picture_bytes: int


def _files_of(package: Package) -> _Inside | Refusal:
    """What is in a zip, stored, or why it is refused; nothing is written under names of the zip."""
    assert package.feed is not None, "a zip is unpacked only when it is put together"
    feed = package.feed
    limits = ZipLimits(inflated_bytes=settings.UZEL_INFLATED_LIMIT_BYTES)
    with feed_store.scratch_file() as file:
        for chunk in feed_store.open_feed(feed):
            file.write(chunk)
        file.seek(max(0, feed.size - TAIL_BYTES))
        problem = zip_end_problem(file.read(), limits)
        if problem:
            return Refusal("zip_refused", problem)
        try:
            with zipfile.ZipFile(file) as archive:
                return _unpacked(archive, limits, feed.size, with_pictures=package.node.catalog_source)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError):
            return DAMAGED


def _entry(item: zipfile.ZipInfo) -> ZipEntry:
    return ZipEntry(item.filename, item.file_size, item.compress_size, bool(item.flag_bits & 1), item.compress_type)


def _unpacked(archive: zipfile.ZipFile, limits: ZipLimits, zip_bytes: int, *, with_pictures: bool) -> _Inside | Refusal:
    listed = archive.infolist()
    entries = [_entry(item) for item in listed]
    problem = zip_problem(entries, limits, zip_bytes)
    if problem:
        return Refusal("zip_refused", problem)
    names = package_names(entries)
    pictures = picture_names(entries) if with_pictures else []
    if not names and not pictures:
        return NO_XML
    sizes = {item.filename: item.file_size for item in listed}
    taken = [name for name in pictures if sizes[name] <= limits.picture_bytes]
    return _Inside(
        files=[(name, feed_store.store(_chunks(archive, inside))) for inside, name in names.items()],
        pictures={picture_name(name)[:NAME_CHARACTERS]: feed_store.store(_chunks(archive, name)) for name in taken},
        too_large=[name for name in pictures if sizes[name] > limits.picture_bytes],
        picture_bytes=limits.picture_bytes,
    )


def _chunks(archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    with archive.open(name) as file:
        yield from iter(lambda: file.read(READ_BYTES), b"")
