"""Sections, products, variations and prices of the portal's catalogue (bitrix24-rest D)."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from uzel.bitrix24.batch import Command
from uzel.bitrix24.entities import product_property
from uzel.bitrix24.values import as_int, as_number, as_text, is_yes

SCOPE = "catalog"
NAME_LIMIT = 255  # characters
SECTION_GONE = "200700300030"
#: Elements have no code for it, and the same words are said of what an element names: section, rate, currency.
_ELEMENT_GONE = re.compile(r"(the specified )?(parent product|product|offer|sku|service|element)\b.* does not exist", re.I)
_LACKING_CURRENCY = re.compile(r"currency\b.* does not exist", re.I)
_LACKING_PRICE_TYPE = re.compile(r"(price ?type|price group|catalog group)\b.* (does not exist|is wrong)", re.I)


@dataclass(frozen=True, slots=True)
class Family:
    """One family of methods and the words of its answers: ``one`` after a write, ``many`` in a list."""

    method: str
    one: str
    many: str


SECTION = Family("catalog.section", "section", "sections")
PRODUCT = Family("catalog.product", "element", "products")
PARENT = Family("catalog.product.sku", "sku", "units")  # a product that has variations
SERVICE = Family("catalog.product.service", "service", "services")
VARIATION = Family("catalog.product.offer", "offer", "offers")
PRICES = "catalog.price.modify"


@dataclass(frozen=True, slots=True)
class PriceGroup:
    """A kind of price in the portal; exactly one is the base one."""

    group_id: int
    xml_id: str
    is_base: bool


@dataclass(frozen=True, slots=True)
class Shelf:
    """What products of a portal are put together from: blocks, measures by code, VAT by rate (None: without), prices.

    ``inventory``: whether the portal's inventory accounting keeps quantities for itself; None: it does not say.
    ``articles``: the property of the article by block; None again.
    """

    products: int
    variations: int
    measures: Mapping[str, int]
    vats: Mapping[Decimal | None, int]
    groups: Sequence[PriceGroup]
    inventory: bool | None = None
    articles: Mapping[int, int] | None = None


def shelf() -> list[Command]:
    """What :func:`read_shelf` needs."""
    return [
        Command("catalog.catalog.list", {}, "blocks"),
        Command("catalog.measure.list", {}, "measures"),
        Command("catalog.vat.list", {}, "vats"),
        Command("catalog.priceType.list", {}, "groups"),
        Command("catalog.document.mode.status", {}, "inventory"),
        *product_property.lookups(),
    ]


def read_shelf(found: Mapping[str, Any]) -> Shelf:
    """From results by key; LookupError when something of it is not there."""
    products, variations = read_blocks(found["blocks"])
    lookups = [found.get(one.key) for one in product_property.lookups()]
    return Shelf(
        products=products,
        variations=variations,
        measures={as_text(one["code"]).zfill(3): as_int(one["id"]) for one in found["measures"]["measures"]},
        vats={_rate(one.get("rate")): as_int(one["id"]) for one in found["vats"]["vats"]},
        groups=[
            PriceGroup(as_int(one["id"]), as_text(one.get("xmlId")), is_yes(one.get("base")))
            for one in found["groups"]["priceTypes"]
        ],
        inventory=is_yes(found["inventory"]) if "inventory" in found else None,
        articles=product_property.read_articles(lookups) if all(lookups) else None,
    )


def read_blocks(result: Any) -> tuple[int, int]:
    """The information block of products and that of variations, 0 where there is none; LookupError without the first."""
    own = {bool(as_int(one.get("productIblockId"))): as_int(one["iblockId"]) for one in reversed(result["catalogs"])}
    return own[False], own.get(True, 0)


def _rate(value: Any) -> Decimal | None:
    return None if value in (None, "") else as_number(value).normalize()


def add_group(name: str, xml_id: str) -> Command:
    """A new kind of price."""
    return Command("catalog.priceType.add", {"fields": {"name": name, "xmlId": xml_id}}, "group")


def read_group(result: Any) -> int:
    """Id of a kind of price that was added."""
    return as_int(result["priceType"]["id"])


def add(key: str, family: Family, fields: Mapping[str, Any]) -> Command:
    """A new element."""
    return Command(f"{family.method}.add", {"fields": fields}, key)


def update(key: str, family: Family, entity_id: int, fields: Mapping[str, Any]) -> Command:
    """Change what is named."""
    return Command(f"{family.method}.update", {"id": entity_id, "fields": fields}, key)


def set_prices(key: str, product: int | str, prices: Mapping[str, Sequence[str]]) -> Command:
    """Replace all prices of a product: kind of price → amount and currency. ``product`` may be :func:`made_by`."""
    listed = [
        {"catalogGroupId": int(group), "price": amount, "currency": currency} for group, (amount, currency) in prices.items()
    ]
    return Command(PRICES, {"fields": {"product": {"id": product, "prices": listed}}}, key)


def made_by(key: str, family: Family) -> str:
    """The id that an earlier command of the batch gives."""
    return f"$result[{key}][{family.one}][id]"


def read_id(family: Family, result: Any) -> int:
    """Id of an element that was added."""
    return as_int(result[family.one]["id"])


def of_xml_ids(key: str, family: Family, block: int, xml_ids: Iterable[str]) -> Command:
    """Elements that bear these external ids."""
    criteria = {"iblockId": block, "=xmlId": list(xml_ids)}
    return Command(f"{family.method}.list", {"select": ["id", "iblockId", "xmlId"], "filter": criteria}, key)


def any_of(key: str, family: Family, block: int) -> Command:
    """Elements of a family; the answer counts them."""
    return Command(f"{family.method}.list", {"select": ["id", "iblockId"], "filter": {"iblockId": block}}, key)


def read_ids(family: Family, result: Any) -> dict[str, int]:
    """External id → id; of several elements with one external id the oldest."""
    listed = sorted(((as_int(one["id"]), as_text(one.get("xmlId"))) for one in result[family.many]), reverse=True)
    return {xml_id: entity_id for entity_id, xml_id in listed if xml_id}


def is_gone(family: Family, code: str, text: str) -> bool:
    """Whether an update was refused because people deleted what it changes."""
    return code == SECTION_GONE if family is SECTION else bool(_ELEMENT_GONE.match(text))


def lacks_currency(text: str) -> bool:
    """Whether prices were refused for a currency that the portal does not have."""
    return bool(_LACKING_CURRENCY.search(text))


def lacks_price_type(text: str) -> bool:
    """Whether prices were refused for a kind of price that the portal does not have."""
    return bool(_LACKING_PRICE_TYPE.search(text))
