"""Payments, shipments, refunds and returns: one by one, in parts, taken back; what is not mentioned stays."""

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uzel.commerceml import tags
from uzel.commerceml.document import Document
from uzel.mapping.rules import NodeRules, OwnRequisite
from uzel.mapping.settlements import FLAGS, KEPT_GOODS, OPERATIONS, from_kept, kept_of, kind_of, with_settlements
from uzel.model import Order, OrderLine
from uzel.model.order import Settlement, SettlementKind

RULES = NodeRules("shop", "Магазин")
ORDER = Order("guid", total=Decimal(100))
CASH, BACK, GONE, CAME = "Выплата наличных денег", "Возврат безналичных денег", "Отпуск товара", "Возврат товара"


def beside(key: str, operation: str, total: int, **said: str) -> Document:
    return Document(key, operation=operation, total=Decimal(total), requisites={name: (text,) for name, text in said.items()})


def after(*documents: Document, order: Order = ORDER, told: tuple[str, ...] = ()) -> Order:
    """The order once the documents have come one by one."""
    for document in documents:
        order = with_settlements(order, (document,), RULES, told=told)
    return order


def test_every_operation_of_money_and_goods_is_known() -> None:
    assert set(OPERATIONS) == {name.lower() for name in (*tags.PAYMENT_OPERATIONS, *tags.SHIPMENT_OPERATIONS)}
    assert kind_of(Document("o", operation="Заказ товара")) is None


@pytest.mark.parametrize(
    ("document", "kind"),
    [
        (beside("a", "эквайринговая операция", 1), SettlementKind.PAYMENT),
        (beside("a", CASH, 1, ПризнакВозврата="true"), SettlementKind.REFUND),
        (beside("a", CASH, 1, ПризнакВозврата="false"), SettlementKind.PAYMENT),
        (beside("a", GONE, 1, ПризнакВозврата="true"), SettlementKind.RETURN),
        (beside("a", CAME, 1, ПризнакВозврата="true"), SettlementKind.RETURN),
        (beside("a", BACK, 1), SettlementKind.REFUND),
    ],
)
def test_what_a_document_says(document: Document, kind: SettlementKind) -> None:
    assert kind_of(document) is kind


@pytest.mark.parametrize(
    ("documents", "received", "paid"),
    [
        ((beside("a", CASH, 40),), 40, False),
        ((beside("a", CASH, 40), beside("b", CASH, 60)), 100, True),
        ((beside("a", CASH, 40), beside("a", CASH, 40)), 40, False),
        ((beside("a", CASH, 40), beside("a", CASH, 100)), 100, True),
        ((beside("a", CASH, 100), beside("r", BACK, 30)), 70, False),
        ((beside("r", BACK, 30), beside("a", CASH, 130)), 100, True),
        ((beside("a", CASH, 100), beside("a", CASH, 100, ПометкаУдаления="true")), 0, False),
        ((beside("a", CASH, 100), beside("b", CASH, 5, ПометкаУдаления="true")), 100, True),
        ((beside("a", CASH, 100), beside("a", CASH, 100, Оплачен="false")), 0, False),
        ((beside("a", CASH, 100, Оплачено="true"),), 100, True),
        ((beside("a", CASH, 100, Проведен="false"),), 0, False),
        ((beside("a", CASH, 100), beside("s", GONE, 100)), 100, True),
        ((beside("", CASH, 40), beside("", CASH, 60)), 100, True),
        ((beside("", CASH, 40), beside("", CASH, 40)), 40, False),
    ],
)
def test_money(documents: tuple[Document, ...], received: int, paid: bool) -> None:
    order = after(*documents)
    assert (order.received, order.paid) == (received, paid)


def test_an_order_of_no_sum_is_paid_by_nothing() -> None:
    assert not after(beside("a", CASH, 0), order=replace(ORDER, total=Decimal(0))).paid


def test_what_is_missing_unpays_nothing_and_what_went_back_does() -> None:
    paid = replace(ORDER, paid=True)  # said by the order itself, of payments nothing is known
    assert after(beside("a", CASH, 40), order=paid).paid
    assert not after(beside("r", BACK, 10), order=paid).paid
    assert after(beside("r", BACK, 10), order=paid, told=("paid",)).paid, "the order's own word goes first"


