"""What people change in the portal comes back into orders, over real HTTP."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from tests.flows.portal_town import CUP, MARIA, ORDER, Hub, moved, open_hub
from uzel.emulators.bitrix24_portal import Options
from uzel.flows.deals.receive_deal import HELD, free_number
from uzel.flows.portal.deals_in_turn import OPEN_S
from uzel.hub.models import Conflict, CounterpartyBinding, DealNotice, Delivery, OrderRow
from uzel.hub.queries import rules_of
from uzel.mapping.document_order import document_of
from uzel.model import Order
from uzel.model.codec import from_json, to_json

pytestmark = pytest.mark.django_db
PROMO, HOLD = "UF_CRM_UZEL_PROMO", "UF_CRM_UZEL_HOLD"


@pytest.fixture
def hub() -> Iterator[Hub]:
    with open_hub() as found:
        found.receive(ORDER)
        found.drain()
        found.drain()
        yield found


def deal_id(hub: Hub) -> int:
    found = hub.row().deal_id
    assert found
    return found


def merged(hub: Hub, number: str = "A-1") -> Order:
    return from_json(Order, hub.row(number).merged)


@pytest.mark.parametrize(
    ("fields", "field", "value"),
    [
        ({"comments": "Не звонить"}, "comment", "Не звонить"),
        ({"stageId": "PREPARATION"}, "status", "P"),
        ({"stageId": "LOSE"}, "status", "@canceled"),
        ({PROMO: "ЛЕТО"}, "promo_code", "ЛЕТО"),
        ({"UF_CRM_UZEL_CARD": "2200777"}, "bonus_card_number", "2200777"),
        ({"UF_CRM_UZEL_BONUS": "99.50"}, "paid_by_bonus", Decimal("99.50")),
    ],
)
def test_a_field_of_the_deal_moves_the_order_and_the_base_is_owed(
    hub: Hub, fields: dict[str, Any], field: str, value: object
) -> None:
    hub.emulator.manager_edit(deal_id(hub), fields=fields)
    hub.sweep()
    assert getattr(merged(hub), field) == value
    assert hub.delivery("node").wanted > hub.delivery("node").confirmed
    hub.emulator.forget_calls()
    hub.drain()
    assert hub.writes() == 0, "nothing goes back to where it came from"


def test_another_responsible_travels_by_his_personnel_number(hub: Hub) -> None:
    hub.emulator.manager_edit(deal_id(hub), fields={"assignedById": 1})
    hub.sweep()
    hub.emulator.manager_edit(deal_id(hub), fields={"assignedById": 2})
    hub.sweep()
    assert merged(hub).responsible.personnel_number == "0001"
    requisites = document_of(merged(hub), rules_of(hub.node)).requisites
    assert requisites["Табельный номер ответственного"] == ("0001",)


def test_edited_rows_become_lines_and_the_sum_is_put_right(hub: Hub) -> None:
    rows = [row | {"quantity": 5} if row["productName"] == "Чай" else row for row in hub.deals()[0]["rows"]]
    hub.emulator.manager_edit(deal_id(hub), rows=[*rows, {"productName": "Упаковка", "price": 150, "quantity": 1, "sort": 30}])
    hub.sweep()
    order = merged(hub)
    assert [(line.name, line.item_id, line.quantity, line.total) for line in order.lines] == [
        ("Чай", "tea", Decimal(5), Decimal(450)),
        ("Кружка", "cup#red", Decimal(1), Decimal("390.5")),
        ("Упаковка", "", Decimal(1), Decimal(150)),
    ]
    hub.drain()
    assert hub.deals()[0]["opportunity"] == order.total == Decimal("990.50")


@pytest.mark.parametrize("posted", [False, True])
def test_rows_of_a_posted_document_are_put_back(hub: Hub, posted: bool) -> None:
    hub.receive(moved(ORDER, posted=posted))
    hub.drain()
    hub.emulator.manager_edit(deal_id(hub), rows=[{"productName": "Другое", "price": 1, "quantity": 1}])
    hub.sweep()
    hub.drain()
    assert [row["productName"] for row in hub.deals()[0]["rows"]] == (["Чай", "Кружка"] if posted else ["Другое"])
    assert list(Conflict.objects.values_list("field", "reason")) == ([("goods", "owned_by_node")] if posted else [])


def test_marks_that_only_1c_can_set_are_put_back(hub: Hub) -> None:
    hub.emulator.manager_edit(deal_id(hub), fields={"UF_CRM_UZEL_PAID": "1", "UF_CRM_UZEL_NUMBER": "777"})
    hub.sweep()
    hub.drain()
    (deal,) = hub.deals()
    assert (deal["UF_CRM_UZEL_PAID"], deal["UF_CRM_UZEL_NUMBER"]) == (False, "A-1")
    assert Conflict.objects.get().reason == "owned_by_node"


def test_a_stage_of_the_managers_own_is_left_alone(hub: Hub) -> None:
    hub.emulator.manager_edit(deal_id(hub), stage_id="FINAL_INVOICE")
    hub.sweep()
    hub.receive(moved(ORDER, comment="Новый"))
    hub.drain()
    assert (hub.deals()[0]["stageId"], hub.deals()[0]["comments"]) == ("FINAL_INVOICE", "Новый")


def test_our_own_writes_are_no_news(hub: Hub) -> None:
    before = hub.row()
    hub.sweep()
    hub.emulator.forget_calls()
    hub.sweep()
    after = hub.row()
    assert (after.version, after.merged) == (before.version, before.merged)
    assert hub.writes() == 0


def test_a_change_without_an_event_or_a_touch_is_found_in_turn() -> None:
    options = Options(productrow_set_fires_update=False, productrow_set_touches_deal=False)
    with open_hub(options) as hub:
        hub.receive(ORDER)
        hub.drain()
        hub.sweep()
        hub.pass_time(120)
        hub.emulator.manager_edit(deal_id(hub), rows=[{"productName": "Другое", "price": 1, "quantity": 1}])
        hub.sweep()
        hub.pass_time(120)
        hub.sweep()
        assert [line.name for line in merged(hub).lines] == ["Другое"]


def test_a_noticed_deal_is_read_at_the_next_drain(hub: Hub) -> None:
    DealNotice.objects.create(portal=hub.portal, deal_id=deal_id(hub))
    hub.emulator.manager_edit(deal_id(hub), fields={"comments": "По событию"})
    hub.drain()
    assert merged(hub).comment == "По событию"
    notice = DealNotice.objects.get()
    assert (notice.noticed, notice.handled) == (1, 1)


def test_a_deleted_deal_is_on_record_and_its_order_stays(hub: Hub) -> None:
    hub.emulator.manager_delete(deal_id(hub))
    hub.pass_time(OPEN_S)
    hub.sweep()
    assert hub.row().deal_deleted
    assert OrderRow.objects.count() == 1


def test_the_hold_mark_is_a_reason_and_goes_with_it(hub: Hub) -> None:
    hub.emulator.manager_edit(deal_id(hub), fields={HOLD: "1"})
    hub.sweep()
    assert hub.row().hold == HELD
    hub.emulator.manager_edit(deal_id(hub), fields={HOLD: "0"})
    hub.sweep()
    assert hub.row().hold == ""


# --- clients ----------------------------------------------------------------------------------------------------------


def contact_update(hub: Hub, contact_id: int, user_id: int, fields: dict[str, Any]) -> None:
    """A manager edits a contact through his own webhook."""
    import httpx2

    body = {"entityTypeId": 3, "id": contact_id, "fields": fields}
    answer = httpx2.post(f"{hub.emulator.webhook_of(user_id)}crm.item.update", json=body, trust_env=False)
    assert answer.status_code == 200, answer.text


def test_a_changed_contact_goes_into_the_living_orders_of_its_buyer(hub: Hub) -> None:
    paid = replace(ORDER, document_id="doc-2", number="A-2", paid=True, shipped=True)
    hub.receive(paid)
    hub.drain()
    (contact,) = hub.emulator.state()["contacts"]
    contact_update(hub, contact["id"], 2, {"lastName": "Смирнова"})
    hub.sweep()
    assert merged(hub).counterparty.full_name == "Смирнова Мария Петровна"
    assert merged(hub, "A-2").counterparty == MARIA
    hub.emulator.forget_calls()
    hub.drain()
    assert hub.writes() == 0


def test_another_client_chosen_by_a_manager_is_another_counterparty(hub: Hub) -> None:
    other = hub.emulator.manager_create_contact(fields={"name": "Пётр", "lastName": "Зимин"})
    hub.emulator.manager_edit(deal_id(hub), fields={"contactId": other})
    hub.sweep()
    counterparty = merged(hub).counterparty
    assert (counterparty.counterparty_id, counterparty.name) == (f"b24-contact-{other}", "Зимин Пётр")
    hub.drain()
    assert hub.deals()[0]["contactId"] == other


def test_a_client_taken_away_is_put_back(hub: Hub) -> None:
    before = hub.deals()[0]["contactId"]
    hub.emulator.manager_edit(deal_id(hub), fields={"contactId": 0})
    hub.sweep()
    hub.drain()
    assert hub.deals()[0]["contactId"] == before
    assert merged(hub).counterparty == MARIA


# --- deals that managers make ------------------------------------------------------------------------------------------


def make_deal(hub: Hub, **fields: Any) -> int:
    rows = [{"productName": "Чай", "price": 100, "quantity": 2, "taxRate": 20, "taxIncluded": "Y"}]
    return hub.emulator.manager_create(3, {"title": "Звонок", hub.node_field: hub.node_item, "assignedById": 2, **fields}, rows)


def test_a_managers_deal_with_a_node_becomes_an_order_of_that_base(hub: Hub) -> None:
    contact = hub.emulator.manager_create_contact(
        fields={"name": "Пётр", "lastName": "Зимин", "fm": [{"typeId": "PHONE", "value": "+79990001122"}]}
    )
    made = make_deal(hub, contactId=contact, comments="По телефону", **{PROMO: "ЗВОНОК"})
    hub.sweep()
    number = f"B{made}"
    order = merged(hub, number)
    assert (order.document_id, order.comment, order.promo_code, order.total) == (
        f"b24-deal-{made}",
        "По телефону",
        "ЗВОНОК",
        Decimal(200),
    )
    assert (order.counterparty.name, order.counterparty.phones) == ("Зимин Пётр", ("+79990001122",))
    assert order.responsible.personnel_number == "0001"
    assert order.date is not None
    assert hub.row(number).born_in_portal
    assert hub.delivery("node", number).wanted == 1
    hub.drain()
    shown = next(deal for deal in hub.deals() if deal["id"] == made)
    assert shown["UF_CRM_UZEL_NUMBER"] == number
    assert len(hub.deals()) == 2


@pytest.mark.parametrize("contacts", [{}, {"fm": [{"typeId": "PHONE", "value": "+79990001122"}]}])
def test_a_buyer_of_the_portal_is_not_multiplied_when_the_base_names_him(hub: Hub, contacts: dict[str, Any]) -> None:
    contact = hub.emulator.manager_create_contact(fields={"name": "Пётр", "lastName": "Зимин", **contacts})
    made = make_deal(hub, contactId=contact)
    hub.sweep()
    order, count = merged(hub, f"B{made}"), len(hub.emulator.state()["contacts"])
    OrderRow.objects.filter(deal_id=made).update(offered=[to_json(order)])
    guid = "1a2b3c4d-0000-4000-8000-00000000000{}"
    shown = replace(order, document_id=guid.format(1), counterparty=replace(order.counterparty, counterparty_id=guid.format(2)))
    hub.receive(replace(shown, comment="Собрано"))
    hub.drain()
    row = OrderRow.objects.get(deal_id=made)
    assert (row.merged["counterparty"]["counterparty_id"], row.client.entity_id if row.client else 0) == (
        guid.format(2),
        contact,
    )
    assert len(hub.emulator.state()["contacts"]) == count
    assert next(deal for deal in hub.deals() if deal["id"] == made)["contactId"] == contact


def test_a_chosen_client_is_who_he_is_though_his_order_has_another_buyer_by_now(hub: Hub) -> None:
    (contact,) = hub.emulator.state()["contacts"]
    hub.receive(moved(ORDER, counterparty=replace(MARIA, counterparty_id="g-petr", name="Зимин Пётр", phones=(), emails=())))
    made = make_deal(hub, contactId=contact["id"])
    hub.sweep()
    met = merged(hub, f"B{made}").counterparty
    assert (met.counterparty_id, met.phones) == ("g-maria", MARIA.phones)


def test_a_client_of_an_order_that_is_over_comes_with_the_phone_of_his_card(hub: Hub) -> None:
    hub.receive(moved(ORDER, paid=True, shipped=True))
    hub.drain()
    (contact,) = hub.emulator.state()["contacts"]
    old = {str(one["id"]): {"typeId": "PHONE", "value": ""} for one in contact["fm"] if one["typeId"] == "PHONE"}
    contact_update(hub, contact["id"], 2, {"fm": old | {"n0": {"typeId": "PHONE", "value": "+79990001122"}}})
    hub.sweep()
    made = make_deal(hub, contactId=contact["id"])
    hub.sweep()
    met = merged(hub, f"B{made}").counterparty
    assert (met.counterparty_id, met.phones) == ("g-maria", ("+79990001122",))


def test_a_card_that_changes_with_a_new_deal_does_not_hide_what_the_deal_lacks(hub: Hub) -> None:
    contact = hub.emulator.manager_create_contact(fields={"name": "Пётр", "lastName": "Зимин"})
    first = make_deal(hub, contactId=contact)
    hub.sweep()
    second = make_deal(hub, contactId=contact, UF_CRM_UZEL_NUM_1C="не то")
    contact_update(hub, contact, 2, {"lastName": "Зимина"})
    hub.sweep()
    hub.drain()
    shown = {deal["id"]: (deal["UF_CRM_UZEL_NUMBER"], deal["UF_CRM_UZEL_NUM_1C"] or "") for deal in hub.deals()}
    assert (shown[first], shown[second]) == ((f"B{first}", ""), (f"B{second}", ""))


def test_an_order_that_unf_has_completed_is_the_bases_in_every_field(hub: Hub) -> None:
    hub.receive(replace(ORDER, status="F"))
    hub.drain()
    (contact,) = hub.emulator.state()["contacts"]
    hub.emulator.manager_edit(deal_id(hub), stage_id="NEW", fields={"comments": "Поздно", PROMO: "ПОЗДНО"})
    contact_update(hub, contact["id"], 2, {"lastName": "Смирнова"})
    hub.sweep()
    hub.drain()
    (deal,) = hub.deals()
    assert (deal["stageId"], deal["comments"], deal[PROMO]) == ("WON", "Позвонить", "ВЕСНА10")
    assert {(one.field, one.reason) for one in Conflict.objects.all()} == {
        (name, "owned_by_node") for name in ("status", "comment", "promo_code")
    }
    assert not Delivery.objects.filter(target="node").exists()
    assert hub.emulator.state()["contacts"][0]["lastName"] == "Смирнова", "a card is not of one order alone"


def test_an_order_that_an_unanswered_offer_may_have_completed_takes_no_more(hub: Hub) -> None:
    hub.emulator.manager_edit(deal_id(hub), stage_id="WON")
    hub.sweep()
    OrderRow.objects.update(offered=[hub.row().merged])
    hub.emulator.manager_edit(deal_id(hub), fields={"comments": "Поздно"})
    hub.sweep()
    assert (merged(hub).status, merged(hub).comment, hub.delivery("node").confirmed) == ("F", "Позвонить", 0)
    hub.drain()
    assert (hub.deals()[0]["stageId"], hub.deals()[0]["comments"]) == ("WON", "Позвонить")
    assert list(Conflict.objects.values_list("field", "in_portal")) == [("comment", "Поздно")]


def test_a_deal_without_a_node_is_nobodys_order(hub: Hub) -> None:
    hub.emulator.manager_create(3, {"title": "Аренда"})
    hub.sweep()
    assert OrderRow.objects.count() == 1


def test_a_node_chosen_later_makes_the_order_then(hub: Hub) -> None:
    made = hub.emulator.manager_create(3, {"title": "Звонок"})
    hub.sweep()
    hub.emulator.manager_edit(made, fields={hub.node_field: hub.node_item})
    hub.sweep()
    assert hub.row(f"B{made}").deal_id == made


def test_a_create_of_ours_that_was_never_answered_is_not_a_managers_deal(hub: Hub) -> None:
    hub.receive(replace(ORDER, document_id="doc-2", number="A-2"))
    hub.emulator.faults.arm("lose_answer", method="crm.item.add")
    hub.drain()
    hub.sweep()
    assert OrderRow.objects.count() == 2


def test_a_number_is_free_in_its_base(hub: Hub) -> None:
    OrderRow.objects.create(node=hub.node, document_id="x", number="B9", merged={})
    assert (free_number(hub.node, 9), free_number(hub.node, 10)) == ("B9-2", "B10")


def test_the_exchange_node_of_an_order_cannot_be_changed(hub: Hub) -> None:
    hub.emulator.manager_edit(deal_id(hub), fields={hub.node_field: ""})
    hub.sweep()
    hub.drain()
    assert hub.deals()[0][hub.node_field] == hub.node_item


def test_a_busy_line_is_left_alone(hub: Hub) -> None:
    binding = CounterpartyBinding.objects.get()
    assert binding.shown["phones"] == ["+79161234501"]
    hub.receive(moved(ORDER, lines=(CUP,), total=CUP.total))
    assert hub.drain().busy is False
