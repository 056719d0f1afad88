"""Who calls: the node by path, login and password, or by the cookie of a session that the password opened.

Nothing in the protocol names the base, so login and path do (onec-exchange 6).
"""

import datetime as dt
from dataclasses import dataclass
from hmac import compare_digest

from django.db.models import QuerySet

from uzel.exchange.replies import STRANGER, SWITCHED_OFF, UNNAMED
from uzel.exchange.request import CallRequest, Credentials
from uzel.hub.models import ExchangeSession, Node
from uzel.hub.passwords import verify_nobody, verify_once

SESSION_HOURS = 12

FOREIGN = "Сеанс открыт другой базой. Начните обмен заново."
LOST = "Сеанс не найден. Начните обмен заново (checkauth)."
OTHER_TYPE = "Сеанс открыт для другого типа обмена. Начните обмен заново (checkauth)."


@dataclass(frozen=True, slots=True)
class Caller:
    """``stranger`` and ``no_session`` are reasons in Russian; empty means that there is a node and a session.

    ``node`` is set for a known node that is switched off, too: its calls stay on its record.
    """

    node: Node | None = None
    session: ExchangeSession | None = None
    stranger: str = ""
    no_session: str = LOST


def know_caller(request: CallRequest, now: dt.datetime) -> Caller:
    """Find the node and the session of a call. Opening a session always takes the password, and looks at no other session."""
    opens = request.mode == "checkauth"
    by_cookie = None if opens else _session_of_cookie(request, now)
    if by_cookie and _proves(by_cookie, request):
        return _caller(by_cookie.node, by_cookie, request)
    credentials = request.credentials
    if credentials is None:
        return Caller(stranger=STRANGER if request.authorization else UNNAMED)
    node = _node_of(credentials, request.code)
    if node is None:
        return Caller(stranger=STRANGER)
    if opens:
        return Caller(node, stranger=_off(node))
    if by_cookie and by_cookie.node_id != node.pk:
        return Caller(node, stranger=_off(node), no_session=FOREIGN)
    return _caller(node, _chosen(node, by_cookie, request, now), request)


def _caller(node: Node, session: ExchangeSession | None, request: CallRequest) -> Caller:
    if session and session.kind != request.kind:
        return Caller(node, stranger=_off(node), no_session=OTHER_TYPE)
    return Caller(node, session, _off(node), "" if session else LOST)


def _off(node: Node) -> str:
    return "" if node.active else SWITCHED_OFF


def _node_of(credentials: Credentials, code: str) -> Node | None:
    """The node that login and password open, if it is the one that the path names."""
    node = Node.objects.select_related("portal").filter(login=credentials.login).first()
    if node is None:
        verify_nobody(credentials.password)
        return None
    knows = verify_once(node.password_hash, credentials.password)
    return node if knows and code in ("", node.code) else None


def _session_of_cookie(request: CallRequest, now: dt.datetime) -> ExchangeSession | None:
    if not request.cookie or "\0" in request.cookie:
        return None
    return _living(now).select_related("node__portal").filter(cookie=request.cookie).first()


def _proves(session: ExchangeSession, request: CallRequest) -> bool:
    """Cookie and token together stand for the password, unless path or login name another node."""
    login = request.credentials.login if request.credentials else session.node.login
    return (
        _same(session.token, request.sessid)
        and _same(session.node.login, login)
        and (not request.code or request.code == session.node.code)
    )


def _chosen(node: Node, by_cookie: ExchangeSession | None, request: CallRequest, now: dt.datetime) -> ExchangeSession | None:
    """The session of the cookie, of the token, or else the node's latest: a client with Basic alone has one at a time.

    A call that names a session and not a living one gets none: the latest may be somebody else's (the stolen acknowledgement).
    """
    if by_cookie:
        return by_cookie if not request.sessid or _same(by_cookie.token, request.sessid) else None
    sessions = _living(now).select_related("node__portal").filter(node=node, kind=request.kind)
    if request.sessid:
        return sessions.filter(token=request.sessid.replace("\0", "")).first()
    return None if request.cookie else sessions.order_by("-id").first()


def _living(now: dt.datetime) -> QuerySet[ExchangeSession]:
    return ExchangeSession.objects.filter(last_call_at__gt=now - dt.timedelta(hours=SESSION_HOURS))


def _same(known: str, said: str) -> bool:
    return compare_digest(known.encode(), said.encode(errors="surrogatepass"))
