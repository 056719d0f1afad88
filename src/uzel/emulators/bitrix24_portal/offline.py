"""The queue of offline events: one row per event and object, reserved by process (bitrix24-rest G)."""

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from uzel.emulators.bitrix24_portal.clock import Clock
from uzel.emulators.bitrix24_portal.errors import ApiError
from uzel.emulators.bitrix24_portal.values import text, to_int, to_moment

PROCESS_LIFE_S = 30 * 86400.0
FIELDS = ("ID", "TIMESTAMP_X", "EVENT_NAME", "MESSAGE_ID")
LIST_FIELDS = (*FIELDS, "PROCESS_ID", "ERROR")
NUMBERS = ("ID", "ERROR")
_KEY = re.compile(r"([^\w]*)(.*)", re.DOTALL)
_COMPARE: Mapping[str, Callable[[Any, Any], bool]] = {
    "": lambda a, b: bool(a == b), "=": lambda a, b: bool(a == b),
    ">": lambda a, b: bool(a > b), "<": lambda a, b: bool(a < b),
    ">=": lambda a, b: bool(a >= b), "<=": lambda a, b: bool(a <= b),
}  # fmt: skip
Source = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Row:
    """One row. ``process_id``: who reserved it; ``connector``: the source key of the binding it came by."""

    id: int
    message_id: str
    application_id: int
    connector: str
    event: str
    data: Mapping[str, Any]
    user_id: int
    at: datetime
    process_id: str = ""
    reserved_at: float = 0.0
    is_error: bool = False

    def value(self, name: str) -> Any:
        """A field as filters and orders compare it."""
        return _VALUES[name](self)


_VALUES: Mapping[str, Callable[[Row], Any]] = {
    "ID": lambda row: row.id,
    "TIMESTAMP_X": lambda row: row.at,
    "EVENT_NAME": lambda row: row.event.casefold(),
    "MESSAGE_ID": lambda row: row.message_id.casefold(),
    "PROCESS_ID": lambda row: row.process_id.casefold(),
    "ERROR": lambda row: int(row.is_error),
}


@dataclass(frozen=True, slots=True)
class Wish:
    """What to read: a test of a row and the order."""

    test: Callable[[Row], bool]
    order: tuple[tuple[str, bool], ...]


