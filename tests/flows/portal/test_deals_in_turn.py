"""Deals of open orders have their turn every few minutes, finished ones once a week, whatever their numbers."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.flows.portal_town import NOW, ORDER, Hub, open_hub
from uzel.flows.portal import deals_in_turn
from uzel.flows.portal.deals_in_turn import FINISHED_S, IN_TURN, OPEN_S, TURN_S, next_look
from uzel.hub.models import Node, OrderRow, Portal

DAY = dt.timedelta(days=1)
pytestmark = pytest.mark.django_db


@pytest.fixture
def node() -> Node:
    portal = Portal.objects.create()
    return Node.objects.create(portal=portal, code="shop", title="Тверская", login="shop", password_hash="x")


def orders(node: Node, count: int, first: int, stage: str) -> None:
    OrderRow.objects.bulk_create(
        OrderRow(node=node, document_id=str(n), deal_id=n, merged={}, deal={"stage_id": stage}, ordered_on=NOW.date())
        for n in range(first, first + count)
    )


def turns(node: Node, minutes: int, since: dict[str, str]) -> Iterator[list[int]]:
    assert node.portal
    for minute in range(minutes):
        yield deals_in_turn.deals_in_turn(node.portal, since, NOW + dt.timedelta(minutes=minute))


def test_open_orders_are_looked_at_every_five_minutes_beside_any_number_of_finished_ones(node: Node) -> None:
    orders(node, 300, 1, "NEW")
    orders(node, 3000, 10_000, "C3:WON")
    since: dict[str, str] = {}
    first = Counter(deal for turn in turns(node, 8, since) for deal in turn)
    assert len(first) == 3300  # each once for a start: nobody knows when they were looked at
    seen = list(turns(node, 60, {}))[8:]
    assert max(map(len, seen)) <= IN_TURN
    times = Counter(deal for turn in seen for deal in turn)
    assert set(times) == set(range(1, 301))
    assert min(times.values()) >= 52 * 60 // OPEN_S - 1
    assert node.portal
    later = NOW + dt.timedelta(seconds=FINISHED_S)
    OrderRow.objects.filter(deal_id__lt=10_000).update(deal_look_at=later + DAY)
    assert len(deals_in_turn.deals_in_turn(node.portal, {}, later)) == 200  # as many as were first looked at with the open ones


def test_the_longest_overdue_goes_first_and_what_is_deleted_never(node: Node) -> None:
    orders(node, 4, 1, "NEW")
    for deal, minutes in ((1, 3), (2, 9), (3, 5), (4, 20)):
        OrderRow.objects.filter(deal_id=deal).update(deal_look_at=NOW - dt.timedelta(minutes=minutes), deal_deleted=deal == 4)
    assert next(turns(node, 1, {})) == [2, 3, 1]


def test_events_one_after_another_make_no_more_turns(node: Node) -> None:
    orders(node, IN_TURN + 1, 1, "NEW")
    since: dict[str, str] = {}
    assert node.portal
    sizes = [len(deals_in_turn.deals_in_turn(node.portal, since, NOW + dt.timedelta(seconds=s))) for s in (0, 5, TURN_S)]
    assert sizes == [IN_TURN, 0, 1]


@pytest.mark.parametrize(
    ("row", "is_over"),
    [
        (OrderRow(merged={}, deal={"stage_id": "PREPARATION"}, ordered_on=NOW.date()), False),
        (OrderRow(merged={"paid": True}, deal=None, ordered_on=None), False),
        (OrderRow(merged={"paid": True, "shipped": True}, deal=None), True),
        (OrderRow(merged={}, deal={"stage_id": "LOSE"}), True),
        (OrderRow(merged={}, deal={"stage_id": "C7:APOLOGY"}), True),
        (OrderRow(merged={}, deal=None, called_off=True), True),
        (OrderRow(merged={}, deal={"stage_id": "NEW"}, ordered_on=NOW.date() - 91 * DAY), True),
    ],
)
def test_which_orders_are_over(row: OrderRow, is_over: bool) -> None:
    assert next_look(row, NOW, 1.0) == NOW + dt.timedelta(seconds=FINISHED_S if is_over else OPEN_S)


def test_a_deletion_that_nobody_tells_of_is_found_within_minutes() -> None:
    with open_hub() as hub:
        _written_and_looked_at(hub)
        hub.emulator.manager_delete(hub.row().deal_id or 0)
        hub.pass_time(OPEN_S - 1)
        hub.sweep()
        assert not hub.row().deal_deleted
        hub.pass_time(TURN_S)
        hub.sweep()
        assert hub.row().deal_deleted


def _written_and_looked_at(hub: Hub) -> None:
    hub.receive(ORDER)
    hub.drain()
    hub.pass_time(TURN_S)
    hub.sweep()
    assert hub.row().deal_look_at == hub.now + dt.timedelta(seconds=OPEN_S)
