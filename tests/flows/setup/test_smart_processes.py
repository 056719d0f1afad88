"""Nodes as items of a smart process, over real HTTP: made once, read when a manager chooses, shown with their state."""

import datetime as dt
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest

from tests.flows import promo_cards
from tests.flows.portal_town import NOW, ORDER, Hub, in_a_hurry, moved, open_hub
from uzel.bitrix24.client import PortalClient
from uzel.bitrix24.entities.deal_fields import DEAL_FIELDS, NODE
from uzel.bitrix24.entities.smart_process import SMART_PROCESSES
from uzel.bitrix24.setup_plan import Kind
from uzel.emulators.bitrix24_portal import Options
from uzel.flows.portal.portal_line import open_line
from uzel.flows.setup.set_up_portal import Check, plan_setup, set_up
from uzel.flows.setup.show_nodes import PAUSE_S
from uzel.flows.setup.undo_setup import undo_setup
from uzel.hub.models import MadeInPortal, Node, Portal
from uzel.mapping.requisites import extra_rows
from uzel.mapping.rules import NodeRules

pytestmark = pytest.mark.django_db
READY_FIELDS = len(extra_rows(NodeRules("shop", "Магазин")))
#: fields of deals (but the list of nodes), both processes with their fields, the node's card, the personnel number
CREATES = len(DEAL_FIELDS) - 1 + READY_FIELDS + sum(1 + len(process.fields) for process in SMART_PROCESSES) + 1 + 1


@pytest.fixture
def hub() -> Iterator[Hub]:
    with open_hub(lists_only=False) as found:
        yield found


def again(hub: Hub) -> dict[str, Check]:
    with in_a_hurry(hub.portal):
        return {check.what: check for check in set_up(hub.portal)}


def types(hub: Hub) -> dict[str, dict[str, Any]]:
    return {one["title"]: one for one in hub.emulator.state()["types"]}


def items(hub: Hub, title: str = "Узлы обмена") -> list[dict[str, Any]]:
    number = types(hub)[title]["entityTypeId"]
    return [one for one in hub.emulator.state()["type_items"] if one["entityTypeId"] == number]


def shown(hub: Hub, suffix: str, code: str = "shop") -> Any:
    item = next(one for one in items(hub) if one["xmlId"] == code)
    return item[f"UF_CRM_{types(hub)['Узлы обмена']['id']}_{suffix}"]


def add_node(hub: Hub, code: str = "arbat") -> Node:
    return Node.objects.create(code=code, title="Арбат", login=code, password_hash="x", portal=hub.portal)


# --- set-up -----------------------------------------------------------------------------------------------------------


def test_both_processes_are_made_with_their_fields_and_a_card_for_each_node(hub: Hub) -> None:
    assert set(types(hub)) == {process.title for process in SMART_PROCESSES}
    fields = {one["FIELD_NAME"]: one for one in hub.emulator.state()["user_fields"]}
    for process in SMART_PROCESSES:
        for field in process.fields:
            made = fields[f"UF_CRM_{types(hub)[process.title]['id']}_{field.suffix}"]
            assert (made["USER_TYPE_ID"], made["MULTIPLE"]) == (field.user_type, "Y" if field.multiple else "N")
    assert NODE not in fields
    (card,) = items(hub)
    assert (card["title"], card["xmlId"], card["id"]) == ("Тверская (shop)", "shop", hub.node_item)
    assert hub.node_field == f"parentId{types(hub)['Узлы обмена']['entityTypeId']}"
    assert all(check.outcome != "создано" and check.passed for check in again(hub).values())
    assert {step.action for step in plan_setup(hub.portal)} == {"keep"}


def test_lost_answers_double_nothing() -> None:
    with open_hub(lists_only=False) as hub:
        undo(hub)
        for method in ("crm.type.add", "userfieldconfig.add", "crm.item.add"):
            hub.emulator.faults.arm("lose_answer", method=method)
        checks = again(hub).values()
        assert [check for check in checks if not check.passed] == []
        assert sorted(one["title"] for one in hub.emulator.state()["types"]) == ["Промокоды", "Узлы обмена"]
        assert len(items(hub)) == 1
        assert not MadeInPortal.objects.filter(made_at=None).exists()
        assert MadeInPortal.objects.filter(kind=Kind.NODE, entity_id=hub.node_item).exists()


