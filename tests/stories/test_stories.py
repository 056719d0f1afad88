"""Short whole stories through both emulators and the hub between them, each with a name."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import httpx2
import pytest

from tests.stories.town import BITRIX, UNF, UT, Town
from uzel.demo.compare import UF, compare
from uzel.demo.people import PEOPLE
from uzel.emulators.onec_base.records import Order, make_line
from uzel.emulators.onec_base.stock import ITEMS
from uzel.flows.staff.map_employee import map_employee
from uzel.hub.models import Conflict, Delivery, Employee, OrderRow, Portal, PortalUser

pytestmark = pytest.mark.django_db(transaction=True)
POSTABLE = {"posted": False, "comment": "Позвонить", "status": "N"}


def new_order(town: Town, code: str = UNF, **changes: Any) -> Order:
    """An order of a base that has its deal, both sides quiet."""
    order = town.bases[code].shop.new_order(**{**POSTABLE, **changes})
    town.settle()
    return order


def in_base(town: Town, order: Order, code: str = UNF) -> dict[str, Any]:
    return next(one for one in town.bases[code].orders() if one["document_id"] == order.document_id)


def deal_of(town: Town, order: Order, code: str = UNF) -> dict[str, Any]:
    return next(deal for deal in town.deals_of(code) if deal[f"{UF}NUMBER"] == order.site_number)


def edit(town: Town, order: Order, code: str = UNF, *, rows: list[dict[str, Any]] | None = None, **fields: Any) -> None:
    """A manager changes the deal, and the hub hears of it."""
    named = {UF + name if name.isupper() else name: value for name, value in fields.items()}
    town.portal.manager_edit(deal_of(town, order, code)["id"], user_id=3, fields=named, rows=rows)
    town.visit_portal()


def test_a_base_that_vanished_before_success_gets_the_same_orders_again(town: Town) -> None:
    order = new_order(town)
    edit(town, order, comments="Слово портала")
    town.bases[UNF].faults.arm("vanish_before", "success")
    assert town.exchange(UNF).vanished_before == "success"
    assert Delivery.objects.get(order__number=order.site_number, target="node").confirmed == 0
    assert town.exchange(UNF).loaded == (order.document_id,)
    town.settle()
    assert in_base(town, order)["comment"] == "Слово портала"
    assert len(town.deals_of(UNF)) == 1


@pytest.mark.parametrize("code", [UNF, BITRIX])
def test_a_managers_deal_goes_to_its_base_and_stays_one_deal(town: Town, code: str) -> None:
    new_order(town, code)
    rows = [{"productName": "Чай подарочный", "price": "490", "quantity": "2", "taxRate": "20", "taxIncluded": "Y"}]
    client = min(town.state().contacts or town.state().companies)
    key = "contactId" if town.state().contacts else "companyId"
    fields = {
        "title": "Звонок",
        town.node_field: town.node_item(code),
        key: client,
        "assignedById": 3,
        "comments": "По телефону",
    }
    made = town.portal.manager_create(3, fields, rows)
    town.settle()
    (order,) = [one for one in town.bases[code].orders() if one["comment"] == "По телефону"]
    assert (len(order["number"]) <= 11, order["total"]) == (True, "980")
    town.bases[code].shop.post(order["document_id"])  # now the base tells of it under an Ид of its own
    town.settle()
    row = OrderRow.objects.get(number=order["number"])
    assert (row.deal_id, row.document_id) == (made, order["document_id"])
    assert len(town.deals_of(code)) == 2
    assert next(deal for deal in town.deals_of(code) if deal["id"] == made)[f"{UF}POSTED"] is True


def test_a_base_without_the_right_never_gets_changes(town: Town) -> None:
    order = new_order(town, UT)
    edit(town, order, UT, comments="Слово портала")
    assert town.exchange(UT).loaded == ()
    assert in_base(town, order, UT)["comment"] == "Позвонить"
    assert deal_of(town, order, UT)["comments"] == "Слово портала"


def test_a_held_order_waits_with_its_reason(town: Town) -> None:
    order = new_order(town)
    edit(town, order, comments="Слово портала", HOLD="1")
    assert town.exchange(UNF).loaded == ()
    assert "удержан" in Delivery.objects.get(order__number=order.site_number, target="node").locked_reason
    edit(town, order, HOLD="0")
    assert town.exchange(UNF).loaded == (order.document_id,)
    assert in_base(town, order)["comment"] == "Слово портала"


def test_a_lost_answer_of_a_create_makes_no_second_deal(town: Town) -> None:
    town.portal.faults.arm("lose_answer", method="crm.item.add")
    town.portal.faults.arm("lose_answer", method="crm.contact.add")
    order = new_order(town)
    assert len(town.deals_of(UNF)) == 1
    assert len(town.state().contacts) + len(town.state().companies) == 1
    assert [row["productName"] for row in deal_of(town, order)["rows"]] == [line.name for line in order.lines]


def test_goods_of_a_posted_document_are_put_back_and_the_edit_is_on_record(town: Town) -> None:
    order = new_order(town, posted=True)
    edit(town, order, rows=[{"productName": "Другое", "price": "1", "quantity": "1"}])
    town.settle()
    assert [row["productName"] for row in deal_of(town, order)["rows"]] == [line.name for line in order.lines]
    (conflict,) = Conflict.objects.all()
    assert (conflict.field, conflict.reason) == ("goods", "owned_by_node")
    assert conflict.in_portal[0][0]["name"] == "Другое"


def test_an_employee_mapped_later_gets_his_deals(town: Town) -> None:
    number, user_id = next(iter(PEOPLE.items()))
    Employee.objects.filter(personnel_number=number).delete()
    PortalUser.objects.all().delete()  # he is not found by his name either
    Portal.objects.update(users_read_at=town.clock.now())
    order = new_order(town, responsible=number)
    assert deal_of(town, order)["assignedById"] == 1
    assert map_employee(Portal.objects.get(), number, user_id) == 1
    town.settle()
    assert deal_of(town, order)["assignedById"] == user_id
    assert in_base(town, order)["responsible"]["personnel_number"] == number


def test_a_phone_changed_in_the_portal_reaches_the_base(town: Town) -> None:
    order = new_order(town, BITRIX)
    deal = deal_of(town, order, BITRIX)
    kind, card_id = ("contact", deal["contactId"]) if deal["contactId"] else ("company", deal["companyId"])
    fields = {"PHONE": [{"VALUE": "+79990001122", "VALUE_TYPE": "WORK"}]}
    url = f"{town.portal.webhook_of(3)}crm.{kind}.update"
    httpx2.post(url, json={"id": card_id, "fields": fields}, trust_env=False).raise_for_status()
    town.visit_portal()
    town.settle()
    row = OrderRow.objects.get(number=order.site_number)
    assert "+79990001122" in row.in_node["counterparty"]["phones"]


@pytest.mark.parametrize("code", [UNF, BITRIX])
def test_promo_code_bonus_card_and_bonuses_travel_both_ways(town: Town, code: str) -> None:
    order = new_order(town, code, promo_code="ВЕСНА10", bonus_card_number="2200001", paid_by_bonus=Decimal("12.5"))
    deal = deal_of(town, order, code)
    assert (deal[f"{UF}PROMO"], deal[f"{UF}CARD"], Decimal(str(deal[f"{UF}BONUS"]))) == ("ВЕСНА10", "2200001", Decimal("12.5"))
    edit(town, order, code, PROMO="ЛЕТО", CARD="2200777", BONUS="30")
    town.settle()
    found = in_base(town, order, code)
    assert (found["promo_code"], found["bonus_card_number"], found["paid_by_bonus"]) == ("ЛЕТО", "2200777", "30")


@pytest.mark.parametrize("code", [UNF, UT, BITRIX])
def test_a_package_sent_again_costs_no_call(town: Town, code: str) -> None:
    new_order(town, code)
    town.portal.forget_calls()
    assert len(town.exchange(code, everything=True).sent) == 1
    town.read_packages()
    town.drain()
    assert town.portal.calls()["counters"]["commands"] == {}


def test_the_same_order_edited_on_both_sides_is_a_conflict_and_1c_wins(town: Town) -> None:
    order = new_order(town)
    town.portal.manager_edit(deal_of(town, order)["id"], user_id=3, fields={"comments": "Слово портала"})
    town.bases[UNF].shop.edit(order.document_id, comment="Слово 1С")
    town.exchange(UNF)  # before the hub has heard of the manager's edit
    town.settle()
    assert in_base(town, order)["comment"] == deal_of(town, order)["comments"] == "Слово 1С"
    (conflict,) = Conflict.objects.all()
    assert (conflict.field, conflict.in_portal) == ("comment", "Слово портала")


def test_a_day_of_three_shops_leaves_both_sides_equal(town: Town) -> None:
    for code in (UNF, UT, BITRIX):
        for _ in range(4):
            town.bases[code].shop.new_order()
    town.settle()
    orders = {code: base.orders() for code, base in town.bases.items()}
    found = compare(town.shops.values(), orders, town.state(), PEOPLE, {})
    assert (found.orders, found.differences, found.strays) == (12, [], [])


def money_and_goods(town: Town, order: Order) -> tuple[Any, ...]:
    """Stage, flags and sums of a deal of the module's base, as its manager sees them."""
    deal = deal_of(town, order, BITRIX)
    sums = (Decimal(str(deal[UF + name] or 0)) for name in ("RECEIVED", "REFUND", "SENT", "RETURNED"))
    return deal["stageId"], bool(deal[f"{UF}PAID"]), bool(deal[f"{UF}SHIPPED"]), *sums


