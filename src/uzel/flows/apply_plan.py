"""A plan for one order becomes rows: states, version, deliveries, conflicts. Used inside a transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from django.db.models import F

from uzel.flows.order_book import WRITTEN, conflicts_of
from uzel.hub.bulk import update_rows
from uzel.hub.models import Conflict, Delivery, OrderRow
from uzel.hub.queries import put_states, settle, states_of, want
from uzel.mapping.rules import NodeRules
from uzel.sync.ownership import Owner, ownership
from uzel.sync.plan import Plan, States

SAVED = (*WRITTEN, "deal_id", "client", "deal", "hold", "deal_deleted", "deal_checked_at")


def owners_of(states: States, rules: NodeRules) -> dict[str, Owner]:
    """Who owns what of an order; only the base knows whether it is posted."""
    return ownership(rules.ownership, posted=states.in_node is not None and states.in_node.posted)


def lock_row(row_id: int) -> tuple[OrderRow, States]:
    """The order as it is now, ours until the transaction ends."""
    row = OrderRow.objects.select_for_update().get(pk=row_id)
    return row, states_of(row)


def apply_plan(row: OrderRow, plan: Plan) -> None:
    """Save the order and make due what a side lacks. A side that is told already is not told anew."""
    apply_plans([(row, plan)])


def apply_plans(planned: Sequence[tuple[OrderRow, Plan]]) -> None:
    """The same for many different orders, in few questions to the database."""
    due = set(_due(row.pk for row, _ in planned))
    news: dict[str, list[OrderRow]] = {"portal": [], "node": []}
    done: dict[str, list[OrderRow]] = {"portal": [], "node": []}
    for row, plan in planned:
        lacks = {"portal": plan.portal_due, "node": plan.node_due}
        fresh = [target for target, lack in lacks.items() if lack and (plan.moved or (row.pk, target) not in due)]
        put_states(row, plan.states)
        row.version += 1 if plan.moved or fresh else 0
        for target, lack in lacks.items():
            if target in fresh:
                news[target].append(row)
            elif not lack:
                done[target].append(row)
    update_rows([row for row, _ in planned], SAVED)
    Conflict.objects.bulk_create(conflict for row, plan in planned for conflict in conflicts_of(row, plan))
    for target in ("portal", "node"):
        want(news[target], target)
        settle(done[target], target)


def _due(order_ids: Iterable[int]) -> Iterable[tuple[int, str]]:
    """Which of the orders are due to be told already, and to whom."""
    return Delivery.objects.filter(order__in=list(order_ids), wanted__gt=F("confirmed")).values_list("order_id", "target")


def joined(first: Plan | None, then: Plan) -> Plan:
    """Two plans made one after the other, as one: the later states, what either of them found."""
    if first is None:
        return then
    return replace(then, conflicts=first.conflicts + then.conflicts, moved=first.moved or then.moved)
