"""A check is a pure function over a frozen record of observations; what it says is a finding in plain Russian.

observe_… (tables, HTTP, the portal) ─ a frozen record ─ checks of a registry ─ findings ─ exit code
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

Observed = TypeVar("Observed")


class Grade(StrEnum):
    """How a thing is. ``UNKNOWN``: the observations do not tell; it counts as neither good nor bad."""

    OK = "ok"
    WARNING = "warning"
    WRONG = "wrong"
    UNKNOWN = "unknown"


#: Exit codes of a command: the worst grade decides.
EXIT_CODES = {Grade.OK: 0, Grade.UNKNOWN: 0, Grade.WARNING: 1, Grade.WRONG: 2}


@dataclass(frozen=True, slots=True)
class Said:
    """What a check says. ``advice``: other words than those of the check's row, where what is seen asks for them."""

    grade: Grade
    seen: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Check(Generic[Observed]):
    """A row of the registry: ``title`` names the thing looked at, ``advice`` says how to mend it."""

    code: str
    title: str
    look: Callable[[Observed], Said]
    advice: str


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found; ``advice`` is empty where there is nothing to do."""

    code: str
    title: str
    grade: Grade
    seen: str
    advice: str


def well(seen: str) -> Said:
    """As it should be."""
    return Said(Grade.OK, seen)


def warning(seen: str, advice: str = "") -> Said:
    """The exchange works, but poorer or not for long."""
    return Said(Grade.WARNING, seen, advice)


def wrong(seen: str, advice: str = "") -> Said:
    """The exchange does not work, or loses something."""
    return Said(Grade.WRONG, seen, advice)


def unknown(seen: str) -> Said:
    """Cannot be told from what was seen."""
    return Said(Grade.UNKNOWN, seen)


def examine(checks: Sequence[Check[Observed]], observed: Observed) -> list[Finding]:
    """Every check of a registry, in its order."""
    return [_finding(check, check.look(observed)) for check in checks]


def _finding(check: Check[Observed], said: Said) -> Finding:
    ill = said.grade in (Grade.WARNING, Grade.WRONG)
    return Finding(check.code, check.title, said.grade, said.seen, (said.advice or check.advice) if ill else "")


def exit_code(findings: Sequence[Finding]) -> int:
    """0: all well, 1: warnings only, 2: something is wrong."""
    return max((EXIT_CODES[one.grade] for one in findings), default=0)


def summary(findings: Sequence[Finding]) -> str:
    """One line for a person."""
    counts = {grade: sum(one.grade is grade for one in findings) for grade in Grade}
    return (
        f"Проверок: {len(findings)}; в порядке {counts[Grade.OK]}, предупреждений {counts[Grade.WARNING]}, "
        f"неисправно {counts[Grade.WRONG]}, не проверено {counts[Grade.UNKNOWN]}."
    )
