"""``mode=file``: a piece of a file is archived already; here it gets its place. ``mode=import`` asks for the reading.

Pieces are rows, not memory: the next one may reach another web process. What a repeated call means is decided by
``exchange.uploads.place_of``; a complete file sent again under its name is a new package.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db import transaction

from uzel.exchange import replies
from uzel.exchange.commands import Refusal, StoreFile
from uzel.exchange.replies import Answer
from uzel.exchange.session import CATALOG
from uzel.exchange.uploads import OpenUpload, Place, is_foreign, is_zip, join_ends, looks_complete, place_of
from uzel.flows.calls.open_session import fail_uploads
from uzel.flows.files.receive_package import progress_of
from uzel.hub.models import ExchangeSession, Feed, Package, PackagePart

NO_WORKER_MINUTES = 30  # of waiting for the first document, before the base is told that nobody reads
EMPTY = Refusal("empty_file", "Файл пуст.")
SUPERSEDED = Refusal("upload_incomplete", "База начала передавать файл заново, не закончив. Принятое сохранено.")
BROKEN_OFF = Refusal("upload_broken_off", "Соединение оборвалось, файл передан не полностью. Принятое сохранено.")
TOO_SLOW = Refusal(
    "upload_too_slow",
    "Файл передавался слишком медленно, узел обмена перестал ждать. Принятое сохранено. Проверьте связь или уменьшите порцию.",
)
HEADLESS = Refusal(
    "headless_piece", "Это не начало файла XML или zip, а файл с таким именем сейчас не передаётся. Передайте файл с начала."
)
FOREIGN = Refusal("not_commerceml", "Это не файл CommerceML: в нём нет элемента КоммерческаяИнформация.")


@dataclass(frozen=True, slots=True)
class Piece:
    """The body of one call, archived: its feed, its ends, and what was wrong with its coming."""

    feed: Feed
    head: bytes
    tail: bytes
    too_large: bool = False
    broken_off: bool = False
    too_slow: bool = False


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a piece: its file, whether that is ready to be read, or why it was not taken."""

    package: Package
    ready: bool = False
    refusal: Refusal | None = None


@transaction.atomic
def receive_piece(session: ExchangeSession, command: StoreFile, piece: Piece, now: dt.datetime) -> Taken:
    """Put a piece in its place; in the old protocol a file that looks whole becomes ready (onec-exchange 8.2)."""
    _lock(session)  # pieces of a session come one after another
    package = _open_package(session, command.file_name)
    place = place_of(piece.head, piece.tail, piece.feed.size, piece.feed.sha256, _open_upload(package))
    refusal = _refusal(piece, place, package)
    if refusal:
        return Taken(package or _refused(session, command, piece, refusal, now), refusal=refusal)
    if package and place is Place.REPEATED:
        return Taken(package)
    if package and place is Place.FIRST:
        fail_uploads([package.pk], now, SUPERSEDED)
    if package is None or place is Place.FIRST:
        package = Package(
            node=session.node, session=session, file_name=command.file_name, zipped=is_zip(piece.head), received_at=now
        )
    return _append(package, piece, command)


def piece_refusal(piece: Piece) -> Refusal | None:
    """Why a piece is refused by itself, whatever file it belongs to."""
    if piece.too_large:
        return file_too_large()
    if piece.too_slow:
        return TOO_SLOW
    return BROKEN_OFF if piece.broken_off else None


def _refusal(piece: Piece, place: Place, package: Package | None) -> Refusal | None:
    """Why a piece is refused. An open upload stays open: the base may send the piece again, as it should be."""
    begins = place is Place.FIRST
    known = package.size if package and not begins else 0
    rows = (
        (known + piece.feed.size > settings.UZEL_FILE_LIMIT_BYTES, file_too_large()),
        (place is Place.HEADLESS, HEADLESS),
        (begins and not is_zip(piece.head) and is_foreign(piece.head), FOREIGN),
    )
    return piece_refusal(piece) or next((refusal for applies, refusal in rows if applies), None)


def file_too_large() -> Refusal:
    """The limit of an installation in words."""
    size = settings.UZEL_FILE_LIMIT_BYTES
    shown = f"{size >> 20} МБ" if size >= 1 << 20 else f"{size} байт"
    return Refusal("file_too_large", f"Файл больше {shown}: уменьшите размер порции в настройках обмена.")


