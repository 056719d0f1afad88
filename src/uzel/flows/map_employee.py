"""An employee is mapped: his orders, which went to the fallback, get him as their responsible."""

from dataclasses import replace

from django.db import transaction

from uzel.hub.models import Employee, OrderRow, Portal, UnmappedEmployee
from uzel.hub.queries import put_states, states_of, want
from uzel.mapping.employees import normal_number
from uzel.model import Responsible


@transaction.atomic
def map_employee(portal: Portal, personnel_number: str, user_id: int) -> int:
    """Tie a personnel number to a portal user; returns how many deals will be reassigned."""
    number = normal_number(personnel_number)
    Employee.objects.update_or_create(portal=portal, personnel_number=number, defaults={"user_id": user_id, "learned": False})
    UnmappedEmployee.objects.filter(node__portal=portal, personnel_number=number).delete()
    rows = OrderRow.objects.select_for_update().filter(
        node__portal=portal, merged__responsible__personnel_number=number, in_portal__isnull=False
    )
    moved = [row for row in rows if (row.deal or {}).get("assigned_by_id") != user_id]
    for row in moved:
        _forget_responsible(row)
    want(moved, "portal")
    return len(moved)


def _forget_responsible(row: OrderRow) -> None:
    """The fallback was nobody's decision: with no responsible on either older leg the merge gives the node's word again."""
    states = states_of(row)
    assert states.in_portal is not None and states.agreed is not None
    nobody = Responsible()
    in_portal = replace(states.in_portal, responsible=nobody)
    put_states(row, replace(states, in_portal=in_portal, agreed=replace(states.agreed, responsible=nobody)))
    row.version += 1
    row.save()
