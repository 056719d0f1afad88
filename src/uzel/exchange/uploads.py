"""Uploaded bytes before anybody parses them: how much is taken, where a piece belongs, whether the file looks whole."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from uzel.exchange.zips import end_of_directory, is_whole_zip

TAIL_BYTES = 1024  # the closing tag, or a zip's end-of-central-directory, is in here
HEAD_BYTES = 4096
DRAIN_BYTES = 1 << 30  # read past the limit and thrown away, so that the client hears why instead of a reset
ENCODINGS = ("utf-8", "windows-1251", "utf-16-le", "utf-16-be")

_ROOT = r"(?:[^<>/\s]+:)?(?:КоммерческаяИнформация|Классификатор)"  # the second by one producer of catalogues
_CLOSING_ROOT = re.compile(rf"</{_ROOT}\s*>")
_EMPTY_ROOT = re.compile(rf"<{_ROOT}\b[^<>]*/>\s*\Z")
_DECLARATION = re.compile(r"\ufeff?\s*<\?xml\s")
_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_FIRST_TAG = re.compile(r"<([^<>?!/\s\0][^<>/\s\0]*)[\s/>]")


class Intake:
    """Bytes on their way in: iterate it to take them. Keeps ``limit`` bytes at most and remembers both ends of them.

    ``is_late`` is asked after every chunk; a source that comes too slowly by its own measure raises TimeoutError.
    """

    def __init__(
        self,
        source: Iterable[bytes],
        limit: int,
        expected: int | None = None,
        drain: int = 0,
        is_late: Callable[[], bool] = lambda: False,
    ) -> None:
        self._source, self._limit, self._expected, self._drain, self._is_late = source, limit, expected, drain, is_late
        self.size = 0
        self.head = self.tail = b""
        self.too_large = self.too_slow = False
        self._interrupted = False

    def __iter__(self) -> Iterator[bytes]:
        thrown_away = 0
        try:
            for chunk in self._source:
                kept = chunk[: self._limit - self.size]
                thrown_away += len(chunk) - len(kept)
                self.too_large = thrown_away > 0
                if kept:
                    self.size += len(kept)
                    self.head, self.tail = join_ends(self.head, self.tail, kept, kept)
                    yield kept
                if thrown_away > self._drain:
                    return
                if self._is_late():
                    self.too_slow = True
                    return
        except TimeoutError:
            self.too_slow = True
        except OSError:
            self._interrupted = True  # the base hung up: what arrived is kept

    @property
    def broken_off(self) -> bool:
        """The connection ended before the announced length."""
        return self._interrupted or (not self.too_large and self._expected is not None and self.size < self._expected)


def join_ends(head: bytes, tail: bytes, next_head: bytes, next_tail: bytes) -> tuple[bytes, bytes]:
    """First and last bytes of two pieces put together, from the ends of each."""
    return (head + next_head[:HEAD_BYTES])[:HEAD_BYTES], (tail + next_tail[-TAIL_BYTES:])[-TAIL_BYTES:]


class Place(StrEnum):
    """Where a piece of a file belongs."""

    FIRST = "first"  # a file begins; what was open under its name will never be finished
    NEXT = "next"  # goes on where the open file ends
    REPEATED = "repeated"  # sent again because our answer was lost; it is there already
    HEADLESS = "headless"  # the rest of something that we do not have, or no file at all


@dataclass(frozen=True, slots=True)
class OpenUpload:
    """An upload under way: SHA-256 of its first and of its last piece."""

    first: str
    last: str


def place_of(head: bytes, tail: bytes, size: int, sha256: str, upload: OpenUpload | None) -> Place:
    """Where a piece belongs, by its ends and its hash: the protocol does not number the pieces (onec-exchange 1.4)."""
    if upload is None:
        return Place.FIRST if is_zip(head) or is_xml(head) else Place.HEADLESS
    if sha256 == upload.last:
        return Place.REPEATED
    begins = sha256 == upload.first or is_whole_zip(head, tail, size) or begins_xml(head)
    return Place.FIRST if begins else Place.NEXT


def is_zip(head: bytes) -> bool:
    """Does a file that begins so claim to be a zip?"""
    return head.startswith(b"PK")


def is_xml(head: bytes) -> bool:
    """Could a file that begins so be XML? A BOM and white space in front are forgiven."""
    return head.lstrip(b"\xef\xbb\xbf\xff\xfe\0 \t\r\n").startswith(b"<")


def begins_xml(head: bytes) -> bool:
    """Is this the beginning of an XML file and no piece out of its middle? Only the declaration stands nowhere else."""
    return any(_DECLARATION.match(text) for text in _decodings(head))


def is_foreign(head: bytes) -> bool:
    """Does the XML begin with an element that is not CommerceML's?"""
    tags = [found for text in _decodings(head) if (found := _FIRST_TAG.search(_COMMENT.sub("", text)))]
    return bool(tags) and not any(re.fullmatch(_ROOT, found[1]) for found in tags)


def looks_complete(head: bytes, tail: bytes) -> bool:
    """Has the whole file arrived? ``head`` and ``tail`` are the ends of all its pieces together (onec-exchange 8.2)."""
    return end_of_directory(tail) is not None if is_zip(head) else _xml_complete(head, tail)


def _xml_complete(head: bytes, tail: bytes) -> bool:
    whole = head if len(head) < HEAD_BYTES else b""
    return any(map(_CLOSING_ROOT.search, _decodings(tail))) or any(map(_EMPTY_ROOT.search, _decodings(whole)))


def _decodings(data: bytes) -> Iterator[str]:
    """The bytes as every encoding reads them: which one the file has is known to its parser alone."""
    return (data.decode(encoding, errors="ignore") for encoding in ENCODINGS)
