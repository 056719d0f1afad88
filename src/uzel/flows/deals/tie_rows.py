"""Rows of orders are tied to products as deals are written; what is tied to none is listed, and tied when its product comes.

write ─ the catalogue is asked once a wave ─ rows with products ─ what was found is kept, what was not is listed
product appears, somebody matches by hand ─ orders that wait for it become due once ─ their rows are tied, nothing else
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import chain

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from uzel.bitrix24.entities.product_row import NAME_LIMIT, DealRow
from uzel.flows.portal.portal_job import Job
from uzel.flows.portal.portal_reading import chunks
from uzel.hub.goods import goods_by_node, goods_of
from uzel.hub.models import Delivery, Node, NomenclatureMatch, NomenclatureRow, OrderRow, Portal, UnmatchedLine
from uzel.hub.queries import want
from uzel.mapping.goods import Goods, Match, Reason, Way, is_goods, new_matches, tie
from uzel.model import Order, OrderLine

ITEM_CHARACTERS, NAME_CHARACTERS, WORD_CHARACTERS = 200, 400, 100  # what the columns hold
APPEARED_AT_ONCE = 1000  # products whose orders are looked for in one go
DUE_AT_ONCE = 500  # orders that become due in one go

Listed = tuple[OrderRow, Order, tuple[DealRow, ...], Goods]


def know_goods(portal: Portal, jobs: Sequence[Job]) -> None:
    """Ask the catalogue about the rows of a wave; what is found by article or barcode is found for good."""
    lines = {node_id: list[OrderLine]() for node_id in {job.row.node_id for job in jobs}}
    for job in jobs:
        lines[job.row.node_id] += job.order.lines
    shown = {row.product_id for job in jobs for row in job.shown.rows}
    goods = goods_by_node(portal, lines, shown)
    for job in jobs:
        job.goods = goods[job.row.node_id]
    found = {node_id: new_matches(listed, goods[node_id]) for node_id, listed in lines.items()}
    words, decisions = list[NomenclatureMatch](), list[NomenclatureMatch]()
    for node_id, matches in found.items():
        for item_id, match in sorted(matches.items()):
            old = goods[node_id].matches.get(item_id)
            only_said = old is not None and (old.product.key, old.way) == (match.product.key, match.way)
            (words if only_said else decisions).append(_match_row(node_id, item_id, match))
    _keep_matches(words, ["said"])
    _keep_matches(decisions, ["product", "way", "said", "decision"])


def _match_row(node_id: int, item_id: str, match: Match) -> NomenclatureMatch:
    return NomenclatureMatch(
        node_id=node_id, item_id=item_id, product_id=match.product.key, way=match.way, said=match.said[:WORD_CHARACTERS],
        decision=decision(match.way, match.said),
    )  # fmt: skip


def _keep_matches(rows: Sequence[NomenclatureMatch], names: Sequence[str]) -> None:
    kept = [row for row in rows if len(row.item_id) <= ITEM_CHARACTERS]
    NomenclatureMatch.objects.bulk_create(
        kept, update_conflicts=True, unique_fields=["node", "item_id"], update_fields=list(names)
    )


def decision(way: Way, said: str = "") -> str:
    """Why a product is the one, for people."""
    words = {
        Way.ID: "Ид товара в базе и в каталоге один и тот же",
        Way.HAND: "так указал человек",
        Way.ARTICLE: f"единственный товар с артикулом {said}",
        Way.BARCODE: f"единственный товар со штрихкодом {said}",
    }
    return words[way][:200]


def goods_seen(node: Node, lines: Iterable[OrderLine], rows: Iterable[DealRow], expected: Iterable[DealRow]) -> Goods | None:
    """What is known of rows of a deal that name other products than expected; ``None``: there are none."""
    products = {row.product_id for row in rows} - {row.product_id for row in expected} - {0}
    return goods_of(node, lines, products) if products else None


# --- what is tied to nothing ------------------------------------------------------------------------------------------


def list_unmatched(deals: Sequence[Listed]) -> None:
    """Keep the list in step with deals that have just been written."""
    deals = [deal for deal in deals if deal[3].in_use]
    if not deals:
        return
    wanted = {(one.order_id, one.item_id, one.name): one for one in chain.from_iterable(map(_unmatched, deals))}
    known = UnmatchedLine.objects.filter(order__in=[row.pk for row, *_ in deals])
    listed = {(one.order_id, one.item_id, one.name): one for one in known}
    gone = [one.pk for key, one in listed.items() if key not in wanted]
    if gone:
        UnmatchedLine.objects.filter(pk__in=gone).delete()
    news = [one for key, one in wanted.items() if key not in listed or _says(one) != _says(listed[key])]
    UnmatchedLine.objects.bulk_create(
        news, update_conflicts=True, unique_fields=["order", "item_id", "name"],
        update_fields=["article", "barcode", "reason_code", "seen_at"],
    )  # fmt: skip


def _says(one: UnmatchedLine) -> tuple[str, str, str]:
    return one.article, one.barcode, one.reason_code


def _unmatched(deal: Listed) -> Iterator[UnmatchedLine]:
    """Goods whose rows are free: their number is what the deal shows, those that no product was found for come first."""
    row, order, rows, goods = deal
    free = Counter(one.name for one in rows if not one.product_id)
    lines = [(line, tie(line, goods).reason) for line in order.lines if is_goods(line)]
    for line, reason in sorted(lines, key=lambda pair: pair[1] is None):
        name = line.name[:NAME_LIMIT]
        if free[name] > 0:
            free[name] -= 1
            yield UnmatchedLine(
                order=row, item_id=line.item_id[:ITEM_CHARACTERS], name=line.name[:NAME_CHARACTERS],
                article=line.article[:WORD_CHARACTERS], barcode=line.barcode[:WORD_CHARACTERS],
                reason_code=reason or Reason.REFUSED,
            )  # fmt: skip


def forget_tied(row: OrderRow, rows: Iterable[DealRow]) -> None:
    """A manager tied rows himself, or took them out of the deal."""
    free = {one.name for one in rows if not one.product_id}
    gone = [one.pk for one in UnmatchedLine.objects.filter(order=row) if one.name[:NAME_LIMIT] not in free]
    if gone:
        UnmatchedLine.objects.filter(pk__in=gone).delete()


# --- tied later -------------------------------------------------------------------------------------------------------


def products_appeared(portal: Portal, xml_ids: Collection[str]) -> int:
    """The portal has these products now: orders with rows that may be theirs become due. Returns how many."""
    return sum(make_due(_waiting_for(portal, part)) for part in chunks(sorted(set(xml_ids)), APPEARED_AT_ONCE))


def _waiting_for(portal: Portal, xml_ids: Sequence[str]) -> list[int]:
    products = list(NomenclatureRow.objects.filter(portal=portal, xml_id__in=xml_ids).values_list("pk", "article", "barcode"))
    matched = NomenclatureMatch.objects.filter(product__in=[pk for pk, *_ in products]).values_list("item_id", flat=True)
    waiting = (
        Q(item_id__in={*xml_ids, *matched})
        | Q(article__in={article for _, article, _ in products} - {""})
        | Q(barcode__in={barcode for *_, barcode in products} - {""})
    )
    lines = UnmatchedLine.objects.filter(waiting, order__node__portal=portal)
    return sorted(set(lines.values_list("order_id", flat=True)))


def make_due(order_ids: Sequence[int]) -> int:
    """The deals of these orders are looked at again; nothing of the orders themselves has moved."""
    count = 0
    for part in chunks(order_ids, DUE_AT_ONCE):
        with transaction.atomic():
            known = OrderRow.objects.select_for_update().filter(pk__in=part)
            rows = list(known.filter(deal_deleted=False).only("pk", "version").order_by("pk"))
            for row in rows:
                row.version += 1
            chosen = OrderRow.objects.filter(pk__in=[row.pk for row in rows])
            chosen.update(version=F("version") + 1, updated_at=timezone.now())
            want(rows, Delivery.Target.PORTAL)
            count += len(rows)
    return count
