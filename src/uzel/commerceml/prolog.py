"""The beginning of a package: junk before the root is dropped, the real encoding found, DOCTYPE refused.

The root element has a Russian name, so its own bytes tell the encoding whatever the declaration claims
(onec-exchange 7). Its default namespace is taken off here, once, so that nobody strips it from every element later.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from uzel.commerceml import tags
from uzel.commerceml.errors import PackageError
from uzel.commerceml.limits import ReadLimits

_START = rb"<(?:[A-Za-z_][\w.-]*:)?%s(?=[\s/>])"
_REST_OF_TAG = rb"(?:[^<>\"']|\"[^\"<]*\"|'[^'<]*')*>"
_DEFAULT_NAMESPACE = re.compile(rb"\sxmlns\s*=\s*(?:\"[^\"]*\"|'[^']*')")
_DOCTYPE = re.compile(rb"<!\s*(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_FIRST_TAG = re.compile(rb"<([^\s<>/!?=]{1,100})")
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff", b"<\0", b"\0<")
_UTF8_MARK = b"\xef\xbb\xbf"
_CONTROLS = bytes(code for code in range(0x20) if code not in b"\t\n\r")


def _blanking(meaningless: bytes) -> bytes:
    """A table for ``bytes.translate``; bytes become blanks and do not vanish, so that lengths and words stay."""
    return bytes.maketrans(meaningless, b" " * len(meaningless))


@dataclass(frozen=True, slots=True)
class _Spelling:
    """How the root looks in one encoding; comments are matched too, so that a root inside one is passed over.

    ``blanking`` takes out bytes that mean nothing there: control characters, and in windows-1251 its one empty place.
    """

    encoding: str
    blanking: bytes
    start: re.Pattern[bytes]
    tag: re.Pattern[bytes]


def _spelling(encoding: str, meaningless: bytes, root: str) -> _Spelling:
    start = _START % re.escape(root.encode(encoding))
    tag = rb"<!--.*?(?:-->|\Z)|(" + start + _REST_OF_TAG + rb")"
    return _Spelling(encoding, _blanking(meaningless), re.compile(start), re.compile(tag, re.DOTALL))


def spellings(root: str) -> tuple[_Spelling, ...]:
    """How a root looks in each encoding that is accepted."""
    return _spelling("utf-8", _CONTROLS, root), _spelling("windows-1251", _CONTROLS + b"\x98", root)


SPELLINGS = spellings(tags.ROOT)


@dataclass(frozen=True, slots=True)
class Opening:
    """A package from its root on. ``pieces`` are at most ``feed_bytes`` long; their lines are numbered as in the file."""

    encoding: str
    pieces: Iterator[bytes]


def open_package(chunks: Iterable[bytes], limits: ReadLimits, roots: tuple[_Spelling, ...] = SPELLINGS) -> Opening:
    """Look at the first ``prolog_bytes`` and hand over the rest untouched; PackageError when it is no CommerceML."""
    source = iter(chunks)
    head = _take(source, limits.prolog_bytes)
    for spelling in roots:
        for match in spelling.tag.finditer(head, 0, limits.prolog_bytes):
            if match.group(1):
                clean = _cleaned(_from_root(head, match), source, spelling.blanking)
                return Opening(spelling.encoding, _pieces(clean, limits.feed_bytes))
    raise _why_not(head[: limits.prolog_bytes])


def _take(source: Iterator[bytes], wanted_bytes: int) -> bytes:
    taken: list[bytes] = []
    size = 0
    for chunk in source:
        taken.append(chunk)
        size += len(chunk)
        if size >= wanted_bytes:
            break
    return b"".join(taken)


def _from_root(head: bytes, root: re.Match[bytes]) -> bytes:
    """Blank lines stand for what was dropped: libxml2 then counts lines as an editor does."""
    before = head[: root.start()]
    if _DOCTYPE.search(before):
        raise _doctype_refused()
    return b"\n" * before.count(b"\n") + _DEFAULT_NAMESPACE.sub(b"", root.group(1)) + head[root.end() :]


def _cleaned(head: bytes, source: Iterator[bytes], blanking: bytes) -> Iterator[bytes]:
    """Bytes that would break the whole package become blanks; UNF cleans what it reads too (onec-exchange 1.3)."""
    yield head.translate(blanking)
    for chunk in source:
        yield chunk.translate(blanking)


def _pieces(chunks: Iterator[bytes], feed_bytes: int) -> Iterator[bytes]:
    for chunk in chunks:
        for start in range(0, len(chunk), feed_bytes):
            yield chunk[start : start + feed_bytes]


def _why_not(head: bytes) -> PackageError:
    """The reason why there is no root, in words of a person who looks at the file."""
    if not head.removeprefix(_UTF8_MARK).strip():
        return PackageError("empty", "Файл пуст или начинается с одних пробелов")
    if _DOCTYPE.search(head):
        return _doctype_refused()
    if head.startswith(b"PK"):
        return PackageError("not_xml", "Это архив ZIP, а не XML")
    if head.startswith(_UTF16_MARKS):
        return PackageError("encoding_unsupported", "Файл в кодировке UTF-16, а принимаются UTF-8 и windows-1251")
    if any(spelling.start.search(head) for spelling in SPELLINGS):
        return PackageError("truncated", "Файл обрывается на первом же элементе")
    first = _FIRST_TAG.search(head)
    if first is None:
        return PackageError("not_xml", "Это не XML: в начале файла нет ни одного элемента")
    name = _readable(first.group(1))
    return PackageError("not_commerceml", f"Это не CommerceML: файл начинается с «{name}», а нужен «{tags.ROOT}»")


def _readable(name: bytes) -> str:
    try:
        return name.decode()
    except UnicodeDecodeError:
        return name.decode("windows-1251", "replace")


def _doctype_refused() -> PackageError:
    return PackageError("doctype_refused", "В файле есть DOCTYPE или ENTITY: такие файлы не принимаются")
