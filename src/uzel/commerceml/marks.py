"""What the root of a file says of its writer: version of the schema, default namespace, clock and encoding."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from uzel.commerceml import tags
from uzel.commerceml.prolog import SPELLINGS

HEAD_BYTES = 65_536
LENGTH = 100  # characters of a mark
_NAMESPACE = re.compile(r"\sxmlns\s*=\s*[\"']([^\"']*)")
_SCHEMA = re.compile(rf"\s{tags.SCHEMA_VERSION}\s*=\s*[\"']([^\"']*)")
_FORMED = re.compile(rf"\s{tags.FORMED_AT}\s*=\s*[\"']([^\"']*)")


@dataclass(frozen=True, slots=True)
class FileMarks:
    """Marks of a file; empty where it has none. ``formed``: when, by the clock of the base; ``encoding``: the real one."""

    schema: str = ""
    namespace: str = ""
    formed: str = ""
    encoding: str = ""


def marks_of(chunks: Iterable[bytes]) -> FileMarks:
    """The marks of a file from its first bytes; empty ones for what is no CommerceML."""
    head = b""
    for chunk in chunks:
        head += chunk[: HEAD_BYTES - len(head)]
        if len(head) >= HEAD_BYTES:
            break
    for spelling in SPELLINGS:
        root = next((found.group(1) for found in spelling.tag.finditer(head) if found.group(1)), None)
        if root is not None:
            text = root.decode(spelling.encoding, errors="replace")
            return FileMarks(_first(_SCHEMA, text), _first(_NAMESPACE, text), _first(_FORMED, text), spelling.encoding)
    return FileMarks()


def _first(pattern: re.Pattern[str], text: str) -> str:
    found = pattern.search(text)
    return found.group(1).strip()[:LENGTH] if found else ""
