"""Which product of the portal's catalogue a row of an order is, and what a base calls a product. Pure.

The first way that finds one product holds:

id           the Ид of the goods is the product's own: a source base, or one whose goods have the same Ид
table        the base's match table: what a person said, or what was found earlier by article or barcode
article      one active product bears the article of the row
barcode      one active product bears its barcode; an article and a barcode of different products are no match
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from uzel.commerceml.tags import DELIVERY_ID
from uzel.model import OrderLine
from uzel.sync.match import is_guid

VARIANT_MARK = "#"  # between an item and its variant


class Way(StrEnum):
    """How a product was found."""

    ID = "id"
    HAND = "hand"
    ARTICLE = "article"
    BARCODE = "barcode"


class Reason(StrEnum):
    """Why a row is tied to nothing."""

    MISSING = "missing"
    AMBIGUOUS = "ambiguous"
    NOT_YET = "not_yet"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Product:
    """A product or a variant of the catalogue. ``key``: its row in our tables, ``product_id`` 0: not in the portal yet."""

    key: int
    xml_id: str
    node_id: int
    parent: str = ""
    name: str = ""
    article: str = ""
    barcode: str = ""
    active: bool = True
    product_id: int = 0


@dataclass(frozen=True, slots=True)
class Match:
    """A row of a base's match table. ``said``: the article or barcode, as the base last wrote it."""

    product: Product
    way: Way
    said: str = ""


@dataclass(frozen=True, slots=True)
class Origin:
    """What a product is to a base. ``item_id`` is empty where the base's own Ид of it is not known."""

    item_id: str = ""
    article: str = ""
    barcode: str = ""
    measure_code: str = ""
    measure_name: str = ""
    is_service: bool = False


@dataclass(frozen=True, slots=True)
class Goods:
    """What the catalogue knows of the rows at hand, as one base sees it.

    ``ours``: ids of products that came from the catalogue's sources; ``refused``: the portal took none of the ties.
    """

    node_id: int = 0
    in_use: bool = False
    by_id: Mapping[str, Product] = field(default_factory=dict)
    matches: Mapping[str, Match] = field(default_factory=dict)
    by_article: Mapping[str, Sequence[Product]] = field(default_factory=dict)
    by_barcode: Mapping[str, Sequence[Product]] = field(default_factory=dict)
    with_variants: frozenset[str] = frozenset()
    ours: frozenset[int] = frozenset()
    origins: Mapping[int, Origin] = field(default_factory=dict)
    refused: bool = False


NO_GOODS = Goods()


@dataclass(frozen=True, slots=True)
class Tie:
    """What a row is tied to: ``product`` and the way it was found, or the reason why to nothing. Neither: no goods at all."""

    product: Product | None = None
    way: Way | None = None
    reason: Reason | None = None

    @property
    def product_id(self) -> int:
        """The id that the row bears in the portal, 0 for a free row."""
        return self.product.product_id if self.product and self.reason is None else 0


NOTHING = Tie()
AMBIGUOUS = Tie(reason=Reason.AMBIGUOUS)


def is_goods(line: OrderLine) -> bool:
    """Whether a row could be in a catalogue at all: a delivery is not, nor a text typed by hand."""
    return line.item_id != DELIVERY_ID and bool(line.item_id or line.article or line.barcode)


def tie(line: OrderLine, goods: Goods) -> Tie:
    """The product of a row."""
    if not goods.in_use or not is_goods(line):
        return NOTHING
    tries = list(_tries(line, goods))
    found = next((one for one in tries if one.product), None)
    if found is None:
        return AMBIGUOUS if AMBIGUOUS in tries else Tie(reason=Reason.MISSING)
    if found.product and not found.product.product_id:
        return Tie(found.product, found.way, Reason.NOT_YET)
    return Tie(found.product, found.way, Reason.REFUSED) if goods.refused else found


def _tries(line: OrderLine, goods: Goods) -> Iterator[Tie]:
    same_id, match = goods.by_id.get(line.item_id), goods.matches.get(line.item_id)
    if same_id and (same_id.node_id == goods.node_id or _is_unique(line.item_id)):
        yield _sold(same_id, Way.ID, goods)
    if match:
        yield _sold(match.product, match.way, goods)
    yield _by_words(line, goods)


def _is_unique(item_id: str) -> bool:
    """Whether no other base can mean something else by the Ид."""
    return all(map(is_guid, item_id.split(VARIANT_MARK)))


def _sold(product: Product, way: Way, goods: Goods) -> Tie:
    """A row of a deal names the variant, never the item that has them (bitrix24-rest D)."""
    return AMBIGUOUS if product.xml_id in goods.with_variants else Tie(product, way)


def _by_words(line: OrderLine, goods: Goods) -> Tie:
    with_article = _bearers(goods.by_article.get(line.article, ()) if line.article else ())
    with_barcode = _bearers(goods.by_barcode.get(line.barcode, ()) if line.barcode else ())
    if not with_article and not with_barcode:
        return NOTHING
    found = with_article if not with_barcode else with_barcode if not with_article else with_article & with_barcode
    if len(found) != 1:
        return AMBIGUOUS
    (product,) = found
    return _sold(product, Way.ARTICLE if len(with_article) == 1 else Way.BARCODE, goods)


def _bearers(products: Sequence[Product]) -> frozenset[Product]:
    """Active products; an item that shares the word with a variant of its own gives way to it."""
    active = {product for product in products if product.active}
    parents = {product.parent for product in active}
    return frozenset(product for product in active if product.xml_id not in parents)


def new_matches(lines: Sequence[OrderLine], goods: Goods) -> dict[str, Match]:
    """Rows of the match table that these rows of orders add or change, by Ид in the base's orders.

    What was found by article or barcode stands, whatever becomes of the articles: the table only notes the base's last word.
    What a person said is changed by nobody else.
    """
    found: dict[str, Match] = {}
    for line in lines:
        one = tie(line, goods)
        if not line.item_id or one.product is None or one.way is None:
            continue
        old = goods.matches.get(line.item_id)
        if old and old.way is Way.HAND:
            continue
        said = _word(line, one.way) or (old.said if old and old.way is one.way else "")
        match = Match(one.product, one.way, said)
        if match != old:
            found[line.item_id] = match
    return found


def _word(line: OrderLine, way: Way) -> str:
    return {Way.ARTICLE: line.article, Way.BARCODE: line.barcode}.get(way, "")


def identified(line: OrderLine, product_id: int, was: int, goods: Goods) -> OrderLine:
    """The goods of a row whose product in the deal is no longer ``was``.

    A tie of ours says nothing new. Another product is other goods, where it is known what the base calls it or the row
    bore no Ид anyway.
    """
    if product_id in (0, was) or tie(line, goods).product_id == product_id:
        return line
    origin = goods.origins.get(product_id)
    if origin is None or (line.item_id and not origin.item_id):
        return line
    named = origin.measure_name if origin.measure_code == line.measure_code else line.measure_name
    return replace(
        line, item_id=origin.item_id, article=origin.article, barcode=origin.barcode, is_service=origin.is_service,
        measure_name=named,
    )  # fmt: skip
