"""``uzel catalog status`` and ``retry``: what each source base has told, what of it waits, what was given up and why."""

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce, Now

from uzel.flows.catalog.catalog_book import lock_catalog, want
from uzel.flows.portal.portal_budget import budget_of
from uzel.hub.catalog_ledger import CatalogFile, catalog_files
from uzel.hub.models import CatalogPicture, Node, NomenclatureRow, Package, Portal, PriceTypeRow, ProductPictures, SectionRow

GIVEN_UP_LIMIT = 100  # rows named of one base; the counts know of all
LONELY_LIMIT = 20  # offers without their item named of one base
CATALOGUE_WORK = ("sections", "products", "pictures")

Rows = QuerySet[Any]
TOLD = Q(content__isnull=False)
GIVEN_UP = ~Q(problem_code="")
ANEW: Mapping[str, Any] = {"attempts": 0, "problem_code": "", "problem": ""}
WAITS = TOLD & Q(wanted__gt=F("confirmed"), problem_code="")
#: What rows of a base are counted by, a table of the database each.
OF_GOODS: Mapping[str, Q] = {
    "items": TOLD & Q(parent=""),
    "variants": TOLD & ~Q(parent=""),
    "prices": TOLD & ~Q(prices={}),
    "active": TOLD & Q(active=True),
    "marked": TOLD & Q(active=False),
    "in_portal": TOLD & Q(entity_id__isnull=False),
    "waits": WAITS,
    "given_up": GIVEN_UP,
}
OF_SECTIONS: Mapping[str, Q] = {"sections": TOLD, "waits": WAITS, "given_up": GIVEN_UP}
OF_PRICE_TYPES: Mapping[str, Q] = {"given_up": GIVEN_UP}
OF_SHOWN: Mapping[str, Q] = {"pictures_wait": Q(due_since__isnull=False, problem_code=""), "given_up": GIVEN_UP}
SUMS = {*OF_SECTIONS, *OF_GOODS, *OF_SHOWN}


@dataclass(frozen=True, slots=True)
class GivenUp:
    """A row that is tried no more."""

    kind: str
    xml_id: str
    name: str
    code: str
    reason: str


@dataclass(frozen=True, slots=True)
class Lonely:
    """An offer whose item has not come: the portal cannot show it."""

    xml_id: str
    name: str


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """One base. ``waits`` are tried still; ``reasons`` says why, with counts.

    ``lonely``: prices, stocks and variants that have come without their items; nobody writes them until those come.
    """

    node: str
    title: str
    source: bool
    last_file: CatalogFile | None
    sections: int
    items: int
    variants: int
    prices: int
    pictures: int
    active: int
    marked: int
    in_portal: int
    waits: int
    pictures_wait: int
    given_up: int
    lonely: int
    reasons: dict[str, int] = field(default_factory=dict)
    rows: tuple[GivenUp, ...] = ()
    lonely_rows: tuple[Lonely, ...] = ()


@dataclass(frozen=True, slots=True)
class CatalogStatus:
    """``seconds``: until what waits is written, at the earliest; ``inventory``: the portal keeps quantities itself."""

    portal: str
    inventory: bool | None
    seconds: int
    sources: tuple[SourceStatus, ...]


def catalog_status(portal: Portal, now: dt.datetime, node_code: str = "") -> CatalogStatus:
    """As the tables have it; the portal is not called. Bases that are sources, or have told something before."""
    told = Q(catalog_source=True) | Q(pk__in=NomenclatureRow.objects.filter(portal=portal).values("node"))
    nodes = Node.objects.filter(told, portal=portal).order_by("code")
    seconds = [work["seconds"] for work in budget_of(portal, now)["work"] if work["kind"] in CATALOGUE_WORK]
    return CatalogStatus(
        portal.code,
        portal.inventory_accounting,
        max(seconds),
        tuple(_source(node) for node in (nodes.filter(code=node_code) if node_code else nodes)),
    )