def test_goods_go_in_parts_and_all_comes_back(town: Town) -> None:
    """One piece of three is not shipped, and a return reopens no deal that was over."""
    shop = town.bases[BITRIX].shop
    order = new_order(town, BITRIX, lines=[make_line(ITEMS[0], Decimal(3))], status="")
    price, key = ITEMS[0].price, order.document_id
    total = order.total
    shop.ship(key, Decimal(1))
    town.settle()
    assert money_and_goods(town, order) == ("NEW", False, False, 0, 0, price, 0)
    shop.pay(shop.ship(key).document_id, kind="bank")
    town.settle()
    assert money_and_goods(town, order) == ("WON", True, True, total, 0, total, 0)
    shop.take_back(key)
    town.settle()
    assert money_and_goods(town, order) == ("WON", True, False, total, 0, total, total)
    shop.refund(key)
    town.settle()
    assert money_and_goods(town, order) == ("WON", False, False, total, total, total, total)
    shop.edit(key, comment="Вернули всё")
    town.settle()
    assert deal_of(town, order, BITRIX)["comments"] == "Вернули всё"
    assert money_and_goods(town, order) == ("WON", False, False, total, total, total, total)


def test_a_delivery_address_goes_to_a_base_and_comes_back_with_its_shipment(town: Town) -> None:
    """УНФ with «Подчинённые документы» tells of the delivery in the shipment alone."""
    order = new_order(town)
    town.portal.manager_edit(deal_of(town, order)["id"], user_id=3, fields={"UF_CRM_1C_ADDRESS": "Арбат, 1"})
    town.visit_portal()
    town.settle()
    shop = town.bases[UNF].shop
    known = shop.books.orders[order.document_id]
    assert dict(known.extra)["Адрес доставки"] == "Арбат, 1"
    shop.write(replace(known, extra=(("Адрес доставки", "Арбат, 12"),)))
    shop.ship(order.document_id)
    town.settle()
    assert deal_of(town, order)["UF_CRM_1C_ADDRESS"] == "Арбат, 12"
