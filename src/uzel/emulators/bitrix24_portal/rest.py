"""The REST front: who calls, may he call now, what is called, what goes wrong on the way."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from uzel.emulators.bitrix24_portal import batch
from uzel.emulators.bitrix24_portal.applications import Application
from uzel.emulators.bitrix24_portal.engine import Engine, Run
from uzel.emulators.bitrix24_portal.errors import ApiError, GatewayTimeoutError, gateway_page, system
from uzel.emulators.bitrix24_portal.faults import Fault
from uzel.emulators.bitrix24_portal.limits import LeakyBucket
from uzel.emulators.bitrix24_portal.php_params import parse_body, parse_query
from uzel.emulators.bitrix24_portal.records import User
from uzel.emulators.bitrix24_portal.values import text, to_json

JSON_TYPE = "application/json; charset=utf-8"
HTML_TYPE = "text/html"
FILE_TYPE = "application/octet-stream"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request as it came."""

    verb: str
    path: str
    query: str
    content_type: str
    body: bytes
    source: str


@dataclass(frozen=True, slots=True)
class Answer:
    """One HTTP answer. ``is_dropped``: none at all, the connection is closed."""

    status: int
    body: bytes = b""
    content_type: str = JSON_TYPE
    headers: tuple[tuple[str, str], ...] = ()
    is_dropped: bool = False


DROPPED = Answer(0, is_dropped=True)
Send = Callable[[Answer], None]


@dataclass(frozen=True, slots=True)
class _Target:
    """What the path says: /rest/<user>/<secret>/<method>, or /rest/<method> of an application."""

    user_id: str
    secret: str
    method: str


@dataclass(slots=True)
class _Notes:
    """What the journal will say of a request."""

    method: str = ""
    methods: tuple[str, ...] = ()
    user_id: int = 0
    error: str = ""
    fault: str = ""


def page(status: int) -> Answer:
    """The gateway's HTML."""
    return Answer(status, gateway_page(status).encode(), HTML_TYPE)


