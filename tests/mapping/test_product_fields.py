"""What the portal's catalogue should show."""

from dataclasses import replace
from decimal import Decimal

import pytest

from uzel.bitrix24.entities.catalog import Shelf
from uzel.mapping.product_fields import item_fields, lacking, section_fields, stock_fields, variant_fields
from uzel.model import NomenclatureItem, Property, Section, Variant

SHELF = Shelf(23, 24, {"796": 5}, {None: 1, Decimal(20).normalize(): 6}, ())
CHAIR = NomenclatureItem("i", "Стул", vat_rate=Decimal("20.00"))


def test_an_item() -> None:
    fields = item_fields(CHAIR, 7, SHELF)
    assert fields == {
        "iblockId": 23, "name": "Стул", "xmlId": "i", "iblockSectionId": 7, "active": "Y", "detailText": "", "vatIncluded": "Y",
        "vatId": 6, "measure": 5,
    }  # fmt: skip


def test_what_the_portal_does_not_have_is_left_to_it() -> None:
    fields = item_fields(NomenclatureItem("i", "", measure_code="006", vat_rate=Decimal(3), deletion_mark=True), 0, SHELF)
    assert (fields["name"], fields["active"], fields["iblockSectionId"]) == ("i", "N", None)
    assert not {"vatId", "measure"} & set(fields)


@pytest.mark.parametrize(
    ("variant", "name"),
    [
        (Variant("i#r", "i", "Стул (красный)"), "Стул (красный)"),
        (Variant("i#r", "i", "красный"), "Стул (красный)"),
        (Variant("i#r", "i", properties=(Property("Цвет", "красный"), Property("Размер", "L"))), "Стул (красный, L)"),
        (Variant("i#r", "i"), "Стул"),
    ],
)
def test_a_variant_bears_the_name_of_its_item(variant: Variant, name: str) -> None:
    fields = variant_fields(variant, CHAIR, 11, SHELF)
    assert (fields["name"], fields["parentId"], fields["iblockId"], fields["vatId"]) == (name, 11, 24, 6)


def test_a_section_and_what_it_lacks() -> None:
    fields = section_fields(Section("g", "Мебель", deletion_mark=True), 0, SHELF)
    assert (fields["name"], fields["active"], fields["iblockSectionId"]) == ("Мебель", "N", None)
    assert lacking(fields, fields) == {}
    assert lacking(fields, {**fields, "name": "Столы"}) == {"name": "Мебель"}
    assert lacking(fields, {}) == fields


@pytest.mark.parametrize(
    ("stocks", "inventory", "quantity"),
    [
        ({"a": "2", "b": "3.500"}, False, {"quantity": "5.5"}),
        ({"a": "2", "": "40"}, False, {"quantity": "40"}),  # the whole base is no warehouse of its own
        ({"": "0.000"}, False, {"quantity": "0"}),
        ({}, False, {}),
        ({"a": "2"}, True, {}),
        ({"a": "2"}, None, {}),
    ],
)
def test_how_much_there_is_unless_the_portal_counts_itself(
    stocks: dict[str, str], inventory: bool | None, quantity: dict[str, str]
) -> None:
    assert stock_fields(stocks, replace(SHELF, inventory=inventory)) == quantity
