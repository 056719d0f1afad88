"""The limits as pure rules, and over HTTP."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.emulators.bitrix24_portal.client import Client
from uzel.emulators.bitrix24_portal import ENTERPRISE, Options, RunningPortal
from uzel.emulators.bitrix24_portal.limits import LeakyBucket, OperatingBook

Start = Callable[..., tuple[RunningPortal, Client]]
KEY = ("webhook", "crm.item.add")


def test_bucket_lets_a_burst_through_and_then_drains_in_whole_seconds() -> None:
    bucket = LeakyBucket(50, 2)
    assert [bucket.take("a", 0.1) for _ in range(51)] == [True] * 50 + [False]
    assert not bucket.take("a", 0.999)
    assert [bucket.take("a", 1.0) for _ in range(3)] == [True, True, False]
    assert [bucket.take("a", 3.5) for _ in range(5)] == [True] * 4 + [False]


def test_bucket_is_per_source() -> None:
    bucket = LeakyBucket(1, 1)
    assert bucket.take("a", 0)
    assert not bucket.take("a", 0)
    assert bucket.take("b", 0)


@pytest.mark.parametrize(("counted", "recovers"), [(False, True), (True, False)])
def test_whether_rejected_requests_fill_the_bucket_is_switchable(counted: bool, recovers: bool) -> None:
    bucket = LeakyBucket(2, 1, rejected_count=counted)
    for _ in range(5):
        bucket.take("a", 0)
    assert bucket.take("a", 1.0) is recovers


def test_operating_time_is_kept_in_minute_baskets() -> None:
    book = OperatingBook(480, 600)
    book.spend(KEY, 200, 10)
    book.spend(KEY, 100, 69)
    book.spend(KEY, 179, 71)
    assert book.spent(KEY, 71) == 479
    assert not book.is_blocked(KEY, 71)
    book.spend(KEY, 30, 72)
    assert book.is_blocked(KEY, 72), "the call that crosses the limit completes, the next is refused"
    assert book.reset_in_s(KEY, 72) == 10 + 600 - 72
    assert book.spent(KEY, 609.9) == 509
    assert book.spent(KEY, 610) == 209, "the first basket leaves 600 s after its first call"
    assert not book.is_blocked(KEY, 610)
    assert book.spent(("webhook", "crm.item.get"), 72) == 0


def test_requests_over_the_threshold_get_503(start: Start) -> None:
    # A portal second lasts ten real ones here: nothing drains during the test.
    portal, client = start(speed=0.1, options=Options(costs={"profile": 0}))
    answers = [client.call("profile") for _ in range(51)]
    assert {answer.status for answer in answers[:50]} == {200}
    assert answers[50].error == (503, "QUERY_LIMIT_EXCEEDED", "Too many requests")
    other = Client(portal, source="127.0.0.2")
    assert other.call("profile").status == 200, "the bucket is counted by source address"
    other.close()
    assert portal.calls()["counters"]["rejected"]["503"] == 1
    assert Client(portal).send("GET", "/_emulator/calls").status == 200, "the emulator's own pages cost nothing"


def test_enterprise_has_a_larger_bucket(start: Start) -> None:
    _, client = start(speed=0.1, options=Options(costs={"profile": 0}, **ENTERPRISE))
    assert [client.call("profile").status for _ in range(251)] == [200] * 250 + [503]


def test_a_batch_is_one_request(start: Start) -> None:
    _, client = start(speed=0.1, options=Options(costs={"profile": 0}, bucket_threshold=2))
    for _ in range(2):
        assert len(client.batch({str(n): "profile" for n in range(50)})["result"]) == 50
    assert client.call("batch", cmd={"a": "profile"}).status == 503


def test_the_bucket_drains_at_the_portals_speed(start: Start) -> None:
    _, client = start(speed=50, options=Options(costs={"profile": 0}, bucket_threshold=1, bucket_drain_per_second=1))
    deadline = time.monotonic() + 60  # so that a portal that never drains ends the test, not a slow machine
    seen: list[int] = []
    while seen.count(200) < 4 and time.monotonic() < deadline:
        seen.append(client.call("profile").status)
    assert seen.count(200) == 4
    assert 503 in seen


def _operating(start: Start, **options: Any) -> tuple[RunningPortal, Client]:
    costs = {"crm.item.add": 0.6, "crm.item.get": 0.01}
    return start(speed=100, options=Options(operating_limit_s=1.0, costs=costs, **options))


def test_a_method_over_its_time_gets_429_and_others_work(start: Start) -> None:
    portal, client = _operating(start)
    first = client.call("crm.item.add", entityTypeId=2, fields={})
    assert first.json["time"]["operating"] == 0.6
    second = client.call("crm.item.add", entityTypeId=2, fields={})
    assert second.json["time"]["operating"] == 1.2, "the call that crosses the limit completes"
    left = second.json["time"]["operating_reset_at"] - time.time()
    assert 0 < left <= 600 / 100 + 1, "the reset is a moment of the real clock: 600 portal seconds at speed 100"
    third = client.call("crm.item.add", entityTypeId=2, fields={})
    assert third.error == (429, "OPERATION_TIME_LIMIT", "Method is blocked due to operation time limit.")
    assert client.call("crm.item.get", entityTypeId=2, id=1).status == 200
    assert portal.calls()["counters"]["rejected"] == {"503": 0, "429": 1, "commands_429": 1}


def test_in_a_batch_a_blocked_method_is_an_error_of_its_command(start: Start) -> None:
    _, client = _operating(start)
    add, get = "crm.item.add?entityTypeId=2&fields[title]=x", "crm.item.get?entityTypeId=2&id=1"
    result = client.batch({"a": add, "b": add, "c": add, "d": get})
    assert sorted(result["result"]) == ["a", "b", "d"]
    assert result["result_error"]["c"]["error"] == "OPERATION_TIME_LIMIT"
    assert [result["result_time"][key]["operating"] for key in ("a", "b", "d")] == [0.6, 1.2, 0.01]


def test_operating_in_result_time_may_be_missing(start: Start) -> None:
    _, client = _operating(start, operating_in_result_time=False)
    shown = client.batch({"a": "crm.item.get?entityTypeId=2&id=1", "b": "profile"})["result_time"]["b"]
    assert set(shown) == {"start", "finish", "duration", "processing", "date_start", "date_finish"}


@pytest.mark.parametrize(("per", "status"), [("webhook", 200), ("portal", 429)])
def test_whether_webhooks_share_the_time_is_switchable(start: Start, per: str, status: int) -> None:
    portal, client = _operating(start, operating_per=per)
    for _ in range(2):
        client.call("crm.item.add", entityTypeId=2, fields={})
    other = Client(portal, portal.webhook_of(2))
    assert other.call("crm.item.add", entityTypeId=2, fields={}).status == status
    other.close()


def test_cost_is_waited_for_in_one_of_the_places(start: Start) -> None:
    portal, _ = start(speed=20, parallel=1, options=Options(costs={"profile": 1.0}))
    clients = [Client(portal) for _ in range(3)]
    began = time.monotonic()
    with ThreadPoolExecutor(3) as pool:
        statuses = list(pool.map(lambda client: client.call("profile").status, clients))
    assert statuses == [200] * 3
    assert time.monotonic() - began >= 3 * 1.0 / 20, "one place: three requests of 1 s each go one after another"
    for client in clients:
        client.close()


def test_several_places_work_at_a_time(start: Start) -> None:
    portal, _ = start(speed=2, parallel=4, options=Options(costs={"profile": 1.0}))
    clients = [Client(portal) for _ in range(4)]
    began = time.monotonic()
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda client: client.call("profile"), clients))
    assert 0.5 <= time.monotonic() - began < 1.9, "one after another they would take two seconds"
    for client in clients:
        client.close()


def test_the_gateway_gives_up_after_sixty_seconds_and_the_portal_goes_on(start: Start) -> None:
    portal, client = start(speed=50, options=Options(request_timeout_s=1.0, costs={"crm.item.add": 0.4}))
    got = client.call("batch", cmd={str(n): f"crm.item.add?entityTypeId=2&fields[title]=d{n}" for n in range(5)})
    assert got.status == 504
    assert b"504 Gateway Time-out" in got.body
    assert got.headers["content-type"] == "text/html"
    deadline = time.monotonic() + 60  # so that a portal that never drains ends the test, not a slow machine
    while len(portal.state()["deals"]) < 5 and time.monotonic() < deadline:
        pass
    assert len(portal.state()["deals"]) == 5, "the outcome was unknown to the client, the work was done"


def test_the_portal_may_stop_with_the_gateway(start: Start) -> None:
    options = Options(request_timeout_s=1.0, costs={"crm.item.add": 0.4}, continue_after_timeout=False)
    portal, client = start(speed=4, options=options)
    assert client.call("batch", cmd=[f"crm.item.add?entityTypeId=2&fields[title]=d{n}" for n in range(5)]).status == 504
    deadline = time.monotonic() + 60  # so that a portal that never drains ends the test, not a slow machine
    while not portal.calls()["calls"] and time.monotonic() < deadline:
        pass
    assert len(portal.state()["deals"]) == 2


def test_a_request_that_waits_too_long_for_a_place_is_not_executed(start: Start) -> None:
    options = Options(request_timeout_s=1.0, costs={"crm.item.add": 3.0})
    portal, _ = start(speed=20, parallel=1, options=options)
    clients = [Client(portal) for _ in range(2)]
    with ThreadPoolExecutor(2) as pool:
        statuses = list(pool.map(lambda one: one.call("crm.item.add", entityTypeId=2, fields={}).status, clients))
    assert statuses == [504, 504]
    for client in clients:
        client.close()


def test_without_limits_nothing_waits_and_nothing_is_refused(start: Start) -> None:
    portal, client = start(limits=False)
    began = time.monotonic()
    for number in range(60):
        commands = {f"d{n}": f"crm.item.add?entityTypeId=2&fields[title]={number}-{n}" for n in range(50)}
        assert not client.batch(commands)["result_error"]
    assert time.monotonic() - began < 30, "3,000 commands would cost 750 portal seconds"
    assert len(portal.state()["deals"]) == 3000
    assert client.call("profile").json["time"]["operating"] == 0


def test_limits_go_and_come_back_while_it_runs(start: Start) -> None:
    client = start(limits=False)[1]
    add = {"entityTypeId": 2, "fields": {}}
    for on, spent in ((True, 0.25), (False, 0.25), (True, 0.5)):
        assert client.post("/_emulator/limits", {"on": on}).json == {"limits": on}
        assert client.call("crm.item.add", **add).json["time"]["operating"] == spent, "without limits nothing is spent"
    assert client.post("/_emulator/limits", {"on": 1}).status == 400
