"""An order ↔ the state of its deal, by values."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from uzel.bitrix24.entities.deal import DealState
from uzel.bitrix24.entities.product_row import DealRow
from uzel.mapping.deal_order import (
    ClientRef,
    Seeing,
    differences,
    order_born_in,
    order_seen_after,
    order_seen_in,
    state_of,
    to_write,
)
from uzel.mapping.deal_rows import lines_seen_in
from uzel.mapping.employees import Staff
from uzel.mapping.rules import NodeRules
from uzel.model import Counterparty, Order, OrderLine, Responsible

RULES = NodeRules("tverskaya", "Тверская", "unf", portal_item="51")
STAFF = Staff(1, {"0001": 7, "0002": 8}, {}, {7: "Соколова Анна", 8: "Гусева Ольга", 9: "Мельников Пётр"})
SEEING = Seeing(RULES, STAFF)
TEA = OrderLine("guid-1", "Чай", Decimal(3), Decimal("100.00"), Decimal("270.00"), Decimal("30.00"), Decimal(20))
CUP = OrderLine("guid-2#red", "Кружка", Decimal(1), Decimal("390.50"), Decimal("390.50"))
ORDER = Order(
    "guid-o",
    number="A-17",
    date=dt.date(2026, 3, 2),
    total=Decimal("660.50"),
    status="N",
    comment="Позвонить",
    lines=(TEA, CUP),
    responsible=Responsible("0001", "Соколова Анна"),
    promo_code="ВЕСНА10",
    bonus_card_number="2200001",
    paid_by_bonus=Decimal(50),
)
CLIENT = ClientRef("contact", 31)
SHOWN = state_of(ORDER, RULES, STAFF, CLIENT)


def test_a_deal_shows_the_order() -> None:
    assert replace(SHOWN, rows=()) == DealState(
        stage_id="NEW",
        currency="RUB",
        opportunity=Decimal("660.50"),
        assigned_by_id=7,
        comments="Позвонить",
        contact_id=31,
        node="51",
        number="A-17",
        promo_code="ВЕСНА10",
        bonus_card_number="2200001",
        paid_by_bonus=Decimal("50.00"),
    )
    assert SHOWN.rows == (
        DealRow("Чай", Decimal("90.00"), Decimal(3), Decimal("10.00"), Decimal(20)),
        DealRow("Кружка", Decimal("390.50"), Decimal(1)),
    )


def test_an_untouched_deal_means_what_it_meant() -> None:
    assert order_seen_in(SHOWN, SHOWN, ORDER, SEEING) == ORDER


def test_what_the_portal_rounds_or_reformats_is_nobodys_edit() -> None:
    shown = replace(SHOWN, comments="<p>Позвонить</p>", opportunity=Decimal("660.51"))
    assert order_seen_in(shown, shown, ORDER, SEEING) == ORDER


@pytest.mark.parametrize(
    ("edit", "field", "value"),
    [
        ({"stage_id": "PREPARATION"}, "status", "P"),
        ({"stage_id": "LOSE"}, "status", "@canceled"),
        ({"stage_id": "UC_OWN_STAGE"}, "status", "N"),
        ({"assigned_by_id": 8}, "responsible", Responsible("0002", "Гусева Ольга")),
        ({"assigned_by_id": 9}, "responsible", Responsible("", "Мельников Пётр")),
        ({"comments": ""}, "comment", ""),
        ({"promo_code": ""}, "promo_code", ""),
        ({"bonus_card_number": "77"}, "bonus_card_number", "77"),
        ({"paid_by_bonus": Decimal("12.50")}, "paid_by_bonus", Decimal("12.50")),
        ({"paid": True}, "paid", True),
    ],
)
def test_an_edit_of_a_manager_is_translated(edit: dict[str, object], field: str, value: object) -> None:
    seen = order_seen_in(replace(SHOWN, **edit), SHOWN, ORDER, SEEING)
    assert getattr(seen, field) == value
    assert seen == replace(ORDER, **{field: value})


def test_number_and_node_cannot_be_edited_away() -> None:
    edited = replace(SHOWN, number="999", node="", opportunity=Decimal(1), contact_id=0)
    assert order_seen_in(edited, SHOWN, ORDER, SEEING) == ORDER
    assert set(to_write(SHOWN, SHOWN, edited)) == {"number", "node", "opportunity", "contact_id"}


def test_edited_rows_keep_the_identity_of_their_goods() -> None:
    rows = (replace(SHOWN.rows[0], quantity=Decimal(5)), DealRow("Доставка", Decimal(300), Decimal(1)))
    seen = order_seen_in(replace(SHOWN, rows=rows), SHOWN, ORDER, SEEING)
    assert seen.lines == (
        replace(TEA, quantity=Decimal(5), discount=Decimal("50.00"), total=Decimal("450.00")),
        OrderLine("", "Доставка", Decimal(1), Decimal("300.00"), Decimal("300.00")),
    )
    assert seen.total == Decimal("750.00")


def test_rows_in_another_order_are_the_same_goods() -> None:
    assert lines_seen_in(SHOWN.rows[::-1], SHOWN.rows, ORDER.lines) == (CUP, TEA)


def test_the_sum_of_an_order_without_rows_is_its_own() -> None:
    bare = replace(ORDER, lines=(), total=Decimal(100))
    shown = state_of(bare, RULES, STAFF, CLIENT)
    assert order_seen_in(replace(shown, opportunity=Decimal(200)), shown, bare, SEEING).total == Decimal(200)


def test_only_what_moved_is_written() -> None:
    moved = replace(ORDER, comment="Не звонить", status="F")
    own_stage = replace(SHOWN, stage_id="UC_CALL", comments="<p>Позвонить</p>")
    assert to_write(SHOWN, SHOWN, own_stage) == {}
    assert to_write(state_of(moved, RULES, STAFF, CLIENT), SHOWN, own_stage) == {"comments": "Не звонить", "stage_id": "WON"}


def test_a_client_of_the_other_kind_stays() -> None:
    assert to_write(SHOWN, SHOWN, replace(SHOWN, company_id=5)) == {}


def test_an_unanswered_write_that_landed_is_no_edit() -> None:
    sent = replace(ORDER, status="W", comment="Новый")
    rules = replace(RULES, stages=())
    deal = replace(SHOWN, stage_id=state_of(sent, rules, STAFF, CLIENT).stage_id, comments="Новый", promo_code="ЛЕТО")
    seen = order_seen_after((sent,), deal, SHOWN, ORDER, SEEING, CLIENT)
    assert seen == replace(sent, promo_code="ЛЕТО", status=ORDER.status if SHOWN.stage_id == deal.stage_id else "W")


def test_an_order_is_born_in_a_deal() -> None:
    deal = replace(SHOWN, number="", node="51", contact_id=0, stage_id="NEW")
    buyer = Counterparty("b24-contact-31", "Иванова Мария")
    moment = dt.datetime(2026, 3, 2, 14, 30, 5, 999, tzinfo=dt.UTC)
    order = order_born_in(deal, "b24-deal-9", "B9", moment, replace(SEEING, counterparty=buyer))
    assert (order.document_id, order.number, order.date, order.time) == (
        "b24-deal-9",
        "B9",
        dt.date(2026, 3, 2),
        dt.time(14, 30, 5),
    )
    assert (order.status, order.currency, order.counterparty) == ("@new", "RUB", buyer)
    assert [line.item_id for line in order.lines] == ["", ""]
    assert order.total == Decimal("660.50")


def test_money_within_a_kopeck_is_the_same_money() -> None:
    assert differences(SHOWN, replace(SHOWN, opportunity=Decimal("660.51"))) == {}
    assert set(differences(SHOWN, replace(SHOWN, opportunity=Decimal("660.52")))) == {"opportunity"}
