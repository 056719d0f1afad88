"""Every order of every base beside its deal, field by field and row by row, out of the emulators' own states.

Nothing of the hub is asked here: what it believes is not what is compared.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from uzel.demo.promo import wanted_note
from uzel.demo.shops import STAGES, Shop

KOPECK = Decimal("0.01")
UF = "UF_CRM_UZEL_"
NODES = "Узлы обмена"  # the smart process that deals have their nodes in, where the portal has such
PROMO_CODES = "Промокоды"
Plain = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Difference:
    """A field in which an order and its deal differ, or an order without exactly one deal."""

    node: str
    number: str
    field: str
    in_base: str
    in_deal: str


@dataclass(slots=True)
class Comparison:
    """What was compared and what differs. ``expected`` are edits that a base without the right to changes must not see."""

    orders: int = 0
    goods: int = 0
    fields: int = 0
    differences: list[Difference] = field(default_factory=list)
    expected: list[Difference] = field(default_factory=list)
    strays: list[int] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class PortalState:
    """The emulated portal's own state, indexed. ``node_field``: where a deal names its node, an item of ``node_items``.

    ``promo``: it keeps promo codes, those of the demo; ``products``: external ids of its products by their numbers.
    """

    deals: Mapping[int, Plain]
    contacts: Mapping[int, Plain]
    companies: Mapping[int, Plain]
    node_field: str
    node_items: Mapping[str, str]
    promo: bool = False
    products: Mapping[int, str] = field(default_factory=dict)

    @classmethod
    def of(cls, state: Plain) -> "PortalState":
        """From ``RunningPortal.state()``."""
        number = next((one["entityTypeId"] for one in state["types"] if one["title"] == NODES), 0)
        promo = {one["entityTypeId"] for one in state["types"] if one["title"] == PROMO_CODES}
        return cls(
            deals={one["id"]: one for one in state["deals"]},
            contacts={one["id"]: one for one in state["contacts"]},
            companies={one["id"]: one for one in state["companies"]},
            node_field=f"parentId{number}" if number else f"{UF}NODE",
            node_items=_cards(state, number) if number else _listed(state),
            promo=any(item["entityTypeId"] in promo for item in state["type_items"]),
            products={one["id"]: str(one["xmlId"]) for one in state["products"]},
        )

    def node_of(self, deal: Plain) -> str:
        """Code of the node that the deal names: the item's title ends with it."""
        return self.node_items.get(str(deal.get(self.node_field) or ""), "").rpartition("(")[2].rstrip(")")


def _cards(state: Plain, number: int) -> dict[str, str]:
    return {str(item["id"]): str(item["title"]) for item in state["type_items"] if item["entityTypeId"] == number}


def _listed(state: Plain) -> dict[str, str]:
    items = next(one["LIST"] for one in state["user_fields"] if one["FIELD_NAME"] == f"{UF}NODE")
    return {str(item["ID"]): str(item["VALUE"]) for item in items}


def compare(
    shops: Iterable[Shop], orders: Mapping[str, Sequence[Plain]], state: PortalState, people: Mapping[str, int],
    withheld: Mapping[tuple[str, str], set[str]],
) -> Comparison:  # fmt: skip
    """All orders of all bases.

    ``orders`` by node as the bases show them, ``people``: personnel number → portal user, ``withheld``: (node, number) →
    fields that managers changed and the base must not have received.
    """
    result, seen = Comparison(), set()
    for shop in shops:
        deals: dict[str, list[Plain]] = {}
        for deal in state.deals.values():
            if state.node_of(deal) == shop.code:
                deals.setdefault(str(deal.get(f"{UF}NUMBER") or ""), []).append(deal)
        for order in orders[shop.code]:
            found = deals.get(order["number"], [])
            seen |= {deal["id"] for deal in found}
            _compare_one(shop, order, found, state, people, withheld.get((shop.code, order["number"]), set()), result)
    result.strays = sorted(set(state.deals) - seen)
    return result


def _compare_one(
    shop: Shop, order: Plain, deals: Sequence[Plain], state: PortalState, people: Mapping[str, int], withheld: set[str],
    result: Comparison,
) -> None:  # fmt: skip
    result.orders += 1
    if len(deals) != 1:
        result.differences.append(Difference(shop.code, order["number"], "сделка", "одна", str(len(deals))))
        return
    for name, in_base, in_deal in _pairs(shop, order, deals[0], state, people):
        result.fields += 1
        if in_base != in_deal:
            target = result.expected if name in withheld else result.differences
            target.append(Difference(shop.code, order["number"], name, str(in_base), str(in_deal)))


