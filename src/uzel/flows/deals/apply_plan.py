"""A plan for an order becomes rows: states, version, deliveries, conflicts. Used inside a transaction."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from django.db.models import F

from uzel.flows.promo.judge_promo import judge
from uzel.hub.bulk import insert_rows, update_rows
from uzel.hub.models import Conflict, Delivery, OrderRow, Package
from uzel.hub.queries import REPORT_COLUMNS, put_states, settle, states_of, want
from uzel.mapping.requisites import owners
from uzel.mapping.rules import NodeRules
from uzel.mapping.stages import is_closed
from uzel.model.codec import to_json
from uzel.sync.ownership import Owner
from uzel.sync.plan import Plan, States

#: What a package of a base changes of an order, and what else the portal may.
WRITTEN = (
    "document_id", "number", "in_node", "in_portal", "agreed", "merged", "sent", "offered", "version", "updated_at",
    *REPORT_COLUMNS, "promo_note",
)  # fmt: skip
SAVED = (*WRITTEN, "deal_id", "client", "deal", "hold", "deal_deleted", "deal_look_at", "absent_user_id")
TARGETS = ("portal", "node")


def owners_of(states: States, rules: NodeRules) -> dict[str, Owner]:
    """Who owns what of an order; only the base knows whether it is posted."""
    posted = states.in_node is not None and states.in_node.posted
    return owners(rules, posted=posted, closed=is_over(states, rules))


def is_over(states: States, rules: NodeRules) -> bool:
    """Whether the base takes no more news of the order; an offer that closes it may have been taken though no answer came."""
    return any(is_closed(order, rules) for order in (states.in_node, *states.offered) if order is not None)


def lock_row(row_id: int) -> tuple[OrderRow, States]:
    """The order as it is now, ours until the transaction ends."""
    row = OrderRow.objects.select_for_update().get(pk=row_id)
    return row, states_of(row)


def apply_plan(row: OrderRow, plan: Plan) -> None:
    """Save the order and make due what a side lacks. A side that is told already is not told anew."""
    apply_plans([(row, plan)])


def apply_plans(planned: Sequence[tuple[OrderRow, Plan]], names: Sequence[str] = SAVED, package: Package | None = None) -> None:
    """The same for many different orders, new ones among them, in few questions to the database.

    ``names``: fields of the rows that are written; ``package``: what brought the conflicts.
    """
    for row, plan in planned:
        put_states(row, plan.states)
    noted = judge([row for row, _ in planned])
    planned = [(row, replace(plan, portal_due=True, moved=True) if id(row) in noted else plan) for row, plan in planned]
    known = [row for row, _ in planned if row.pk]
    fresh = _fresh(planned, known)
    for row, plan in planned:
        row.version += 1 if plan.moved or any(id(row) in ids for ids in fresh.values()) else 0
    done = {target: [row for row, plan in planned if row.pk and not _lacks(plan, target)] for target in TARGETS}
    update_rows(known, names)
    insert_rows([row for row, _ in planned if not row.pk])
    Conflict.objects.bulk_create([conflict for row, plan in planned for conflict in conflicts_of(row, plan, package)])
    for target in TARGETS:
        want([row for row, _ in planned if id(row) in fresh[target]], target)
        settle(done[target], target)


def _fresh(planned: Sequence[tuple[OrderRow, Plan]], known: Iterable[OrderRow]) -> dict[str, set[int]]:
    """By target, the orders (by identity) that must be told anew: a side that waits for the same already is not."""
    waiting = Delivery.objects.filter(order__in=[row.pk for row in known], wanted__gt=F("confirmed"))
    due = set(waiting.values_list("order_id", "target"))
    return {
        target: {id(row) for row, plan in planned if _lacks(plan, target) and (plan.moved or (row.pk, target) not in due)}
        for target in TARGETS
    }


def _lacks(plan: Plan, target: str) -> bool:
    return plan.portal_due if target == "portal" else plan.node_due


def conflicts_of(row: OrderRow, plan: Plan, package: Package | None = None) -> list[Conflict]:
    """Rows for the conflicts of a plan: the losing value is kept."""
    return [
        Conflict(
            order=row,
            field=conflict.field,
            in_node=to_json(conflict.in_node),
            in_portal=to_json(conflict.in_portal),
            agreed=to_json(conflict.agreed),
            winner=conflict.winner,
            reason=conflict.reason,
            package=package,
        )
        for conflict in plan.conflicts
    ]


def joined(first: Plan | None, then: Plan) -> Plan:
    """Two plans made one after the other, as one: the later states, what either of them found."""
    if first is None:
        return then
    return replace(then, conflicts=first.conflicts + then.conflicts, moved=first.moved or then.moved)
