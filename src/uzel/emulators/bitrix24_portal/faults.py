"""Misbehaviour on a script: what the next requests, answers or events will suffer."""

import threading
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from uzel.emulators.bitrix24_portal.errors import CATALOGUE, CODE_OF_STATUS, GATEWAY_PAGES

#: kind → what it does; the page of the emulator prints this table
KINDS: Mapping[str, str] = {
    "fail_next": "answer an error instead of working: status 401 403 404 429 500 502 503 504, or error (a code of B6)",
    "lose_answer": "do the work and drop the connection without an answer; stop_batch: not the commands after the named one",
    "timeout": "do the work, hold the request for the gateway's 60 s and answer 504 HTML",
    "redirect": "answer 302 to location, nothing is done",
    "hang": "keep silent for seconds (0: until the portal stops), then drop the connection, nothing is done",
    "lose_events": "do not send the event; method is an event's name or empty for any",
    "double_events": "send the event twice",
    "late_events": "hold the event back for seconds more",
}
MAX_ARMED = 1000


@dataclass(frozen=True, slots=True)
class Fault:
    """One armed fault. ``method`` narrows it to requests that call, or whose batch has, this method.

    With ``every`` N it strikes the Nth request that fits, then the Nth after that.
    """

    kind: str
    method: str = ""
    times: int = 1
    every: int = 1
    status: int = 0
    error: str = ""
    description: str = ""
    seconds: float = 0.0
    location: str = ""
    stop_batch: bool = False
    html: bool = False
    passed: int = 0

    def __post_init__(self) -> None:
        if self.kind not in KINDS:
            raise ValueError(f"kind must be one of: {', '.join(KINDS)}")
        if self.times < 1 or self.every < 1:
            raise ValueError("times and every must be at least 1")
        known = self.error in CATALOGUE if self.error else self.status in CODE_OF_STATUS or self.status in GATEWAY_PAGES
        if self.kind == "fail_next" and not known:
            raise ValueError("fail_next wants a status or an error of the catalogue")
        if self.kind == "redirect" and not self.location:
            raise ValueError("redirect wants a location")

    def matches(self, names: Iterable[str]) -> bool:
        """Whether a request that calls these methods suffers it."""
        return not self.method or any(self.method.lower() == name.lower() for name in names)

    @property
    def code(self) -> str:
        """The error code a ``fail_next`` answers with."""
        return self.error or CODE_OF_STATUS.get(self.status, "INTERNAL_SERVER_ERROR")

    @property
    def is_page(self) -> bool:
        """Whether the gateway answers with HTML, not the portal with JSON."""
        return not self.error and (self.html or self.status not in CODE_OF_STATUS)


class Faults:
    """The armed faults, oldest first."""

    def __init__(self) -> None:
        self._armed: list[Fault] = []
        self._lock = threading.Lock()

    def arm(self, kind: str, **details: Any) -> Fault:
        """Arm a fault; ValueError tells what is wrong with it."""
        try:
            fault = Fault(kind, **details)
        except TypeError as error:
            raise ValueError(str(error)) from error
        with self._lock:
            if len(self._armed) >= MAX_ARMED:
                raise ValueError(f"no more than {MAX_ARMED} faults at a time")
            self._armed.append(fault)
        return fault

    def take(self, kind: str, names: Iterable[str], *, only_named: bool = False) -> Fault | None:
        """Use up one time of the first fault of this kind that fits; ``only_named``: it must name a method."""
        if not self._armed:
            return None
        with self._lock:
            for place, fault in enumerate(self._armed):
                if fault.kind != kind or not fault.matches(names) or (only_named and not fault.method):
                    continue
                if fault.passed + 1 < fault.every:
                    self._armed[place] = replace(fault, passed=fault.passed + 1)
                    continue
                self._armed[place : place + 1] = [replace(fault, times=fault.times - 1, passed=0)] if fault.times > 1 else []
                return fault
        return None

    def clear(self) -> None:
        """Disarm everything."""
        with self._lock:
            self._armed.clear()

    def listing(self) -> list[dict[str, Any]]:
        """What is armed."""
        with self._lock:
            return [asdict(fault) for fault in self._armed]

    def fail_next(self, status: int = 0, *, times: int = 1, method: str = "", error: str = "", html: bool = False) -> None:
        """The next ``times`` requests (or commands ``method`` of a batch) are answered with an error; 503 unless told."""
        self.arm("fail_next", status=status or (0 if error else 503), times=times, method=method, error=error, html=html)

    def lose_answer(self, method: str = "", *, times: int = 1, stop_batch: bool = False) -> None:
        """The work is done and its answer is lost."""
        self.arm("lose_answer", method=method, times=times, stop_batch=stop_batch)

    def timeout(self, method: str = "", *, times: int = 1) -> None:
        """The work is done, the gateway answers 504."""
        self.arm("timeout", method=method, times=times)

    def redirect(self, location: str, *, times: int = 1) -> None:
        """The portal has moved."""
        self.arm("redirect", location=location, times=times)

    def hang(self, seconds: float = 0.0, *, method: str = "", times: int = 1) -> None:
        """The portal takes the request and keeps silent."""
        self.arm("hang", seconds=seconds, method=method, times=times)

    def lose_events(self, name: str = "", *, times: int = 1) -> None:
        """Events that never arrive."""
        self.arm("lose_events", method=name, times=times)

    def double_events(self, name: str = "", *, times: int = 1) -> None:
        """Events that arrive twice."""
        self.arm("double_events", method=name, times=times)

    def late_events(self, seconds: float, name: str = "", *, times: int = 1) -> None:
        """Events that arrive later than others."""
        self.arm("late_events", seconds=seconds, method=name, times=times)
