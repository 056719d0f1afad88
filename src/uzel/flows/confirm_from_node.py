"""``mode=success``: the node took what this very session was offered."""

from django.db import transaction

from uzel.flows.apply_plan import apply_plan, owners_of
from uzel.hub.models import Delivery, ExchangeSession, OrderRow
from uzel.hub.queries import lock_node, rules_of, states_of
from uzel.mapping.rules import NodeRules
from uzel.model import Order
from uzel.model.codec import from_json
from uzel.sync.plan import node_confirmed


@transaction.atomic
def confirm(session: ExchangeSession) -> int:
    """Confirm the session's offer; returns how many orders that were. A second ``success`` confirms nothing."""
    lock_node(session.node_id)
    session.refresh_from_db(fields=["offered"])
    offered = session.offered or {}
    rules = rules_of(session.node)
    rows = OrderRow.objects.select_for_update().filter(pk__in=[int(key) for key in offered]).order_by("pk")
    for row in rows:
        version, order = offered[str(row.pk)]
        _confirm_one(row, version, from_json(Order, order), rules)
    session.offered = None
    session.save(update_fields=["offered"])
    return len(offered)


def _confirm_one(row: OrderRow, version: int, order: Order, rules: NodeRules) -> None:
    """The node has ``order``, which was the order's ``version``; what changed since then is still due."""
    Delivery.objects.filter(order=row, target=Delivery.Target.NODE, confirmed__lt=version).update(confirmed=version)
    states = states_of(row)
    apply_plan(row, node_confirmed(states, order, owners_of(states, rules)))
