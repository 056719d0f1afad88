"""A table of the catalogue: entries in the order of their ids, found by an id, by an indexed field, by a range of ids."""

from bisect import bisect_left, insort
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from uzel.emulators.bitrix24_portal.values import text

Entry = Mapping[str, Any]
#: a field and its value
Key = tuple[str, Any]
_ALL: Key = ("", None)


class Table:
    """Entries by id. A hundred thousand of them must not slow the portal: nothing here reads the whole table.

    ``indexed``: fields by which clients look entries up; ``groups``: fields that split the table into a few large parts.
    """

    def __init__(self, indexed: tuple[str, ...] = (), groups: tuple[str, ...] = ()) -> None:
        self.indexed, self.groups = frozenset(indexed), groups
        self._rows: dict[int, Entry] = {}
        self._ids: dict[Key, list[int]] = {_ALL: []}
        self._index: dict[Key, set[int]] = {}
        self._last = 0

    def __iter__(self) -> Iterator[Entry]:
        return (self._rows[number] for number in self._ids[_ALL])

    def __len__(self) -> int:
        return len(self._rows)

    def saved(self) -> dict[str, Any]:
        """All entries and the last id that was given out."""
        return {"rows": list(self), "last": self._last}

    def load(self, kept: Mapping[str, Any]) -> None:
        """Put kept entries into an empty table."""
        for entry in kept["rows"]:
            self.put(entry)
        self._last = kept["last"]

    def get(self, number: int | None) -> Entry | None:
        """The entry, or None."""
        return None if number is None else self._rows.get(number)

    def add(self, values: Mapping[str, Any]) -> Entry:
        """Store a new entry under a fresh id; ids are never used twice."""
        return self.put({**values, "id": self._last + 1})

    def put(self, entry: Entry) -> Entry:
        """Store a new entry or the new state of one."""
        number = entry["id"]
        old = self._rows.get(number)
        groups, keys = self._groups(entry), self._keys(entry)
        if old is not None:
            old_groups, old_keys = self._groups(old), self._keys(old)
            self._forget(number, old_groups - groups, old_keys - keys)
            groups, keys = groups - old_groups, keys - old_keys
        self._rows[number] = entry
        self._last = max(self._last, number)
        for group in groups:
            ids = self._ids.setdefault(group, [])
            if not ids or number > ids[-1]:
                ids.append(number)
            else:
                insort(ids, number)
        for key in keys:
            self._index.setdefault(key, set()).add(number)
        return entry

    def remove(self, number: int) -> None:
        """Delete an entry for good."""
        entry = self._rows.pop(number, None)
        if entry is not None:
            self._forget(number, self._groups(entry), self._keys(entry))

    def ids(self, group: str = "", value: Any = None) -> list[int]:
        """Ids of all entries, or of those of one group, rising."""
        return self._ids.get((group, value), [])

    def equal(self, name: str, values: Iterable[Any]) -> list[int]:
        """Ids of entries whose indexed field has one of the values, letter case aside; the caller still compares exactly."""
        return sorted({number for value in values for number in self._index.get((name, text(value).casefold()), ())})

    def having(self, name: str, value: Any) -> list[Entry]:
        """Entries whose indexed field has exactly this value."""
        return [self._rows[number] for number in self.equal(name, [value]) if self._rows[number].get(name) == value]

    def _forget(self, number: int, groups: set[Key], keys: set[Key]) -> None:
        for group in groups:
            ids = self._ids[group]
            del ids[bisect_left(ids, number)]
        for key in keys:
            self._index[key].discard(number)

    def _groups(self, entry: Entry) -> set[Key]:
        return {_ALL, *((name, entry[name]) for name in self.groups)}

    def _keys(self, entry: Entry) -> set[Key]:
        return {(name, text(entry[name]).casefold()) for name in self.indexed if entry.get(name) not in (None, "")}