class Rest:
    """Answers requests to /rest/."""

    def __init__(self, engine: Engine) -> None:
        options = engine.core.options
        self._engine, self._faults, self._clock = engine, engine.faults, engine.core.clock
        self._bucket = LeakyBucket(
            options.bucket_threshold, options.bucket_drain_per_second, rejected_count=options.rejected_requests_fill_bucket
        )
        self._lock = threading.Lock()

    def answer(self, request: Request, send_now: Send) -> Answer:
        """Answer one request; ``send_now`` is for the gateway that does not wait for the end of the work."""
        notes, started = _Notes(), self._clock.now()
        try:
            answer = self._answer(request, send_now, notes)
        except ApiError as error:
            notes.error = str(error.code) or error.description
            answer = Answer(error.status, to_json(batch.engine_error(self._engine, error)))
        except GatewayTimeoutError:
            answer = page(504)
        except Exception:
            _log.exception("the emulated portal failed on %s", notes.method)
            answer = Answer(500, to_json(system("INTERNAL_SERVER_ERROR").body()))
        self._write_down(request, notes, answer, started)
        return answer

    def _write_down(self, request: Request, notes: _Notes, answer: Answer, started: float) -> None:
        self._engine.journal.request(
            at=self._clock.moment(started).isoformat(timespec="seconds"), source=request.source, method=notes.method,
            methods=notes.methods, user_id=notes.user_id, status=answer.status, error=notes.error,
            duration_ms=round((self._clock.now() - started) * 1000, 3), fault=notes.fault,
        )  # fmt: skip

    def _answer(self, request: Request, send_now: Send, notes: _Notes) -> Answer:
        deadline_s = self._clock.portal_s() + self._engine.core.options.request_timeout_s
        target = _target(request.path)
        params = {**parse_query(request.query), **parse_body(request.body, request.content_type)}
        notes.method = target.method
        notes.methods = tuple(batch.method_names(params)) if _is_batch(target) else (target.method,)
        self._check_door(request)
        if spoiled := self._spoil(target, notes):
            return spoiled
        user, application = self._caller(target, text(params.pop("auth", "")))
        notes.user_id = user.id
        run = Run(user, deadline_s, lambda: send_now(page(504)), application)
        names = [target.method, *notes.methods]
        lost, late = self._faults.take("lose_answer", names), self._faults.take("timeout", names)
        notes.fault = "lose_answer" if lost else "timeout" if late else notes.fault
        answer = self._work(run, target, params, lost)
        if late:
            self._clock.wait_until(deadline_s)
            return page(504)
        return DROPPED if lost else page(504) if run.is_expired else answer

    def _check_door(self, request: Request) -> None:
        """What is refused before anybody looks who it is."""
        options = self._engine.core.options
        if options.require_https:
            raise system("INVALID_REQUEST")
        with self._lock:
            if self._engine.limits and not self._bucket.take(request.source, self._clock.portal_s()):
                raise system("QUERY_LIMIT_EXCEEDED")

    def _spoil(self, target: _Target, notes: _Notes) -> Answer | None:
        """Faults that come instead of the work. In a batch those that name a method of it wait for their command."""
        names = [target.method, *notes.methods]
        if fault := self._faults.take("hang", names):
            notes.fault = "hang"
            return self._hang(fault)
        if fault := self._faults.take("redirect", names):
            notes.fault = "redirect"
            return Answer(302, headers=(("Location", fault.location),), content_type=HTML_TYPE)
        if fault := self._faults.take("fail_next", [target.method]):
            notes.fault = "fail_next"
            if fault.is_page:
                return page(fault.status)
            raise fault_error(fault)
        return None

    def _hang(self, fault: Fault) -> Answer:
        while self._clock.wait(fault.seconds or 1.0) and not fault.seconds:
            if not self._clock.waiting:
                self._clock.wait_wall(0.05)
        return DROPPED

    def _caller(self, target: _Target, token: str) -> tuple[User, Application | None]:
        if not target.secret and not token:
            raise system("NO_AUTH_FOUND")
        if not self._engine.core.options.commercial_plan:
            raise system("ACCESS_DENIED")
        return (self._owner(target), None) if target.secret else self._by_token(token)

    def _by_token(self, token: str) -> tuple[User, Application]:
        """Who an access token stands for: an application and the user in whose name it acts (bitrix24-rest A)."""
        core = self._engine.core
        with core.store.lock:
            grant = core.applications.tokens.find(token)
            application = core.applications.get(grant.application_id) if grant else None
            if grant is None or application is None:
                raise system("NO_AUTH_FOUND")
            if not core.applications.tokens.is_live(grant):
                raise system("expired_token")
            user = core.store.users.get(grant.user_id)
        if user is None or not user.is_active:
            raise system("user_access_error")
        return user, application

    def _owner(self, target: _Target) -> User:
        """The employee whose webhook the path names."""
        options = self._engine.core.options
        user = self._engine.core.store.users.get(int(target.user_id)) if target.user_id.isdigit() else None
        if user is None or not user.secret or user.secret != target.secret or not user.is_active:
            text = system(options.wrong_secret_error).description
            raise ApiError(options.wrong_secret_error, text, options.wrong_secret_status)
        return user

    def _work(self, run: Run, target: _Target, params: dict[str, Any], lost: Fault | None) -> Answer:
        started = self._clock.now()
        if not self._engine.enter(run):
            raise GatewayTimeoutError
        try:
            if _is_batch(target):
                stop_after = lost.method if lost and lost.stop_batch else ""
                result = batch.run_batch(self._engine, run, params, stop_after)
                return Answer(200, to_json({"result": result, "time": self._engine.plain_time(started)}))
            done = self._engine.execute(run, target.method, params)
        finally:
            self._engine.leave(run)
        if done.reply.content is not None:
            return Answer(200, done.reply.content, FILE_TYPE)
        counts = {"next": done.reply.next, "total": done.reply.total}
        shown = {name: count for name, count in counts.items() if count is not None}
        return Answer(200, to_json({"result": done.reply.result, **shown, "time": done.time}))


def fault_error(fault: Fault) -> ApiError:
    """The error a fault asked for, with the catalogue's text unless it brought its own."""
    error = system(fault.code)
    return ApiError(error.code, fault.description or error.description, fault.status or error.status)


def _is_batch(target: _Target) -> bool:
    return target.method.lower() == batch.NAME


def _target(path: str) -> _Target:
    """``/rest/1/secret/crm.item.get.json`` → user, secret, method. REST 3.0 (``/rest/api/…``) is not here."""
    parts = path.strip("/").split("/")[1:]
    if len(parts) == 1:
        return _Target("", "", parts[0].removesuffix(".json"))
    if len(parts) != 3 or parts[0] == "api":
        raise system("ERROR_METHOD_NOT_FOUND")
    return _Target(parts[0], parts[1], parts[2].removesuffix(".json"))
