"""``type=get_catalog``: a base fetches the nomenclature of the other sources, piece by piece (onec-exchange 1.6).

    groups ─ goods… ─ offers… ─ finished=yes

The number of a piece says where the next one begins, and nothing else does: twice the key of the last row, and one more
for offers. So a base that names the piece it has (``package``) gets the next one as often as it asks, and whatever happens to
rows meanwhile, none is passed over.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from uzel.commerceml.catalog.common import item_of
from uzel.commerceml.catalog.writer import Frame, Offer, write_goods, write_groups, write_offers
from uzel.hub.models import ExchangeSession, Node, NomenclatureMatch, NomenclatureRow, PriceTypeRow, SectionRow
from uzel.mapping.given_ids import OwnId, given_ids
from uzel.model import NomenclatureItem, Price, PriceType, Section, Variant
from uzel.model.codec import from_json

PIECE_ROWS = 500
PIECE_CHARACTERS = 2_000_000  # of descriptions and prices in a piece; one item goes whatever its size
PRICE_CHARACTERS = 150  # that one price takes
GOODS, OFFERS = 0, 1  # numbers at which each begins


@dataclass(frozen=True, slots=True)
class Piece:
    """What is given: a text for the user of 1C, in front of a whole file."""

    text: str
    body: bytes


@transaction.atomic
def give_piece(node: Node, session: ExchangeSession, after: int | None, now: dt.datetime) -> Piece | None:
    """The piece behind that of number ``after``, or behind the last one given; ``None``: there is no more."""
    session = ExchangeSession.objects.select_for_update(of=("self",)).get(pk=session.pk)
    number = session.piece_given
    if session.in_packages and after is not None and number is not None:
        number = after
    frame = Frame(timezone.localtime(now), node.encoding)  # the protocol knows local time only (onec-exchange 7)
    found = _piece_behind(node, number, frame, in_packages=session.in_packages)
    if found:
        session.piece_given = found[0]
        session.save(update_fields=["piece_given"])
    return found[1] if found else None


def _piece_behind(node: Node, number: int | None, frame: Frame, *, in_packages: bool) -> tuple[int, Piece] | None:
    """The next piece and its number. Packages of offers have no text (onec-exchange 1.6)."""
    if number is None:
        groups = _groups(node)
        numbered = replace(frame, package=GOODS if in_packages else None)
        return GOODS, Piece(_told("групп", groups), write_groups(groups, numbered))
    kind, key = number % 2, number // 2
    rows = _page((_goods if kind == GOODS else _offers)(node).filter(pk__gt=key))
    if not rows:
        return None if kind == OFFERS else _piece_behind(node, OFFERS, frame, in_packages=in_packages)
    last = rows[-1].pk * 2 + kind
    numbered = replace(frame, package=last if in_packages else None)
    if kind == GOODS:
        return last, Piece(_told("товаров", rows), _write_goods(node, rows, numbered))
    return last, Piece("" if in_packages else _told("предложений", rows), _write_offers(node, rows, numbered))


def _told(what: str, given: Sequence[object]) -> str:
    """Without «of so many»: counting all of them for each piece would cost more than giving them."""
    return f"Из Узла выгружено ещё {what}: {len(given)}."


def _page(rows: QuerySet[NomenclatureRow]) -> list[NomenclatureRow]:
    found, room = list[NomenclatureRow](), PIECE_CHARACTERS
    for row in rows.order_by("pk")[:PIECE_ROWS].iterator(chunk_size=PIECE_ROWS // 10):
        room -= len((row.content or {}).get("description", "")) + PRICE_CHARACTERS * len(row.prices)
        if found and room < 0:
            break
        found.append(row)
    return found


def _told_by_others(node: Node) -> Q:
    """Of what the other sources told: a base is not given its own, and nothing of a source that is none any more."""
    return Q(portal=node.portal_id, node__catalog_source=True, node__active=True, content__isnull=False) & ~Q(node=node.pk)


def _goods(node: Node) -> QuerySet[NomenclatureRow]:
    """Items; one that was marked before anybody saw it is not spoken of."""
    return NomenclatureRow.objects.filter(_told_by_others(node), Q(active=True) | Q(wanted__gt=0), parent="")


def _offers(node: Node) -> QuerySet[NomenclatureRow]:
    """What may be an offer: variants, and items that cost something. Which it is, is seen page by page: see `_sold`."""
    told = NomenclatureRow.objects.filter(_told_by_others(node), Q(active=True) | Q(wanted__gt=0))
    return told.filter(~Q(parent="") | ~Q(prices={}))


def _groups(node: Node) -> list[Section]:
    rows = SectionRow.objects.filter(_told_by_others(node), content__deletion_mark=False).order_by("pk")
    return [from_json(Section, content) for content in rows.values_list("content", flat=True)]


def _write_goods(node: Node, rows: Sequence[NomenclatureRow], frame: Frame) -> bytes:
    names = _names(node, [row.xml_id for row in rows])
    items = [replace(_item(row), item_id=names[row.xml_id]) for row in rows if row.xml_id in names]
    sections = SectionRow.objects.filter(portal=node.portal_id, xml_id__in={item.section_id for item in items})
    living = set(sections.filter(content__deletion_mark=False).values_list("xml_id", flat=True))
    return write_goods([one if one.section_id in living else replace(one, section_id="") for one in items], frame)


def _write_offers(node: Node, rows: Sequence[NomenclatureRow], frame: Frame) -> bytes:
    items, rows = _sold(node, rows)
    names = _names(node, [row.xml_id for row in rows])
    every = {type_id for row in rows for type_id in row.prices}
    told = PriceTypeRow.objects.filter(portal=node.portal_id, xml_id__in=every, content__deletion_mark=False).order_by("pk")
    types = [from_json(PriceType, content) for content in told.values_list("content", flat=True)]
    known = {one.price_type_id for one in types}
    offers = [_offer(row, items[row.parent or row.xml_id], names[row.xml_id], known) for row in rows if row.xml_id in names]
    return write_offers(offers, types, frame)


def _sold(node: Node, rows: Sequence[NomenclatureRow]) -> tuple[dict[str, NomenclatureItem], list[NomenclatureRow]]:
    """Items by their Ид, and what is sold: an item with variants is not, nor is a variant whose item has not come."""
    known = NomenclatureRow.objects.filter(portal=node.portal_id, content__isnull=False)
    plain = [row.xml_id for row in rows if not row.parent]
    with_variants = set(known.filter(parent__in=plain).values_list("parent", flat=True).distinct())
    parents = known.filter(parent="", xml_id__in={row.parent for row in rows} - {""})
    items = {row.xml_id: _item(row) for row in (*parents, *(row for row in rows if not row.parent))}
    return items, [row for row in rows if (row.parent or row.xml_id) in items and row.xml_id not in with_variants]


def _item(row: NomenclatureRow) -> NomenclatureItem:
    return from_json(NomenclatureItem, row.content)


def _offer(row: NomenclatureRow, item: NomenclatureItem, own_id: str, known: Iterable[str]) -> Offer:
    prices = tuple(
        Price(type_id, Decimal(amount), currency) for type_id, (amount, currency) in row.prices.items() if type_id in known
    )
    if not row.parent:
        return Offer(replace(item, item_id=own_id), None, prices)
    variant = from_json(Variant, row.content)
    name = variant.name or item.name
    return Offer(item, replace(variant, variant_id=own_id, item_id=item_of(own_id), name=name), prices)


def _names(node: Node, asked: Sequence[str]) -> dict[str, str]:
    """What the base calls these products, by Ид in the catalogue; twice, because what else it calls so counts too."""
    ids = {*asked, *map(item_of, asked)} - {""}
    touching = Q(product__xml_id__in=ids) | Q(product__parent__in=ids)
    first = given_ids(asked, _own_ids(node, touching))
    return given_ids(asked, _own_ids(node, touching | Q(item_id__in=set(first.values()))))


def _own_ids(node: Node, which: Q) -> list[OwnId]:
    rows = NomenclatureMatch.objects.filter(which, node=node).order_by("pk").values_list("item_id", "product__xml_id", "way")
    return [OwnId(item_id, xml_id, way == NomenclatureMatch.Way.HAND) for item_id, xml_id, way in rows]
