"""What every test of a check has: a record that shows the thing right and one that shows it wrong."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from uzel.flows.doctor.finding import Check, Grade


@dataclass(frozen=True)
class Case:
    """``code`` of a check, a record of each kind, what is said of the wrong one, and a word of it."""

    code: str
    right: Any
    ill: Any
    grade: Grade
    word: str = ""
    right_grade: Grade = Grade.OK


def prove(case: Case, checks: Sequence[Check[Any]]) -> None:
    """The check calls the right record right and the ill one ill, and says what to do of it."""
    (check,) = [one for one in checks if one.code == case.code]
    assert check.look(case.right).grade is case.right_grade, check.look(case.right)
    said = check.look(case.ill)
    assert said.grade is case.grade, said
    assert case.word in f"{said.seen} {said.advice}"
    assert said.advice or check.advice
