"""The demo's comparison of goods: what is right is found right, whatever is wrong is noticed."""

from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from uzel.demo.compare import Comparison, PortalState, sold_goods
from uzel.demo.goods import changed_goods, compare_goods, first_goods

GOODS = first_goods()
POT, MUG = GOODS[0], GOODS[1]
SHOWN = {"active": "Y", "iblockSectionId": 3, "property100": {"value": MUG.item.article, "valueId": "1"}}
STATE: dict[str, Any] = {
    "sections": [{"id": 3, "name": "Чайная лавка"}],
    "products": [
        {"id": 1, "xmlId": POT.item.item_id, "name": POT.item.name, **SHOWN, "quantity": Decimal(1),
         "property100": {"value": POT.item.article, "valueId": "2"}},
        {"id": 2, "xmlId": MUG.item.item_id, "name": MUG.item.name, **SHOWN, "quantity": None},
        *(
            {"id": number, "xmlId": offer.offer_id, "name": offer.name, "active": "Y", "iblockSectionId": None,
             "quantity": offer.quantity, "parentId": {"value": "2"},
             "property101": {"value": MUG.item.article, "valueId": "3"}}
            for number, offer in enumerate(MUG.offers, 10)
        ),
    ],
    "prices": [
        {"productId": 1, "price": POT.item.price}, *({"productId": number, "price": MUG.item.price} for number in (10, 11)),
    ],
    "images": [{"productId": 1}, {"productId": 2}],
}  # fmt: skip


def compared(state: dict[str, Any], goods: Any = (POT, MUG)) -> Comparison:
    result = Comparison()
    compare_goods("tverskaya", goods, state, result)
    return result


def test_what_is_equal_is_compared_and_found_equal() -> None:
    found = compared(STATE)
    assert (found.goods, found.fields, found.differences) == (4, 7 + 5 + 6 + 6, [])


@pytest.mark.parametrize(
    ("spoil", "field"),
    [
        (lambda state: state["products"].pop(0), "товар"),
        (lambda state: state["products"].append({**state["products"][0], "id": 9}), "товар"),
        (lambda state: state["products"].append({**state["products"][0], "id": 9, "xmlId": "чужой"}), "товар"),
        (lambda state: state["products"][0].update(name="Ведро"), "наименование"),
        (lambda state: state["products"][3].update(active="N"), "показан"),
        (lambda state: state["products"][3].update(property101=None), "артикул"),
        (lambda state: state["products"][0].update(quantity=Decimal(2)), "остаток"),
        (lambda state: state["products"][0].update(iblockSectionId=None), "раздел"),
        (lambda state: state["products"][2].update(parentId={"value": "1"}), "товар"),
        (lambda state: state["prices"].append({"productId": 10, "price": Decimal(1)}), "цены"),
        (lambda state: state["images"].pop(), "картинок"),
    ],
)
def test_whatever_is_wrong_is_noticed(spoil: Callable[[dict[str, Any]], None], field: str) -> None:
    state = deepcopy(STATE)
    spoil(state)
    assert {one.field for one in compared(state).differences} == {field}


def test_goods_of_the_next_day_are_others() -> None:
    changed = changed_goods(GOODS)
    assert compared(STATE, changed).differences
    assert [one.item.item_id for one in changed] == [one.item.item_id for one in GOODS[: len(changed)]]
    assert replace(changed[0].item, price=POT.item.price) == POT.item


def test_rows_of_goods_must_be_tied_and_texts_must_not() -> None:
    state = PortalState({}, {}, {}, "", {}, products={1: "i"})
    assert sold_goods({"lines": [{"item_id": "i"}, {"item_id": "ORDER_DELIVERY"}]}, state) == ["i", ""]
