"""Who is who, for people: as a table to edit, whom orders wait for, and whose portal user is dismissed."""

import csv
import io
from collections import Counter
from typing import Any

from django.db.models import Count, F, QuerySet
from django.db.models.fields.json import KT

from uzel.flows.import_employees import HEADS
from uzel.flows.order_book import NAME_OF_PERSON, NUMBER_OF_PERSON
from uzel.hub.models import Employee, Node, OrderRow, Portal, PortalUser, UnmappedEmployee
from uzel.hub.queries import rules_of
from uzel.mapping.stages import stage_of
from uzel.model.order import CANCELED
from uzel.sync.ownership import Owner, ownership

#: Ends of a new portal's pipelines, without the pipeline's prefix (bitrix24-rest C3).
LAST_STAGES = frozenset(("WON", "LOSE", "APOLOGY"))
MARK = "\ufeff"  # by which spreadsheets know UTF-8


def as_csv(portal: Portal) -> str:
    """All mapped employees, as ``import_employees`` reads them and a Russian spreadsheet opens them."""
    names = dict(PortalUser.objects.filter(portal=portal).values_list("user_id", "full_name"))
    sheet = io.StringIO()
    writer = csv.writer(sheet, delimiter=";")
    writer.writerow(heads[0] for heads in HEADS.values())
    for number, user_id in _mapped(portal).values_list("personnel_number", "user_id"):
        writer.writerow((number, user_id, names.get(user_id, "")))
    return MARK + sheet.getvalue()


def unmapped_employees() -> list[dict[str, Any]]:
    """Those whom a base named and nobody has mapped, with how many orders ``map_employee`` would give them."""
    columns = ("node__code", "personnel_number", "full_name", "last_seen_at")
    listed = list(UnmappedEmployee.objects.order_by("node", "full_name").values(*columns))
    nodes = [
        node
        for node in Node.objects.filter(code__in={one["node__code"] for one in listed})
        if ownership(node.ownership, posted=False)["responsible"] is not Owner.PORTAL
    ]
    said = _orders().filter(node__in=nodes, said=F("person"))  # what a manager chose himself waits for nobody
    waiting: Counter[tuple[str, str, str]] = Counter()
    for code, number, name, orders in said.values_list("node__code", "person", "full_name").annotate(orders=Count("pk")):
        waiting[code, number[:NUMBER_OF_PERSON], name[:NAME_OF_PERSON]] += orders
    return [{**one, "orders": waiting[one["node__code"], one["personnel_number"], one["full_name"]]} for one in listed]


def dismissed_employees(portal: Portal) -> list[dict[str, Any]]:
    """Mapped employees who get no orders, because the portal says that they no longer work there, or never did."""
    users = {user.user_id: user for user in PortalUser.objects.filter(portal=portal)}
    if not users:
        return []  # nobody has asked the portal yet
    gone = [one for one in _mapped(portal) if one.user_id not in users or not users[one.user_id].active]
    orders = _open_orders(portal, [one.personnel_number for one in gone])
    return [
        {
            "personnel_number": one.personnel_number,
            "user_id": one.user_id,
            "full_name": users[one.user_id].full_name if one.user_id in users else "",
            "in_portal": "dismissed" if one.user_id in users else "unknown",
            "open_orders": orders[one.personnel_number],
        }
        for one in gone
    ]


def _mapped(portal: Portal) -> QuerySet[Employee]:
    return Employee.objects.filter(portal=portal).order_by("personnel_number")


def _orders() -> Any:
    """Orders that have or may get a deal, with the employee of each and whom the base named."""
    return OrderRow.objects.filter(deal_deleted=False).annotate(
        person=KT("merged__responsible__personnel_number"),
        full_name=KT("merged__responsible__full_name"),
        said=KT("in_node__responsible__personnel_number"),
    )


def _open_orders(portal: Portal, numbers: list[str]) -> Counter[str]:
    """How many orders of each employee are not over, by what the deal shows or will show."""
    rules = {node.pk: rules_of(node) for node in Node.objects.filter(portal=portal).select_related("portal")}
    rows = _orders().filter(node__in=rules, person__in=numbers, merged__deletion_mark=False)
    kinds = rows.annotate(status=KT("merged__status"), stage=KT("deal__stage_id"))
    found: Counter[str] = Counter()
    for person, node_id, status, stage, orders in kinds.values_list("person", "node_id", "status", "stage").annotate(
        Count("pk")
    ):
        shown = stage or stage_of(status, rules[node_id])
        if status != CANCELED and shown.rpartition(":")[2] not in LAST_STAGES:
            found[person] += orders
    return found
