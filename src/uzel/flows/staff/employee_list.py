"""Who is who, for people: as a table to edit, whom orders wait for, and whose portal user is dismissed."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, F, Q, QuerySet
from django.db.models.fields.json import KT

from uzel.flows.csv_table import write_rows
from uzel.flows.files.order_book import NAME_OF_PERSON, NUMBER_OF_PERSON
from uzel.flows.staff.employee_table import EMPLOYEES
from uzel.hub.models import Employee, Node, OrderRow, Portal, PortalUser, UnmappedEmployee
from uzel.hub.queries import owners_in, rules_of, users_of
from uzel.mapping.employees import normal_number, numbers_in_portal
from uzel.mapping.stages import is_last, stage_of
from uzel.model.order import CANCELED
from uzel.sync.ownership import Owner

NUMBERS_SHOWN = 20  # orders of one employee that are named
SAID, IN_PORTAL, LEARNED = "said", "portal_field", "learned"


def as_csv(portal: Portal) -> str:
    """All mapped employees, as ``import_employees`` reads them and a Russian spreadsheet opens them."""
    names = dict(PortalUser.objects.filter(portal=portal).values_list("user_id", "full_name"))
    rows = (
        (one.personnel_number, one.user_id, names.get(one.user_id, ""), one.node.code if one.node else "", one.full_name)
        for one in _mapped(portal)
    )
    return write_rows(EMPLOYEES, rows)


def known_employees(portal: Portal) -> list[dict[str, Any]]:
    """Who is known by what and by whose word: ``said`` by an administrator, ``portal_field``, ``learned`` from orders."""
    users = users_of(portal)
    names = {user.user_id: user.full_name for user in users}
    rows = [
        {
            "personnel_number": one.personnel_number, "full_name": one.full_name, "node": one.node.code if one.node else "",
            "user_id": one.user_id, "user": names.get(one.user_id, ""), "word": LEARNED if one.learned else SAID,
        }
        for one in _mapped(portal)
    ]  # fmt: skip
    for number, ids in sorted(numbers_in_portal(users).items()):
        rows += [
            {"personnel_number": number, "full_name": "", "node": "", "user_id": one, "user": names[one], "word": IN_PORTAL}
            for one in ids
        ]
    return rows


def unmapped_employees() -> list[dict[str, Any]]:
    """Those whom a base named and nobody has mapped, with the orders that ``map_employee`` would give them."""
    columns = ("node__code", "personnel_number", "full_name", "first_seen_at", "last_seen_at")
    listed = list(UnmappedEmployee.objects.order_by("node", "full_name").values(*columns))
    nodes = [
        node
        for node in Node.objects.filter(code__in={one["node__code"] for one in listed}).select_related("portal")
        if owners_in(node)["responsible"] is not Owner.PORTAL
    ]
    said = _orders().filter(node__in=nodes, said=F("person"))  # what a manager chose himself waits for nobody
    waiting: dict[tuple[str, str, str], tuple[int, list[str]]] = {}
    found = said.values_list("node__code", "person", "full_name").annotate(
        orders=Count("pk"), numbers=ArrayAgg("number", order_by="pk")
    )
    for code, number, name, orders, numbers in found:
        waiting[code, number[:NUMBER_OF_PERSON], name[:NAME_OF_PERSON]] = orders, numbers[:NUMBERS_SHOWN]
    return [{**one, **_waiting(waiting, one)} for one in listed]


def _waiting(waiting: dict[tuple[str, str, str], tuple[int, list[str]]], one: dict[str, Any]) -> dict[str, Any]:
    count, numbers = waiting.get((one["node__code"], one["personnel_number"], one["full_name"]), (0, []))
    return {"orders": count, "numbers": numbers}


def dismissed_employees(portal: Portal) -> list[dict[str, Any]]:
    """Employees who get no orders, because the portal says that they no longer work there, or never did; and their open orders.

    An order is his if 1C says so, if his deal stands with somebody else until he is back, or if the deal is still his.
    """
    users = {user.user_id: user for user in users_of(portal)}
    if not users:
        return []  # nobody has asked the portal yet
    numbers: dict[int, list[Employee]] = defaultdict(list)
    for one in _mapped(portal):
        if one.user_id not in users or not users[one.user_id].active:
            numbers[one.user_id].append(one)
    gone = {user_id for user_id, user in users.items() if not user.active} | set(numbers)
    orders: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for user_id, order in _open_orders(portal, gone, numbers):
        orders[user_id].append(order)
    return [
        {
            "personnel_number": ", ".join(dict.fromkeys(filter(None, (one.personnel_number for one in numbers[user_id])))),
            "user_id": user_id,
            "full_name": users[user_id].full_name if user_id in users else "",
            "in_portal": "dismissed" if user_id in users else "unknown",
            "open_orders": len(orders[user_id]),
            "orders": orders[user_id],
        }
        for user_id in sorted(gone)
        if numbers[user_id] or orders[user_id]
    ]


def _open_orders(
    portal: Portal, gone: Iterable[int], numbers: dict[int, list[Employee]]
) -> Iterator[tuple[int, dict[str, Any]]]:
    """Orders of the dismissed that are not over, by what the deal shows or will show, each with the user whose it is."""
    rules = {node.pk: rules_of(node) for node in Node.objects.filter(portal=portal).select_related("portal")}
    by_number = {(one.node_id, one.personnel_number): user for user, known in numbers.items() for one in known}
    ids = list(gone)
    his = (
        Q(absent_user_id__in=ids)
        | Q(deal__assigned_by_id__in=ids)
        | Q(person__in=[number for _, number in by_number if number])
    )
    rows = _orders().filter(his, node__in=rules, merged__deletion_mark=False).exclude(merged__status=CANCELED)
    for row in rows.select_related("node").defer("in_node", "in_portal", "agreed", "sent", "offered").order_by("pk"):
        deal = row.deal or {}
        if is_last(deal.get("stage_id") or stage_of(row.merged["status"], rules[row.node_id])):
            continue
        number = normal_number(row.merged["responsible"]["personnel_number"])
        by_word = by_number.get((row.node_id, number)) or by_number.get((None, number))
        assigned = deal.get("assigned_by_id")
        user_id = row.absent_user_id or (assigned if assigned in ids else by_word)
        if user_id:
            yield user_id, {"node": row.node.code, "number": row.number, "deal": row.deal_id, "assigned_to": assigned}


def _mapped(portal: Portal) -> QuerySet[Employee]:
    return Employee.objects.filter(portal=portal).select_related("node").order_by("personnel_number", "full_name", "node")


def _orders() -> Any:
    """Orders that have or may get a deal, with the employee of each and whom the base named."""
    return OrderRow.objects.filter(deal_deleted=False).annotate(
        person=KT("merged__responsible__personnel_number"),
        full_name=KT("merged__responsible__full_name"),
        said=KT("in_node__responsible__personnel_number"),
    )
