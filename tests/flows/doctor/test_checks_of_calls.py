"""Each check of real calls, by records that show it right and wrong."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from tests.flows.doctor.cases import Case, prove
from uzel.flows.doctor.checks_of_calls import CALL_CHECKS
from uzel.flows.doctor.finding import Grade
from uzel.flows.doctor.node_record import ObservedNode, SeenCall

NOW = dt.datetime(2026, 3, 2, 12, 0, tzinfo=dt.UTC)
AGENT = "1C+Enterprise/8.3"
WARNING, WRONG = Grade.WARNING, Grade.WRONG


def call(mode: str, minutes: float = 60, **fields: Any) -> SeenCall:
    return SeenCall(NOW - dt.timedelta(minutes=minutes), mode=mode, agent=AGENT, **fields)


def session(number: int, *modes: str, minutes: float = 60, **fields: Any) -> list[SeenCall]:
    """Calls of a session, the newest first."""
    calls = [call(mode, minutes, session=number, cookie=True, sessid=True, **fields) for mode in modes]
    return list(reversed(calls))


def seen(*calls: SeenCall, **fields: Any) -> ObservedNode:
    return ObservedNode("shop", NOW, **{"ever_called_at": NOW, "receives_changes": True, "calls": calls, **fields})


GOOD = seen(*session(2, "checkauth", "init", "file"), *session(1, "checkauth", "init", "query", "success"), heard="unf_30")
NO_GOODS = call("init", kind="catalog", problem="unknown_type", reply="failure нет")
NO_FETCHING = call(
    "checkauth", kind="get_catalog", problem="not_catalog_receiver", reply="failure Этой базе каталог не отдаётся."
)
REFUSED = call("query", problem="no_session", session=1)
CHEQUERED = [call("checkauth", place, address=f"10.0.0.{place % 2}") for place in range(6)]

CASES = [
    Case("node_active", GOOD, replace(GOOD, active=False), WRONG),
    Case("ever_called", GOOD, replace(GOOD, ever_called_at=None), WRONG),
    Case("called_lately", GOOD, replace(GOOD, ever_called_at=NOW - dt.timedelta(days=9)), WARNING, "21.02.2026"),
    Case("called_lately", GOOD, replace(GOOD, silent_since=NOW), WRONG, "молчит"),
    Case("password_right", GOOD, seen(strangers=(call("checkauth", 5),)), WRONG, "1"),
    Case("password_right", GOOD, replace(GOOD, strangers=(call("checkauth", 500),)), WARNING, "входила"),
    Case("basic_arrives", GOOD, seen(strangers=(call("checkauth", 5, status=401),)), WRONG),
    Case(
        "basic_arrives", replace(GOOD, strangers=(replace(call("checkauth", 5, status=401), agent="Mozilla"),)),
        replace(GOOD, strangers=(call("checkauth", 500, status=401),)), WARNING,
    ),
    Case("cookie_arrives", GOOD, seen(call("query", session=1, sessid=True)), WARNING, "1 из 1"),
    Case("sessid_arrives", GOOD, seen(call("query", session=1, cookie=True)), WARNING, "1 из 1"),
    Case("sessid_arrives", seen(call("query", cookie=True), profile="ut"), seen(call("query")), WARNING),
    Case("session_kept", GOOD, seen(REFUSED, *GOOD.calls), WRONG),
    Case("session_kept", GOOD, seen(*GOOD.calls, REFUSED), WARNING),
    Case("refusals_stop", seen(*[REFUSED] * 2, *GOOD.calls), seen(*[REFUSED] * 3), WRONG, "query"),
    Case("session_goes_on", GOOD, seen(*session(2, "checkauth"), *session(1, "checkauth")), WRONG, "(2)"),
    Case("session_goes_on", GOOD, seen(*session(2, "checkauth"), *session(1, "checkauth", "query")), WARNING),
    Case("query_confirmed", GOOD, seen(*session(1, "checkauth", "query")), WRONG),
    Case("query_confirmed", GOOD, seen(*session(2, "query"), *session(1, "query", "success")), WARNING, "1 из 2"),
    Case("asks_for_changes", GOOD, seen(*session(1, "checkauth", "file")), WRONG),
    Case("asks_for_changes", GOOD, replace(GOOD, receives_changes=False), WARNING, "--receives-changes"),
    Case("client_as_set", GOOD, replace(GOOD, heard="ut_11"), WRONG, "--profile ut"),
    Case("pinned_as_heard", replace(GOOD, dialect="unf_30"), replace(GOOD, dialect="unf_16"), WARNING, "unf_16"),
    Case("only_1c_calls", GOOD, seen(replace(GOOD.calls[0], agent="curl/8")), WARNING, "curl/8"),
    Case("one_base_a_login", seen(*CHEQUERED[:2]), seen(*CHEQUERED), WARNING, "10.0.0.1"),
    Case("types_known", GOOD, seen(call("rollback", problem="unknown_command")), WARNING, "rollback"),
    Case("catalog_as_set", GOOD, seen(NO_GOODS), WARNING, "нет"),
    Case("catalog_given", GOOD, seen(NO_FETCHING), WARNING, "Этой базе"),
    Case("replies_quick", GOOD, seen(call("file", duration_ms=70_000)), WARNING, "70.0 с"),
    Case("no_faults", GOOD, seen(call("file", problem="our_fault")), WRONG),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.code)
def test_a_check_tells_right_from_wrong(case: Case) -> None:
    prove(case, CALL_CHECKS)


def test_every_check_has_its_test() -> None:
    assert {case.code for case in CASES} == {check.code for check in CALL_CHECKS}


@pytest.mark.parametrize("check", CALL_CHECKS, ids=lambda check: check.code)
def test_of_a_base_that_never_called_nothing_is_called_good_but_what_is(check: Any) -> None:
    said = check.look(ObservedNode("shop", NOW))
    known = {"node_active": Grade.OK, "pinned_as_heard": Grade.OK, "ever_called": Grade.WRONG}
    assert said.grade is known.get(check.code, Grade.UNKNOWN)


def test_a_session_under_way_is_not_judged() -> None:
    young = seen(*session(1, "checkauth", "query", minutes=5))
    looks = {check.code: check.look for check in CALL_CHECKS}
    assert looks["query_confirmed"](young).grade is Grade.UNKNOWN
    assert looks["session_goes_on"](young).grade is Grade.UNKNOWN
    only_opened = seen(*session(1, "checkauth", minutes=31))
    assert looks["session_goes_on"](only_opened).grade is Grade.WRONG


def test_a_listener_may_wait_long() -> None:
    (check,) = [one for one in CALL_CHECKS if one.code == "replies_quick"]
    assert check.look(seen(call("any", kind="listen", duration_ms=90_000))).grade is Grade.OK


def test_a_base_that_asks_for_directories_alone_does_not_ask_for_orders() -> None:
    (check,) = [one for one in CALL_CHECKS if one.code == "asks_for_changes"]
    assert check.look(seen(call("query", kind="reference"))).grade is WRONG
