"""What a base said in one HTTP call, before anybody decides anything."""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import unquote_plus, unquote_to_bytes

COOKIE = "UZELSESSION"
WORD_LENGTH = 20  # characters
PROBE = "probe"  # the doctor's word in a query, and then the type of the call
SECRET_WORDS = ("sessid", "passw", "pwd", "token", "secret")


@dataclass(frozen=True, slots=True)
class Credentials:
    """Login and password of a Basic header."""

    login: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class CallRequest:
    """One call. ``code`` is the node of the path, empty at the root; ``params`` hold the last value of each name."""

    method: str
    path: str
    code: str = ""
    query: str = field(default="", repr=False)
    params: Mapping[str, str] = field(default_factory=dict, repr=False)
    authorization: str | None = field(default=None, repr=False)
    cookie: str = field(default="", repr=False)
    remote_address: str = ""
    content_length: int | None = None
    if_none_match: str = ""
    user_agent: str = ""
    referer: str = ""

    @property
    def kind(self) -> str:
        """``type=``: sale, crm, catalog... A call of the doctor is of its own type, so that it touches nothing of a base."""
        return PROBE if PROBE in self.params else self.word("type")

    @property
    def mode(self) -> str:
        """``mode=``: checkauth, init, file..."""
        return self.word("mode")

    @property
    def sessid(self) -> str:
        """The session's token as the client repeats it; older UT sends it with its name cut off (onec-exchange 1.2)."""
        return self.params.get("sessid", "").strip()

    def word(self, name: str) -> str:
        """A parameter that is one of few words, as a column takes it."""
        return printable(self.params.get(name, ""), WORD_LENGTH).strip().lower()

    @property
    def credentials(self) -> Credentials | None:
        """Login and password, ``None`` without a readable Basic header."""
        return parse_basic(self.authorization or "")


def parse_basic(header: str) -> Credentials | None:
    """Read ``Authorization: Basic …``; UTF-8 first, windows-1251 for old platforms."""
    scheme, _, value = header.strip().partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        raw = base64.b64decode(value.strip(), validate=True)
    except (binascii.Error, ValueError):
        return None
    login, colon, password = _decode(raw).partition(":")
    return Credentials(login, password) if colon and "\0" not in login else None


def parse_query(query: bytes) -> dict[str, str]:
    """Parameters of a query string, the last value of each name; values may be UTF-8 or windows-1251."""
    pairs = (piece.replace(b"+", b" ").partition(b"=") for piece in query.split(b"&") if piece)
    return {_decode(unquote_to_bytes(name)): _decode(unquote_to_bytes(value)) for name, _, value in pairs}


def without_secrets(query: str) -> str:
    """A query string that may be kept and shown: values of sessid and passwords are starred."""
    return "&".join(map(_starred, query.split("&")))


def _starred(piece: str) -> str:
    name, equals, _ = piece.partition("=")
    spoken = unquote_plus(name).lower()
    return f"{name}=***" if equals and any(word in spoken for word in SECRET_WORDS) else piece


def _decode(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("windows-1251", errors="replace")


def printable(text: str, length: int) -> str:
    """Text that a database column takes: no NUL, no lone surrogates, not longer than ``length``."""
    return text.replace("\0", "\N{REPLACEMENT CHARACTER}").encode(errors="replace").decode()[:length]
