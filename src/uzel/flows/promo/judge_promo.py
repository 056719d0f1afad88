"""Promo codes of orders are judged by the directory: at once when an order moves, by and by when the directory does.

What a code is worth changes nothing of an order: the deal gets a note and no more.
"""

from collections.abc import Collection, Sequence

from django.db import transaction

from uzel.hub.bulk import update_rows
from uzel.hub.models import Delivery, Node, OrderRow, Portal, PromoCheck
from uzel.hub.promo_book import ALL, living, promo_of
from uzel.hub.queries import lock_node, want
from uzel.mapping.promo_note import note_of
from uzel.model.promo import PromoCode

CHUNK = 500  # orders judged in one transaction
MOST_CHUNKS = 20  # between two waves of a drain


def judge(rows: Sequence[OrderRow]) -> set[int]:
    """Put notes into the rows (not saved). Returns those, by identity, whose deal has another note to show."""
    nodes = Node.objects.only("code", "portal_id").in_bulk({row.node_id for row in rows if row.promo_key})
    keys = {row.promo_key for row in rows}
    directories = {one: directory(one, keys) for one in {node.portal_id for node in nodes.values()} if one is not None}
    noted = set()
    for row in rows:
        node = nodes.get(row.node_id)
        promos = directories.get(node.portal_id) if row.promo_key and node and node.portal_id else None
        note = "" if promos is None or node is None else note_of(promos.get(row.promo_key), row.ordered_on, node.code)
        if note != row.promo_note:
            row.promo_note = note
            if row.deal_id is not None:
                noted.add(id(row))
    return noted


def directory(portal_id: int, keys: Collection[str]) -> dict[str, PromoCode] | None:
    """Those of the codes that the directory has; ``None``: it has no codes at all, so nothing is said of any."""
    known = living(portal_id)
    found = {row.key: promo_of(row) for row in known.filter(key__in=keys)}
    return found if found or known.exists() else None


def judge_changed(portal: Portal) -> None:
    """Some of the orders whose code changed; the others at the next look, so that a code in many orders stops nobody."""
    for _ in range(MOST_CHUNKS):
        if not _judge_chunk(portal):
            return


@transaction.atomic
def _judge_chunk(portal: Portal) -> bool:
    """Whether there was something to judge."""
    check = PromoCheck.objects.filter(portal=portal).order_by("pk").first()
    if check is None:
        return False
    for node_id in Node.objects.filter(portal=portal).order_by("pk").values_list("pk", flat=True):
        lock_node(node_id)
    check = PromoCheck.objects.select_for_update().get(pk=check.pk)
    orders = OrderRow.objects.exclude(promo_key="").filter(node__portal=portal, pk__gt=check.done).order_by("pk")
    if check.key != ALL:
        orders = orders.filter(promo_key=check.key)
    chunk = list(orders.only(*_READ)[:CHUNK])
    _renew(_changed(chunk))
    if len(chunk) < CHUNK:
        check.delete()
    else:
        check.done = chunk[-1].pk
        check.save(update_fields=["done"])
    return True


_READ = ("node_id", "promo_key", "promo_note", "ordered_on", "deal_id")


def _changed(rows: Sequence[OrderRow]) -> list[int]:
    """Those whose note is another one now."""
    before = {row.pk: row.promo_note for row in rows}
    judge(rows)
    return [row.pk for row in rows if row.promo_note != before[row.pk]]


def _renew(ids: Sequence[int]) -> None:
    """Write the notes; deals that show another one are due."""
    rows = list(OrderRow.objects.filter(pk__in=ids).select_for_update().order_by("pk"))
    judge(rows)
    shown = [row for row in rows if row.deal_id is not None and not row.deal_deleted]
    for row in shown:
        row.version += 1
    update_rows(rows, ("promo_note", "version", "updated_at"))
    want(shown, Delivery.Target.PORTAL)
