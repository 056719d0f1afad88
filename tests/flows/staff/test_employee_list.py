"""Whom orders wait for, and whom the portal has dismissed."""

from typing import Any

import pytest

from tests.exchange.talk import make_node
from tests.flows.due_orders import make_order
from tests.flows.portal_town import ORDER, moved, open_hub
from tests.flows.staff.test_map_employee import FALLBACK, GUSEVA, USER, in_both
from uzel.flows.portal.portal_line import open_line
from uzel.flows.staff.employee_list import dismissed_employees, unmapped_employees
from uzel.flows.staff.follow_staff import read_users
from uzel.flows.staff.map_employee import map_employee
from uzel.hub.models import Employee, Node, OrderRow, Portal, PortalUser, UnmappedEmployee
from uzel.hub.queries import staff_of
from uzel.mapping.employees import assign
from uzel.model import Responsible
from uzel.model.codec import to_json

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Node:
    return make_node("shop")


@pytest.fixture
def portal(shop: Node) -> Portal:
    assert shop.portal is not None
    return shop.portal


def missing(node: Node, person: Responsible = GUSEVA) -> None:
    UnmappedEmployee.objects.create(node=node, personnel_number=person.personnel_number[:50], full_name=person.full_name)


def waiting() -> list[tuple[str, str, int]]:
    return [(one["node__code"], one["full_name"], one["orders"]) for one in unmapped_employees()]


def test_orders_wait_for_each_by_himself(shop: Node, portal: Portal) -> None:
    other, nobody, by_name = make_node("other"), Responsible("002", "Соколова Анна"), Responsible("", "Орлов Пётр")
    for person in (GUSEVA, nobody, by_name):
        missing(shop, person)
    missing(other)
    in_both(shop, "1")
    in_both(shop, "2")
    in_both(other, "3")
    in_both(shop, "4", by_name)
    in_both(shop, "5", deal_deleted=True)
    assert [one["numbers"] for one in unmapped_employees()][:2] == [["1", "2"], ["4"]]
    assert waiting() == [("shop", "Гусева Ольга", 2), ("shop", "Орлов Пётр", 1), ("shop", "Соколова Анна", 0),
                         ("other", "Гусева Ольга", 1)]  # fmt: skip
    map_employee(portal, "001", USER)
    assert [one[1] for one in waiting()] == ["Орлов Пётр", "Соколова Анна"]


def test_whom_a_manager_chose_and_where_the_portal_decides_nothing_waits(shop: Node) -> None:
    chosen = to_json(make_order("1", responsible=Responsible("009", "Другой")))
    in_both(shop, "1", merged=chosen, in_portal=chosen)
    born = to_json(make_order("2", responsible=GUSEVA))
    in_both(shop, "2", in_node=None, agreed=None, merged=born)
    own = make_node("own", ownership={"responsible": "portal"})
    in_both(own, "3")
    missing(shop)
    missing(own)
    assert [one[2] for one in waiting()] == [0, 0]


def test_a_number_longer_than_the_column_is_found(shop: Node) -> None:
    long = Responsible("9" * 60, "Гусева Ольга")
    in_both(shop, "1", long)
    missing(shop, long)
    assert [one[2] for one in waiting()] == [1]


def test_a_long_list_costs_few_queries(shop: Node, django_assert_max_num_queries: Any) -> None:
    for n in range(20):
        person = Responsible(f"{n:03}", f"Имя {n:03}")
        missing(shop, person)
        in_both(shop, str(n), person)
    with django_assert_max_num_queries(3):
        assert [one[2] for one in waiting()] == [1] * 20


def employee(portal: Portal, number: str = "001", user_id: int = USER) -> None:
    Employee.objects.create(portal=portal, personnel_number=number, user_id=user_id)


def user(portal: Portal, user_id: int = USER, *, active: bool = True, name: str = "Ольга Гусева") -> None:
    PortalUser.objects.create(portal=portal, user_id=user_id, full_name=name, active=active)


def shown(row: OrderRow, deal: dict[str, Any] | None) -> None:
    OrderRow.objects.filter(pk=row.pk).update(deal=deal)


