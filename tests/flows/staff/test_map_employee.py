"""Mapping an employee moves the deals that went to the fallback, and only those."""

from typing import Any

import pytest

from tests.exchange.talk import make_node
from tests.flows.due_orders import make_order
from uzel.flows.deals.apply_plan import apply_plan, owners_of
from uzel.flows.staff import map_employee as mapping
from uzel.flows.staff.map_employee import map_employee
from uzel.hub.models import Delivery, Employee, Node, OrderRow, UnmappedEmployee
from uzel.hub.queries import rules_of, states_of
from uzel.model import Responsible
from uzel.model.codec import to_json
from uzel.sync.plan import news_from_node

pytestmark = pytest.mark.django_db
GUSEVA = Responsible("001", "Гусева Ольга")
FALLBACK, USER = 1, 11


@pytest.fixture
def shop() -> Node:
    return make_node("shop")


def in_both(node: Node, number: str, person: Responsible = GUSEVA, assigned: int = FALLBACK, **columns: Any) -> OrderRow:
    """An order of the base whose deal went to ``assigned``."""
    made = to_json(make_order(number, responsible=person))
    fields = {"in_node": made, "in_portal": made, "agreed": made, "merged": made, **columns}
    row = OrderRow.objects.create(
        node=node, document_id=number, number=number, version=1, deal={"assigned_by_id": assigned}, **fields
    )
    Delivery.objects.create(order=row, target="portal", wanted=1, confirmed=1)
    return row


def due() -> list[str]:
    return [one.order.number for one in Delivery.objects.order_by("pk") if one.wanted > one.confirmed]


def test_the_deals_that_went_to_the_fallback_are_due(shop: Node) -> None:
    in_both(shop, "1")
    in_both(shop, "2", Responsible("002", "Соколова Анна"))
    in_both(shop, "3", assigned=USER)
    UnmappedEmployee.objects.create(node=shop, personnel_number="001", full_name="Гусева Ольга")
    UnmappedEmployee.objects.create(node=shop, personnel_number="002")
    assert shop.portal is not None
    assert map_employee(shop.portal, " 001 ", USER) == 1
    assert due() == ["1"]
    assert Employee.objects.get().user_id == USER
    assert [one.personnel_number for one in UnmappedEmployee.objects.all()] == ["002"]


def test_he_stays_due_whatever_comes_from_the_base_meanwhile(shop: Node) -> None:
    row = in_both(shop, "1")
    assert shop.portal is not None
    map_employee(shop.portal, "001", USER)
    row.refresh_from_db()
    states = states_of(row)
    assert states.in_node is not None
    apply_plan(row, news_from_node(states, states.in_node, owners_of(states, rules_of(shop))))
    row.refresh_from_db()
    assert (due(), row.merged["responsible"]["personnel_number"]) == (["1"], "001")


def test_what_a_manager_chose_stays(shop: Node) -> None:
    chosen = to_json(make_order("1", responsible=Responsible("009", "Другой")))
    in_both(shop, "1", in_portal=chosen, agreed=chosen, merged=chosen)
    born = to_json(make_order("2", responsible=GUSEVA))
    in_both(shop, "2", in_node=None, agreed=None, merged=born)  # the deal itself said so
    assert shop.portal is not None
    assert map_employee(shop.portal, "001", USER) == 0
    assert due() == []


def test_where_the_portal_decides_nothing_moves(shop: Node) -> None:
    shop.ownership = {"responsible": "portal"}
    shop.save()
    in_both(shop, "1")
    assert shop.portal is not None
    assert map_employee(shop.portal, "001", USER) == 0


def test_mapping_again_moves_to_the_new_user(shop: Node) -> None:
    row = in_both(shop, "1")
    assert shop.portal is not None
    map_employee(shop.portal, "001", USER)
    OrderRow.objects.filter(pk=row.pk).update(deal={"assigned_by_id": USER})
    assert map_employee(shop.portal, "001", USER + 1) == 1
    assert Employee.objects.get().user_id == USER + 1


def test_orders_of_another_portal_stay(shop: Node) -> None:
    in_both(make_node("stranger", portal=None), "1")
    assert shop.portal is not None
    assert map_employee(shop.portal, "001", USER) == 0


def test_many_orders_are_written_in_batches(shop: Node, monkeypatch: Any, django_assert_max_num_queries: Any) -> None:
    monkeypatch.setattr(mapping, "BATCH", 3)
    for n in range(7):
        in_both(shop, str(n))
    assert shop.portal is not None
    with django_assert_max_num_queries(33):
        assert map_employee(shop.portal, "001", USER) == 7
    assert due() == [str(n) for n in range(7)]
    assert set(OrderRow.objects.values_list("version", flat=True)) == {2}
