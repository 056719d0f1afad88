"""One command after another: may it run, what does it cost, what does it answer (bitrix24-rest B2)."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from uzel.emulators.bitrix24_portal.applications import Application
from uzel.emulators.bitrix24_portal.core import Call, Core, Method, Reply
from uzel.emulators.bitrix24_portal.errors import ApiError, GatewayTimeoutError, system
from uzel.emulators.bitrix24_portal.faults import Faults
from uzel.emulators.bitrix24_portal.journal import Journal
from uzel.emulators.bitrix24_portal.letters import Actor
from uzel.emulators.bitrix24_portal.limits import OperatingBook
from uzel.emulators.bitrix24_portal.methods import METHODS
from uzel.emulators.bitrix24_portal.records import User
from uzel.emulators.bitrix24_portal.values import text


@dataclass(slots=True)
class Run:
    """One request on its way through the portal; ``expire`` sends the gateway's 504 when the 60 seconds are over."""

    user: User
    deadline_s: float
    expire: Callable[[], None]
    application: Application | None = None
    free_at_s: float = 0.0
    is_expired: bool = False
    has_slot: bool = False
    methods: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Done:
    """What a command came to, with its ``time``."""

    reply: Reply
    time: dict[str, Any]


class Engine:
    """Runs commands. With ``limits`` off nothing waits and nothing is refused."""

    def __init__(self, core: Core, faults: Faults, journal: Journal, *, limits: bool, parallel: int) -> None:
        self.core, self.faults, self.journal = core, faults, journal
        self.limits = limits
        self._book = OperatingBook(core.options.operating_limit_s, core.options.operating_window_s)
        self._book_lock = threading.Lock()
        self._slots = threading.BoundedSemaphore(parallel)

    def enter(self, run: Run) -> bool:
        """Take one of the places where requests are worked on; False when the gateway lost patience in the queue."""
        if not self.limits:
            return True
        left_s = (run.deadline_s - self.core.clock.portal_s()) / self.core.clock.speed
        if not self._slots.acquire(timeout=max(0.0, left_s)):
            return False
        run.has_slot, run.free_at_s = True, self.core.clock.portal_s()
        return True

    def leave(self, run: Run) -> None:
        """Free the place."""
        if run.has_slot:
            self._slots.release()

    def set_limits(self, on: bool) -> None:
        """From the next request on."""
        self.limits = self.core.clock.waiting = on

    def execute(self, run: Run, name: str, params: dict[str, Any], *, in_batch: bool = False) -> Done:
        """Run one command; errors of the API are raised as :class:`ApiError`."""
        method = METHODS.get(name.lower())
        try:
            if method is None:
                raise system("ERROR_METHOD_NOT_FOUND")
            return self._admitted(run, method, params, in_batch=in_batch)
        except ApiError as error:
            self.journal.command(method.name if method else name, str(error.code) or error.description)
            raise

    def _admitted(self, run: Run, method: Method, params: dict[str, Any], *, in_batch: bool) -> Done:
        started, key = self.core.clock.now(), self._key(run, method)
        call = Call(self.core, run.user, method.name, params, run.application)
        if in_batch and method.alone:
            raise system("ERROR_BATCH_METHOD_NOT_ALLOWED")
        if method.needs_application and run.application is None:
            raise system("WRONG_AUTH_TYPE")
        if method.scope not in call.granted:
            raise system("insufficient_scope")
        if in_batch and (fault := self.faults.take("fail_next", [method.name], only_named=True)):
            raise system(fault.code)
        if self._is_blocked(key):
            raise system("OPERATION_TIME_LIMIT")
        cost_s = self._spend(run, method, params) if self.limits else 0.0
        try:
            with self.core.store.lock, self.core.events.acting(self._actor(run, method, params)):
                reply = method.run(call)
        finally:
            self._write_down(key, cost_s)
        self.journal.command(method.name)
        return Done(reply, self._time(key, started))

    def _actor(self, run: Run, method: Method, params: dict[str, Any]) -> Actor:
        """Who changes something now. ``auth_connector`` counts where the plan has it, in crm.item.* if the switch says so."""
        options, connector = self.core.options, params.get("auth_connector", "")
        ignored = method.name.startswith("crm.item.") and not options.auth_connector_in_crm_item
        known = connector and not ignored and options.features.get("rest_auth_connector") == "Y"
        return Actor(run.user.id, text(connector) if known else "", run)

    def _key(self, run: Run, method: Method) -> tuple[str, str]:
        caller = run.application.client_id if run.application else run.user.secret
        return (caller if self.core.options.operating_per == "webhook" else "portal", method.name)

    def _is_blocked(self, key: tuple[str, str]) -> bool:
        with self._book_lock:
            return self.limits and self._book.is_blocked(key, self.core.clock.portal_s())

    def _write_down(self, key: tuple[str, str], cost_s: float) -> None:
        if self.limits:
            with self._book_lock:
                self._book.spend(key, cost_s, self.core.clock.portal_s())

    def _spend(self, run: Run, method: Method, params: dict[str, Any]) -> float:
        """Wait out the cost of a command. The gateway stops waiting at the deadline, the portal may go on."""
        data = params.get("data")  # items of crm.item.batchImport: each costs
        pieces = max(1, len(data)) if isinstance(data, list | dict) else 1
        cost_s = pieces * self.core.options.cost_s(method.name, str(params.get("entityTypeId", "")))
        run.free_at_s += cost_s
        if run.free_at_s > run.deadline_s and not run.is_expired:
            self.core.clock.wait_until(run.deadline_s)
            run.is_expired = True
            run.expire()
        if run.is_expired and not self.core.options.continue_after_timeout:
            raise GatewayTimeoutError
        if not self.core.clock.wait_until(run.free_at_s):
            raise GatewayTimeoutError
        return cost_s

    def _time(self, key: tuple[str, str], started: float) -> dict[str, Any]:
        with self._book_lock:
            now_s = self.core.clock.portal_s()
            operating, reset_in_s = self._book.spent(key, now_s), self._book.reset_in_s(key, now_s)
        return self.plain_time(started) | {
            "operating_reset_at": self.core.clock.unix_after(reset_in_s),
            "operating": round(operating, 6),
        }

    def plain_time(self, started: float) -> dict[str, Any]:
        """``time`` without ``operating``: all of it by the wall clock."""
        clock, finished = self.core.clock, self.core.clock.now()
        return {
            "start": started,
            "finish": finished,
            "duration": finished - started,
            "processing": finished - started,
            "date_start": clock.moment(started),
            "date_finish": clock.moment(finished),
        }
