"""What the portal's refusals mean for us, and how its answers are told apart (bitrix24-rest A1, B1, B2, B6).

::

    PortalError
      x Refused            the portal says no and will say no again: bad arguments, no rights, no such method
      x WrongCredentials   the webhook itself is not accepted: a person must mend it
          x TokenExpired   the hour of an application's token is over: not executed, a fresh one is asked for
          x ConnectionLost no fresh token is to be had: the text says what a person has to do
      x MethodBlocked      the method has used up its operating time; not executed
      x TooManyRequests    the leaky bucket of the portal is full; not executed
      x Unavailable        not reached or not willing; surely not executed
      x OutcomeUnknown     sent, and no readable answer: executed or not, only a look-up tells

Texts are Russian: people read them in the list of problems.
"""

# ruff: noqa: N818 - the names say what happened

from collections.abc import Mapping
from typing import Any

TOO_MANY_REQUESTS = "QUERY_LIMIT_EXCEEDED"
METHOD_BLOCKED = "OPERATION_TIME_LIMIT"
REQUEST_TOO_LARGE = "HTTP_413"  # our own code: the web server before the portal says it with a page
TOKEN_EXPIRED = "expired_token"  # noqa: S105 - a code; of any case of letters
OVERLOAD_PAUSE_S = 600.0  # OVERLOAD_LIMIT is set by hand, by the portal's support: nothing to hurry for
LONGEST_TEXT_CHARS = 1000
LONGEST_PAUSE_S = 60.0  # between attempts of one call; a portal that asks for more is left alone by the caller


class PortalError(Exception):
    """``code`` is the portal's own (or ours, in capitals), ``text`` says what happened."""

    def __init__(self, code: str, text: str) -> None:
        self.code = code
        self.text = text
        super().__init__(f"{text} [{code}]" if code else text)


class Refused(PortalError):
    """Permanent: the same request will be refused again."""


class WrongCredentials(PortalError):
    """Permanent until a person gives another webhook or more rights."""


class TokenExpired(WrongCredentials):
    """Not executed. ``token`` is the one it was sent with: somebody may have a fresh one already."""

    def __init__(self, text: str = "", token: str = "") -> None:
        self.token = token
        super().__init__(TOKEN_EXPIRED, text or "ключ доступа приложения истёк")


class ConnectionLost(WrongCredentials):
    """Permanent until a person connects the application again; the text is for him."""


class MethodBlocked(PortalError):
    """``until`` is the unix time (our clock) before which ``method`` must rest; 0 when the portal did not say."""

    def __init__(self, method: str, until: float, text: str = "") -> None:
        self.method = method
        self.until = until
        super().__init__(METHOD_BLOCKED, text or f"портал приостановил метод {method}: исчерпано его время работы")


class TooManyRequests(PortalError):
    """``retry_after`` is seconds, when the portal says so."""

    def __init__(self, text: str = "", retry_after: float | None = None) -> None:
        self.retry_after = retry_after
        super().__init__(TOO_MANY_REQUESTS, text or "портал отклонил запрос: слишком много запросов")


class Unavailable(PortalError):
    """``retry_after`` is seconds, when the portal says so."""

    def __init__(self, code: str, text: str, retry_after: float | None = None) -> None:
        self.retry_after = retry_after
        super().__init__(code, text)


class OutcomeUnknown(PortalError):
    """The request may have been carried out."""


#: Codes that speak of the webhook, not of the request (B6). WRONG_AUTH_TYPE is not here: it speaks of the method.
CREDENTIAL_CODES = frozenset(
    {"NO_AUTH_FOUND", "EXPIRED_TOKEN", "INVALID_TOKEN", "INVALID_CREDENTIALS", "INSUFFICIENT_SCOPE", "USER_ACCESS_ERROR"}
)


def error_of(status: int, body: Any, method: str, retry_after: float | None = None) -> PortalError | None:
    """The error that an HTTP answer stands for, None when it is an answer proper. ``body`` is None when it is no JSON."""
    if not isinstance(body, Mapping):
        return _of_unreadable(status, method, retry_after)
    if "error" in body:
        return _of_body(status, body, method, retry_after)
    if "result" in body and status < 300:
        return None
    return _of_unreadable(status, method, retry_after)


def code_and_text(problem: Any) -> tuple[str, str]:
    """Code and text of an error body or of an entry of ``result_error``; the code may be a text, a number, 0 or empty."""
    if not isinstance(problem, Mapping):
        return "", _cut(problem)
    code, text = problem.get("error", ""), problem.get("error_description", "")
    if isinstance(code, Mapping):  # as REST 3.0 spells it (B7)
        code, text = code.get("code", ""), code.get("message", "")
    return _cut(code), _cut(text)


def pause_s(problem: PortalError | None, delay: float, speed: float) -> float | None:
    """Seconds before another attempt: ``delay`` portal seconds, longer if the portal asked so; None when that is too long."""
    pause: float = max(delay / speed, getattr(problem, "retry_after", None) or 0.0)
    return pause if pause <= LONGEST_PAUSE_S else None


def _of_body(status: int, body: Mapping[str, Any], method: str, retry_after: float | None) -> PortalError:
    code, text = code_and_text(body)
    if code == METHOD_BLOCKED:
        return MethodBlocked(method, 0.0)
    if code == TOO_MANY_REQUESTS or status == 429:
        return TooManyRequests(retry_after=retry_after)
    if status == 503:
        return Unavailable(
            code, text or "портал временно недоступен", retry_after or (OVERLOAD_PAUSE_S if code == "OVERLOAD_LIMIT" else None)
        )
    if code.lower() == TOKEN_EXPIRED:
        return TokenExpired(text)
    if code.upper() in CREDENTIAL_CODES or (status == 401) or (status == 403 and code == "ACCESS_DENIED"):
        return WrongCredentials(code, text or "портал не принимает вебхук")
    if status >= 500 and code != "PORTAL_DELETED":  # it broke somewhere on the way: a part may have been done
        return OutcomeUnknown(code, text or "внутренняя ошибка портала")
    return Refused(code, text or f"портал отказал (HTTP {status})")


def _of_unreadable(status: int, method: str, retry_after: float | None) -> PortalError:
    code = f"HTTP_{status}"
    if status == 429:
        return TooManyRequests(retry_after=retry_after)
    if status == 503:
        return Unavailable(code, "портал временно недоступен (HTTP 503)", retry_after)
    if status == 413:
        return Refused(REQUEST_TOO_LARGE, "запрос больше, чем принимает портал")
    if 400 <= status < 500:
        return Unavailable(code, f"вместо ответа портала пришла страница (HTTP {status})", retry_after)
    return OutcomeUnknown(code, f"портал не дал читаемого ответа на {method} (HTTP {status})")


def _cut(value: Any) -> str:
    return "" if value is None else str(value)[:LONGEST_TEXT_CHARS]