def _refused(session: ExchangeSession, command: StoreFile, piece: Piece, refusal: Refusal, now: dt.datetime) -> Package:
    """What was not taken is on record as a failed file: it can be looked at, and its bytes are kept."""
    return Package.objects.create(
        node=session.node, session=session, file_name=command.file_name, zipped=is_zip(piece.head), feed=piece.feed,
        size=piece.feed.size, state=Package.State.FAILED, problem_code=refusal.code, problem=refusal.text,
        received_at=now, finished_at=now,
    )  # fmt: skip


def _append(package: Package, piece: Piece, command: StoreFile) -> Taken:
    is_new = package.pk is None
    package.size += piece.feed.size
    package.head, package.tail = join_ends(bytes(package.head), bytes(package.tail), piece.head, piece.tail)
    ready = command.at_once and looks_complete(package.head, package.tail)
    if ready:
        package.state, package.head, package.tail = Package.State.WAITING, b"", b""
    package.save(update_fields=None if is_new else ["size", "head", "tail", "state"])
    PackagePart.objects.create(package=package, position=0 if is_new else package.parts.count(), feed=piece.feed)
    return Taken(package, ready)


def _lock(session: ExchangeSession) -> None:
    ExchangeSession.objects.select_for_update().values_list("pk").get(pk=session.pk)


def _open_package(session: ExchangeSession, file_name: str) -> Package | None:
    receiving = Package.objects.filter(session=session, file_name=file_name, state=Package.State.RECEIVING)
    return receiving.select_for_update().order_by("-pk").first()


def _open_upload(package: Package | None) -> OpenUpload | None:
    if package is None:
        return None
    hashes = list(package.parts.order_by("position").values_list("feed__sha256", flat=True))
    return OpenUpload(hashes[0], hashes[-1])


@transaction.atomic
def ask_import(session: ExchangeSession, file_name: str) -> Package | None:
    """The package that ``mode=import`` means, from now on waiting to be read; ``None`` when it was never sent.

    Files that travelled in a zip are asked for by their own names (onec-exchange 1.5): until the zip is unpacked
    the zip stands for them. Zips of a catalogue are never asked for themselves, so that any question means all of them.
    """
    _lock(session)
    sent = Package.objects.filter(session=session).order_by("-pk")
    if session.kind in CATALOG:
        whole_zips = sent.filter(zipped=True, state=Package.State.RECEIVING)
        whole_zips.update(state=Package.State.WAITING, head=b"", tail=b"")
    plain_name = file_name.replace("\\", "/").rpartition("/")[2]
    package = (
        sent.filter(file_name=file_name).first()
        or sent.filter(zipped=True).exclude(state=Package.State.DONE).first()
        or sent.filter(archive__isnull=False, file_name=plain_name).first()
    )
    if package and package.state == Package.State.RECEIVING:
        package.state, package.head, package.tail = Package.State.WAITING, b"", b""
        package.save(update_fields=["state", "head", "tail"])
    return package


def import_answer(package: Package, now: dt.datetime) -> Answer:
    """How far the reading is: ``progress``, ``success`` with what needs a person, or ``failure`` with the reason."""
    files = [package, *Package.objects.filter(archive=package).order_by("pk")]
    waiting = [file for file in files if file.state == Package.State.WAITING]
    if waiting:
        return _waiting_answer(files, waiting, now)
    return read_answer(files)


def read_answer(files: Iterable[Package]) -> Answer:
    """The answer for files that have been read to their end, or as far as they could be."""
    results = [progress_of(file) for file in files]
    lines = [line for result in results for line in result.lines]
    return replies.failure(*lines) if any(result.failed for result in results) else replies.success(lines)


def _waiting_answer(files: list[Package], waiting: list[Package], now: dt.datetime) -> Answer:
    read = sum(file.documents_done for file in files)
    size = waiting[0].size
    entries = sum(file.entries_done for file in files)
    minutes = int((now - waiting[0].received_at).total_seconds() // 60)
    if not (read or entries) and minutes >= NO_WORKER_MINUTES:
        return replies.failure(
            f"Файл сохранён, но его никто не читает уже {minutes} мин.: обработчик узла обмена не запущен. "
            "Сообщите администратору."
        )
    if waiting[0].zipped:
        return replies.progress("Идет распаковка архива.")
    if not entries:
        return replies.progress(f"Прочитано документов: {read}.")
    percent = min(99, waiting[0].bytes_done * 100 // size) if size else 0
    xml_files = [file for file in files if not file.zipped]
    which = f" {xml_files.index(waiting[0]) + 1} из {len(xml_files)}" if len(xml_files) > 1 else ""
    return replies.progress(f"Файл{which} прочитан на {percent} %, записей каталога: {entries}.")
