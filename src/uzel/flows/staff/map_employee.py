"""An employee is mapped: his orders, which went to the fallback, get him as their responsible."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from django.db import transaction

from uzel.hub.bulk import update_rows
from uzel.hub.models import Employee, Node, OrderRow, Portal, UnmappedEmployee
from uzel.hub.queries import owners_in, put_states, staff_of, states_of, want
from uzel.mapping.employees import assign, normal_name, normal_number
from uzel.model import Responsible
from uzel.sync.ownership import Owner

BATCH = 200  # orders written at once
NOBODY = Responsible()


@transaction.atomic
def map_employee(portal: Portal, personnel_number: str, user_id: int, *, node: Node | None = None, full_name: str = "") -> int:
    """Tie a personnel number to a portal user; returns how many deals will be reassigned.

    ``node``: in this base only, whatever is said of the others; ``full_name``: how the base calls him, where it has no number.
    """
    person = Responsible(normal_number(personnel_number), "" if personnel_number.strip() else " ".join(full_name.split()))
    Employee.objects.update_or_create(
        portal=portal, node=node, personnel_number=person.personnel_number, full_name=person.full_name,
        defaults={"user_id": user_id, "learned": False},
    )  # fmt: skip
    if node is None:
        Employee.objects.filter(portal=portal, personnel_number=person.personnel_number, learned=True).delete()
    nodes = Node.objects.filter(portal=portal) if node is None else Node.objects.filter(pk=node.pk)
    count = 0
    for one in nodes.select_related("portal").order_by("pk"):
        if assign(person, staff_of(one)).user_id == user_id:  # not where the base has a word of its own
            count += give_orders(one.pk, person, user_id)
            _forget_missing(one, person)
    return count


def _forget_missing(node: Node, person: Responsible) -> None:
    missing = UnmappedEmployee.objects.filter(node=node, personnel_number=person.personnel_number)
    name = normal_name(person.full_name)
    gone = [one.pk for one in missing if person.personnel_number or normal_name(one.full_name) == name]
    UnmappedEmployee.objects.filter(pk__in=gone).delete()


@transaction.atomic
def give_orders(node_id: int, person: Responsible, user_id: int) -> int:
    """Make due the orders that 1C put on this employee and whose deals somebody else has; returns how many."""
    count = 0
    rows = (row for row in _orders_of(node_id, person) if _follows_the_node(row) and not _is_assigned(row, user_id))
    while batch := list(islice(rows, BATCH)):
        for row in batch:
            _forget_responsible(row)
        update_rows(batch, ("in_portal", "agreed", "version", "updated_at"))
        want(batch, "portal")
        count += len(batch)
    return count


def _orders_of(node_id: int, person: Responsible) -> Iterator[OrderRow]:
    """Orders that have a deal and that 1C put on this employee; what a manager chose himself stays with whom he chose."""
    found = OrderRow.objects.filter(node=node_id, in_portal__isnull=False, **_said(person))
    rows = found.select_related("node__portal").order_by("pk")
    name = normal_name(person.full_name)
    for row in rows.select_for_update(of=("self",)).iterator(chunk_size=BATCH):
        if person.personnel_number or normal_name(row.merged["responsible"]["full_name"]) == name:
            yield row


def _said(person: Responsible) -> dict[str, str]:
    """Both the base and the merge say this number; without one, that there is none."""
    return {f"{side}__responsible__personnel_number": person.personnel_number for side in ("in_node", "merged")}


def _follows_the_node(row: OrderRow) -> bool:
    return owners_in(row.node)["responsible"] is not Owner.PORTAL


def _is_assigned(row: OrderRow, user_id: int) -> bool:
    return (row.deal or {}).get("assigned_by_id") == user_id


def _forget_responsible(row: OrderRow) -> None:
    """The fallback was nobody's decision: with no responsible on either older leg the merge gives the node's word again."""
    states = states_of(row)
    assert states.in_portal is not None, "only orders with a deal are asked for"
    assert states.agreed is not None, "both sides know the order"
    in_portal, agreed = replace(states.in_portal, responsible=NOBODY), replace(states.agreed, responsible=NOBODY)
    put_states(row, replace(states, in_portal=in_portal, agreed=agreed))
    row.version += 1
