"""A verdict on one document, by values."""

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from uzel.commerceml.document import Document
from uzel.flows.files.decide_document import (
    Decision,
    PackageMemory,
    belongs_elsewhere,
    container_word,
    decide,
    put_off,
    refuse,
    remember,
    taken_up,
    target_id,
    waits_for,
    words_of,
)
from uzel.mapping.rules import NodeRules
from uzel.model import Order, Problem, Verdict
from uzel.sync.plan import States

RULES = NodeRules("shop", "Магазин", profile="bitrix")
ORDER = Document(
    "guid", "17", dt.date(2024, 5, 1), operation="Заказ товара", currency="RUB", total=Decimal(100),
    requisites={"Проведен": ("false",), "Статуса заказа ИД": ("N",)},
)  # fmt: skip
PAYMENT = Document("p", operation="Выплата наличных денег", total=Decimal(100), requisites={"Оплачен": ("true",)})


def first(document: Document = ORDER) -> Decision:
    return decide(document, None, None, RULES)


def known() -> Order:
    plan = first().plan
    assert plan is not None
    assert plan.states.in_node is not None
    return plan.states.in_node


def states(**changes: Any) -> Callable[[], States]:
    """An order that both sides show alike, but for the changes."""
    same = known()
    return lambda: replace(States(same, same, same, same), **changes)


def again(document: Document, **changes: Any) -> Decision:
    asked = states(**changes)
    return decide(document, asked().in_node, asked, RULES)


def test_a_new_order() -> None:
    decision = first()
    assert (decision.verdict, decision.reason_code) == (Verdict.CREATED, "")
    assert decision.plan is not None
    assert (decision.plan.portal_due, decision.plan.node_due) == (True, False)


def test_the_same_again_asks_for_nothing_more() -> None:
    def never() -> States:
        raise AssertionError("the states of an unchanged order are read")

    decision = decide(ORDER, known(), never, RULES)
    assert (decision.verdict, decision.plan) == (Verdict.UNCHANGED, None)


def test_a_change() -> None:
    decision = again(replace(ORDER, comment="Новый"))
    assert (decision.verdict, decision.plan and decision.plan.portal_due) == (Verdict.UPDATED, True)


def test_a_change_against_a_change_is_told_in_words() -> None:
    shown = replace(known(), comment="Портал", promo_code="A")
    said = {**ORDER.requisites, "Промокод": ("B",)}
    decision = again(replace(ORDER, comment="База", requisites=said), in_portal=shown, merged=shown)
    assert (decision.verdict, decision.reason_code) == (Verdict.CONFLICT, "both_moved")
    assert decision.reason == "Изменено с обеих сторон: комментарий, промокод"


def test_a_field_that_one_side_owns_is_told_apart() -> None:
    shown = replace(known(), comment="Портал")
    rules = replace(RULES, ownership={"comment": "node", "promo_code": "portal"})
    said = {**ORDER.requisites, "Промокод": ("B",)}
    asked = states(in_portal=shown, merged=shown)
    decision = decide(replace(ORDER, requisites=said), known(), asked, rules)
    assert decision.reason == "Изменено и в портале, но решает 1С: комментарий; Изменено в 1С, но решает портал: промокод"


def test_a_problem_that_is_not_fatal_is_the_reason() -> None:
    noted = replace(ORDER, problems=(Problem("measure_unknown", "Документ 17 / Товар 1", "Единица «ящ» не известна"),))
    assert (first(noted).verdict, first(noted).reason_code) == (Verdict.CREATED, "measure_unknown")
    unread = replace(ORDER, requisites={**ORDER.requisites, "Оплачен": ("наверное",)})
    assert first(unread).reason == "Оплачен: Значение «наверное» не понято"


def test_an_order_of_the_portal_that_the_base_took_and_never_confirmed() -> None:
    """Only the offer says what the upload is silent about."""
    born = Order("b24-deal-5", "17", dt.date(2024, 5, 1), total=Decimal(100), status="N", promo_code="ЛЕТО")
    asked = States(None, born, None, born, offered=(born, replace(born, promo_code="ОСЕНЬ")))
    decision = decide(ORDER, None, lambda: asked, RULES)
    assert decision.plan is not None
    assert (decision.verdict, decision.plan.conflicts) == (Verdict.UPDATED, ())
    assert decision.plan.states.merged is not None
    assert (decision.plan.states.merged.document_id, decision.plan.states.merged.promo_code) == ("guid", "ЛЕТО")


@pytest.mark.parametrize("in_node", [None])
def test_a_payment_of_an_order_that_the_base_never_showed_waits(in_node: Order | None) -> None:
    born = Order("b24-deal-5", "17")
    for asked in (None, lambda: States(None, born, None, born)):
        decision = decide(PAYMENT, in_node, asked, RULES)
        assert (decision.verdict, decision.reason_code, decision.plan) == (Verdict.HELD, "order_not_known", None)


