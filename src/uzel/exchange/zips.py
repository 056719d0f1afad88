"""Archives that a base uploads: what is refused before a byte is unpacked, and which files inside are packages."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass

from uzel.exchange.file_names import has_controls, is_picture, is_script, name_problem

_FIRST_FILE = b"PK\x03\x04"
_END_OF_DIRECTORY = b"PK\x05\x06"
_END_BYTES = 22  # without the comment
_ZIP64_LOCATOR = b"PK\x06\x07"
_ZIP64_LOCATOR_BYTES = 20
#: Stored and deflated: what 1C writes, and what is unpacked by as much as was asked for. bzip2 and LZMA give all that a
#: piece holds at once, and 256 KB of bzip2 may hold hundreds of gigabytes, whatever the directory says.
KNOWN_METHODS = (0, 8)


#: Beginnings of the names of catalogue files in the order in which they are read (onec-exchange 2.2).
CATALOGUE_FILES = ("group", "import", "goods", "offer", "price", "rest")


PICTURE_BYTES = 20 << 20


@dataclass(frozen=True, slots=True)
class ZipLimits:
    """What an archive may be. The ratio counts only past ``ratio_free_bytes``: small XML packs very well."""

    inflated_bytes: int
    files: int = 20_000  # most of them pictures
    directory_bytes: int = 4 << 20
    ratio: int = 300
    ratio_free_bytes: int = 32 << 20
    picture_bytes: int = PICTURE_BYTES  # a larger picture is left out, the rest is taken


@dataclass(frozen=True, slots=True)
class ZipEntry:
    """One file of an archive as its directory declares it; unpacking yields no more than ``size`` bytes."""

    name: str
    size: int
    packed: int
    encrypted: bool = False
    method: int = 8


@dataclass(frozen=True, slots=True)
class ZipEnd:
    """The end-of-central-directory record. ``place`` is its offset in the given tail, ``offset`` the directory's in the zip."""

    place: int
    files: int
    directory_bytes: int
    offset: int


def end_of_directory(tail: bytes) -> ZipEnd | None:
    """The record in the last bytes of a zip; ``None`` while the zip's end is not there."""
    place = tail.rfind(_END_OF_DIRECTORY)
    if place < 0 or len(tail) < place + _END_BYTES:
        return None
    files, directory_bytes, offset, comment = struct.unpack_from("<HIIH", tail, place + 10)
    return ZipEnd(place, files, directory_bytes, offset) if len(tail) == place + _END_BYTES + comment else None


def is_whole_zip(head: bytes, tail: bytes, size: int) -> bool:
    """Do these ends of ``size`` bytes belong to one zip, rather than the last to a zip that began earlier?"""
    end = end_of_directory(tail)
    begins = head.startswith((_FIRST_FILE, _END_OF_DIRECTORY))
    return begins and end is not None and end.offset + end.directory_bytes == size - len(tail) + end.place


def zip_end_problem(tail: bytes, limits: ZipLimits) -> str:
    """Why an archive is not even opened: told from its last bytes, before memory is spent on its directory."""
    end = end_of_directory(tail)
    if end is None:
        return "Архив передан не полностью."
    is_zip64 = tail[max(0, end.place - _ZIP64_LOCATOR_BYTES) : end.place].startswith(_ZIP64_LOCATOR)
    if is_zip64 or end.directory_bytes > limits.directory_bytes:
        return "Архив слишком велик."
    return f"В архиве больше {limits.files} файлов." if end.files > limits.files else ""


def zip_problem(entries: Sequence[ZipEntry], limits: ZipLimits, zip_bytes: int) -> str:
    """Why an archive of ``zip_bytes`` is refused as a whole; empty when it may be unpacked.

    Files that share their bytes declare more of them, packed, than the archive has: the bomb is measured by the archive.
    """
    inflated, packed = sum(entry.size for entry in entries), min(zip_bytes, sum(entry.packed for entry in entries))
    if len(entries) > limits.files:
        return f"В архиве больше {limits.files} файлов."
    if any(entry.encrypted for entry in entries):
        return "Архив закрыт паролем."
    if any(entry.method not in KNOWN_METHODS for entry in entries):
        return "Архив упакован неизвестным способом, нужен обычный ZIP."
    if inflated > limits.inflated_bytes:
        return "Содержимое архива слишком велико."
    if inflated > limits.ratio_free_bytes and inflated > packed * limits.ratio:
        return "Архив сжат подозрительно сильно."
    return next(filter(None, (_entry_problem(entry.name) for entry in entries)), "")


def _entry_problem(name: str) -> str:
    plain = _slashes(name)
    steps_out = plain.startswith(("/", "~")) or ":" in plain or ".." in plain.split("/")
    hostile = steps_out or has_controls(plain) or is_script(plain)
    return f"В архиве файл с недопустимым именем: {name[:60]!r}." if hostile else ""


def package_names(entries: Sequence[ZipEntry]) -> dict[str, str]:
    """XML files of an archive in the order of reading: name inside → the name that ``mode=import`` will use."""
    names = {entry.name: _slashes(entry.name).rpartition("/")[2] for entry in entries}
    ordered = sorted(names.items(), key=lambda pair: _turn(pair[1]))
    return {inside: name for inside, name in ordered if name.lower().endswith(".xml") and not name_problem(name)}


def _turn(name: str) -> int:
    """Goods come before their offers, and these before their prices: what is named is then known already."""
    lower = name.lower()
    return next((turn for turn, beginning in enumerate(CATALOGUE_FILES) if lower.startswith(beginning)), len(CATALOGUE_FILES))


def picture_names(entries: Sequence[ZipEntry]) -> list[str]:
    """Names inside an archive of the pictures of goods."""
    return [entry.name for entry in entries if is_picture(entry.name)]


def _slashes(name: str) -> str:
    """Windows writes paths its own way (onec-exchange 7); nothing is ever written to disk under them."""
    return name.replace("\\", "/")
