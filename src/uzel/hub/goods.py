"""What the catalogue knows of rows of orders, in a handful of questions to the database however many rows there are."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from django.db.models import Q, QuerySet, Window
from django.db.models.functions import RowNumber

from uzel.hub.models import Node, NomenclatureMatch, NomenclatureRow, Portal
from uzel.mapping.goods import NO_GOODS, Goods, Match, Origin, Product, Way, is_goods
from uzel.model import OrderLine

COLUMNS = ("pk", "xml_id", "node_id", "parent", "name", "article", "barcode", "active", "entity_id")
SAME_WORD = 20  # products of one article or barcode that are looked at; so many are ambiguous anyway


def is_in_use(portal: Portal) -> bool:
    """Whether the portal has a catalogue of ours, or is to get one."""
    return (
        Node.objects.filter(portal=portal, catalog_source=True).exists()
        or NomenclatureRow.objects.filter(portal=portal).exists()
    )


def goods_by_node(
    portal: Portal, lines: Mapping[int, Iterable[OrderLine]], shown: Collection[int] = ()
) -> defaultdict[int, Goods]:
    """By node, what is known of its lines. ``shown``: products that rows of deals name already."""
    if not is_in_use(portal):
        return defaultdict(lambda: NO_GOODS)
    sought = {node_id: {line for line in listed if is_goods(line)} for node_id, listed in lines.items()}
    every: set[OrderLine] = set().union(*sought.values())
    by_id = _products(NomenclatureRow.objects.filter(portal=portal, xml_id__in=_ids(every)))
    matches = _matches(sought)
    fresh = [line for node_id, listed in sought.items() for line in listed if line.item_id not in matches[node_id]]
    with_article = _bearers(portal, "article", {line.article for line in fresh} - {""})
    with_barcode = _bearers(portal, "barcode", {line.barcode for line in fresh} - {""})
    matched = [match.product for own in matches.values() for match in own.values()]
    at_hand = [*by_id, *with_article, *with_barcode, *matched]
    common: dict[str, Any] = {
        "in_use": True,
        "by_id": {product.xml_id: product for product in by_id},
        "by_article": _grouped("article", with_article),
        "by_barcode": _grouped("barcode", with_barcode),
        "with_variants": _with_variants(portal, {product.xml_id for product in at_hand if not product.parent}),
        "ours": _ours(portal, {product.product_id for product in at_hand}, set(shown)),
    }
    return defaultdict(
        lambda: Goods(**common), {node_id: Goods(node_id, matches=matches[node_id], **common) for node_id in sought}
    )


def goods_of(node: Node, lines: Iterable[OrderLine], products: Collection[int]) -> Goods:
    """The same for one node, with what it calls ``products`` that somebody else put into rows."""
    assert node.portal is not None, "deals come from a portal"
    goods = goods_by_node(node.portal, {node.pk: lines}, products)[node.pk]
    return replace(goods, origins=_origins(node, products)) if goods.in_use else goods


def _ids(lines: Iterable[OrderLine]) -> set[str]:
    return {line.item_id for line in lines} - {""}


def _bearers(portal: Portal, word: str, values: set[str]) -> list[Product]:
    if not values:
        return []
    rows = NomenclatureRow.objects.filter(portal=portal, active=True, **{f"{word}__in": values}).exclude(**{word: ""})
    return _products(rows.annotate(place=Window(RowNumber(), partition_by=[word])).filter(place__lte=SAME_WORD))


def _products(rows: QuerySet[NomenclatureRow]) -> list[Product]:
    return [_product(*values) for values in rows.values_list(*COLUMNS)]


def _product(
    pk: int, xml_id: str, node_id: int, parent: str, name: str, article: str, barcode: str, active: bool, entity_id: int | None
) -> Product:
    return Product(pk, xml_id, node_id, parent, name, article, barcode, active, entity_id or 0)


def _matches(sought: Mapping[int, Iterable[OrderLine]]) -> defaultdict[int, dict[str, Match]]:
    found: defaultdict[int, dict[str, Match]] = defaultdict(dict)
    ids = {item_id for lines in sought.values() for item_id in _ids(lines)}
    if ids:
        rows = NomenclatureMatch.objects.filter(node__in=list(sought), item_id__in=ids)
        columns = (f"product__{name}" for name in COLUMNS)
        for node_id, item_id, way, said, *product in rows.values_list("node_id", "item_id", "way", "said", *columns):
            found[node_id][item_id] = Match(_product(*product), Way(way), said)
    return found


def _grouped(word: str, products: Iterable[Product]) -> dict[str, list[Product]]:
    found: dict[str, list[Product]] = defaultdict(list)
    for product in products:
        found[getattr(product, word)].append(product)
    return dict(found)


def _with_variants(portal: Portal, items: set[str]) -> frozenset[str]:
    if not items:
        return frozenset()
    variants = NomenclatureRow.objects.filter(Q(active=True) | Q(entity_id__isnull=False), portal=portal, parent__in=items)
    return frozenset(variants.values_list("parent", flat=True).distinct())


def _ours(portal: Portal, known: set[int], shown: set[int]) -> frozenset[int]:
    further = shown - known - {0}
    if further:
        rows = NomenclatureRow.objects.filter(portal=portal, entity_id__in=further).values_list("entity_id", flat=True)
        known |= {entity_id or 0 for entity_id in rows}
    return frozenset(known - {0})


# --- backwards: what a base calls a product ---------------------------------------------------------------------------


def _origins(node: Node, products: Collection[int]) -> dict[int, Origin]:
    rows = list(NomenclatureRow.objects.filter(portal=node.portal_id, entity_id__in=set(products) - {0}))
    if not rows:
        return {}
    own = _own_ids(node, rows)
    parents = NomenclatureRow.objects.filter(portal=node.portal_id, xml_id__in={row.parent for row in rows} - {""})
    items = {row.xml_id: row for row in parents}
    shares = any(row.node_id != node.pk and row.pk not in own for row in rows) and _shares_ids(node)
    return {
        row.entity_id: _origin(
            row, items.get(row.parent, row), own.get(row.pk) or (row.xml_id if shares or row.node_id == node.pk else "")
        )
        for row in rows
        if row.entity_id
    }


def _origin(row: NomenclatureRow, item: NomenclatureRow, item_id: str) -> Origin:
    said = item.content or {}
    return Origin(
        item_id=item_id,
        article=row.article or item.article,
        barcode=row.barcode,
        measure_code=said.get("measure_code", ""),
        measure_name=said.get("measure_name", ""),
        is_service=bool(said.get("is_service")),
    )


def _own_ids(node: Node, rows: Iterable[NomenclatureRow]) -> dict[int, str]:
    """Ид of the base's own for products; of several the one that a person named, then the latest found."""
    matches = NomenclatureMatch.objects.filter(node=node, product__in=rows).order_by("pk")
    ranked = sorted(matches, key=lambda one: one.way == Way.HAND)
    return {one.product_id: one.item_id for one in ranked}


def _shares_ids(node: Node) -> bool:
    """Whether the base has shown goods of another base's catalogue under the very same Ид."""
    return NomenclatureMatch.objects.filter(node=node, way=Way.ID).exclude(product__node=node).exists()
