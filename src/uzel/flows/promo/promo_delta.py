"""What changed in the promo codes since a version, for one base, and which version it has."""

from collections.abc import Iterator

from uzel.exchange import promo_json
from uzel.exchange.promo_json import PromoDelta, PromoItem
from uzel.hub.models import Node, PromoCodeRow
from uzel.hub.promo_book import last_revision, promo_of
from uzel.sync.promo import Offer, offer, shops_of

MOST_ITEMS = 500  # codes in one answer
NO_SUCH_VERSION = "Такой версии промокодов у узла обмена нет. Запросите промокоды заново с since=0."


def answer(node: Node, since: int) -> str:
    """The delta as JSON."""
    return promo_json.write(delta(node, since))


def delta(node: Node, since: int) -> PromoDelta:
    """Changes after ``since``, oldest first. A version that we never gave, as after a restored backup, gets all codes."""
    head = _head(node)
    full = since == 0 or since > head
    items: list[PromoItem] = []
    for item in _changes(node, 0 if full else since, head):
        if full and item.withdrawn:
            continue
        if len(items) == MOST_ITEMS:
            return PromoDelta(items[-1].revision, full, True, items)
        items.append(item)
    return PromoDelta(head, full, False, items)


def confirm(node: Node, version: int) -> bool:
    """The base has this version; a lower one than before is believed, too: its data may have been restored."""
    if version > _head(node):
        return False
    Node.objects.filter(pk=node.pk).update(promo_version=version)
    return True


def behind(node: Node) -> int:
    """How many changes the base has not confirmed."""
    return sum(1 for _ in _changes(node, node.promo_version or 0, _head(node)))


def _head(node: Node) -> int:
    return last_revision(node.portal) if node.portal else 0


def _changes(node: Node, since: int, head: int) -> Iterator[PromoItem]:
    """No further than ``head``, which was read before: what changes meanwhile is newer than the answer says."""
    rows = PromoCodeRow.objects.filter(portal=node.portal_id, revision__gt=since, revision__lte=head)
    for row in rows.order_by("revision").iterator():
        promo = promo_of(row)
        said = offer(() if row.deleted else shops_of(promo), row.counted_in, node.code)
        if said is not Offer.NOTHING:
            own_id = row.element_id if row.brought_by_id == node.pk else ""
            yield PromoItem(promo, row.revision, withdrawn=said is Offer.WITHDRAWN, element_id=own_id)