def test_every_answer_lost_is_two_looks_more_and_nothing_twice(hub: Hub) -> None:
    undo(hub)
    for method in ("crm.deal.userfield.add", "crm.type.add", "userfieldconfig.add", "crm.item.add", "user.userfield.add"):
        hub.emulator.faults.arm("lose_answer", method=method, times=CREATES)
    assert [check for check in again(hub).values() if not check.passed] == []
    _is_whole(hub)


@pytest.mark.parametrize("nth", [1, 19, 20, 27, 29, 37, 39, 40])
def test_killed_after_any_create_it_goes_on_and_doubles_nothing(hub: Hub, nth: int, monkeypatch: pytest.MonkeyPatch) -> None:
    undo(hub)
    real, done = PortalClient.call, count(1)

    def killed(self: PortalClient, method: str, *args: Any, **kwargs: Any) -> Any:
        reply = real(self, method, *args, **kwargs)
        if method.endswith(".add") and next(done) == nth:
            raise KeyboardInterrupt  # the portal has made it, we do not know
        return reply

    with monkeypatch.context() as patched:
        patched.setattr(PortalClient, "call", killed)
        with pytest.raises(KeyboardInterrupt):
            again(hub)
    assert MadeInPortal.objects.filter(made_at=None).count() == 1
    Portal.objects.update(speed=1.0)
    assert [check for check in again(hub).values() if not check.passed] == []
    _is_whole(hub)


def _is_whole(hub: Hub) -> None:
    """Everything is there once and on record as ours."""
    state = hub.emulator.state()
    assert sorted(one["title"] for one in state["types"]) == ["Промокоды", "Узлы обмена"]
    assert [item["xmlId"] for item in state["type_items"]] == ["shop"]
    names = [one["FIELD_NAME"] for one in state["user_fields"] if "UZEL" in one["FIELD_NAME"]]
    assert len(names) == len(set(names)) == sum(len(process.fields) for process in SMART_PROCESSES) + len(DEAL_FIELDS) - 1
    assert MadeInPortal.objects.exclude(made_at=None).count() == CREATES
    assert not MadeInPortal.objects.filter(made_at=None).exists()


def test_a_type_whose_create_is_still_running_cannot_be_made_twice(hub: Hub) -> None:
    """The number that was asked for is asked for again, and the portal lets no two have it."""
    undo(hub)
    number = 2000
    MadeInPortal.objects.create(portal=hub.portal, kind=Kind.PROCESS, name="nodes", title="x", entity_id=number, asked_at=NOW)
    assert all(check.passed for check in again(hub).values())
    assert types(hub)["Узлы обмена"]["entityTypeId"] == number


def test_a_plan_without_smart_processes_falls_back_to_the_list() -> None:
    with open_hub(Options(most_smart_processes=0), lists_only=False) as hub:
        assert hub.node_field == NODE
        checks = again(hub)
        assert all(check.passed for check in checks.values())
        assert "промокоды хранит только сам Узел" in checks["Смарт-процесс «Промокоды»"].outcome
        hub.receive(ORDER)
        hub.drain()
        assert hub.deals()[0][NODE] == hub.node_item
        assert not hub.emulator.state()["types"]


def test_a_plan_with_one_smart_process_left_keeps_the_nodes_there() -> None:
    with open_hub(Options(most_smart_processes=1), lists_only=False) as hub:
        assert set(types(hub)) == {"Узлы обмена"}
        assert hub.node_field.startswith("parentId")
        assert all(check.passed for check in again(hub).values())


def test_a_portal_that_was_set_up_by_lists_stays_with_its_list() -> None:
    with open_hub(lists_only=True) as hub:
        checks = again(hub)
        assert all(check.passed for check in checks.values())
        assert hub.node_field == NODE
        assert set(types(hub)) == {"Промокоды"}


def test_a_process_of_somebody_elses_with_our_title_is_not_used() -> None:
    with open_hub(lists_only=False) as hub:
        undo(hub)
        with open_line(hub.portal) as client:
            client.call("crm.type.add", {"fields": {"title": "Узлы обмена"}})
        checks = again(hub)
        assert "без связи со сделками" in checks["Смарт-процесс «Узлы обмена»"].outcome
        assert not checks["Смарт-процесс «Узлы обмена»"].passed


# --- the deal and its node --------------------------------------------------------------------------------------------


def test_a_deal_has_its_node_as_a_parent(hub: Hub) -> None:
    hub.receive(ORDER)
    hub.drain()
    assert hub.deals()[0][hub.node_field] == hub.node_item
    hub.emulator.forget_calls()
    hub.receive(ORDER)
    hub.drain()
    assert hub.writes() == 0


