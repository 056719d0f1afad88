"""One POST to the portal and its answer: the only place that knows HTTP (bitrix24-rest A1, B2, B6).

The address of the webhook is a secret: no exception, log line or ``repr`` made here shows it.
"""

import ipaddress
import json
import logging
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

import httpx2

from uzel import __version__
from uzel.bitrix24.errors import OutcomeUnknown, PortalError, Refused, Unavailable, WrongCredentials, error_of

READ_TIMEOUT_S = 65.0  # a request lives 60 s in the portal
CONNECT_TIMEOUT_S = 10.0
MOST_CONNECTIONS = 16
LONGEST_ANSWER_BYTES = 64 << 20
JSON, FORM = "application/json", "application/x-www-form-urlencoded"
USER_AGENT = f"uzel/{__version__}"
_PATH = re.compile(r"(?:/[\w.-]+)*/rest/\d+/[\w.-]+/")
_APPLICATION_PATH = re.compile(r"(?:/[\w.-]+)*/rest/")
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
#: These say that no byte of the request has reached the portal.
_NOT_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout, httpx2.ProxyError)


@dataclass(frozen=True, slots=True)
class Answer:
    """A readable answer that is no error. ``base`` is the webhook that gave it: another one after the portal was renamed."""

    body: Mapping[str, Any]
    base: str


def open_http(*, read_timeout_seconds: float = READ_TIMEOUT_S, transport: httpx2.BaseTransport | None = None) -> httpx2.Client:
    """What :class:`uzel.bitrix24.client.PortalClient` wants: keep-alive, no redirects followed, loopback without a proxy."""
    direct = ("all://127.0.0.1", "all://localhost", "all://[::1]")
    return httpx2.Client(
        transport=transport,
        mounts=None if transport else dict.fromkeys(direct),
        timeout=httpx2.Timeout(CONNECT_TIMEOUT_S, read=read_timeout_seconds, write=read_timeout_seconds),
        limits=httpx2.Limits(max_connections=MOST_CONNECTIONS, max_keepalive_connections=MOST_CONNECTIONS),
        headers={"User-Agent": USER_AGENT, "Accept": "application/json"},
        follow_redirects=False,
    )


def base_of(webhook: str, *, is_application: bool = False) -> str:
    """The address of an incoming webhook (or where an application calls), checked, with a slash at its end."""
    path = _APPLICATION_PATH if is_application else _PATH
    base = webhook.strip().rstrip("/") + "/"
    try:
        parts = urlsplit(base)
        host = parts.hostname or ""
    except ValueError:
        raise WrongCredentials("BAD_WEBHOOK", "адрес вебхука не читается") from None
    if not host or parts.query or parts.fragment or parts.username or not path.fullmatch(parts.path):
        raise WrongCredentials("BAD_WEBHOOK", "адрес вебхука должен иметь вид https://портал/rest/НОМЕР/КОД/")
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(host)):
        raise WrongCredentials("BAD_WEBHOOK", "вебхук портала должен начинаться с https://")
    return base


def is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def hide_addresses() -> None:
    """Keep the address out of the log lines that the HTTP library writes about each request."""
    logging.getLogger("httpx2").addFilter(_without_secret)


def post(http: httpx2.Client, base: str, method: str, payload: Mapping[str, Any]) -> Answer:
    """Call a method. A renamed portal (302) is asked once more at its new address, by POST again; raises PortalError."""
    content = json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode()
    status, headers, raw = _exchange(http, f"{base}{method}", content, method)
    if status in _REDIRECTS:
        base = _moved(base, method, headers.get("location", ""))
        status, headers, raw = _exchange(http, f"{base}{method}", content, method)
        if status in _REDIRECTS:
            raise Unavailable("MOVED", "портал перенаправляет запросы по кругу")
    body = _parsed(raw)
    problem = error_of(status, body, method, _seconds(headers.get("retry-after")))
    if problem is not None:
        raise problem
    return Answer(body, base)


def post_form(http: httpx2.Client, url: str, form: Mapping[str, str]) -> tuple[int, Any]:
    """Status and JSON (None: none) of an answer that is no portal's; secrets travel in the body, never in the address."""
    status, _, raw = _exchange(http, url, urlencode(form).encode(), "oauth", FORM)
    return status, _parsed(raw)


def _exchange(
    http: httpx2.Client, url: str, content: bytes, method: str, kind: str = JSON
) -> tuple[int, Mapping[str, str], bytes]:
    """Status, headers and at most :data:`LONGEST_ANSWER_BYTES` of the body."""
    try:
        with http.stream("POST", url, content=content, headers={"Content-Type": kind}) as response:
            raw = bytearray()
            for part in response.iter_bytes():
                raw += part
                if len(raw) > LONGEST_ANSWER_BYTES:
                    raise OutcomeUnknown("TOO_LONG", f"ответ портала на {method} слишком велик")
            return response.status_code, response.headers, bytes(raw)
    except (httpx2.HTTPError, httpx2.InvalidURL) as problem:
        raise _translated(problem, method) from None  # the original carries the address


def _translated(problem: Exception, method: str) -> PortalError:
    if isinstance(problem, _NOT_SENT):
        return Unavailable("NO_CONNECTION", f"нет связи с порталом ({type(problem).__name__})")
    if isinstance(problem, httpx2.UnsupportedProtocol | httpx2.InvalidURL):
        return Refused("BAD_REQUEST", f"запрос {method} не отправлен ({type(problem).__name__})")
    if isinstance(problem, httpx2.TimeoutException):
        return OutcomeUnknown("TIMEOUT", f"портал не ответил на {method} вовремя")
    return OutcomeUnknown("BROKEN", f"связь с порталом прервалась на {method} ({type(problem).__name__})")


def _moved(base: str, method: str, location: str) -> str:
    """The webhook at the portal's new address. The same path, or it is no rename: an expired licence redirects to a page."""
    asked = f"{base}{method}"
    with suppress(ValueError):
        target = urlsplit(urljoin(asked, location))
        is_safe = target.scheme == "https" or urlsplit(base).scheme == "http"
        if is_safe and location and target.path == urlsplit(asked).path and not target.query:
            is_application = _APPLICATION_PATH.fullmatch(urlsplit(base).path) is not None
            return base_of(target.geturl().removesuffix(method), is_application=is_application)
    raise Refused("MOVED", "портал перенаправляет запросы на другую страницу: проверьте адрес портала и его лицензию")


def _parsed(raw: bytes) -> Any:
    """The JSON of the body, numbers with a fraction as Decimal; None when it is no JSON."""
    try:
        return json.loads(raw.decode("utf-8-sig"), parse_float=Decimal, parse_constant=_refuse)
    except (ValueError, ArithmeticError, RecursionError):
        return None


def _refuse(text: str) -> Any:
    raise ValueError(text)


def _seconds(text: str | None) -> float | None:
    return float(text) if text and text.isascii() and text.isdigit() and len(text) < 6 else None


def _without_secret(record: logging.LogRecord) -> bool:
    record.msg, record.args = re.sub(r"/rest/(\d+)/[^/\s]+/", r"/rest/\1/***/", record.getMessage()), ()
    return True
