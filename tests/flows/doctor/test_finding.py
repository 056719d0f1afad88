"""Findings: the advice of the row or of the check, the exit code, the line at the end."""

from typing import Any

import pytest

from uzel.flows.doctor import finding
from uzel.flows.doctor.checks_of_portal import PORTAL_CHECKS
from uzel.flows.doctor.finding import Check, Grade, Said, examine, exit_code, summary
from uzel.flows.doctor.node_checks import NODE_CHECKS, WAY_CHECKS

SAYS = {
    "a": finding.well("есть"),
    "b": finding.warning("мало", "добавьте"),
    "c": finding.wrong("нет"),
    "d": finding.unknown("?"),
}


def looked(*codes: str) -> list[finding.Finding]:
    return examine([Check(code, f"проверка {code}", lambda seen, code=code: seen[code], "чините") for code in codes], SAYS)


def test_a_finding_says_what_to_do_only_where_something_is_to_be_done() -> None:
    assert [one.advice for one in looked("a", "b", "c", "d")] == ["", "добавьте", "чините", ""]


@pytest.mark.parametrize(("codes", "code"), [("", 0), ("ad", 0), ("abd", 1), ("abcd", 2), ("c", 2)])
def test_the_worst_grade_is_the_exit_code(codes: str, code: int) -> None:
    assert exit_code(looked(*codes)) == code


def test_the_summary_counts_each_grade() -> None:
    line = summary(looked("a", "a", "b", "c", "d"))
    assert line == "Проверок: 5; в порядке 2, предупреждений 1, неисправно 1, не проверено 1."


def test_codes_are_unique_and_every_row_says_what_and_how() -> None:
    checks: list[Check[Any]] = [*WAY_CHECKS, *NODE_CHECKS, *PORTAL_CHECKS]
    codes = [check.code for check in checks]
    assert len(codes) == len(set(codes))
    assert [check.code for check in checks if not check.title or not check.advice.endswith(".")] == []
    assert Said(Grade.OK, "").advice == ""
