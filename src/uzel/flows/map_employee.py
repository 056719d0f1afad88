"""An employee is mapped: his orders, which went to the fallback, get him as their responsible."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice

from django.db import transaction

from uzel.hub.bulk import update_rows
from uzel.hub.models import Employee, OrderRow, Portal, UnmappedEmployee
from uzel.hub.queries import put_states, states_of, want
from uzel.mapping.employees import normal_number
from uzel.model import Responsible
from uzel.sync.ownership import Owner, ownership

BATCH = 200  # orders written at once
NOBODY = Responsible()


@transaction.atomic
def map_employee(portal: Portal, personnel_number: str, user_id: int) -> int:
    """Tie a personnel number to a portal user; returns how many deals will be reassigned."""
    number = normal_number(personnel_number)
    Employee.objects.update_or_create(portal=portal, personnel_number=number, defaults={"user_id": user_id, "learned": False})
    UnmappedEmployee.objects.filter(node__portal=portal, personnel_number=number).delete()
    count = 0
    rows = (row for row in _orders_of(portal, number) if _follows_the_node(row) and not _is_assigned(row, user_id))
    while batch := list(islice(rows, BATCH)):
        for row in batch:
            _forget_responsible(row)
        update_rows(batch, ("in_portal", "agreed", "version", "updated_at"))
        want(batch, "portal")
        count += len(batch)
    return count


def _orders_of(portal: Portal, number: str) -> Iterator[OrderRow]:
    """Orders that have a deal and that 1C put on this employee; what a manager chose himself stays with whom he chose."""
    said = {"in_node__responsible__personnel_number": number, "merged__responsible__personnel_number": number}
    rows = OrderRow.objects.filter(node__portal=portal, in_portal__isnull=False, **said).select_related("node").order_by("pk")
    return rows.select_for_update(of=("self",)).iterator(chunk_size=BATCH)


def _follows_the_node(row: OrderRow) -> bool:
    return ownership(row.node.ownership, posted=False)["responsible"] is not Owner.PORTAL


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
