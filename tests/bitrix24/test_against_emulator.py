"""Client and governor against the emulated portal over real HTTP, with its real limits in a fast time."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from uzel.bitrix24.batch import Chain, Command, Done, Unknown, pack
from uzel.bitrix24.client import PortalClient
from uzel.bitrix24.errors import OutcomeUnknown
from uzel.bitrix24.limits import Governor
from uzel.bitrix24.wire import open_http
from uzel.emulators.bitrix24_portal import Options, RunningPortal, start_portal

SPEED = 40.0


@contextmanager
def connected(options: Options | None = None, speed: float = SPEED) -> Iterator[tuple[RunningPortal, PortalClient, Governor]]:
    with start_portal(speed=speed, options=options) as portal, open_http() as http:
        governor = Governor(speed=speed)
        yield portal, PortalClient(portal.webhook, governor, http), governor


def order(number: int) -> Chain:
    rows = [{"productName": f"Чай №{number}", "price": "100.50", "quantity": 2}]
    deal = {"title": f"Заказ {number}", "contactId": f"$result[c{number}]", "originatorId": "uzel", "originId": str(number)}
    return Chain(
        (
            Command("crm.contact.add", {"fields": {"NAME": f"Иван {number}"}}, f"c{number}"),
            Command("crm.item.add", {"entityTypeId": 2, "fields": deal}, f"d{number}"),
            Command(
                "crm.item.productrow.set",
                {"ownerType": "D", "ownerId": f"$result[d{number}][item][id]", "productRows": rows},
                f"r{number}",
            ),
        )
    )


def rejected(portal: RunningPortal) -> list[dict[str, object]]:
    return [call for call in portal.calls()["calls"] if call["status"] in (429, 503)]


def test_three_hundred_orders_without_a_rejected_request() -> None:
    with connected() as (portal, client, governor):
        packed = pack([order(number) for number in range(300)], cost=governor.cost)
        outcomes = {key: outcome for _, landed in client.batches(packed) for key, outcome in landed.items()}
        assert len(outcomes) == 900
        assert all(isinstance(outcome, Done) for outcome in outcomes.values())
        assert rejected(portal) == []
        assert len(packed) == 19
        assert len(portal.calls()["calls"]) < 25, "a hiccup of this machine may look like a slow portal"
        assert governor.snapshot()["rejected"] == {}
        assert len(portal.state()["deals"]) == 300
        listed = list(client.walk("crm.item.list", {"entityTypeId": 2, "select": ["id", "originId", "opportunity"]}, "items"))
        assert {row["originId"] for row in listed} == {str(number) for number in range(300)}
        assert {str(row["opportunity"]) for row in listed} <= {"201", "201.0", "201.00"}


def test_a_tight_budget_is_used_up_again_and_again_without_a_block() -> None:
    """A portal that gives a method 48 s in 60; the work needs 75 s of it."""
    tight = Options(operating_limit_s=48.0, operating_window_s=60.0)
    with connected(tight, speed=20.0) as (_portal, client, governor):
        rules = replace(governor.rules, operating=replace(governor.rules.operating, limit=48.0, window=60.0, margin=0.1))
        governor.keep_to(rules)
        packed = pack([order(number) for number in range(300)], cost=governor.cost, most_commands=15)
        outcomes = [outcome for _, landed in client.batches(packed) for outcome in landed.values()]
        assert len(outcomes) == 900
        assert all(isinstance(outcome, Done) for outcome in outcomes)
        assert governor.snapshot()["rejected"] == {}


def test_a_burst_of_single_calls_keeps_within_the_bucket() -> None:
    with connected() as (portal, client, governor):
        for _ in range(120):
            client.call("user.current")
        assert rejected(portal) == []
        assert governor.snapshot()["rejected"] == {}


def test_a_lost_answer_is_unknown_and_the_deal_is_there() -> None:
    with connected() as (portal, client, governor):
        portal.faults.lose_answer("crm.item.add")
        [(_, outcomes)] = client.batches([(order(1),)])
        assert all(isinstance(outcome, Unknown) for outcome in outcomes.values())
        found = client.call("crm.item.list", {"entityTypeId": 2, "filter": {"=originId": "1"}}, repeatable=True)
        assert len(found.result["items"]) == 1
        assert governor.snapshot()["in_flight"] == 0


UNKINDER = Options(
    rejected_requests_fill_bucket=True, continue_after_timeout=False, operating_per="portal", operating_in_result_time=False
)


@pytest.mark.parametrize("options", [Options(), UNKINDER], ids=["usual", "unkinder"])
def test_misbehaviour_of_the_portal_is_lived_through(options: Options) -> None:
    with connected(options) as (portal, client, governor):
        portal.faults.fail_next(503, times=2)
        portal.faults.fail_next(503, html=True)
        packed = pack([order(number) for number in range(40)], cost=governor.cost)
        outcomes = {key: outcome for _, landed in client.batches(packed) for key, outcome in landed.items()}
        assert all(isinstance(outcome, Done) for outcome in outcomes.values())
        assert len(portal.state()["deals"]) == 40
        portal.faults.fail_next(502, times=3)
        assert client.call("user.current", repeatable=True).result
        portal.faults.timeout("crm.item.get")
        with pytest.raises(OutcomeUnknown) as caught:
            client.call("crm.item.get", {"entityTypeId": 2, "id": 1})
        assert caught.value.code == "HTTP_504"
