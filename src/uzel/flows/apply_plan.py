"""A plan for one order becomes rows: states, version, deliveries, conflicts. Used inside a transaction."""

from dataclasses import replace

from django.db.models import F

from uzel.flows.order_book import conflicts_of
from uzel.hub.models import Conflict, Delivery, OrderRow
from uzel.hub.queries import put_states, settle, states_of, want
from uzel.mapping.rules import NodeRules
from uzel.sync.ownership import Owner, ownership
from uzel.sync.plan import Plan, States


def owners_of(states: States, rules: NodeRules) -> dict[str, Owner]:
    """Who owns what of an order; only the base knows whether it is posted."""
    return ownership(rules.ownership, posted=states.in_node is not None and states.in_node.posted)


def lock_row(row_id: int) -> tuple[OrderRow, States]:
    """The order as it is now, ours until the transaction ends."""
    row = OrderRow.objects.select_for_update().get(pk=row_id)
    return row, states_of(row)


def apply_plan(row: OrderRow, plan: Plan) -> None:
    """Save the order and make due what a side lacks. A side that is told already is not told anew."""
    put_states(row, plan.states)
    due = set(Delivery.objects.filter(order=row, wanted__gt=F("confirmed")).values_list("target", flat=True))
    lacks = {"portal": plan.portal_due, "node": plan.node_due}
    fresh = [target for target, lack in lacks.items() if lack and (plan.moved or target not in due)]
    if plan.moved or fresh:
        row.version += 1
    row.save()
    Conflict.objects.bulk_create(conflicts_of(row, plan))
    for target, lack in lacks.items():
        if target in fresh:
            want([row], target)
        elif not lack:
            settle([row], target)


def joined(first: Plan | None, then: Plan) -> Plan:
    """Two plans made one after the other, as one: the later states, what either of them found."""
    if first is None:
        return then
    return replace(then, conflicts=first.conflicts + then.conflicts, moved=first.moved or then.moved)
