"""Rows to records and back; deliveries that become due and cease to be."""

from dataclasses import replace
from typing import Any

import pytest

from tests.exchange.talk import make_node
from tests.flows.due_orders import NOW, make_order
from uzel.hub.models import Delivery, Employee, Node, OrderRow, PortalUser
from uzel.hub.queries import note_attempt, put_states, rules_of, settle, staff_of, states_of, want
from uzel.mapping.employees import normal_name
from uzel.mapping.rules import StageRow
from uzel.model.codec import to_json
from uzel.sync.plan import ATTEMPTS_LIMIT, States

pytestmark = pytest.mark.django_db
A, B = make_order("1"), make_order("1", comment="b")


@pytest.fixture
def shop() -> Node:
    return make_node("shop")


def made(node: Node, number: str, version: int = 1) -> OrderRow:
    return OrderRow.objects.create(node=node, document_id=number, number=number, merged=to_json(A), version=version)


def test_states_there_and_back(shop: Node) -> None:
    row = OrderRow(node=shop, document_id="1")
    states = States(A, B, None, B, sent=(A, B), offered=())
    put_states(row, states)
    row.save()
    row.refresh_from_db()
    assert (states_of(row), row.offered) == (states, None)
    put_states(row, replace(states, in_node=None, sent=()))
    row.save()
    assert OrderRow.objects.filter(in_node__isnull=True, sent__isnull=True).count() == 1


def test_attempts_are_noted_once_each(shop: Node) -> None:
    row = made(shop, "1")
    for order in (to_json(A), to_json(A), to_json(B)):
        note_attempt(row, "offered", order)
    row.save()
    row.refresh_from_db()
    assert states_of(row).offered == (A, B)
    for n in range(ATTEMPTS_LIMIT):
        note_attempt(row, "offered", to_json(replace(A, comment=str(n))))
    assert [order["comment"] for order in row.offered] == [str(n) for n in range(ATTEMPTS_LIMIT)]


def test_rules_of(shop: Node) -> None:
    shop.stages, shop.profile, shop.category_id = [["N", "Принят", "NEW"]], "ut", 3
    rules = rules_of(shop)
    assert (rules.stages, rules.profile, rules.category_id, rules.code) == ((StageRow("N", "Принят", "NEW"),), "ut", 3, "shop")
    assert rules_of(make_node("alone", portal=None)).portal_item == ""


def users(node: Node, *people: tuple[int, str, bool]) -> None:
    PortalUser.objects.bulk_create(
        PortalUser(portal=node.portal, user_id=user, full_name=name, active=active) for user, name, active in people
    )


def test_staff_of(shop: Node) -> None:
    users(shop, (11, "Гусева Ольга", True), (12, "Соколова Анна", True), (13, "Анна Соколова", True), (14, "Ушёл Пётр", False))
    Employee.objects.create(portal=shop.portal, personnel_number="001 ", user_id=11)
    Employee.objects.create(portal=shop.portal, personnel_number="004", user_id=14)
    assert shop.portal is not None
    shop.portal.exchange_user_id, shop.default_responsible_id = 9, 12
    staff = staff_of(shop)
    assert (staff.user_by_number, staff.exchange_user_id, staff.default_id) == ({"001": 11}, 9, 12)
    assert staff.user_by_name == {normal_name("Гусева Ольга"): 11}  # two Sokolovas are nobody
    assert staff.name_of_user[14] == "Ушёл Пётр"
    shop.default_responsible_id = 14
    assert staff_of(shop).fallback_id == 9  # who has left answers for nothing


def test_before_the_users_are_read_the_numbers_are_taken_at_their_word(shop: Node) -> None:
    Employee.objects.create(portal=shop.portal, personnel_number="001", user_id=11)
    shop.default_responsible_id = 5
    assert (staff_of(shop).user_by_number, staff_of(shop).fallback_id) == ({"001": 11}, 5)
    assert staff_of(make_node("alone", portal=None)).fallback_id == 1


def state(target: str = "portal") -> list[tuple[Any, ...]]:
    columns = ("wanted", "confirmed", "attempts", "retry_at", "problem_code", "problem")
    return list(Delivery.objects.filter(target=target).order_by("order__number").values_list(*columns))


def test_what_is_wanted_begins_anew(shop: Node) -> None:
    rows = [made(shop, "1", version=3), made(shop, "2")]
    Delivery.objects.create(
        order=rows[0], target="portal", wanted=2, confirmed=1, attempts=6, retry_at=NOW, problem_code="x", problem="y"
    )
    want(rows, "portal")
    assert state() == [(3, 1, 0, None, "", ""), (1, 0, 0, None, "", "")]
    assert state("node") == []


def test_what_a_base_does_not_lack_is_due_no_more(shop: Node, django_assert_num_queries: Any) -> None:
    rows = [made(shop, "1", version=3), made(shop, "2", version=2), made(shop, "3", version=1)]
    Delivery.objects.create(
        order=rows[0], target="node", wanted=2, confirmed=1, attempts=6, retry_at=NOW, problem_code="x", problem="y"
    )
    Delivery.objects.create(order=rows[1], target="node", wanted=9, confirmed=9)
    Delivery.objects.create(order=rows[0], target="portal", wanted=2, confirmed=1)
    with django_assert_num_queries(1):
        settle(rows, "node")
    assert state("node") == [(3, 3, 0, None, "", ""), (9, 9, 0, None, "", "")]
    assert state("portal") == [(2, 1, 0, None, "", "")]
    with django_assert_num_queries(0):
        settle([], "node")
        want([], "portal")


def test_what_the_portal_does_not_lack_is_looked_at_once_more(shop: Node) -> None:
    """The deal itself may still show another number or node; the next drain sees that without a call."""
    rows = [made(shop, "1", version=3), made(shop, "2", version=3)]
    given_up = {"attempts": 6, "retry_at": NOW, "problem_code": "x", "problem": "y"}
    Delivery.objects.create(order=rows[0], target="portal", wanted=2, confirmed=1, **given_up)
    Delivery.objects.create(order=rows[1], target="portal", wanted=2, confirmed=1, outcome_unknown=True, retry_at=NOW)
    settle(rows, "portal")
    assert state("portal") == [(2, 1, 0, None, "", ""), (2, 1, 0, NOW, "", "")]
