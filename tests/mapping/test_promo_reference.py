"""A promo code as an element of a directory, and back."""

import datetime as dt
from dataclasses import replace

import pytest

from uzel.mapping.promo_reference import WRITTEN, element_of, promo_of
from uzel.model.promo import PromoCode

SPRING = PromoCode(
    "ВЕСНА10", "Весна", "10 %", dt.date(2026, 3, 1), dt.date(2026, 3, 31), nodes=("shop",), source="блогер", active=True
)


@pytest.mark.parametrize("promo", [SPRING, PromoCode("Лето", "Лето", nodes=("shop",), active=True)])
def test_what_a_base_is_told_is_read_back_the_same(promo: PromoCode) -> None:
    element = element_of(promo, "7")
    assert promo_of(element, "shop") == promo
    assert (tuple(element.values), element.version) == (WRITTEN, "7"), "what was emptied is emptied there, too"


def test_of_a_withdrawn_code_only_that_is_told() -> None:
    element = element_of(SPRING, "8", withdrawn=True)
    assert element.deleted
    assert element.values == {"Промокод": "ВЕСНА10", "Действует": "false"}
    assert promo_of(element, "shop") == PromoCode("ВЕСНА10", "ВЕСНА10", nodes=("shop",))


def test_a_code_has_always_the_same_id_unless_the_base_has_one_of_its_own() -> None:
    ids = {element_of(promo, "1").element_id for promo in (SPRING, replace(SPRING, code=" весна10 ", discount="5 %"))}
    assert len(ids) == 1
    assert len(ids.pop()) == 36, "a GUID, of which 1C can make a reference"
    assert element_of(SPRING, "1", "own").element_id == "own"
