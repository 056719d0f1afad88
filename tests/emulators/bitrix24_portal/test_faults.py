"""Misbehaviour on a script, each kind, alone and inside a batch."""

import time
from collections.abc import Callable
from http.client import HTTPException
from typing import Any

import pytest

from tests.emulators.bitrix24_portal.client import Client
from uzel.emulators.bitrix24_portal import Options, RunningPortal
from uzel.emulators.bitrix24_portal.faults import KINDS, Faults

ADD = "crm.item.add?entityTypeId=2&fields[title]="
LOST = (HTTPException, OSError)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (503, b'{"error":"QUERY_LIMIT_EXCEEDED","error_description":"Too many requests"}'),
        (429, b'{"error":"OPERATION_TIME_LIMIT","error_description":"Method is blocked due to operation time limit."}'),
        (500, b'{"error":"INTERNAL_SERVER_ERROR","error_description":"Internal server error"}'),
    ],
)
def test_fail_next_with_json(portal: RunningPortal, rest: Client, status: int, body: bytes) -> None:
    portal.faults.fail_next(status, times=2)
    got = [rest.call("crm.item.add", entityTypeId=2, fields={}) for _ in range(3)]
    assert [one.status for one in got] == [status, status, 200]
    assert got[0].body == body
    assert len(portal.state()["deals"]) == 1, "what was answered with an error was not done"


@pytest.mark.parametrize(("status", "html"), [(502, False), (504, False), (503, True)])
def test_fail_next_with_a_page_of_the_gateway(portal: RunningPortal, rest: Client, status: int, html: bool) -> None:
    portal.faults.fail_next(status, html=html)
    got = rest.call("profile")
    assert (got.status, got.headers["content-type"]) == (status, "text/html")
    assert b"<html>" in got.body


def test_fail_next_waits_for_its_method(portal: RunningPortal, rest: Client) -> None:
    portal.faults.fail_next(429, method="crm.item.add")
    assert rest.call("profile").status == 200
    result = rest.batch({"a": ADD + "1", "b": ADD + "2", "c": "profile"})
    assert (list(result["result_error"]), sorted(result["result"])) == (["a"], ["b", "c"])
    assert result["result_error"]["a"]["error"] == "OPERATION_TIME_LIMIT"
    portal.faults.fail_next(method="batch")
    assert rest.call("batch", cmd={"a": "profile"}).status == 503
    assert rest.call("batch", cmd={"a": "profile"}).status == 200


def test_every_third_request_that_fits(portal: RunningPortal, rest: Client) -> None:
    portal.faults.arm("fail_next", status=503, method="profile", every=3, times=2)
    asked = [rest.call(name).status for name in ("profile", "scope", "profile", "scope", *["profile"] * 6)]
    assert asked == [200, 200, 200, 200, 503, 200, 200, 503, 200, 200]
    with pytest.raises(ValueError, match="at least 1"):
        portal.faults.arm("fail_next", status=503, every=0)


def test_a_lost_answer(portal: RunningPortal, rest: Client) -> None:
    portal.faults.lose_answer("crm.item.add")
    assert rest.call("profile").status == 200
    with pytest.raises(LOST):
        rest.call("crm.item.add", entityTypeId=2, fields={"originId": "a"})
    assert [deal["originId"] for deal in portal.state()["deals"]] == ["a"], "done, but nobody was told"
    again = Client(portal)
    assert again.call("crm.item.list", entityTypeId=2, filter={"=originId": "a"}).json["total"] == 1
    again.close()
    calls = portal.calls()["calls"]
    assert (calls[1]["status"], calls[1]["fault"]) == (0, "lose_answer")


@pytest.mark.parametrize(("stops", "done"), [(False, ["1", "2", "3"]), (True, ["1"])])
def test_a_lost_answer_of_a_batch(portal: RunningPortal, rest: Client, stops: bool, done: list[str]) -> None:
    portal.faults.lose_answer("crm.item.add", stop_batch=stops)
    with pytest.raises(LOST):
        rest.batch({"a": ADD + "1", "b": ADD + "2", "c": ADD + "3"})
    assert [deal["title"] for deal in portal.state()["deals"]] == done


def test_a_timeout(start: Callable[..., tuple[RunningPortal, Client]]) -> None:
    portal, rest = start(speed=20, options=Options(request_timeout_s=1.0))
    portal.faults.timeout("crm.item.add")
    began = time.monotonic()
    got = rest.call("crm.item.add", entityTypeId=2, fields={})
    assert (got.status, b"504 Gateway Time-out" in got.body) == (504, True)
    assert time.monotonic() - began >= 0.05
    assert len(portal.state()["deals"]) == 1


def test_a_redirect_is_not_followed_by_the_portal(portal: RunningPortal, rest: Client) -> None:
    portal.faults.redirect("https://new.bitrix24.ru/rest/1/x/profile")
    got = rest.call("crm.item.add", entityTypeId=2, fields={})
    assert (got.status, got.headers["location"]) == (302, "https://new.bitrix24.ru/rest/1/x/profile")
    assert portal.state()["deals"] == []


def test_hanging(start: Callable[..., tuple[RunningPortal, Client]]) -> None:
    portal, rest = start(speed=20)
    portal.faults.hang(1.0)
    began = time.monotonic()
    with pytest.raises(LOST):
        rest.call("crm.item.add", entityTypeId=2, fields={})
    assert time.monotonic() - began >= 0.05
    assert portal.state()["deals"] == []


def test_hanging_ends_with_the_portal(start: Callable[..., tuple[RunningPortal, Client]]) -> None:
    portal, rest = start(limits=False)
    portal.faults.hang()
    rest.connection.request("POST", rest.base + "profile", b"")
    began = time.monotonic()
    portal.stop()
    assert time.monotonic() - began < 3
    with pytest.raises(LOST):
        rest.connection.getresponse()


def test_a_portal_that_stopped_answers_nobody(start: Callable[..., tuple[RunningPortal, Client]]) -> None:
    portal, rest = start(limits=False)
    rest.call("profile")
    portal.stop()
    with pytest.raises(LOST):
        rest.call("profile")


def test_faults_over_http(portal: RunningPortal, rest: Client) -> None:
    armed = rest.post("/_emulator/faults", {"kind": "fail_next", "status": 503, "times": 2}).json["armed"]
    assert (armed["status"], armed["times"]) == (503, 2)
    assert rest.call("profile").status == 503
    listed = rest.send("GET", "/_emulator/faults").json
    assert (listed["armed"][0]["times"], set(listed["kinds"])) == (1, set(KINDS))
    rest.send("DELETE", "/_emulator/faults")
    assert rest.call("profile").status == 200


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"kind": "explode"},
        {"kind": "fail_next"},
        {"kind": "fail_next", "status": 418},
        {"kind": "fail_next", "error": "NO_SUCH"},
        {"kind": "redirect"},
        {"kind": "hang", "minutes": 1},
        [],
    ],
)
def test_bad_faults(rest: Client, body: Any) -> None:
    got = rest.post("/_emulator/faults", body)
    assert got.error[:2] == (400, "INVALID")
    assert rest.call("profile").status == 200


def test_a_form_arms_nothing(rest: Client) -> None:
    got = rest.send(
        "POST", "/_emulator/faults", "kind=fail_next&status=503", {"Content-Type": "application/x-www-form-urlencoded"}
    )
    assert got.status == 400


def test_there_is_an_end_to_arming() -> None:
    faults = Faults()
    for _ in range(1000):
        faults.lose_answer()
    with pytest.raises(ValueError, match="no more than"):
        faults.lose_answer()
