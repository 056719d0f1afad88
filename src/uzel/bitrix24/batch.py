"""Batches without a network: chains packed into requests, and answers read into one outcome per command (bitrix24-rest B4)."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from uzel.bitrix24.errors import code_and_text
from uzel.bitrix24.operating import Spent
from uzel.bitrix24.query_string import encode

MOST_COMMANDS = 50  # the portal refuses the rest
MOST_SECONDS = 25.0  # estimated; a request is cut off by the portal at 60 s
LEAST_SECONDS = 2.0  # less is not worth a request of its own
UNEVEN = 1.05  # chains do not divide evenly
MOST_OPEN_BATCHES = 32  # batches looked through for room, so that packing stays linear
LONGEST_COUNT_DIGITS = 18
CONNECTOR = "auth_connector"
CHANGING = frozenset(("add", "update", "delete", "set", "import", "batchimport"))
_KEY = re.compile(r"[A-Za-z0-9_]+")
_METHOD = re.compile(r"[A-Za-z0-9_.]+")


@dataclass(frozen=True, slots=True)
class Command:
    """One call inside a batch. ``key`` is unique in the batch; later commands refer to it as ``$result[key]…``."""

    method: str
    params: Mapping[str, Any]
    key: str


@dataclass(frozen=True, slots=True)
class Chain:
    """Commands that must stand in one batch, in this order."""

    commands: tuple[Command, ...]


@dataclass(frozen=True, slots=True)
class Done:
    """The portal carried the command out. ``total`` and ``next`` come with lists."""

    result: Any
    total: int | None = None
    next: int | None = None


@dataclass(frozen=True, slots=True)
class Failed:
    """The portal refused the command; ``code`` as in :mod:`uzel.bitrix24.errors`."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class NotReached:
    """The batch stopped before this command: surely not executed."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """No readable answer to the whole batch: executed or not, only a look-up tells. ``reason`` is for people."""

    reason: str


Outcome = Done | Failed | NotReached | Unknown


def pack(
    chains: Iterable[Chain],
    *,
    cost: Callable[[str], float],
    most_commands: int = MOST_COMMANDS,
    most_seconds: float = MOST_SECONDS,
    spread: int = 1,
) -> list[tuple[Chain, ...]]:
    """First fit: each chain whole, in the first batch with room for its commands, keys and estimated seconds.

    ``cost`` gives the seconds of one command of a method. A chain dearer than ``most_seconds`` travels alone.
    ``spread``: little work makes so many batches, to be carried out at a time.
    """
    batches: list[_Open] = []
    if spread > 1:
        chains = tuple(chains)
        whole = sum(cost(command.method) for chain in chains for command in chain.commands)
        most_seconds = min(most_seconds, max(LEAST_SECONDS, whole / spread * UNEVEN))
    open_from = 0
    for chain in chains:
        keys, seconds = {command.key for command in chain.commands}, sum(cost(command.method) for command in chain.commands)
        if len(chain.commands) > most_commands:
            raise ValueError(f"a chain of {len(chain.commands)} commands fits no batch of {most_commands}")
        room = (place for place in batches[open_from:] if place.has_room(keys, seconds, most_commands, most_seconds))
        place = next(room, None)
        if place is None:
            place = _Open()
            batches.append(place)
            open_from = max(0, len(batches) - MOST_OPEN_BATCHES)
        place.chains.append(chain)
        place.keys |= keys
        place.seconds += seconds
    return [tuple(place.chains) for place in batches]


@dataclass(slots=True)
class _Open:
    """A batch being packed."""

    chains: list[Chain] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    seconds: float = 0.0

    def has_room(self, keys: set[str], seconds: float, most_commands: int, most_seconds: float) -> bool:
        fits = len(self.keys) + len(keys) <= most_commands and self.seconds + seconds <= most_seconds
        return fits and self.keys.isdisjoint(keys)


@dataclass(frozen=True, slots=True)
class Request:
    """One ``batch`` ready to be sent: its commands in order and its JSON body."""

    commands: tuple[Command, ...]
    body: Mapping[str, Any]

    def signed(self, connector: str) -> Mapping[str, Any]:
        """The body with the source key in every command that changes something."""
        if not connector:
            return self.body
        lines = dict(self.body["cmd"])
        for command in self.commands:
            if changes(command.method) and CONNECTOR not in command.params:
                lines[command.key] += ("&" if command.params else "") + encode({CONNECTOR: connector})
        return {**self.body, "cmd": lines}


def signed(method: str, params: Mapping[str, Any], connector: str) -> Mapping[str, Any]:
    """The same for one call."""
    return {CONNECTOR: connector, **params} if connector and changes(method) else params


def changes(method: str) -> bool:
    """Whether the method writes, by its last word; bindings of events name their source key themselves."""
    return method.lower().rpartition(".")[2] in CHANGING


def prepare(parts: Iterable[Chain | Command], *, halt: bool = False) -> Request:
    """All commands in order as one request; ValueError or TypeError for what the portal would misread."""
    commands: list[Command] = []
    for part in parts:
        commands.extend(part.commands if isinstance(part, Chain) else (part,))
    if len(commands) > MOST_COMMANDS:
        raise ValueError(f"{len(commands)} commands in a batch, at most {MOST_COMMANDS}")
    if len({command.key for command in commands}) != len(commands):
        raise ValueError("two commands of a batch share a key")
    for command in commands:
        if not _KEY.fullmatch(command.key) or not _METHOD.fullmatch(command.method) or command.method.lower() == "batch":
            raise ValueError(f"no command of a batch: {command.key}={command.method}")
    lines = {command.key: f"{command.method}?{encode(command.params)}" for command in commands}
    return Request(tuple(commands), {"halt": int(halt), "cmd": lines})


def read_outcomes(body: Any, commands: Sequence[Command]) -> dict[str, Outcome]:
    """One outcome for each command, by its key; an error wins over a result, a key in no section was not reached."""
    sections = body.get("result") if isinstance(body, Mapping) else None
    if not isinstance(sections, Mapping):
        return {command.key: Unknown("портал ответил на пакет команд не по форме") for command in commands}
    results, errors, totals, nexts = (
        _section(sections.get(name), commands) for name in ("result", "result_error", "result_total", "result_next")
    )
    outcomes: dict[str, Outcome] = {}
    for key in (command.key for command in commands):
        if key in errors:
            outcomes[key] = Failed(*code_and_text(errors[key]))
        elif key in results:
            outcomes[key] = Done(results[key], count(totals.get(key)), count(nexts.get(key)))
        else:
            outcomes[key] = NotReached()
    return outcomes


def count(value: Any) -> int | None:
    """A count of a list answer, None when it is none."""
    text = str(value)
    return int(text) if text.isdecimal() and len(text) <= LONGEST_COUNT_DIGITS else None


def read_times(body: Any, commands: Sequence[Command], outcomes: Mapping[str, Outcome]) -> tuple[Spent, ...]:
    """What each executed command cost, in the order of execution; a command without a time is reported without one."""
    sections = body.get("result") if isinstance(body, Mapping) else None
    times = _section(sections.get("result_time") if isinstance(sections, Mapping) else None, commands)
    return tuple(_times_of(commands, times, outcomes))


def _times_of(commands: Sequence[Command], times: Mapping[str, Any], outcomes: Mapping[str, Outcome]) -> Iterator[Spent]:
    for command in commands:
        if command.key in times or isinstance(outcomes.get(command.key), Done):
            yield Spent.from_time(command.method, times.get(command.key))


def _section(section: Any, commands: Sequence[Command]) -> dict[str, Any]:
    """A section by keys. PHP turns an empty map into ``[]`` and a map with keys 0, 1, 2… into a list."""
    if isinstance(section, Mapping):
        return {str(key): value for key, value in section.items()}
    if not isinstance(section, list):
        return {}
    keys = [command.key for command in commands]
    numbered = str(0) in keys
    return {str(place) if numbered else keys[place]: value for place, value in enumerate(section[: len(keys)])}
