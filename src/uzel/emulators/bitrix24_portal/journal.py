"""Every REST request that came, and counters: the proof of how many requests a piece of work cost."""

import threading
from collections import Counter, deque
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Entry:
    """One HTTP request. ``methods``: the one it called, or those of its batch; status 0: the connection was dropped."""

    number: int
    at: str
    source: str
    method: str
    methods: tuple[str, ...]
    user_id: int
    status: int
    error: str
    duration_ms: float
    fault: str


class Journal:
    """Keeps the last entries and counts everything."""

    def __init__(self, max_entries: int) -> None:
        self._entries: deque[Entry] = deque(maxlen=max_entries)
        self._lock = threading.Lock()
        self._number = 0
        self._statuses: Counter[int] = Counter()
        self._commands: Counter[str] = Counter()
        self._command_errors: Counter[str] = Counter()

    def request(self, **details: Any) -> None:
        """Write down an answered request."""
        with self._lock:
            self._number += 1
            entry = Entry(self._number, **details)
            self._entries.append(entry)
            self._statuses[entry.status] += 1

    def command(self, method: str, error: str = "") -> None:
        """Count a command that was executed (alone or in a batch), or was refused with an error."""
        with self._lock:
            if error:
                self._command_errors[error] += 1
            else:
                self._commands[method] += 1

    def clear(self) -> None:
        """Forget everything counted so far."""
        with self._lock:
            self._entries.clear()
            self._number = 0
            for counter in (self._statuses, self._commands, self._command_errors):
                counter.clear()

    def counters(self) -> dict[str, Any]:
        """Sums since the start. ``rejected``: answers 503 and 429, and commands of batches refused with 429."""
        with self._lock:
            return {
                "requests": sum(self._statuses.values()),
                "by_status": {str(status): count for status, count in sorted(self._statuses.items())},
                "rejected": {
                    "503": self._statuses[503],
                    "429": self._statuses[429],
                    "commands_429": self._command_errors["OPERATION_TIME_LIMIT"],
                },
                "commands": dict(sorted(self._commands.items())),
                "command_errors": dict(sorted(self._command_errors.items())),
            }

    def entries(self, after: int = 0, limit: int | None = None) -> list[dict[str, Any]]:
        """Requests with a number above ``after``, oldest first; with ``limit`` only the last ones."""
        with self._lock:
            found = [entry for entry in self._entries if entry.number > after]
        return [asdict(entry) for entry in (found if limit is None else found[-limit:] if limit > 0 else [])]
