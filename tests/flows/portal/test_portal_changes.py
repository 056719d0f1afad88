"""A mass edit in the portal is read a part in each look, saved after each, with writing in between."""

from collections.abc import Iterator

import pytest

from tests.flows.portal_town import MARIA, NOW, ORDER, Hub, moved
from uzel.bitrix24 import client as portal_client
from uzel.bitrix24.errors import Unavailable
from uzel.emulators.bitrix24_portal import start_portal
from uzel.flows.portal import drain_portal, portal_changes, sweep_portal
from uzel.flows.portal.sweep_portal import is_due
from uzel.hub.models import DealNotice, OrderRow, Portal

pytestmark = pytest.mark.django_db
PAGE = 50


class Wall:
    """The portal's clock, moved by hand."""

    def __init__(self) -> None:
        self.now = NOW.timestamp()


@pytest.fixture
def wall() -> Wall:
    return Wall()


@pytest.fixture
def hub(wall: Wall, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    monkeypatch.setattr(portal_client, "RETRY_DELAYS_S", ())
    monkeypatch.setattr(portal_changes, "LOOK_PAGES", 1)
    with start_portal(limits=False, now=lambda: wall.now) as emulator:
        yield Hub(emulator)


def make_deals(hub: Hub, wall: Wall, count: int, *, a_second: int = 1) -> None:
    """A manager makes so many orders of the base."""
    for number in range(count):
        wall.now += int(number % a_second == 0)
        hub.emulator.manager_create(fields={"title": f"Т{number}", hub.node_field: hub.node_item})


def taken() -> int:
    """How many of them are orders by now."""
    return OrderRow.objects.exclude(number="A-1").count()


def test_each_look_takes_a_page_and_nothing_is_read_twice_but_equal_moments(hub: Hub, wall: Wall) -> None:
    make_deals(hub, wall, 2 * PAGE + 5)
    seen = [(hub.sweep(), taken(), is_due(Portal.objects.get(), hub.now)) for _ in range(3)]
    assert seen == [(PAGE, PAGE, True), (PAGE, 2 * PAGE - 1, True), (7, 2 * PAGE + 5, False)]


@pytest.mark.parametrize("a_second", [7, 2 * PAGE + 5])
def test_a_look_does_not_end_within_a_second(hub: Hub, wall: Wall, a_second: int) -> None:
    """The bound gives way to a second with more than it: an offset that waits for the next look could skip something."""
    make_deals(hub, wall, 2 * PAGE + 5, a_second=a_second)
    make_deals(hub, wall, 1)
    for _ in range(4):
        hub.sweep()
    assert (taken(), is_due(Portal.objects.get(), hub.now)) == (2 * PAGE + 6, False)


def test_a_failure_keeps_what_an_earlier_look_received(hub: Hub, wall: Wall) -> None:
    make_deals(hub, wall, 2 * PAGE + 5)
    hub.sweep()
    reached = Portal.objects.get().swept_until
    hub.emulator.faults.arm("fail_next", method="crm.item.list", error="ACCESS_DENIED", times=1)
    with pytest.raises(Unavailable):
        hub.sweep()
    assert (Portal.objects.get().swept_until, is_due(Portal.objects.get(), hub.now)) == (reached, True)
    assert [hub.sweep(), hub.sweep(), taken()] == [PAGE, 7, 2 * PAGE + 5]


def test_new_orders_are_written_between_two_looks(hub: Hub, wall: Wall, monkeypatch: pytest.MonkeyPatch) -> None:
    make_deals(hub, wall, 2 * PAGE + 5)
    hub.receive(ORDER)
    steps: list[str] = []
    look, carry_out = sweep_portal.look, drain_portal._carry_out

    def noted_look(*given: object) -> int:
        steps.append("look")
        return look(*given)  # type: ignore[arg-type]

    def noted_wave(*given: object) -> None:
        steps.append("wave")
        carry_out(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(sweep_portal, "look", noted_look)
    monkeypatch.setattr(drain_portal, "_carry_out", noted_wave)
    assert not hub.drain().problem
    assert steps[:3] == ["look", "wave", "look"]
    assert (hub.row().deal_id is not None, taken(), is_due(Portal.objects.get(), hub.now)) == (True, 2 * PAGE + 5, False)


def test_a_drain_without_anything_to_write_reads_to_the_end(hub: Hub, wall: Wall) -> None:
    for number in range(2 * PAGE + 5):
        wall.now += 1
        hub.emulator.manager_create_contact(fields={"lastName": f"Зимин {number}"})
    hub.emulator.forget_calls()
    hub.drain()
    assert hub.commands()["crm.item.list"] == 3 * 2 + 3, "deals, contacts and companies in each of three looks"


def test_notices_of_many_deals_are_a_part_in_each_look(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep_portal, "LOOK_NOTICES", 1)
    hub.receive(ORDER, moved(ORDER, document_id="doc-2", number="A-2", counterparty=MARIA))
    hub.drain()
    for number in ("A-1", "A-2"):
        DealNotice.objects.create(portal=hub.portal, deal_id=hub.row(number).deal_id)
    seen = []
    for _ in range(3):
        hub.sweep()
        seen.append(DealNotice.objects.filter(handled=0).count())
    assert (seen, is_due(Portal.objects.get(), hub.now)) == ([1, 0, 0], False)
