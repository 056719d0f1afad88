"""Counts of nodes for their items in the portal: what waits, what is held, what was rejected today."""

import datetime as dt
from collections.abc import Sequence

from django.db.models import Count, F, Q
from django.utils import timezone

from uzel.hub.models import Delivery, DocumentVerdict, Node, OrderRow
from uzel.mapping.node_item import NodeStatus
from uzel.model import Verdict


def status_of(nodes: Sequence[Node], now: dt.datetime) -> list[NodeStatus]:
    """How the nodes are doing."""
    ids = [node.pk for node in nodes]
    midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
    counted = (
        OrderRow.objects.filter(node__in=ids).values_list("node").annotate(Count("pk"), held=Count("pk", filter=~Q(hold="")))
    )
    orders = {node: (count, held) for node, count, held in counted}
    due = Delivery.objects.filter(order__node__in=ids, wanted__gt=F("confirmed"))
    waiting = {(node, target): count for node, target, count in due.values_list("order__node", "target").annotate(Count("pk"))}
    today = DocumentVerdict.objects.filter(node__in=ids, at__gte=midnight, verdict=Verdict.REJECTED)
    rejected = dict(today.values_list("node").annotate(Count("pk")))
    return [
        NodeStatus(
            code=node.code, title=str(node), profile=Node.Profile(node.profile).label, receives_changes=node.receives_changes,
            active=node.active, called_at=timezone.localtime(node.last_call_at) if node.last_call_at else None,
            orders=orders.get(node.pk, (0, 0))[0], held=orders.get(node.pk, (0, 0))[1],
            to_portal=waiting.get((node.pk, Delivery.Target.PORTAL), 0),
            to_node=waiting.get((node.pk, Delivery.Target.NODE), 0) if node.receives_changes else 0,
            rejected=rejected.get(node.pk, 0),
            silent_since=timezone.localtime(node.silent_since) if node.silent_since else None,
        )
        for node in nodes
    ]  # fmt: skip
