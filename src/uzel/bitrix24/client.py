"""The portal's REST API, by an incoming webhook or as an application: single calls, batches, lists (bitrix24-rest A, B).

The client sends nothing before the governor lets it, and says of everything sent whether it was executed, was not, or may
have been.
"""

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx2

from uzel.bitrix24 import wire
from uzel.bitrix24.batch import (
    Chain,
    Command,
    Failed,
    NotReached,
    Outcome,
    Request,
    Unknown,
    count,
    prepare,
    read_outcomes,
    read_times,
    signed,
)
from uzel.bitrix24.errors import (
    METHOD_BLOCKED,
    TOKEN_EXPIRED,
    TOO_MANY_REQUESTS,
    MethodBlocked,
    OutcomeUnknown,
    PortalError,
    TokenExpired,
    TooManyRequests,
    Unavailable,
    pause_s,
)
from uzel.bitrix24.flight import Batch, Flight, Landed
from uzel.bitrix24.learned import Settings
from uzel.bitrix24.limits import LONGEST_NAP_S, Governor, Ticket
from uzel.bitrix24.oauth import Application
from uzel.bitrix24.operating import Spent
from uzel.bitrix24.probe import probe
from uzel.bitrix24.query_string import plain

_log = logging.getLogger("uzel.bitrix24")
PAGE_ITEMS = 50  # the portal's own, not to be changed
RETRY_DELAYS_S = (1.0, 3.0, 10.0, 30.0)  # portal seconds before each further attempt
PARALLEL = 4  # batches in flight
CUT_OFF = frozenset(("TIMEOUT", "HTTP_504"))  # the request has met the portal's wall of 60 s (B2)
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Reply:
    """``total`` and ``next`` come with lists; numbers with a fraction are Decimal."""

    result: Any
    total: int | None = None
    next: int | None = None