class OfflineQueue:
    """The rows of all applications. Whoever reads or writes holds the store's lock."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._rows: dict[int, Row] = {}
        self._free: dict[tuple[int, str, str], int] = {}
        self._last_id = 0

    def saved(self) -> dict[str, Any]:
        """All rows, to be kept in a file."""
        return {"rows": list(self._rows.values()), "last": self._last_id}

    def load(self, kept: Mapping[str, Any]) -> None:
        """Become what was kept."""
        self._rows = {row.id: row for row in kept["rows"]}
        self._free = {self._key(row): row.id for row in kept["rows"] if not row.process_id}
        self._last_id = kept["last"]

    def put(self, source: Source, event: str, data: Mapping[str, Any], user_id: int) -> bool:
        """Write an event down; True when it is a new row. A free row of the same event and object is only renewed."""
        message_id = hashlib.md5(f"{event}|{sorted(data.items())}".encode(), usedforsecurity=False).hexdigest()
        key, now = (*source, message_id), self._clock.moment()
        known = self._rows.get(self._free.get(key, 0))
        if known:
            self._rows[known.id] = replace(known, at=now, data=data, user_id=user_id)
            return False
        self._last_id += 1
        row = Row(self._last_id, message_id, *source, event, data, user_id, now)
        self._rows[row.id], self._free[key] = row, row.id
        return True

    def reserve(self, source: Source, wish: Wish, limit: int, process_id: str, *, errors: bool) -> None:
        """Mark the first free rows with a process; others do not see them any more."""
        free = (row for row in self._of(source) if not row.process_id and row.is_error == errors and wish.test(row))
        for row in sort(free, wish.order)[:limit]:
            del self._free[self._key(row)]
            self._rows[row.id] = replace(row, process_id=process_id, reserved_at=self._clock.now())

    def reserved(self, source: Source, process_id: str, wish: Wish, limit: int, *, errors: bool) -> list[Row]:
        """Rows of a process that were not confirmed."""
        mine = (row for row in self._of(source) if row.process_id == process_id and row.is_error == errors and wish.test(row))
        return sort(mine, wish.order)[:limit]

    def clear(self, source: Source, process_id: str, chosen: Callable[[Row], bool]) -> None:
        """Delete rows of a process."""
        for row in [row for row in self._of(source) if row.process_id == process_id and chosen(row)]:
            self._drop(row)

    def fail(self, source: Source, process_id: str, message_ids: frozenset[str]) -> None:
        """Mark rows of a process as erroneous and free them; the same messages outside the process are deleted."""
        named = [row for row in self._of(source) if row.message_id in message_ids and not row.is_error]
        for row in [row for row in named if row.process_id != process_id]:
            self._drop(row)
        for row in [row for row in named if row.process_id == process_id]:
            if older := self._rows.get(self._free.get(self._key(row), 0)):
                self._drop(older)
            self._rows[row.id] = replace(row, process_id="", is_error=True)
            self._free[self._key(row)] = row.id

    def listing(self, source: Source, wish: Wish) -> list[Row]:
        """All rows, reserved and erroneous ones too."""
        return sort(filter(wish.test, self._of(source)), wish.order)

    def forget(self, application_id: int, connector: str | None = None, event: str = "") -> None:
        """Delete the rows of an application, all or those of one binding."""
        for row in list(self._rows.values()):
            fits = connector is None or (row.connector, row.event) == (connector, event)
            if row.application_id == application_id and fits:
                self._drop(row)

    def _of(self, source: Source) -> list[Row]:
        """Rows of an application with one source key; what was reserved a month ago is gone."""
        oldest = self._clock.now() - PROCESS_LIFE_S / self._clock.speed
        mine = [row for row in self._rows.values() if (row.application_id, row.connector) == source]
        for row in [row for row in mine if row.process_id and row.reserved_at < oldest]:
            self._drop(row)
        return [row for row in mine if row.id in self._rows]

    def _drop(self, row: Row) -> None:
        self._rows.pop(row.id, None)
        if not row.process_id:
            self._free.pop(self._key(row), None)

    @staticmethod
    def _key(row: Row) -> tuple[int, str, str]:
        return row.application_id, row.connector, row.message_id


def sort(rows: Any, order: tuple[tuple[str, bool], ...]) -> list[Row]:
    """Rows in their order, equal ones by id."""
    result: list[Row] = sorted(rows, key=lambda row: row.id)
    for name, descending in reversed(order):
        result.sort(key=lambda row: row.value(name), reverse=descending)
    return result


def argument(what: str) -> ApiError:
    """A parameter is not what it must be."""
    return ApiError("ERROR_ARGUMENT", what)


def read_wish(clock: Clock, raw_filter: Any, raw_order: Any, names: tuple[str, ...], default_order: str) -> Wish:
    """``filter`` and ``order`` of event.offline.get and list; stricter than those of CRM."""
    if raw_filter not in (None, [], "") and not isinstance(raw_filter, dict):
        raise argument("The filter is not an array.")
    if raw_order not in (None, [], "") and not isinstance(raw_order, dict):
        raise argument("The order is not an array.")
    tests = [_condition(clock, key, value, names) for key, value in (raw_filter or {}).items()]
    order = [_direction(name, value, names) for name, value in (raw_order or {default_order: "ASC"}).items()]
    return Wish(lambda row: all(test(row) for test in tests), tuple(order))


def _condition(clock: Clock, key: str, value: Any, names: tuple[str, ...]) -> Callable[[Row], bool]:
    found = _KEY.fullmatch(key)
    operation, name = (found[1], found[2].upper()) if found else ("", "")
    if name not in names:
        raise argument(f"Filter field not allowed: {name}")
    if operation not in _COMPARE:
        raise argument(f"Filter operation not allowed: {operation}")
    if isinstance(value, (list, dict)):
        raise argument(f"The value of an argument '{key}' has an invalid type")
    wanted: Any = to_int(value) or 0 if name in NUMBERS else text(value).casefold()
    if name == "TIMESTAMP_X":
        wanted = to_moment(value, clock.zone)
        if wanted is None:
            raise argument(f"The value of an argument '{key}' has an invalid type")
    compare = _COMPARE[operation]
    return lambda row: compare(row.value(name), wanted)


def _direction(name: str, value: Any, names: tuple[str, ...]) -> tuple[str, bool]:
    if name.upper() not in names:
        raise argument(f"Order field not allowed: {name}")
    if text(value).upper() not in ("ASC", "DESC"):
        raise argument("Order direction should be one of {ASC|DESC}")
    return name.upper(), text(value).upper() == "DESC"
