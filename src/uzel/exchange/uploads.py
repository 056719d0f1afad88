"""Uploaded bytes before anybody parses them: names that are safe, files that look whole, zips that are not bombs."""

import re
import struct
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

NAME_LENGTH = 200  # characters
TAIL_BYTES = 1024  # the closing tag, or a zip's end-of-central-directory, is in here
HEAD_BYTES = 4096
ENCODINGS = ("utf-8", "windows-1251", "utf-16-le", "utf-16-be")

_ROOT = r"(?:[^<>/\s]+:)?КоммерческаяИнформация"
_CLOSING_ROOT = re.compile(rf"</{_ROOT}\s*>")
_EMPTY_ROOT = re.compile(rf"<{_ROOT}\b[^<>]*/>\s*\Z")
_SCRIPT = re.compile(r"(?i)\.(php\d?|phtml|phar|asp|aspx|jsp|cgi|pl|py|rb|sh|bat|cmd|exe|dll|js|htaccess)(\.|\s|$)")
_END_OF_DIRECTORY = b"PK\x05\x06"
_ZIP64_LOCATOR = b"PK\x06\x07"


def _controls(name: str) -> bool:
    return any(ord(letter) < 32 or ord(letter) == 127 for letter in name)


#: First row that applies is the reason.
NAME_RULES: tuple[tuple[Callable[[str], object], str], ...] = (
    (lambda name: not name.strip(), "Не указано имя файла (filename)."),
    (lambda name: len(name) > NAME_LENGTH, f"Имя файла длиннее {NAME_LENGTH} символов."),
    (_controls, "В имени файла недопустимые символы."),
    (lambda name: ".." in name, "Имя файла выводит за пределы каталога обмена."),
    (lambda name: re.match(r"[A-Za-z]:|\\", name), "Имя файла содержит путь Windows, нужно только имя."),
    (lambda name: name.startswith(("/", "~")), "Имя файла содержит абсолютный путь, нужно только имя."),
    (lambda name: re.search(r"[/\\:*?\"<>|]", name), "Имя файла содержит путь, нужно только имя."),
    (_SCRIPT.search, "Файлы программ и сценариев не принимаются."),
    (lambda name: not name.lower().endswith((".xml", ".zip")), "Принимаются только файлы .xml и .zip."),
)


def name_problem(name: str) -> str:
    """Why a file name is refused, in Russian; empty for a good one."""
    return next((reason for applies, reason in NAME_RULES if applies(name)), "")


class Intake:
    """Bytes on their way in: iterate it to take them; stops at ``limit`` bytes and keeps the first and the last ones."""

    def __init__(self, source: Iterable[bytes], limit: int, expected: int | None = None) -> None:
        self._source, self._limit, self._expected = source, limit, expected
        self.size = 0
        self.head = self.tail = b""
        self.too_large = False
        self._interrupted = False

    def __iter__(self) -> Iterator[bytes]:
        try:
            for chunk in self._source:
                if self.size + len(chunk) > self._limit:
                    self.too_large, chunk = True, chunk[: self._limit - self.size]
                if chunk:
                    self._notice(chunk)
                    yield chunk
                if self.too_large:
                    return
        except OSError:
            self._interrupted = True  # the base hung up: what arrived is kept

    def _notice(self, chunk: bytes) -> None:
        self.size += len(chunk)
        self.head = (self.head + chunk[:HEAD_BYTES])[:HEAD_BYTES]
        self.tail = (self.tail + chunk[-TAIL_BYTES:])[-TAIL_BYTES:]

    @property
    def broken_off(self) -> bool:
        """The connection ended before the announced length."""
        return self._interrupted or (not self.too_large and self._expected is not None and self.size < self._expected)


def is_zip(head: bytes) -> bool:
    """Does a file that begins so claim to be a zip?"""
    return head.startswith(b"PK")


def is_xml(head: bytes) -> bool:
    """Could a file that begins so be XML? A BOM and white space in front are forgiven."""
    return head.lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n").startswith(b"<")


def looks_complete(head: bytes, tail: bytes) -> bool:
    """Has the whole file arrived? ``head`` and ``tail`` are the ends of all its pieces together (onec-exchange 8.2)."""
    return _end_of_directory(tail) is not None if is_zip(head) else _xml_complete(head, tail)


def _xml_complete(head: bytes, tail: bytes) -> bool:
    whole = head if len(head) < HEAD_BYTES else b""
    return any(
        _CLOSING_ROOT.search(tail.decode(encoding, errors="ignore"))
        or _EMPTY_ROOT.search(whole.decode(encoding, errors="ignore"))
        for encoding in ENCODINGS
    )


def _end_of_directory(tail: bytes) -> tuple[int, int, int] | None:
    """Place in ``tail``, number of files and bytes of the directory; ``None`` while the zip's end is not there."""
    place = tail.rfind(_END_OF_DIRECTORY)
    if place < 0 or len(tail) < place + 22:
        return None
    files, directory_bytes, _, comment = struct.unpack_from("<HIIH", tail, place + 10)
    return (place, files, directory_bytes) if len(tail) == place + 22 + comment else None


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


def zip_end_problem(tail: bytes, limits: ZipLimits) -> str:
    """Why an archive is not even opened: told from its last bytes, before memory is spent on its directory."""
    end = _end_of_directory(tail)
    if end is None:
        return "Архив передан не полностью."
    place, files, directory_bytes = end
    if tail[max(0, place - 20) : place].startswith(_ZIP64_LOCATOR) or directory_bytes > limits.directory_bytes:
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
    return next((_entry_problem(entry.name) for entry in entries if _entry_problem(entry.name)), "")


def _entry_problem(name: str) -> str:
    parts = name.rstrip("/").split("/")
    hostile = _controls(name) or name.startswith(("/", "~")) or re.search(r"\\|:", name) or ".." in parts or _SCRIPT.search(name)
    return f"В архиве файл с недопустимым именем: {name[:60]!r}." if hostile else ""


def package_names(entries: Sequence[ZipEntry]) -> dict[str, str]:
    """XML files of an archive: name inside → the name that ``mode=import`` will use."""
    return {
        entry.name: entry.name.rpartition("/")[2]
        for entry in entries
        if entry.name.lower().endswith(".xml") and not name_problem(entry.name.rpartition("/")[2])
    }
