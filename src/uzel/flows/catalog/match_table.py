"""The match table of a base as people keep it: every row is taken, or refused with its reason; the others go on."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from uzel.flows.catalog.match_items import UnknownProductError, match_item
from uzel.flows.csv_table import RefusedRowError, Shape, take_rows, write_rows
from uzel.hub.models import Node, NomenclatureMatch, UnmatchedLine
from uzel.mapping.goods import Reason, Way

LONGEST_ID = 200  # characters, as the columns hold
MATCHES = Shape(
    {
        "item": ("ид в базе", "ид товара в базе", "item id", "item"),
        "product": ("ид в каталоге", "ид товара в каталоге", "xml id", "product"),
        "name": ("товар", "наименование", "name"),
        "article": ("артикул", "article"),
        "how": ("как связан", "how"),
    },
    (frozenset(("item",)), frozenset(("product",))),
    "в первой строке должны быть названия столбцов: «ид в базе» и «ид в каталоге»",
)
HOW: Mapping[str, str] = {
    Way.ID: "по Ид", Way.HAND: "вручную", Way.ARTICLE: "по артикулу", Way.BARCODE: "по штрихкоду",
    Reason.MISSING: "нет товара", Reason.AMBIGUOUS: "неоднозначно", Reason.NOT_YET: "ещё не в портале",
    Reason.REFUSED: "портал не принял",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that was not taken. ``line`` as an editor counts."""

    line: int
    item_id: str
    reason: str


@dataclass(slots=True)
class Imported:
    """What became of the rows. ``left``: without a product yet; ``orders``: those whose rows will be tied."""

    matched: int = 0
    unchanged: int = 0
    left: int = 0
    orders: int = 0
    refused: list[Refused] = field(default_factory=list)


def as_csv(node: Node) -> str:
    """What is matched and, with an empty product to be filled in, what is not."""
    return write_rows(MATCHES, (*_matched(node), *_unmatched(node)))


def _matched(node: Node) -> Iterator[tuple[str, ...]]:
    rows = NomenclatureMatch.objects.filter(node=node).order_by("item_id")
    columns = ("item_id", "product__xml_id", "product__name", "product__article", "way")
    for item_id, xml_id, name, article, way in rows.values_list(*columns).iterator():
        yield item_id, xml_id, name, article, HOW[way]


def _unmatched(node: Node) -> Iterator[tuple[str, ...]]:
    matched = NomenclatureMatch.objects.filter(node=node).values("item_id")
    lines = UnmatchedLine.objects.filter(order__node=node).exclude(item_id="").exclude(item_id__in=matched)
    last = lines.order_by("item_id", "-seen_at", "-pk").distinct("item_id")
    for item_id, name, article, reason in last.values_list("item_id", "name", "article", "reason_code").iterator():
        yield item_id, "", name, article, HOW[reason]


def import_matches(node: Node, data: bytes) -> Imported:
    """Match everything that the table names, as :func:`match_item` does; what is as it says stays as it was found."""
    known = dict(NomenclatureMatch.objects.filter(node=node).values_list("item_id", "product__xml_id"))
    seen: dict[str, tuple[int, str]] = {}
    done = Imported()
    refused = take_rows(data, MATCHES, lambda line, row: _take(node, line, row, known, seen, done), UnknownProductError)
    done.refused += [Refused(line, row.get("item", ""), reason) for line, row, reason in refused]
    return done


def _take(
    node: Node, line: int, row: Mapping[str, str], known: Mapping[str, str], seen: dict[str, tuple[int, str]], done: Imported
) -> None:
    item_id, xml_id = row["item"], row["product"]
    if not item_id:
        raise RefusedRowError("нет Ид товара в базе")
    if len(item_id) > LONGEST_ID:
        raise RefusedRowError(f"Ид товара в базе длиннее {LONGEST_ID} знаков")
    if not xml_id:
        done.left += 1
        return
    first, before = seen.setdefault(item_id, (line, xml_id))
    if before != xml_id:
        raise RefusedRowError(f"товар уже связан в строке {first} с другим товаром каталога")
    if first != line or known.get(item_id) == xml_id:
        done.unchanged += 1
        return
    done.orders += match_item(node, item_id, xml_id)
    done.matched += 1
