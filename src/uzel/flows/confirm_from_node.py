"""``mode=success``: the node took what this very session was offered."""

import datetime as dt
from collections.abc import Mapping

from django.db import transaction

from uzel.flows.order_book import conflicts_of
from uzel.hub.models import Conflict, Delivery, ExchangeSession, OrderRow
from uzel.hub.queries import lock_node, put_states, rules_of, settle, states_of, want
from uzel.model import Order
from uzel.model.codec import from_json
from uzel.sync.ownership import ownership
from uzel.sync.plan import node_confirmed


@transaction.atomic
def confirm(session: ExchangeSession, now: dt.datetime) -> int:
    """Confirm the session's offer; returns how many orders that were. A second ``success`` confirms nothing."""
    lock_node(session.node_id)
    session.refresh_from_db(fields=["offered"])
    offered = session.offered or {}
    rows = OrderRow.objects.select_for_update().filter(pk__in=[int(key) for key in offered])
    rules = rules_of(session.node)
    for row in rows:
        version, order = offered[str(row.pk)]
        _confirm_one(row, version, from_json(Order, order), rules.ownership)
    session.offered = None
    session.save(update_fields=["offered"])
    return len(offered)


def _confirm_one(row: OrderRow, version: int, order: Order, node_table: Mapping[str, str]) -> None:
    Delivery.objects.filter(order=row, target=Delivery.Target.NODE, confirmed__lt=version).update(confirmed=version)
    plan = node_confirmed(states_of(row), order, ownership(node_table, posted=order.posted))
    put_states(row, plan.states)
    if plan.moved:
        row.version += 1
    row.save()
    Conflict.objects.bulk_create(conflicts_of(row, plan))
    for target, due in (("node", plan.node_due), ("portal", plan.portal_due)):
        if not due:
            settle([row], target)
        elif plan.moved:
            want([row], target)
