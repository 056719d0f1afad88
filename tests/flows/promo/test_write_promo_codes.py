"""Promo codes that the portal does not have yet go into it over real HTTP: once, whatever answers are lost."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.flows.portal_town import NOW, ORDER, Hub, in_a_hurry, open_hub
from uzel.bitrix24.entities import smart_process
from uzel.bitrix24.entities.promo_item import item_key
from uzel.bitrix24.entities.smart_process import PROMO_CODES, KnownProcess
from uzel.flows.portal.portal_line import open_line
from uzel.flows.portal.portal_work import WORK
from uzel.flows.promo.promo_delta import delta
from uzel.hub.models import PromoCodeRow
from uzel.hub.promo_book import add
from uzel.hub.promo_from_bases import bring
from uzel.hub.queries import known_process
from uzel.model.codec import from_json
from uzel.model.promo import PromoCode
from uzel.sync.promo import Said

pytestmark = pytest.mark.django_db
SPRING = PromoCode(
    "ВЕСНА10", "Весна", "10 %", dt.date(2026, 3, 1), dt.date(2026, 3, 31), nodes=("shop",), source="блогер", active=True
)


@pytest.fixture
def hub() -> Iterator[Hub]:
    with open_hub(lists_only=False) as found:
        yield found


def put(hub: Hub, *promos: PromoCode) -> None:
    add(hub.portal, {promo.key: promo for promo in promos}, hub.now)


def process(hub: Hub) -> KnownProcess:
    found = known_process(hub.portal, PROMO_CODES)
    assert found
    return found


def call(hub: Hub, command: Any) -> Any:
    with in_a_hurry(hub.portal), open_line(hub.portal) as client:
        return client.call(command.method, command.params).result


def items(hub: Hub) -> list[dict[str, Any]]:
    listed = call(hub, smart_process.list_items("all", process(hub)))["items"]
    return sorted(listed, key=lambda item: int(item["id"]))


def row(key: str = "весна10") -> PromoCodeRow:
    return PromoCodeRow.objects.get(key=key)


def test_a_code_becomes_an_item_and_reads_back_the_same(hub: Hub) -> None:
    put(hub, SPRING)
    assert hub.drain().taken["promo_codes"] == 1
    (item,) = items(hub)
    assert (item["xmlId"], item["title"], row().entity_id) == (item_key(SPRING), "Весна", int(item["id"]))
    hub.pass_time(601)
    hub.sweep()
    assert (from_json(PromoCode, row().content), row().revision) == (SPRING, 1)
    assert hub.drain().pieces == 0


@pytest.mark.parametrize("fault", ["lose_answer", "timeout"])
def test_a_lost_answer_doubles_nothing(hub: Hub, fault: str) -> None:
    put(hub, SPRING)
    hub.emulator.faults.arm(fault, method="crm.item.add")
    hub.drain()
    for _ in range(3):
        hub.pass_time(70)
        hub.drain()
    (item,) = items(hub)
    assert row().entity_id == int(item["id"])
    assert (row().retry_at, row().problem_code, row().attempts) == (None, "", 0)


def test_a_create_that_was_made_before_a_kill_is_met(hub: Hub) -> None:
    put(hub, SPRING)
    hub.drain()
    made = row().entity_id
    PromoCodeRow.objects.update(entity_id=None, retry_at=hub.now)
    hub.emulator.forget_calls()
    hub.drain()
    assert row().entity_id == made
    assert "crm.item.add" not in hub.commands()


def test_a_code_that_people_made_meanwhile_is_theirs(hub: Hub) -> None:
    hub.sweep()
    theirs = smart_process.read_item_id(
        call(hub, smart_process.add_item("a", process(hub), "", "Наша весна", {"UZEL_CODE": "Весна10"}))
    )
    put(hub, SPRING)
    hub.drain()
    assert [int(item["id"]) for item in items(hub)] == [theirs]
    hub.sweep()
    assert (row().entity_id, row().content["title"], row().revision) == (theirs, "Наша весна", 2)


def test_a_refusal_is_told_and_tried_again_until_it_is_given_up(hub: Hub) -> None:
    put(hub, SPRING)
    hub.emulator.faults.arm("fail_next", method="crm.item.add", error="ACCESS_DENIED", times=10)
    for _ in range(6):
        hub.drain()
        hub.pass_time(7300)
    assert (row().problem_code, row().attempts) == ("ACCESS_DENIED", 6)
    assert row().problem.startswith("Портал не принял промокод:")


def test_a_smart_process_that_is_gone_stops_no_orders(hub: Hub) -> None:
    put(hub, SPRING)
    call(hub, smart_process.delete_type("gone", process(hub).type_id))
    hub.receive(ORDER)
    assert hub.drain().problem == ""
    assert len(hub.deals()) == 1
    assert (row().attempts, row().entity_id) == (1, None)


def test_many_codes_at_once(hub: Hub) -> None:
    put(hub, *(PromoCode(f"код {number}", active=True) for number in range(60)))
    hub.drain()
    assert len({item["xmlId"] for item in items(hub)}) == 50, "a page"
    assert not PromoCodeRow.objects.filter(entity_id=None).exists()
    assert len(delta(hub.node, 0).items) == 60


def test_what_the_directory_knows_is_left_as_it_is(hub: Hub) -> None:
    put(hub, SPRING)
    put(hub, PromoCode("весна10", "Другая"), PromoCode("Лето"))
    assert (row().content["title"], row("лето").due_since) == ("Весна", NOW)


def test_without_a_smart_process_the_hub_keeps_them_alone() -> None:
    with open_hub() as hub:
        put(hub, SPRING)
        kind = next(kind for kind in WORK if kind.code == "promo_codes")
        assert kind.count(hub.portal, hub.now, 10) == 0
        assert [item.promo for item in delta(hub.node, 0).items] == [SPRING]


def say(hub: Hub, promo: PromoCode, version: str) -> None:
    """The base says what it has."""
    bring(hub.node, {promo.key: Said(promo, "1", version)}, 1, hub.now)


def change_card(hub: Hub, **values: Any) -> None:
    card = row().entity_id or 0
    call(hub, smart_process.update_item("u", process(hub), card, None, values))


def test_what_a_base_changes_goes_into_its_card_and_nothing_else_of_it(hub: Hub) -> None:
    say(hub, SPRING, "v1")
    hub.drain()
    change_card(hub, UZEL_SHOPS=["shop", "arbat"], UZEL_SOURCE="выставка")
    hub.pass_time(601)
    hub.sweep()
    say(hub, replace(SPRING, discount="15 %", title="Весна 15"), "v2")
    hub.pass_time(601)
    hub.sweep()
    assert row().content["discount"] == "15 %", "the card does not show it yet, and is no news"
    hub.drain()
    (item,) = items(hub)
    process_ = process(hub)
    assert (item["title"], item[process_.code("UZEL_DISCOUNT")]) == ("Весна 15", "15 %")
    hub.pass_time(601)
    hub.sweep()
    wanted = replace(SPRING, discount="15 %", title="Весна 15", nodes=("shop", "arbat"), source="выставка")
    assert (from_json(PromoCode, row().content), row().unwritten) == (wanted, [])
    assert row().revision == 3
    assert hub.drain().pieces == 0


@pytest.mark.parametrize("fault", ["lose_answer", "timeout"])
def test_a_change_whose_answer_is_lost_is_written_again(hub: Hub, fault: str) -> None:
    say(hub, SPRING, "v1")
    hub.drain()
    say(hub, replace(SPRING, active=False), "v2")
    hub.emulator.faults.arm(fault, method="crm.item.update")
    hub.drain()
    hub.pass_time(700)
    hub.drain()
    (item,) = items(hub)
    assert item[process(hub).code("UZEL_ACTIVE")] == "N"
    assert (row().unwritten, row().retry_at, row().attempts) == ([], None, 0)


def test_a_change_before_the_card_is_made_is_in_it(hub: Hub) -> None:
    say(hub, SPRING, "v1")
    say(hub, replace(SPRING, discount="15 %"), "v2")
    hub.drain()
    (item,) = items(hub)
    assert (item[process(hub).code("UZEL_DISCOUNT")], row().unwritten) == ("15 %", [])


def test_a_card_of_people_and_one_that_they_deleted_are_no_longer_the_bases(hub: Hub) -> None:
    hub.sweep()
    call(hub, smart_process.add_item("a", process(hub), "", "Наша весна", {"UZEL_CODE": "Весна10", "UZEL_ACTIVE": "Y"}))
    say(hub, SPRING, "v1")
    hub.drain()
    say(hub, PromoCode("Лето", active=True), "v1")
    hub.drain()
    hub.pass_time(601)
    hub.sweep()
    assert (row().brought_by, row("лето").brought_by) == (None, hub.node)
    call(hub, smart_process.delete_item("d", process(hub).entity_type_id, row("лето").entity_id or 0))
    say(hub, PromoCode("Лето", discount="5 %", active=True), "v2")
    hub.drain()
    assert (row("лето").unwritten, row("лето").problem) == ([], "")
    hub.pass_time(601)
    hub.sweep()
    assert (row("лето").deleted, row("лето").brought_by) == (True, None)
    say(hub, PromoCode("Лето", discount="9 %", active=True), "v3")
    assert row("лето").deleted