@pytest.mark.parametrize("told", [True, False])
def test_a_manager_chooses_the_base_of_a_new_deal(told: bool) -> None:
    with open_hub(Options(parents_in_everything=told), lists_only=False) as hub:
        _choose_a_base(hub)


def _choose_a_base(hub: Hub) -> None:
    made = hub.emulator.manager_create(3, {"title": "Звонок", hub.node_field: hub.node_item, "assignedById": 2})
    hub.sweep()
    row = hub.row(f"B{made}")
    assert (row.born_in_portal, row.node_id) == (True, hub.node.pk)


def test_a_parent_taken_away_is_put_back(hub: Hub) -> None:
    hub.receive(ORDER)
    hub.drain()
    hub.emulator.manager_edit(hub.deals()[0]["id"], fields={hub.node_field: ""})
    hub.sweep()
    hub.drain()
    assert hub.deals()[0][hub.node_field] == hub.node_item


def test_a_new_node_gets_its_card_by_the_next_drain(hub: Hub) -> None:
    add_node(hub)
    hub.drain()
    hub.portal.refresh_from_db()
    assert {one["xmlId"]: one["id"] for one in items(hub)} == hub.portal.setup["nodes"]
    assert set(hub.portal.setup["nodes"]) == {"shop", "arbat"}


def test_a_portal_that_refuses_a_card_is_not_asked_at_every_drain(hub: Hub) -> None:
    add_node(hub)
    hub.emulator.faults.fail_next(400, method="crm.item.add", error="ACCESS_DENIED")
    hub.drain()
    hub.emulator.forget_calls()
    hub.drain()
    assert "crm.type.list" not in hub.commands()
    add_node(hub, "mira")  # another one is another matter
    hub.drain()
    assert sorted(one["xmlId"] for one in items(hub)) == ["arbat", "mira", "shop"]


# --- the state of a node ----------------------------------------------------------------------------------------------


def test_a_card_shows_parameters_and_counts(hub: Hub) -> None:
    Node.objects.update(last_call_at=NOW - dt.timedelta(minutes=3))
    hub.receive(ORDER, moved(ORDER, document_id="doc-2", number="A-2"))
    hub.drain()
    hub.pass_time(PAUSE_S)
    hub.drain()
    assert (shown(hub, "UZEL_CODE"), shown(hub, "UZEL_CHANGES"), shown(hub, "UZEL_ACTIVE")) == ("shop", True, True)
    assert (shown(hub, "UZEL_ORDERS"), shown(hub, "UZEL_TO_PORTAL"), shown(hub, "UZEL_HELD")) == (2, 0, 0)
    assert shown(hub, "UZEL_CALLED") == "02.03.2026 14:57"
    assert shown(hub, "UZEL_PROFILE") == "1С:Управление нашей фирмой"


def test_what_is_no_news_costs_nothing_and_news_waits_for_the_pause(hub: Hub) -> None:
    Node.objects.update(last_call_at=NOW)
    hub.drain()
    hub.emulator.forget_calls()
    Node.objects.update(last_call_at=NOW + dt.timedelta(minutes=2))
    hub.pass_time(PAUSE_S)
    hub.drain()
    assert hub.writes() == 0
    Node.objects.update(active=False)
    hub.drain()
    assert hub.writes() == 0
    hub.pass_time(PAUSE_S)
    hub.drain()
    assert hub.commands()["crm.item.update"] == 1
    assert shown(hub, "UZEL_ACTIVE") is False


def test_what_people_write_into_a_card_stands_until_there_is_news(hub: Hub) -> None:
    hub.drain()
    process = types(hub)["Узлы обмена"]
    with open_line(hub.portal) as client:
        wish = {"entityTypeId": process["entityTypeId"], "id": hub.node_item, "fields": {"title": "Моё"}}
        client.call("crm.item.update", wish)
    hub.pass_time(PAUSE_S)
    hub.drain()
    assert items(hub)[0]["title"] == "Моё"
    Node.objects.update(receives_changes=False)
    hub.pass_time(PAUSE_S)
    hub.drain()
    assert items(hub)[0]["title"] == "Тверская (shop)"