@pytest.mark.parametrize(
    ("documents", "shipped", "returned"),
    [
        ((beside("s", GONE, 100),), False, 0),
        ((beside("s", GONE, 100, Отгружен="true"),), True, 0),
        ((beside("s", GONE, 0, Отгружен="true"),), True, 0),  # of the whole order: it names no part
        ((beside("s", GONE, 60, Отгружен="true"),), False, 0),
        ((beside("s", GONE, 60, Отгружен="true"), beside("t", GONE, 40, Отгружен="true")), True, 0),
        ((beside("s", GONE, 60, Отгружен="true"), beside("t", GONE, 40)), False, 0),
        ((beside("s", GONE, 100, Отгружен="true"), beside("v", CAME, 30)), False, 30),
        ((beside("s", GONE, 0, Отгружен="true"), beside("v", CAME, 30)), False, 30),
        ((beside("s", GONE, 100, Отгружен="true"), beside("s", GONE, 60, Отгружен="true")), False, 0),
        ((beside("v", CAME, 30), beside("v", CAME, 20)), False, 20),
        ((beside("v", CAME, 30), beside("v", CAME, 30, ПометкаУдаления="true")), False, 0),
        ((beside("v", CAME, 30, Проведен="false"),), False, 0),
    ],
)
def test_goods_by_their_sums(documents: tuple[Document, ...], shipped: bool, returned: int) -> None:
    order = after(*documents)
    assert (order.shipped, order.settled(SettlementKind.RETURN)) == (shipped, returned)


def row(item: str, quantity: int, name: str = "", **fields: Any) -> OrderLine:
    return OrderLine(item, name, Decimal(quantity), Decimal(10), Decimal(10 * quantity), **fields)


def moves(key: str, operation: str, *rows: OrderLine, total: int = 0) -> Document:
    return replace(beside(key, operation, total, Отгружен="true"), lines=rows)


TEA = replace(
    ORDER, lines=(row("tea", 3), row("", 1, "Кофе  зерновой"), row("ORDER_DELIVERY", 1, is_service=True)), total=Decimal(50)
)
COFFEE = row("", 1, "кофе зерновой")


@pytest.mark.parametrize(
    ("documents", "shipped", "dispatched"),
    [
        ((moves("s", GONE, row("tea", 1)),), False, 10),
        ((moves("s", GONE, row("tea", 3)),), False, 30),
        ((moves("s", GONE, row("tea", 3), COFFEE),), True, 40),
        ((moves("s", GONE, row("tea", 1), total=50), moves("t", GONE, row("tea", 1), row("tea", 1), COFFEE)), True, 40),
        ((moves("s", GONE, row("tea", 4)), moves("v", CAME, row("tea", 1)), moves("c", GONE, COFFEE)), True, 50),
        ((moves("s", GONE, row("tea", 3), COFFEE), moves("v", CAME, row("tea", 1))), False, 40),
        ((moves("s", GONE, row("tea", 3), COFFEE), moves("s", GONE, row("tea", 1), COFFEE)), False, 20),
        ((moves("s", GONE, row("juice", 9)),), False, 90),
        ((moves("s", GONE, row("tea", 3)), beside("t", GONE, 20, Отгружен="true")), True, 50),  # no rows: sums
        ((moves("s", GONE, row("tea", 3)), beside("t", GONE, 10, Отгружен="true")), False, 40),
    ],
)
def test_goods_row_by_row(documents: tuple[Document, ...], shipped: bool, dispatched: int) -> None:
    order = after(*documents, order=TEA)
    assert (order.shipped, order.settled(SettlementKind.SHIPMENT)) == (shipped, dispatched)


def test_an_order_of_services_is_shipped_by_them() -> None:
    order = replace(ORDER, lines=(row("fix", 1, is_service=True),))
    assert not after(moves("s", GONE, row("other", 1)), order=order).shipped
    assert after(moves("s", GONE, row("fix", 1)), order=order).shipped


