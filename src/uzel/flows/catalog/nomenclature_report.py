"""How goods of orders and products of the portal have met, base by base: matched, missing, ambiguous, drifted."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import Count, F, Max, Q

from uzel.hub.models import Node, NomenclatureMatch, UnmatchedLine

MOST_LISTED = 500  # goods of one base
ORDERS_NAMED = 10  # numbers of orders beside each


@dataclass(frozen=True, slots=True)
class Unmatched:
    """Goods of a base that no product was found for, and the orders whose rows wait."""

    item_id: str
    name: str
    article: str
    barcode: str
    reason: str
    orders: int
    numbers: Sequence[str]


@dataclass(frozen=True, slots=True)
class Drifted:
    """Goods found by a word that is no longer the product's: the match stands, a person should look."""

    item_id: str
    said: str
    product: str
    now: str


@dataclass(frozen=True, slots=True)
class Report:
    """One base. ``matched`` and ``unmatched`` count goods, by the way they were found and by the reason they were not."""

    node: str
    matched: dict[str, int]
    unmatched: dict[str, int]
    waiting: Sequence[Unmatched]
    drifted: Sequence[Drifted]


def report(node: Node) -> Report:
    """What is known of the goods in a base's orders."""
    matches = NomenclatureMatch.objects.filter(node=node)
    lines = UnmatchedLine.objects.filter(order__node=node)
    ways = matches.values_list("way").annotate(count=Count("pk")).order_by("way")
    reasons = lines.values_list("reason_code").annotate(count=Count("item_id", distinct=True)).order_by("reason_code")
    return Report(node.code, dict(ways), dict(reasons), _waiting(node), _drifted(node))


def _waiting(node: Node) -> list[Unmatched]:
    lines = UnmatchedLine.objects.filter(order__node=node).values("item_id", "name", "reason_code")
    told = lines.annotate(
        last_article=Max("article"),
        last_barcode=Max("barcode"),
        orders=Count("order", distinct=True),
        numbers=ArrayAgg("order__number", distinct=True, order_by=["order__number"]),
    )
    return [
        Unmatched(
            one["item_id"], one["name"], one["last_article"], one["last_barcode"], one["reason_code"], one["orders"],
            tuple(one["numbers"][:ORDERS_NAMED]),
        )
        for one in told.order_by("-orders", "name", "item_id")[:MOST_LISTED]
    ]  # fmt: skip


def _drifted(node: Node) -> list[Drifted]:
    way = NomenclatureMatch.Way
    by_article = Q(way=way.ARTICLE) & ~Q(said=F("product__article"))
    by_barcode = Q(way=way.BARCODE) & ~Q(said=F("product__barcode"))
    found = NomenclatureMatch.objects.filter(by_article | by_barcode, node=node).select_related("product").order_by("item_id")
    return [
        Drifted(
            one.item_id, one.said, one.product.xml_id, one.product.article if one.way == way.ARTICLE else one.product.barcode
        )
        for one in found[:MOST_LISTED]
    ]