def test_a_card_that_people_deleted_is_made_again(hub: Hub) -> None:
    hub.drain()
    with open_line(hub.portal) as client:
        number = types(hub)["Узлы обмена"]["entityTypeId"]
        client.call("crm.item.delete", {"entityTypeId": number, "id": hub.node_item})
    Node.objects.update(active=False)
    hub.pass_time(PAUSE_S)
    hub.drain()
    hub.drain()
    assert [one["xmlId"] for one in items(hub)] == ["shop"]
    hub.portal.refresh_from_db()
    assert items(hub)[0]["id"] == hub.node_item
    assert shown(hub, "UZEL_PROFILE") == "1С:Управление нашей фирмой"


# --- the way back -----------------------------------------------------------------------------------------------------


def undo(hub: Hub, *, with_data: bool = False) -> dict[str, str]:
    with in_a_hurry(hub.portal):
        return {one.title: one.text for one in undo_setup(hub.portal, with_data=with_data)}


def test_processes_go_with_their_fields_and_cards(hub: Hub) -> None:
    undo(hub)
    state = hub.emulator.state()
    assert (state["types"], state["type_items"]) == ([], [])
    assert not [one for one in state["user_fields"] if "UZEL" in one["FIELD_NAME"]]
    assert not MadeInPortal.objects.exists()


def test_a_card_that_deals_name_and_a_process_with_codes_stay(hub: Hub) -> None:
    hub.receive(ORDER)
    hub.drain()
    promo = types(hub)["Промокоды"]["entityTypeId"]
    with open_line(hub.portal) as client:
        client.call("crm.item.add", {"entityTypeId": promo, "fields": {"title": "ЛЕТО"}})
    left = undo(hub)
    assert left["Узел «Тверская (shop)»"] == "выбран в сделках: 1; удалить и так: --yes"
    assert left["Смарт-процесс «Узлы обмена»"] == "в нём остаются элементы: 1; удалить и их: --yes"
    assert left["Смарт-процесс «Промокоды»"] == "в нём остаются элементы: 1; удалить и их: --yes"
    assert set(types(hub)) == {"Узлы обмена", "Промокоды"}
    assert "остаётся вместе со смарт-процессом" in left["«Промокоды»: поле «Код»"]
    undo(hub, with_data=True)
    assert types(hub) == {}


def test_an_undo_that_leaves_deals_their_fields_lets_the_exchange_go_on(hub: Hub) -> None:
    hub.receive(ORDER)
    hub.drain()
    add_node(hub)
    hub.drain()
    MadeInPortal.objects.filter(kind=Kind.DEAL_FIELD).delete()  # as if people had made them
    left = undo(hub)
    assert left["Узел «Арбат (arbat)»"] == "удалено"
    hub.portal.refresh_from_db()
    assert set(hub.portal.setup["nodes"]) == {"shop"}
    assert set(hub.portal.setup["processes"]) == {"nodes"}
    assert hub.drain().problem == ""
    hub.portal.refresh_from_db()
    assert set(hub.portal.setup["nodes"]) == {"shop", "arbat"}


# --- many cards of promo codes ----------------------------------------------------------------------------------------

MANY = 2050  # more cards than the forty pages that the set-up once read of them


def test_thousands_of_promo_codes_are_nothing_to_the_set_up(hub: Hub) -> None:
    promo_cards.add_many(hub.emulator, MANY)
    add_node(hub)
    hub.receive(ORDER)
    Portal.objects.update(speed=1000.0)
    hub.emulator.forget_calls()
    assert hub.drain().problem == ""
    assert (len(hub.deals()), len(items(hub))) == (1, 2)
    assert all(check.passed for check in again(hub).values())
    assert {step.action for step in plan_setup(hub.portal)} == {"keep"}
    assert undo(hub)["Смарт-процесс «Промокоды»"] == f"в нём остаются элементы: {MANY}; удалить и их: --yes"
    undo(hub, with_data=True)
    assert types(hub) == {}


def test_a_set_up_that_fails_in_a_drain_stops_no_order(hub: Hub) -> None:
    add_node(hub)
    hub.receive(ORDER)
    hub.emulator.faults.arm("fail_next", method="crm.deal.userfield.list", error="ACCESS_DENIED")
    assert (hub.drain().problem, len(hub.deals())) == ("", 1)
    said = Portal.objects.get().problem
    assert said.startswith("Обмен идёт, но настройка портала не закончена: ")
    assert "[ACCESS_DENIED]" in said
    hub.drain()  # not asked again for a while, and still on record
    assert Portal.objects.get().problem == said
    with in_a_hurry(hub.portal):
        Portal.objects.update(setup=Portal.objects.get().setup | {"refused": {}})
        hub.drain()
    assert (Portal.objects.get().problem, len(items(hub))) == ("", 2)
