"""The authorization server: a refresh token is changed for a new pair of tokens (bitrix24-rest A2).

The client's secret goes where the administrator, or the installation he waited for, said; never where an answer points.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx2

from uzel.bitrix24 import wire
from uzel.bitrix24.errors import ConnectionLost, OutcomeUnknown, Unavailable, code_and_text

#: Servers that Bitrix24 itself names: in the documentation, and in its own client library.
SERVERS = ("https://oauth.bitrix.info", "https://oauth.bitrix24.tech")
TOKEN_PATH = "/oauth/token/"  # noqa: S105 - an address
ACCESS_LIFE_S = 3600.0  # when the answer does not say
REFRESH_LIFE_DAYS = 180
LONGEST_TOKEN_CHARS = 500
#: What the server's refusals mean for the administrator; any other is kept in its own words.
REFUSALS: Mapping[str, str] = {
    "invalid_client": "приложение удалено из портала или его ключ (client_secret) неверен",
    "invalid_grant": "ключ обновления больше не действует: он живёт 180 дней без обмена или уже был заменён",
    "invalid_scope": "приложению дали меньше прав, чем было при установке",
    "insufficient_scope": "приложению дали меньше прав, чем было при установке",
    "payment_required": "подписка портала не оплачена",
    "invalid_request": "сервер авторизации не понял запроса: проверьте client_id и client_secret",
}


@dataclass(frozen=True, slots=True)
class Token:
    """What calls are made with. ``ends_at`` is unix time by our clock."""

    access: str = field(repr=False)
    ends_at: float


@dataclass(frozen=True, slots=True)
class Application:
    """How an application calls. ``renew`` is told which access token is over and gives the next; it raises PortalError.

    ``connector`` marks our own writes, so that the queue of offline events leaves them out (bitrix24-rest G3); "": none.
    """

    token: Token
    renew: Callable[[str], Token]
    connector: str = ""


@dataclass(frozen=True, slots=True)
class Keys:
    """What the portal shows of an application, and the authorization server that knows it."""

    server: str
    client_id: str
    client_secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Pair:
    """A fresh pair: ``refresh`` replaces the one it was bought with."""

    access: str = field(repr=False)
    refresh: str = field(repr=False)
    life_s: float = ACCESS_LIFE_S
    member_id: str = ""


def origin_of(address: str) -> str:
    """``https://host[:port]`` of an address or a bare host, "" when it is none; plain http only for this very machine."""
    text = address.strip()
    try:
        parts = urlsplit(text if "://" in text else f"https://{text}")
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return ""
    if not host or parts.username or (parts.scheme != "https" and not (parts.scheme == "http" and wire.is_loopback(host))):
        return ""
    shown = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{shown}{f':{port}' if port else ''}"


def refresh(http: httpx2.Client, keys: Keys, refresh_token: str) -> Pair:
    """One request, never repeated here.

    Raises Unavailable when the token is surely unspent, OutcomeUnknown when it may be spent and nobody heard of the new one,
    ConnectionLost when the server says no.
    """
    form = {
        "grant_type": "refresh_token", "client_id": keys.client_id, "client_secret": keys.client_secret,
        "refresh_token": refresh_token,
    }  # fmt: skip
    status, body = wire.post_form(http, f"{keys.server}{TOKEN_PATH}", form)
    if not isinstance(body, Mapping):
        kind = OutcomeUnknown if status < 300 or status in (500, 502, 504) else Unavailable
        raise kind(f"HTTP_{status}", f"сервер авторизации ответил страницей (HTTP {status})")
    if "error" in body or status >= 300:
        raise _refusal(status, body)
    return _pair(body)


def _refusal(status: int, body: Mapping[str, Any]) -> Exception:
    code, text = code_and_text(body)
    if status >= 500 or status == 429:
        return Unavailable(code, text or f"сервер авторизации недоступен (HTTP {status})")
    return ConnectionLost(code, REFUSALS.get(code.lower(), text or f"сервер авторизации отказал (HTTP {status})"))


def _pair(body: Mapping[str, Any]) -> Pair:
    access, fresh = body.get("access_token"), body.get("refresh_token")
    if not _is_token(access) or not _is_token(fresh):
        raise OutcomeUnknown("NO_TOKEN", "сервер авторизации ответил без новых ключей")
    return Pair(str(access), str(fresh), seconds_of(body.get("expires_in")), str(body.get("member_id") or ""))


def seconds_of(value: Any) -> float:
    """``expires_in`` as it may come: a number, a text, nothing."""
    text = str(value)
    return float(text) if text.isascii() and text.isdigit() and len(text) < 9 else ACCESS_LIFE_S


def _is_token(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= LONGEST_TOKEN_CHARS
