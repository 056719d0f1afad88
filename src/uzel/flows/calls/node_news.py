"""Which bases have something to take now: what ``type=listen`` waits for."""

from collections.abc import Collection

from django.db.models import F, Q

from uzel.hub.models import Delivery, Package
from uzel.sync.locks import HELD, UNREAD


def news_of(node_ids: Collection[int]) -> set[int]:
    """Nodes among these with a due order that nothing stands against, as far as it is known without trying to write it."""
    unread = Package.objects.filter(node__in=node_ids, state__in=[Package.State.RECEIVING, Package.State.WAITING])
    due = Delivery.objects.filter(target=Delivery.Target.NODE, wanted__gt=F("confirmed"), order__node__in=node_ids)
    may_go = due.filter(
        Q(locked_reason="") | Q(locked_reason__startswith=HELD) | Q(locked_reason__startswith=UNREAD),
        order__hold="", order__deal_deleted=False, order__node__active=True, order__node__receives_changes=True,
    )  # fmt: skip
    return set(may_go.exclude(order__node__in=unread.values("node")).values_list("order__node", flat=True).distinct())
