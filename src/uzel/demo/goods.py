"""What the source base sells beside what the portal shows of it, out of the emulators' own states."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from uzel.demo.compare import Comparison, Difference
from uzel.emulators.onec_base.catalogue import GOODS
from uzel.emulators.onec_base.catalogue_files import SECTION_NAME, Goods, Offer

Plain = Mapping[str, Any]
CHANGED_GOODS = 2  # of the second exchange of goods


def first_goods() -> list[Goods]:
    """What the first exchange of goods gives."""
    return list(GOODS)


def changed_goods(goods: Sequence[Goods]) -> list[Goods]:
    """The same a day later: some are dearer and fewer, and only they are sent."""
    return [
        replace(one, item=replace(one.item, price=one.item.price + 10), quantity=one.quantity + 1)
        for one in goods[:CHANGED_GOODS]
    ]


@dataclass(frozen=True, slots=True)
class PortalGoods:
    """The products of the emulated portal, indexed."""

    products: Mapping[str, Sequence[Plain]]
    names: Mapping[int, str]
    prices: Mapping[int, Sequence[Decimal]]
    pictures: Mapping[int, int]
    sections: Mapping[int, str]

    @classmethod
    def of(cls, state: Plain) -> "PortalGoods":
        """From ``RunningPortal.state()``."""
        products: dict[str, list[Plain]] = {}
        prices: dict[int, list[Decimal]] = {}
        pictures: dict[int, int] = {}
        for one in state["products"]:
            products.setdefault(str(one["xmlId"]), []).append(one)
        for one in state["prices"]:
            prices.setdefault(one["productId"], []).append(Decimal(str(one["price"])))
        for one in state["images"]:
            pictures[one["productId"]] = pictures.get(one["productId"], 0) + 1
        return cls(
            products, {one["id"]: one["name"] for one in state["products"]}, prices, pictures,
            {one["id"]: one["name"] for one in state["sections"]},
        )  # fmt: skip


def compare_goods(node: str, goods: Sequence[Goods], state: Plain, result: Comparison) -> None:
    """Every item and every variant of the base beside its product; products that the base does not have."""
    shown, seen = PortalGoods.of(state), set()
    for one in goods:
        for xml_id, name, fields in _wanted(one):
            found = shown.products.get(xml_id, ())
            seen.add(xml_id)
            result.goods += 1
            if len(found) != 1:
                result.differences.append(Difference(node, name, "товар", "один", str(len(found))))
                continue
            for field, in_base, in_portal in _pairs(fields, found[0], shown):
                result.fields += 1
                if in_base != in_portal:
                    result.differences.append(Difference(node, name, field, str(in_base), str(in_portal)))
    strays = [str(one["name"]) for xml_id, listed in shown.products.items() if xml_id not in seen for one in listed]
    result.differences += [Difference(node, name, "товар", "нет", "есть") for name in strays]


def _wanted(one: Goods) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """(Ид, name, what a product shows) of an item and of its variants."""
    item = one.item
    fields = {"наименование": item.name, "раздел": SECTION_NAME, "картинок": int(bool(one.picture)), "показан": "Y"}
    fields["артикул"] = item.article
    if not item.variants:
        yield item.item_id, item.name, fields | _sold(one.offers[0])
        return
    yield item.item_id, item.name, fields
    for offer in one.offers:
        own = {"наименование": offer.name, "товар": item.name, "показан": "Y", "артикул": item.article}
        yield offer.offer_id, offer.name, own | _sold(offer)


def _sold(offer: Offer) -> dict[str, Any]:
    return {"цены": [offer.price], "остаток": offer.quantity}


def _pairs(fields: Plain, product: Plain, shown: PortalGoods) -> Iterator[tuple[str, Any, Any]]:
    parent = product.get("parentId") or {}
    in_portal = {
        "наименование": product["name"], "показан": product["active"],
        "раздел": shown.sections.get(product["iblockSectionId"] or 0, ""),
        "картинок": shown.pictures.get(product["id"], 0), "цены": shown.prices.get(product["id"], []),
        "остаток": Decimal(str(product.get("quantity") or 0)),
        "артикул": _article(product), "товар": shown.names.get(int(parent.get("value") or 0), ""),
    }  # fmt: skip
    for name, wanted in fields.items():
        yield name, wanted, in_portal[name]


def _article(product: Plain) -> str:
    """The only property that bears a text."""
    texts = [one["value"] for name, one in product.items() if name.startswith("property") and isinstance(one, dict)]
    return str(texts[0]) if texts else ""