def test_a_word_of_the_order_stands_until_something_goes_back() -> None:
    shipped = replace(TEA, shipped=True)  # said by the order itself, of shipments nothing is known
    assert after(moves("s", GONE, row("tea", 1)), order=shipped).shipped
    assert not after(moves("v", CAME, row("tea", 1)), order=shipped).shipped
    assert after(moves("v", CAME, row("tea", 1)), order=shipped, told=("shipped",)).shipped


def test_what_documents_told_is_counted_anew_when_the_order_grows() -> None:
    covered = after(beside("a", CASH, 50), moves("s", GONE, row("tea", 3), COFFEE), order=TEA)
    assert (covered.paid, covered.shipped) == (True, True)
    grown = replace(covered, lines=(row("tea", 4), COFFEE), total=Decimal(60))
    told = with_settlements(grown, (), RULES, told=(), before=covered)
    assert (told.paid, told.shipped) == (False, False)


def test_settlements_stand_in_one_order_whatever_the_order_of_news() -> None:
    one, other = beside("b", CASH, 1), beside("a", GONE, 2)
    assert after(one, other).settlements == after(other, one).settlements
    assert with_settlements(ORDER, (one, other), RULES, told=()) == after(one, other)
    assert after(beside("o", "Счет-фактура", 1)) == ORDER
    assert after(one).settlements == (Settlement("b", SettlementKind.PAYMENT, Decimal(1)),)


documents = st.builds(
    Document,
    document_id=st.text(max_size=5),
    number=st.text(max_size=5),
    date=st.none() | st.dates(),
    operation=st.sampled_from(sorted(OPERATIONS)),
    total=st.none() | st.decimals(allow_nan=False, allow_infinity=False, places=3),
    lines=st.none()
    | st.lists(st.builds(row, st.text(max_size=3), st.integers(-3, 9), st.text(max_size=3)), max_size=4).map(tuple),
    requisites=st.dictionaries(
        st.sampled_from((*FLAGS, "Адрес доставки", "Номер чека")),
        st.tuples(st.sampled_from(["true", "false", "", "наверное" * 9])),
    ),
)


@given(documents)
def test_what_is_kept_of_a_document_says_the_same_of_its_order(document: Document) -> None:
    kept = json.loads(json.dumps(kept_of(document)))
    assert after(from_kept(kept), order=TEA) == after(document, order=TEA)
    assert kept_of(from_kept(kept)) == kept


def test_of_too_many_goods_the_sum_alone_is_kept() -> None:
    kept = kept_of(moves("s", GONE, *(row(str(n), 1) for n in range(KEPT_GOODS + 1))))
    assert ("goods" in kept, kept["total"]) == (False, str(10 * (KEPT_GOODS + 1)))


# --- what they say for fields of the deal ------------------------------------------------------------------


def delivered(key: str, address: str, **said: str) -> Document:
    return beside(key, GONE, 10, **{"Отгружен": "true", "Адрес доставки": address, **said})


def test_where_unf_ships_to_stands_in_the_shipment() -> None:
    first, second = delivered("b", "Тверская, 1"), delivered("a", "Арбат, 2", Получатель="Иванов")
    order = after(first)
    assert order.extras == (("UF_CRM_1C_ADDRESS", "Тверская, 1"),)
    order = after(second, order=order)
    assert dict(order.extras)["UF_CRM_1C_ADDRESS"] == "Арбат, 2"
    assert after(first, second, order=order) == order, "what was said before is no news"
    assert dict(after(delivered("b", "Сретенка, 3"), order=order).extras)["UF_CRM_1C_ADDRESS"] == "Сретенка, 3"
    assert after(delivered("c", "Лубянка, 4"), order=order, told=("UF_CRM_1C_ADDRESS",)).extras == order.extras
    assert after(replace(first, operation=CAME)).extras == (), "a return is shipped nowhere"


def test_a_row_that_is_off_hears_nothing_and_one_that_is_switched_on_does() -> None:
    bare, rules = (
        delivered("a", "Арбат", **{"Трек-номер": "RA1"}),
        NodeRules("shop", "Магазин", requisites=(OwnRequisite("UF_CRM_1C_TRACK", direction="both"),)),
    )
    order = after(bare)
    assert "UF_CRM_1C_TRACK" not in dict(order.extras)
    assert dict(with_settlements(order, (bare,), rules, told=()).extras)["UF_CRM_1C_TRACK"] == "RA1"
