"""``mode=success``: the node took what this very session was offered."""

from typing import Any

from django.db import transaction

from uzel.flows.deals.apply_plan import apply_plans, owners_of
from uzel.hub.models import Delivery, ExchangeSession, OrderRow
from uzel.hub.queries import lock_node, rules_of, states_of
from uzel.mapping.rules import NodeRules
from uzel.model import Order
from uzel.model.codec import from_json
from uzel.sync.plan import Plan, node_confirmed


@transaction.atomic
def confirm(session: ExchangeSession) -> int:
    """Confirm the session's offer; returns how many orders that were. A second ``success`` confirms nothing."""
    lock_node(session.node_id)
    session.refresh_from_db(fields=["offered"])
    offered = session.offered
    if not offered:
        return 0
    _note_confirmed({int(key): version for key, (version, _) in offered.items()})
    rules = rules_of(session.node)
    rows = OrderRow.objects.select_for_update().filter(pk__in=[int(key) for key in offered]).order_by("pk")
    apply_plans([(row, _plan(row, offered[str(row.pk)][1], rules)) for row in rows])
    session.offered = None
    session.save(update_fields=["offered"])
    return len(offered)


def _note_confirmed(version_of: dict[int, int]) -> None:
    """The node has these versions of these orders; what changed since then is still due."""
    for version in set(version_of.values()):
        orders = [order_id for order_id, known in version_of.items() if known == version]
        taken = Delivery.objects.filter(order__in=orders, target=Delivery.Target.NODE, confirmed__lt=version)
        taken.update(confirmed=version)


def _plan(row: OrderRow, taken: Any, rules: NodeRules) -> Plan:
    states = states_of(row)
    return node_confirmed(states, from_json(Order, taken), owners_of(states, rules))