def _pairs(
    shop: Shop, order: Plain, deal: Plain, state: PortalState, people: Mapping[str, int]
) -> Iterator[tuple[str, Any, Any]]:
    """(field, as the base has it, as the deal shows it), both in the same plain form."""
    yield "стадия", _stage(shop, order), deal["stageId"]
    yield "сумма", _money(order["total"]), _money(deal["opportunity"])
    yield "валюта", order["currency"], deal["currencyId"]
    yield "комментарий", order["comment"], str(deal.get("comments") or "")
    yield "ответственный", people.get(order["responsible"]["personnel_number"]), deal["assignedById"]
    for name, key, code in (
        ("номер в 1С", "number_in_1c", "NUM_1C"), ("промокод", "promo_code", "PROMO"),
        ("бонусная карта", "bonus_card_number", "CARD"),
    ):  # fmt: skip
        yield name, order[key], str(deal.get(UF + code) or "")
    if state.promo:
        note = wanted_note(str(deal.get(f"{UF}PROMO") or ""), shop.code)
        yield "замечание к промокоду", note, str(deal.get(f"{UF}PRM_NOTE") or "")
    yield "оплачено бонусами", _money(order["paid_by_bonus"]), _money(deal.get(f"{UF}BONUS"))
    for name, key in (("проведён", "posted"), ("оплачен", "paid"), ("отгружен", "shipped")):
        yield name, order[key], _flag(deal.get(UF + key.upper()))
    yield "позиции", _base_lines(order), _deal_rows(deal)
    yield "товары позиций", sold_goods(order, state), [state.products.get(row["productId"], "") for row in _in_order(deal)]
    yield from _client_pairs(order["counterparty"], deal, state)


def _client_pairs(buyer: Plain, deal: Plain, state: PortalState) -> Iterator[tuple[str, Any, Any]]:
    cards, key = (state.companies, "companyId") if buyer["is_company"] else (state.contacts, "contactId")
    card = cards.get(deal.get(key) or 0, {})
    shown = str(card.get("title") or "") if buyer["is_company"] else _person(card)
    yield "покупатель", buyer["name"] if buyer["is_company"] else buyer["full_name"] or buyer["name"], shown
    for name, kind in (("телефон", "phone"), ("почта", "email")):
        values = {_plain_value(one["value"]) for one in card.get("fm", ()) if one["typeId"] == kind.upper()}
        if buyer[kind] and values:  # UNF and UT send no contacts: the card may lack them, but never say otherwise
            yield name, True, _plain_value(buyer[kind]) in values
    if buyer["inn"]:
        yield "ИНН", [buyer["inn"]], [one["RQ_INN"] for one in card.get("requisites", ())]


def _stage(shop: Shop, order: Plain) -> str:
    if order["canceled"] or order["deletion_mark"]:
        return "LOSE"
    if shop.profile == "ut":
        flags = {(False, False): "NEW", (True, False): "PREPAYMENT_INVOICE", (False, True): "EXECUTING", (True, True): "WON"}
        return flags[order["paid"], order["shipped"]]
    return next((stage for status, _, stage in STAGES if status == order["status"]), "NEW")


def _base_lines(order: Plain) -> list[tuple[str, str, str, str]]:
    lines = []
    for line in order["lines"]:
        quantity = Decimal(line["quantity"])
        lines.append(_line(line["name"], quantity, Decimal(line["total"]) / quantity, line["vat_rate"]))
    return lines


def _deal_rows(deal: Plain) -> list[tuple[str, str, str, str]]:
    return [
        _line(row["productName"], Decimal(str(row["quantity"])), Decimal(str(row["price"])), row["taxRate"])
        for row in _in_order(deal)
    ]


def _in_order(deal: Plain) -> list[Plain]:
    return sorted(deal["rows"], key=lambda row: (row["sort"], row["id"]))


def sold_goods(order: Plain, state: PortalState) -> list[str]:
    """What the rows of an order must be tied to: all but deliveries and texts of people are of the catalogue."""
    known = set(state.products.values())
    return [line["item_id"] if line["item_id"] in known else "" for line in order["lines"]]


def _line(name: str, quantity: Decimal, price: Decimal, vat: Any) -> tuple[str, str, str, str]:
    """A row without VAT and one with 0 % look alike in a deal."""
    rate = Decimal(str(vat or 0)).normalize()
    return name, format(quantity.normalize(), "f"), _money(price), format(rate, "f")


def _money(value: Any) -> str:
    return str(Decimal(str(value or 0)).quantize(KOPECK, ROUND_HALF_UP))


def _flag(value: Any) -> bool:
    return str(value).upper() in ("1", "Y", "TRUE")


def _person(card: Plain) -> str:
    return " ".join(str(card[name]) for name in ("lastName", "name", "secondName") if card.get(name))


def _plain_value(value: str) -> str:
    digits = "".join(letter for letter in value if letter.isdigit())[-10:]
    return value.lower() if "@" in value else digits