@transaction.atomic
def retry(portal: Portal, node: Node | None = None) -> int:
    """Give rows that were given up a new chance with the next drain; how many. An unanswered create keeps its time."""
    lock_catalog(portal.pk)
    count = 0
    own: Mapping[str, Any] = {"portal": portal} if node is None else {"portal": portal, "node": node}
    for kind in PriceTypeRow.objects.filter(~Q(problem=""), **own):  # it is made on the way to the goods that have such prices
        want(NomenclatureRow.objects.filter(portal=portal, confirmed__gt=0, prices__has_key=kind.xml_id))
    for table in (SectionRow, PriceTypeRow, NomenclatureRow):
        rows = table._default_manager.filter(GIVEN_UP, **own)
        rows.filter(outcome_unknown=False).update(retry_at=None)
        count += rows.update(**ANEW)
    pictures = ProductPictures.objects.filter(GIVEN_UP, product__portal=portal)
    pictures = pictures if node is None else pictures.filter(product__node=node)
    return count + pictures.update(**ANEW, retry_at=None, too_large=[], due_since=Coalesce("due_since", Now()))


def _source(node: Node) -> SourceStatus:
    sections, goods = SectionRow.objects.filter(node=node), NomenclatureRow.objects.filter(node=node)
    shown = ProductPictures.objects.select_related("product").filter(product__node=node)
    pictures = CatalogPicture.objects.filter(node=node)
    tables: tuple[Rows, ...] = (sections, PriceTypeRow.objects.filter(node=node), goods, shown)
    counts = sum(map(_counts, tables, (OF_SECTIONS, OF_PRICE_TYPES, OF_GOODS, OF_SHOWN)), start=Counter())
    lonely = _lonely(node)
    file = Package.objects.select_related("node").filter(node=node, catalog__isnull=False).order_by("-finished_at", "-pk")[:1]
    return SourceStatus(
        node=node.code,
        title=node.title,
        source=node.catalog_source and node.active,
        last_file=next(iter(catalog_files(file)), None),
        pictures=pictures.filter(problem="").count(),
        reasons=_reasons(*tables, pictures),
        rows=tuple(one for rows in tables for one in _named(rows.filter(GIVEN_UP)))[:GIVEN_UP_LIMIT],
        lonely=lonely.count(),
        lonely_rows=tuple(Lonely(row.xml_id, row.name) for row in lonely.order_by("pk")[:LONELY_LIMIT]),
        **{name: counts[name] for name in SUMS},
    )


def _lonely(node: Node) -> Rows:
    """Rows that only an offer has spoken of, and variants whose item is such a row or none."""
    item = NomenclatureRow.objects.filter(portal=OuterRef("portal"), xml_id=OuterRef("parent"), content__isnull=False)
    return NomenclatureRow.objects.filter(Q(content__isnull=True) | (~Q(parent="") & ~Exists(item)), node=node)


def _counts(rows: Rows, kinds: Mapping[str, Q]) -> Counter[str]:
    """All of a table in one query; a count may not be called as a column is."""
    found = rows.aggregate(**{f"of_{name}": Count("pk", filter=kind) for name, kind in kinds.items()})
    return Counter({name: found[f"of_{name}"] for name in kinds})


def _reasons(*tables: Rows) -> dict[str, int]:
    """What keeps rows back, the commonest first."""
    found: dict[str, int] = {}
    for rows in tables:
        for reason, count in rows.exclude(problem="").values_list("problem").annotate(rows=Count("pk")):
            found[reason] = found.get(reason, 0) + count
    return dict(sorted(found.items(), key=lambda one: -one[1]))


def _named(rows: Rows) -> Iterator[GivenUp]:
    for row in rows.order_by("pk")[:GIVEN_UP_LIMIT]:
        shown = row.product if isinstance(row, ProductPictures) else row
        yield GivenUp(_kind(row), shown.xml_id, str((shown.content or {}).get("name", "")), row.problem_code, row.problem)


def _kind(row: Any) -> str:
    if isinstance(row, ProductPictures):
        return "pictures"
    if isinstance(row, SectionRow | PriceTypeRow):
        return "section" if isinstance(row, SectionRow) else "price_type"
    return "variant" if row.parent else "item"
