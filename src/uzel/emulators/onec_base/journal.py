"""The base's own log and the record of every request it made."""

import datetime as dt
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

MAX_ENTRIES = 20_000


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One line: ``level`` is info, warning or error, ``text`` is Russian, as a 1C user would read it."""

    time: dt.datetime
    level: str
    text: str


@dataclass(frozen=True, slots=True)
class Call:
    """One request as it was sent, and the beginning of the reply; ``status`` is 0 when no answer was read."""

    method: str
    target: str
    step: str
    headers: tuple[tuple[str, str], ...]
    body_bytes: int
    status: int
    reply: str


class Journal:
    """Bounded lists of both; the oldest entries go first."""

    def __init__(self, clock: Callable[[], dt.datetime]) -> None:
        self._clock = clock
        self._entries: deque[LogEntry] = deque(maxlen=MAX_ENTRIES)
        self._calls: deque[Call] = deque(maxlen=MAX_ENTRIES)

    def info(self, text: str) -> None:
        """A usual event."""
        self._entries.append(LogEntry(self._clock(), "info", text))

    def warning(self, text: str) -> None:
        """Something to look at that stopped nothing."""
        self._entries.append(LogEntry(self._clock(), "warning", text))

    def error(self, text: str) -> None:
        """What ended an attempt."""
        self._entries.append(LogEntry(self._clock(), "error", text))

    def called(self, call: Call) -> None:
        """Keep a request."""
        self._calls.append(call)

    @property
    def entries(self) -> tuple[LogEntry, ...]:
        """The log, oldest first."""
        return tuple(self._entries)

    @property
    def calls(self) -> tuple[Call, ...]:
        """The requests, oldest first."""
        return tuple(self._calls)
