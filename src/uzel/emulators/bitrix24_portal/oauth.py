"""``/oauth/authorize/`` and ``/oauth/token/``: the portal and the authorization server in one (bitrix24-rest A)."""

from collections.abc import Mapping
from html import escape
from typing import Any
from urllib.parse import urlencode, urlsplit

from uzel.emulators.bitrix24_portal.applications import Application, Applications
from uzel.emulators.bitrix24_portal.core import Core
from uzel.emulators.bitrix24_portal.faults import Faults
from uzel.emulators.bitrix24_portal.journal import Journal
from uzel.emulators.bitrix24_portal.letters import STATUS
from uzel.emulators.bitrix24_portal.php_params import parse_body, parse_query
from uzel.emulators.bitrix24_portal.rest import DROPPED, HTML_TYPE, Answer, Request, fault_error, page
from uzel.emulators.bitrix24_portal.seed import EXCHANGE_USER_ID
from uzel.emulators.bitrix24_portal.tokens import Pair
from uzel.emulators.bitrix24_portal.values import text, to_int, to_json

PREFIX = "/oauth/"
#: the name under which faults and counters know a request for tokens
TOKEN_METHOD = "oauth.token"  # noqa: S105 - a name
TEXTS: Mapping[str, str] = {
    "invalid_request": "Incorrect authorization request",
    "invalid_client": "Application is not installed or its key is wrong",
    "invalid_scope": "Requested permissions exceed those of the application",
    "invalid_grant": "Authorization tokens are wrong or out of date",
    "PAYMENT_REQUIRED": "Payment required",
}


class RefusalError(Exception):
    """The authorization server says no."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class OAuth:
    """Answers requests to /oauth/. They cost nothing: the real server is another machine."""

    def __init__(self, core: Core, faults: Faults, journal: Journal) -> None:
        self._core, self._faults, self._journal = core, faults, journal
        self._applications: Applications = core.applications

    def answer(self, request: Request) -> Answer:
        """Answer one request."""
        params = {**parse_query(request.query), **parse_body(request.body, request.content_type)}
        name = request.path.removeprefix(PREFIX).strip("/")
        if name == "authorize":
            with self._core.store.lock:
                return self._authorize(params)
        return self._tokens(params) if name == "token" else page(404)

    def _authorize(self, params: Mapping[str, Any]) -> Answer:
        """The user agrees at once. Who he is, a session would know; here ``user_id`` tells, the exchange employee if not."""
        application = self._applications.by_client(text(params.get("client_id")))
        user_id = to_int(params.get("user_id") or EXCHANGE_USER_ID)
        user = self._core.store.users.get(user_id or 0)
        if application is None or user is None or not user.is_active:
            return _notice(404, "Приложение не установлено на этом портале.")
        code = self._applications.tokens.code(application.id, user.id)
        if not application.redirect_uri:
            return _notice(200, f"Код авторизации: {code}")
        query = urlencode({
            "code": code, "state": text(params.get("state")), "domain": self._applications.domain,
            "member_id": application.member_id, "scope": ",".join(application.scopes),
            "server_domain": self._core.options.oauth_server,
        })  # fmt: skip
        joint = "&" if urlsplit(application.redirect_uri).query else "?"
        return Answer(302, content_type=HTML_TYPE, headers=(("Location", f"{application.redirect_uri}{joint}{query}"),))

    def _tokens(self, params: Mapping[str, Any]) -> Answer:
        if fault := self._faults.take("fail_next", [TOKEN_METHOD], only_named=True):
            error = fault_error(fault)
            return page(fault.status) if fault.is_page else Answer(error.status, to_json(error.body()))
        lost = self._faults.take("lose_answer", [TOKEN_METHOD], only_named=True)
        try:
            with self._core.store.lock:
                shown = self._granted(params)
        except RefusalError as refusal:
            self._journal.command(TOKEN_METHOD, refusal.code)
            return Answer(400, to_json({"error": refusal.code, "error_description": TEXTS[refusal.code]}))
        self._journal.command(TOKEN_METHOD)
        return DROPPED if lost else Answer(200, to_json(shown))

    def _granted(self, params: Mapping[str, Any]) -> dict[str, Any]:
        kind = text(params.get("grant_type"))
        given = {"authorization_code": "code", "refresh_token": "refresh_token"}.get(kind)
        if given is None or not text(params.get(given)):
            raise RefusalError("invalid_request")
        application = self._application(params)
        if set(filter(None, text(params.get("scope")).split(","))) - set(application.scopes):
            raise RefusalError("invalid_scope")
        tokens = self._applications.tokens
        exchange = tokens.redeem if given == "code" else tokens.renew
        pair = exchange(text(params[given]), application.id)
        if pair is None:
            raise RefusalError("invalid_grant")
        return self._shown(application, pair)

    def _application(self, params: Mapping[str, Any]) -> Application:
        if not text(params.get("client_id")) or not text(params.get("client_secret")):
            raise RefusalError("invalid_request")
        application = self._applications.by_client(text(params.get("client_id")))
        if application is None or application.client_secret != text(params.get("client_secret")):
            raise RefusalError("invalid_client")
        if not self._core.options.application_paid:
            raise RefusalError("PAYMENT_REQUIRED")
        return application

    def _shown(self, application: Application, pair: Pair) -> dict[str, Any]:
        """The answer; ``domain`` is the authorization server's, as in the samples: the portal is in ``client_endpoint``."""
        server = self._core.options.oauth_server
        return {
            "access_token": pair.access,
            "expires": int(pair.grant.ends_at),
            "expires_in": self._applications.tokens.left_s(pair.grant),
            "scope": ",".join(application.scopes),
            "domain": server,
            "server_endpoint": f"https://{server}/rest/",
            "status": STATUS,
            "client_endpoint": f"http://{self._applications.domain}/rest/",
            "member_id": application.member_id,
            "user_id": pair.grant.user_id,
            "refresh_token": pair.refresh,
        }


def _notice(status: int, what: str) -> Answer:
    html = (
        f'<!doctype html><html lang="ru"><head><meta charset="utf-8"><title>Bitrix24</title></head><body>{escape(what)}</body>'
    )
    return Answer(status, f"{html}</html>".encode(), "text/html; charset=utf-8")
