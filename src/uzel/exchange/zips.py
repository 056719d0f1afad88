"""Archives that a base uploads: what is refused before a byte is unpacked, and which files inside are packages."""

import struct
from collections.abc import Sequence
from dataclasses import dataclass

from uzel.exchange.file_names import has_controls, is_script, name_problem

_END_OF_DIRECTORY = b"PK\x05\x06"
_END_BYTES = 22  # without the comment
_ZIP64_LOCATOR = b"PK\x06\x07"
_ZIP64_LOCATOR_BYTES = 20


@dataclass(frozen=True, slots=True)
class ZipLimits:
    """What an archive may be. The ratio counts only past ``ratio_free_bytes``: small XML packs very well."""

    inflated_bytes: int
    files: int = 1000
    directory_bytes: int = 1 << 20
    ratio: int = 300
    ratio_free_bytes: int = 32 << 20


@dataclass(frozen=True, slots=True)
class ZipEntry:
    """One file of an archive as its directory declares it; unpacking yields no more than ``size`` bytes."""

    name: str
    size: int
    packed: int
    encrypted: bool = False


def end_of_directory(tail: bytes) -> tuple[int, int, int] | None:
    """Place in ``tail``, number of files and bytes of the directory; ``None`` while the zip's end is not there."""
    place = tail.rfind(_END_OF_DIRECTORY)
    if place < 0 or len(tail) < place + _END_BYTES:
        return None
    files, directory_bytes, _, comment = struct.unpack_from("<HIIH", tail, place + 10)
    return (place, files, directory_bytes) if len(tail) == place + _END_BYTES + comment else None


def zip_end_problem(tail: bytes, limits: ZipLimits) -> str:
    """Why an archive is not even opened: told from its last bytes, before memory is spent on its directory."""
    end = end_of_directory(tail)
    if end is None:
        return "Архив передан не полностью."
    place, files, directory_bytes = end
    is_zip64 = tail[max(0, place - _ZIP64_LOCATOR_BYTES) : place].startswith(_ZIP64_LOCATOR)
    if is_zip64 or directory_bytes > limits.directory_bytes:
        return "Архив слишком велик."
    return f"В архиве больше {limits.files} файлов." if files > limits.files else ""


def zip_problem(entries: Sequence[ZipEntry], limits: ZipLimits) -> str:
    """Why an archive is refused as a whole; empty when it may be unpacked."""
    inflated, packed = sum(entry.size for entry in entries), sum(entry.packed for entry in entries)
    if len(entries) > limits.files:
        return f"В архиве больше {limits.files} файлов."
    if any(entry.encrypted for entry in entries):
        return "Архив закрыт паролем."
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
    """XML files of an archive: name inside → the name that ``mode=import`` will use."""
    names = {entry.name: _slashes(entry.name).rpartition("/")[2] for entry in entries}
    return {inside: name for inside, name in names.items() if name.lower().endswith(".xml") and not name_problem(name)}


def _slashes(name: str) -> str:
    """Windows writes paths its own way (what-users-ask 9); nothing is ever written to disk under them."""
    return name.replace("\\", "/")