class PortalClient:
    """Thread-safe. ``http`` comes from :func:`uzel.bitrix24.wire.open_http`; ``webhook`` is a secret and is never shown.

    With an ``application`` it is ``https://portal/rest/``; a token that is over is renewed in the caller's own thread, and
    what was not executed for its sake is sent once more.
    """

    def __init__(
        self, webhook: str, governor: Governor, http: httpx2.Client, *,
        application: Application | None = None, sleep: Callable[[float], None] = time.sleep,
    ) -> None:  # fmt: skip
        self._base = wire.base_of(webhook, is_application=application is not None)
        self._application = application
        self._token = application.token if application else None
        self._governor = governor
        self._http = http
        self._sleep = sleep
        wire.hide_addresses()

    def __repr__(self) -> str:
        return f"<PortalClient {urlsplit(self._base).hostname}>"

    @property
    def webhook(self) -> str:
        """The webhook in use; another one than was given once the portal was found renamed. A secret."""
        return self._base

    @property
    def is_application(self) -> bool:
        """Whether it calls as an application: then the address is no secret."""
        return self._application is not None

    @property
    def limits(self) -> dict[str, Any]:
        """State of the governor, to be kept for the next process."""
        return self._governor.to_json()

    def cost(self, method: str) -> float:
        """Portal seconds that one command of the method takes at most: what batches are packed by."""
        return self._governor.cautious_cost(method)

    @property
    def spread(self) -> int:
        """Batches to make of little work: as many as are carried out at a time, while requests are plenty."""
        return PARALLEL if self._governor.has_plenty else 1

    def usual_cost(self, method: str) -> float:
        """Portal seconds that one command of the method usually takes."""
        return self._governor.cost(method)

    def room(self, method: str) -> float:
        """Portal seconds of the method that may be spent now without waiting."""
        return self._governor.room(method)

    @property
    def method_pace(self) -> float:
        """Portal seconds of a method that are given in a second, in the long run."""
        return self._governor.rules.operating.pace

    def learn_licence(self, licence: str) -> None:
        """The portal named its plan: its limits follow from that."""
        self._governor.learn_licence(licence)

    def probe_plan(self) -> str:
        """Find the portal's plan by sending more than the smaller one takes; empty when that told nothing."""
        return probe(self._governor, lambda: self.call("server.time"))

    def heed(self, settings: Settings) -> None:
        """What people set of the portal's limits may have changed."""
        self._governor.settings = settings

    def rest(self) -> None:
        """Wait a moment for room."""
        self._sleep(self._governor.nap(LONGEST_NAP_S))

    def call(self, method: str, params: Mapping[str, Any] | None = None, *, repeatable: bool = False) -> Reply:
        """One method. ``repeatable`` (it only reads) is tried again when there was no answer; else PortalError at once."""
        delays = iter(RETRY_DELAYS_S if repeatable else ())
        while True:
            try:
                return self._with_live_token(lambda: self._call_once(method, params or {}))
            except (Unavailable, TooManyRequests, OutcomeUnknown) as problem:
                delay = next(delays, None)
                pause = None if delay is None else pause_s(problem, delay, self._governor.speed)
                if pause is None:
                    raise
                self._sleep(pause)

    def batch(self, parts: Iterable[Chain | Command], *, halt: bool = False) -> dict[str, Outcome]:
        """At most 50 commands in ONE request: an outcome for each by its key.

        Raises Unavailable, TooManyRequests, Refused or WrongCredentials when surely nothing of it was executed.
        """
        request = prepare(parts, halt=halt)
        if not request.commands:
            return {}
        methods = [command.method for command in request.commands]
        return self._with_live_token(lambda: self._send_batch(self._governor.take(methods), request))

    def batches(
        self, packed: Iterable[Batch], *, parallel: int = PARALLEL, repeatable: bool = False,
        before: Callable[[Batch], None] = lambda batch: None,
    ) -> Iterator[Landed]:  # fmt: skip
        """Several batches in flight, each with its outcomes as it completes.

        What was surely not executed is sent again, and with ``repeatable`` what may have been, too. A batch that cannot be
        sent even so ends the series: those in flight are still given, then its PortalError is raised; the batches not given
        were not executed. Whoever stops asking early does not learn the outcomes of those in flight.

        Batches are taken from ``packed`` some time before there is room for them; ``before`` is told of each, in this thread,
        just before it is sent (again): the place to put on record that its outcome is unknown.
        """
        self._renew_if_over()
        flight = Flight(
            self._governor, self._send_batch, before, RETRY_DELAYS_S, repeatable=repeatable, sleep=self._sleep,
            renew=self._renew,
        )  # fmt: skip
        return flight.run(packed, parallel)

    def walk(self, method: str, params: Mapping[str, Any], items: str, id_field: str = "id") -> Iterator[dict[str, Any]]:
        """Every row of a list by ascending id, without counting (B5). ``items`` names the rows in the result, "" for none."""
        last: Any = None
        while True:
            beyond = {} if last is None else {f">{id_field}": last}
            page = dict(params) | {"order": {id_field: "ASC"}, "filter": {**params.get("filter", {}), **beyond}, "start": -1}
            rows = _rows(self.call(method, page, repeatable=True).result, items)
            yield from rows
            if len(rows) < PAGE_ITEMS:
                return
            if last is not None and int(rows[-1][id_field]) <= int(last):
                raise OutcomeUnknown("NO_PROGRESS", f"портал отдаёт список {method} не по порядку")
            last = rows[-1][id_field]

    def _with_live_token(self, send: Callable[[], _T]) -> _T:
        """What ``send`` gives; once more with a fresh token when the one it went with is over: it was not executed."""
        self._renew_if_over()
        try:
            return send()
        except TokenExpired as problem:
            self._renew(problem)
            return send()

    def _renew_if_over(self) -> None:
        token = self._token
        if token is not None and token.ends_at <= self._governor.clock():
            self._renew(TokenExpired(token=token.access))

    def _renew(self, problem: TokenExpired) -> None:
        """A fresh token, unless there is one already. Only the caller's thread comes here: it may ask the database."""
        if self._application is None:
            raise problem
        if self._token is None or self._token.access == problem.token:
            self._token = self._application.renew(problem.token)

    def _call_once(self, method: str, params: Mapping[str, Any]) -> Reply:
        payload = plain(signed(method, params, self._connector))
        ticket = self._governor.take((method,))
        body = self._post(ticket, method, payload)
        self._governor.answered(ticket, (Spent.from_time(method, body.get("time")),))
        return Reply(body["result"], count(body.get("total")), count(body.get("next")))

    def _send_batch(self, ticket: Ticket, request: Request) -> dict[str, Outcome]:
        """Send with a ticket that was taken for exactly these commands."""
        commands = request.commands
        try:
            body = self._post(ticket, "batch", request.signed(self._connector))
        except OutcomeUnknown as problem:
            return {command.key: Unknown(str(problem)) for command in commands}
        outcomes = read_outcomes(body, commands)
        whole = Spent.from_time("batch", body.get("time"))
        self._governor.answered(ticket, read_times(body, commands, outcomes), whole.finish)
        self._heed(commands, outcomes)
        return self._without_expired(outcomes)

    def _without_expired(self, outcomes: dict[str, Outcome]) -> dict[str, Outcome]:
        """Commands that a token ended before were not executed; TokenExpired when that is all of them."""
        expired = {
            key for key, outcome in outcomes.items()
            if self._token and isinstance(outcome, Failed) and outcome.code.lower() == TOKEN_EXPIRED
        }  # fmt: skip
        if self._token and expired:
            if len(expired) == len(outcomes):
                raise TokenExpired(token=self._token.access)
            self._token = replace(self._token, ends_at=0.0)
        return {key: NotReached() if key in expired else outcome for key, outcome in outcomes.items()}

    @property
    def _connector(self) -> str:
        return self._application.connector if self._application else ""

    def _post(self, ticket: Ticket, method: str, payload: Mapping[str, Any]) -> Mapping[str, Any]:
        """Send. A good answer leaves the ticket to the caller, who knows its times; whatever goes wrong gives it back."""
        token = self._token
        if token is not None:
            payload = {**payload, "auth": token.access}
        try:
            answer = wire.post(self._http, self._base, method, payload)
        except OutcomeUnknown as problem:
            (self._governor.cut_off if problem.code in CUT_OFF else self._governor.lost)(ticket)
            raise
        except TokenExpired as problem:
            self._governor.not_executed(ticket)
            raise TokenExpired(problem.text, token.access if token else "") from None
        except PortalError as problem:
            self._governor.not_executed(ticket)
            raise self._taught(problem, method) from None
        except BaseException:  # a signal in the middle: the request may be on its way
            self._governor.lost(ticket)
            raise
        self._base = answer.base
        return answer.body

    def _taught(self, problem: PortalError, method: str) -> PortalError:
        """The same problem, once the governor knows of it."""
        if isinstance(problem, TooManyRequests):
            self._refused_by_rate()
        if isinstance(problem, MethodBlocked):
            return MethodBlocked(method, self._blocked(method))
        return problem

    def _heed(self, commands: Iterable[Command], outcomes: Mapping[str, Outcome]) -> None:
        """Learn from commands that the portal refused by its limits."""
        refused = {
            (command.method, outcome.code) for command in commands if isinstance(outcome := outcomes[command.key], Failed)
        }
        for method, code in sorted(refused):
            if code == METHOD_BLOCKED:
                self._blocked(method)
            elif code == TOO_MANY_REQUESTS:
                self._refused_by_rate()

    def _refused_by_rate(self) -> None:
        _log.warning("портал отклонил запрос: слишком много запросов с нашего адреса")
        self._governor.too_many_requests()

    def _blocked(self, method: str) -> float:
        _log.warning("портал приостановил метод %s: исчерпано его время работы", method)
        return self._governor.block(method)


def _rows(result: Any, items: str) -> list[dict[str, Any]]:
    """The rows of a page; an empty map comes as a list, an empty page may come as anything empty."""
    rows = result.get(items) if items and isinstance(result, Mapping) else result
    return rows if isinstance(rows, list) else []
