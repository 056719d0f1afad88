"""One HTTP request as the platform of 1C makes it: no redirect is followed, nothing is unpacked, bytes stay as they came.

Never raises for what the other side does: whatever goes wrong is a :class:`Heard` with its trouble.
"""

import datetime as dt
import http.client
import socket
import ssl
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from uzel.flows.doctor.page_record import Certificate, Heard

TIMEOUT_S = 20.0
MOST_BYTES = 1 << 20  # of an answer
PIECE_BYTES = 64 << 10
PLATFORM = "1C+Enterprise/8.3"  # as public logs have it (onec-exchange 1.2)
OLD_VERSION = 10


@dataclass(frozen=True, slots=True)
class Ask:
    """A request. ``size``: of a body, for a POST; 0 for a GET."""

    url: str
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    size: int = 0
    old_http: bool = False
    timeout_s: float = TIMEOUT_S


def hear(ask: Ask, *, trusting: bool = False) -> Heard:
    """``trusting``: also a server whose certificate is no good; nothing secret goes to one."""
    connection = _connection(ask, trusting)
    began = time.monotonic()
    try:
        _send(connection, ask)
        with connection.getresponse() as answer:
            headers, body = tuple(answer.getheaders()), answer.read(MOST_BYTES)
            return Heard(answer.status, headers, body, time.monotonic() - began)
    except Exception as error:
        trouble = trouble_of(error)
        if not trouble:
            raise
        return Heard(seconds=time.monotonic() - began, trouble=trouble)
    finally:
        connection.close()


#: What may go wrong on the way, the narrower first.
_TROUBLES: tuple[tuple[type[Exception], str], ...] = (
    (socket.gaierror, "name"),
    (ssl.SSLError, "tls"),
    (TimeoutError, "timeout"),
    (ConnectionRefusedError, "refused"),
    (OSError, "broken"),
    (http.client.HTTPException, "broken"),
)


def trouble_of(error: Exception) -> str:
    """The word for what went wrong; "" for what is no trouble of the way."""
    return next((word for kind, word in _TROUBLES if isinstance(error, kind)), "")


def _connection(ask: Ask, trusting: bool) -> http.client.HTTPConnection:
    parts = urlsplit(ask.url)
    host, port = parts.hostname or "", parts.port
    if parts.scheme == "https":
        secure = ssl.create_default_context()
        if trusting:
            secure.check_hostname, secure.verify_mode = False, ssl.CERT_NONE
        made: http.client.HTTPConnection = http.client.HTTPSConnection(host, port, timeout=ask.timeout_s, context=secure)
    else:
        made = http.client.HTTPConnection(host, port, timeout=ask.timeout_s)
    if ask.old_http:
        vars(made).update(_http_vsn=OLD_VERSION, _http_vsn_str="HTTP/1.0")  # the library has no public way to say it
    return made


def _send(connection: http.client.HTTPConnection, ask: Ask) -> None:
    parts = urlsplit(ask.url)
    target = f"{parts.path or '/'}?{parts.query}"
    connection.putrequest("POST" if ask.size else "GET", target, skip_accept_encoding=True)
    for name, value in {"User-Agent": PLATFORM, **ask.headers}.items():
        connection.putheader(name, value)
    if ask.size:
        connection.putheader("Content-Length", str(ask.size))
    connection.endheaders()
    try:
        for piece in _pieces(ask.size):
            connection.send(piece)
    except (BrokenPipeError, ConnectionResetError):
        return  # a proxy answers and hangs up in the middle of what is too large for it


def _pieces(size: int) -> Iterator[bytes]:
    """An XML file of that size without a document in it."""
    head = b'<?xml version="1.0"?>\n<probe>'
    body: Iterable[int] = range(0, size, PIECE_BYTES)
    for start in body:
        piece = b" " * min(PIECE_BYTES, size - start)
        yield piece if start else (head + piece)[: len(piece)]


def certificate_of(url: str) -> Certificate | None:
    """Of an https address; None for another one, or where nobody answers."""
    parts = urlsplit(url)
    if parts.scheme != "https":
        return None
    host, port = parts.hostname or "", parts.port or 443
    try:
        with (
            socket.create_connection((host, port), TIMEOUT_S) as plain,
            ssl.create_default_context().wrap_socket(plain, server_hostname=host) as secured,
        ):
            ends = str((secured.getpeercert() or {}).get("notAfter", ""))
    except ssl.SSLError as error:
        return Certificate(fault=getattr(error, "verify_message", "") or error.reason or "TLS")
    except OSError:
        return None
    return Certificate(ends=dt.datetime.fromtimestamp(ssl.cert_time_to_seconds(ends), dt.UTC) if ends else None)