def test_open_orders_of_the_dismissed_are_counted(shop: Node, portal: Portal) -> None:
    shop.category_id = 5
    shop.save()
    user(portal, FALLBACK, name="Обмен Узел")
    user(portal, active=False)
    employee(portal)
    employee(portal, "002", FALLBACK)
    employee(portal, "003", 404)
    for number, stage in enumerate(("C5:NEW", "C5:WON", "C5:LOSE", "LOSE", "APOLOGY", "C5:EXECUTING", "C5:UC_OWN")):
        shown(in_both(shop, str(number)), {"stage_id": stage})
    for number, fields in {
        "10": {"status": "@canceled"},
        "11": {"status": "F"},
        "12": {"deletion_mark": True},
        "13": {},
    }.items():
        shown(in_both(shop, number, merged=to_json(make_order(number, responsible=GUSEVA, **fields))), None)
    in_both(shop, "20", deal_deleted=True)
    in_both(shop, "21", Responsible("002", "Обмен Узел"))
    gone, unknown = dismissed_employees(portal)
    assert (gone["personnel_number"], gone["user_id"], gone["in_portal"], gone["open_orders"]) == ("001", USER, "dismissed", 4)
    assert (unknown["personnel_number"], unknown["in_portal"], unknown["open_orders"]) == ("003", "unknown", 0)
    assert (gone["full_name"], [one["number"] for one in gone["orders"]]) == ("Ольга Гусева", ["0", "5", "6", "13"])


def test_orders_of_a_dismissed_employee_without_a_number_are_listed(shop: Node, portal: Portal) -> None:
    user(portal, FALLBACK, name="Обмен Узел")
    user(portal, active=False)
    shown(in_both(shop, "1", Responsible()), {"stage_id": "NEW", "assigned_by_id": USER})
    shown(in_both(shop, "2", Responsible(), absent_user_id=USER), {"stage_id": "NEW", "assigned_by_id": FALLBACK})
    shown(in_both(shop, "3", Responsible()), {"stage_id": "NEW", "assigned_by_id": FALLBACK})
    (gone,) = dismissed_employees(portal)
    assert [(one["node"], one["number"], one["assigned_to"]) for one in gone["orders"]] == [
        ("shop", "1", USER), ("shop", "2", FALLBACK),
    ]  # fmt: skip


def test_before_the_staff_is_read_nobody_is_dismissed(portal: Portal) -> None:
    employee(portal)
    assert dismissed_employees(portal) == []


def test_the_dismissed_get_no_more_orders() -> None:
    """The whole way: dismissed in the portal, read, passed over, listed; and back when he returns."""
    with open_hub() as hub:
        hub.receive(ORDER)
        hub.drain()
        assert [deal["assignedById"] for deal in hub.deals()] == [2]
        for active, assigned in ((False, 1), (True, 2)):
            with open_line(hub.portal) as client:
                client.call("user.update", {"ID": 2, "ACTIVE": active})
                read_users(hub.portal, client, hub.now)
            number = f"A-{assigned + 1}"
            hub.receive(moved(ORDER, document_id=f"doc-{assigned + 1}", number=number))
            hub.drain()
            assert {deal["id"]: deal["assignedById"] for deal in hub.deals()}[hub.row(number).deal_id] == assigned
            listed = [(one["personnel_number"], one["open_orders"]) for one in dismissed_employees(hub.portal)]
            assert listed == ([] if active else [("0001", 2)])
        assert not UnmappedEmployee.objects.exists()  # the order that came meanwhile is his now


def test_a_name_or_a_default_of_the_dismissed_serves_nobody(shop: Node, portal: Portal) -> None:
    shop.default_responsible_id = USER
    user(portal, active=False)
    user(portal, FALLBACK, name="Обмен Узел")
    employee(portal)
    assert assign(GUSEVA, staff_of(shop)).by == "exchange_employee"
    assert assign(Responsible("", "Гусева Ольга"), staff_of(shop)).by == "exchange_employee"
    PortalUser.objects.filter(user_id=USER).update(active=True)
    assert assign(GUSEVA, staff_of(shop)).user_id == USER
