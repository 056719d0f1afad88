"""Answers to a base, byte for byte as its client reads them (onec-exchange 1.3).

No BOM, no trailing newline, never compressed, and the charset stands last in Content-Type.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from uzel.exchange.request import COOKIE

SERVER_VERSION = "2.09"  # what Bitrix always answers, whatever the client has (onec-exchange 2)
LINE_LENGTH = 300
LONGEST_CHARACTER = 4  # bytes
SHOWN_CHARACTERS = 254  # of a refusal: a longer body is not shown to the user (onec-exchange 1.3)
VERDICT_CHARACTERS = 254  # of a line after ``success``

UNNAMED = "Укажите логин и пароль."
STRANGER = "Неверный логин или пароль, либо база с таким адресом не заведена."
SWITCHED_OFF = "База отключена в узле обмена."


@dataclass(frozen=True, slots=True)
class Answer:
    """What is to be said. ``secrets`` are starred in the archive; ``xml`` is a ready body in the node's encoding.

    ``etag`` makes the text JSON, always in UTF-8; ``unchanged``: the base has it already, so only its name is said.
    ``waits_for`` is a node for which there is nothing yet.
    """

    text: str = ""
    etag: str = ""
    unchanged: bool = False
    xml: bytes | None = None
    secrets: tuple[str, ...] = field(default=(), repr=False)
    challenge: bool = False
    waits_for: int = 0


@dataclass(frozen=True, slots=True)
class Reply:
    """What goes over the wire; ``archived`` is the body as it may be kept and shown, ``line`` the same in short.

    ``waits_for`` is a node that is told ``success`` instead, should there be something for it soon.
    """

    status: int
    body: bytes
    content_type: str
    archived: bytes
    line: str
    headers: tuple[tuple[str, str], ...] = ()
    waits_for: int = 0


#: To who listens, when his time is over.
NOTHING = Reply(304, b"", "text/plain; charset=utf-8", b"", "")


def check_auth(cookie: str, token: str, timestamp: int | None = None) -> Answer:
    """Line 4 must literally be ``sessid=…``: the client pastes it behind ``&`` (onec-exchange 1.2).

    The catalogue's line 5 comes back with ``deactivate`` (onec-exchange 1.4).
    """
    fifth = "" if timestamp is None else f"\ntimestamp={timestamp}"
    return Answer(f"success\n{COOKIE}\n{cookie}\nsessid={token}{fifth}", secrets=(cookie, token))


def check_auth_short(cookie: str) -> Answer:
    """Who fetches the catalogue is told no token, and every line ends with a break (onec-exchange 1.6)."""
    return Answer(f"success\n{COOKIE}\n{cookie}\n", secrets=(cookie,))


def init_give() -> Answer:
    """The one line for who fetches the catalogue: pieces are never packed (onec-exchange 1.6)."""
    return Answer("zip=no\n")


def finished() -> Answer:
    """The catalogue is given to its end."""
    return Answer("finished=yes\n")


def piece(text: str, body: bytes) -> Answer:
    """A piece of the catalogue; a text about it stands in front, with nothing between (onec-exchange 1.6)."""
    return Answer(_one_line(text), xml=body)


def init_old(file_limit: int) -> Answer:
    """Exactly two lines, or UT stops (onec-exchange 1.3)."""
    return Answer(f"zip=no\nfile_limit={file_limit}")


def init_catalog(file_limit: int) -> Answer:
    """Two lines for every client, as Bitrix says them: a catalogue may always come zipped and in parts."""
    return Answer(f"zip=yes\nfile_limit={file_limit}")


def init_new(file_limit: int, token: str) -> Answer:
    """Four lines for a client that named its version."""
    return Answer(f"zip=yes\nfile_limit={file_limit}\nsessid={token}\nversion={SERVER_VERSION}", secrets=(token,))


def success(lines: Iterable[str] = ()) -> Answer:
    """Done; further lines go to the log of 1C, none of them longer than what it shows."""
    return Answer("\n".join(("success", *(_cut(_one_line(line), VERDICT_CHARACTERS) for line in lines))))


def progress(text: str) -> Answer:
    """Not yet: ask again."""
    return Answer(f"progress\n{_one_line(text)}")


def failure(*lines: str, challenge: bool = False) -> Answer:
    """Not done, and why, in Russian, as far as the whole is shown. ``challenge``: 401 for who did not say who he is."""
    text = "\n".join(("failure", *map(_one_line, lines)))
    return Answer(_cut(text, SHOWN_CHARACTERS), challenge=challenge)


def xml(body: bytes) -> Answer:
    """A ready XML body."""
    return Answer(xml=body)


def nothing_yet(node_id: int) -> Answer:
    """There is nothing for a node that listens."""
    return Answer(waits_for=node_id)


def json(text: str, known: str) -> Answer:
    """JSON with a name by which the base may ask whether it is still the same; ``known``: names that it said."""
    etag = f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'
    said = {name.strip().removeprefix("W/") for name in known.split(",")}
    return Answer(text, etag=etag, unchanged=etag in said or "*" in said)


def _render_json(answer: Answer) -> Reply:
    body = b"" if answer.unchanged else answer.text.encode()
    return Reply(
        status=304 if answer.unchanged else 200,
        body=body,
        content_type="application/json; charset=utf-8",
        archived=body,
        line="" if answer.unchanged else _short(answer.text[:LINE_LENGTH]),
        headers=(("ETag", answer.etag),),
    )


def render(answer: Answer, encoding: str) -> Reply:
    """Bytes and headers of an answer; ``encoding`` is a name that 1C knows: utf-8 or windows-1251."""
    if answer.etag:
        return _render_json(answer)
    if answer.waits_for:
        return replace(NOTHING, waits_for=answer.waits_for)
    # Nobody reads the type; plain is never run as a page.
    media = "application/xml" if answer.xml is not None and not answer.text else "text/plain"
    shown = answer.text
    for secret in answer.secrets:
        shown = shown.replace(secret, "***")
    body = answer.text.encode(encoding, errors="replace") + (answer.xml or b"")
    archived = shown.encode(encoding, errors="replace") + (answer.xml or b"")
    return Reply(
        status=401 if answer.challenge else 200,
        body=body,
        content_type=f"{media}; charset={encoding}",
        archived=archived,
        line=_short(archived[: LINE_LENGTH * LONGEST_CHARACTER].decode(encoding, errors="replace")),
        headers=(("WWW-Authenticate", 'Basic realm="1C"'),) if answer.challenge else (),
    )


def _cut(text: str, length: int) -> str:
    return text if len(text) <= length else text[: length - 1] + "…"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _short(text: str) -> str:
    return _one_line(text)[:LINE_LENGTH]