def test_what_waited_counts_as_said_before_the_order() -> None:
    waiting = [replace(PAYMENT, total=Decimal(30)), replace(PAYMENT, document_id="p2", total=Decimal(70))]
    inside = replace(ORDER, subordinates=(replace(PAYMENT, total=Decimal(40)),))
    for document, received in ((ORDER, 100), (inside, 110)):
        decision = decide(document, None, None, RULES, waiting)
        assert decision.plan is not None
        assert decision.plan.states.in_node is not None
        assert (decision.plan.states.in_node.received, decision.plan.states.in_node.paid) == (received, True)
        assert (taken_up(PAYMENT, decision).verdict, taken_up(PAYMENT, decision).reason_code) == ("updated", "taken_with_order")
    assert taken_up(PAYMENT, Decision(ORDER, Verdict.UNCHANGED)).verdict is Verdict.UNCHANGED


@pytest.mark.parametrize(
    ("document", "containers", "word"),
    [
        (replace(PAYMENT, basis_ids=("a",), container=3), {3: "b"}, "a"),
        (replace(PAYMENT, container=3), {3: "b"}, "b"),
        (replace(PAYMENT, container=3), {}, container_word(7, 3)),
        (PAYMENT, {3: "b"}, ""),
        (replace(PAYMENT, basis_ids=("x" * 201,)), {}, ""),
    ],
)
def test_under_what_word_a_document_waits(document: Document, containers: dict[int, str], word: str) -> None:
    assert waits_for(document, PackageMemory(containers), 7) == word
    assert not word or word in (*words_of(replace(ORDER, document_id="a"), 7), *words_of(replace(ORDER, container=3), 7), "b")
    assert words_of(PAYMENT, 7) == []


@pytest.mark.parametrize(
    ("asked", "verdict", "code"),
    [
        ({"named": False, "known": False, "full": True}, "held", "order_not_named"),
        ({"named": True, "known": True, "full": True}, "duplicate", "held_already"),
        ({"named": True, "known": False, "full": True}, "rejected", "too_many_held"),
        ({"named": True, "known": False, "full": False}, "held", "order_not_known"),
    ],
)
def test_what_becomes_of_a_document_before_its_order(asked: dict[str, bool], verdict: str, code: str) -> None:
    decision = put_off(decide(PAYMENT, None, None, RULES), **asked)
    assert (decision.verdict, decision.reason_code) == (verdict, code)


def test_payments_are_summed_up() -> None:
    half, seen = replace(PAYMENT, total=Decimal(50)), known()
    for document, paid in ((half, False), (replace(half, document_id="p2"), True)):
        decision = decide(document, seen, states(in_node=seen), RULES)
        assert decision.plan is not None
        assert decision.plan.states.in_node is not None
        seen = decision.plan.states.in_node
        assert (decision.verdict, seen.paid) == (Verdict.UPDATED, paid)
    assert decide(half, seen, states(in_node=seen), RULES).verdict is Verdict.UNCHANGED


@pytest.mark.parametrize(
    ("document", "verdict", "code"),
    [
        (
            replace(ORDER, problems=(Problem("currency_unknown", "Документ 17", "Валюта", fatal=True),)),
            "rejected",
            "currency_unknown",
        ),
        (replace(ORDER, document_id=""), "rejected", "order_without_id"),
        (replace(ORDER, document_id="x" * 201), "rejected", "id_too_long"),
        (replace(ORDER, operation="Отчет о продажах комиссионного товара"), "held", "operation_not_used"),
        (replace(ORDER, operation=""), "held", "operation_not_used"),
        (replace(PAYMENT, operation="Возврат наличных денег"), None, None),
        (replace(PAYMENT, operation="Возврат товара"), None, None),
        (replace(ORDER, operation="ЗАКАЗ ТОВАРА"), None, None),
        (replace(PAYMENT, operation="эквайринговая операция"), None, None),
        (PAYMENT, None, None),
        (ORDER, None, None),
    ],
)
def test_what_needs_no_look_at_what_is_known(document: Document, verdict: str | None, code: str | None) -> None:
    decision = refuse(document, PackageMemory())
    assert (decision and decision.verdict, decision and decision.reason_code) == (verdict, code)


def test_the_same_document_twice_in_a_file() -> None:
    memory = PackageMemory()
    remember(ORDER, memory)
    decision = refuse(ORDER, memory)
    assert (decision and decision.verdict, decision and decision.reason_code) == (Verdict.DUPLICATE, "repeated_in_package")
    assert refuse(replace(ORDER, comment="другой"), memory) is None


def test_the_order_of_a_payment() -> None:
    memory = PackageMemory()
    inside, outside = replace(PAYMENT, container=3), PAYMENT
    assert (target_id(inside, memory), target_id(outside, memory)) == ("", "")
    remember(replace(ORDER, container=3), memory)
    assert (target_id(inside, memory), target_id(outside, memory)) == ("guid", "")
    assert target_id(replace(inside, basis_ids=("other",)), memory) == "other"


def test_memory_keeps_the_last_container_alone() -> None:
    memory = PackageMemory()
    for n in range(5):
        remember(replace(ORDER, document_id=str(n), container=n), memory)
        remember(replace(PAYMENT, document_id=f"p{n}", container=n), memory)
    kept = memory.for_next_chunk()
    assert kept.order_of_container == {4: "4"}
    assert kept.seen == {}


def test_a_document_of_another_base() -> None:
    assert belongs_elsewhere(ORDER, "Центр").reason == "Этот же заказ уже получен из базы «Центр»"
    assert belongs_elsewhere(PAYMENT, "Центр").reason == "Заказ этого документа уже получен из базы «Центр»"
