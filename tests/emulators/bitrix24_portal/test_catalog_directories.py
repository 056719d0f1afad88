"""Sections, measures, rates of VAT, kinds of prices, stores, properties, inventory documents of the emulated catalogue."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.emulators.bitrix24_portal.client import Client
from tests.emulators.bitrix24_portal.test_catalog_products import OFFERS, PRODUCTS, add


def test_the_two_information_blocks(rest: Client) -> None:
    got = rest.call("catalog.catalog.list", select=["iblockId", "productIblockId", "skuPropertyId"])
    assert got.result["catalogs"] == [
        {"iblockId": 23, "productIblockId": None, "skuPropertyId": None},
        {"iblockId": 24, "productIblockId": 23, "skuPropertyId": 97},
    ]
    assert rest.call("catalog.catalog.get", id=24).result["catalog"]["iblockTypeId"] == "CRM_PRODUCT_CATALOG"
    assert rest.call("catalog.catalog.add", fields={}).error[1] == "ERROR_METHOD_NOT_FOUND"


def section(rest: Client, name: str, **fields: Any) -> Any:
    return rest.call("catalog.section.add", fields={"iblockId": PRODUCTS, "name": name, **fields})


def test_sections(rest: Client) -> None:
    top = section(rest, "Посуда", xmlId="group-1", code="ware").result["section"]
    assert (top["id"], top["iblockSectionId"], top["active"], top["sort"], top["xmlId"]) == (1, None, "Y", 500, "group-1")
    inner = section(rest, "Чайники", iblockSectionId=1).result["section"]
    assert section(rest, "A", iblockSectionId=9).error[1] == "200700300000"
    assert section(rest, "A", code="ware").error[1] == "200700300040"
    assert rest.call("catalog.section.add", fields={"iblockId": 5, "name": "A"}).error[1] == "200700300050"
    assert rest.call("catalog.section.add", fields={"iblockId": 23}).error[1:] == ("0", "Required fields: name")
    assert rest.call("catalog.section.update", id=1, fields={"iblockSectionId": 2}).error[1] == "200700300000"
    assert rest.call("catalog.section.update", id=2, fields={"name": "B"}).result["section"]["name"] == "B"
    assert rest.call("catalog.section.list").error[1:] == ("0", "Required filter fields: iblockId")
    found = rest.call("catalog.section.list", filter={"iblockId": PRODUCTS, "xmlId": "group-1"}, select=["id"])
    assert (found.result["sections"], found.json["total"]) == ([{"id": 1}], 1)
    assert rest.call("catalog.section.get", id=7).error[1] == "200700300030"
    product = add(rest, iblockSectionId=inner["id"])
    assert rest.call("catalog.section.delete", id=1).result is True
    assert rest.call("catalog.section.list", filter={"iblockId": PRODUCTS}).result["sections"] == []
    assert rest.call("catalog.product.get", id=product["id"]).result["product"]["iblockSectionId"] is None


def test_a_deleted_section_may_take_its_products(with_options: Callable[..., Client]) -> None:
    rest = with_options(section_delete_takes_products=True)
    section(rest, "Посуда")
    product = add(rest, iblockSectionId=1)
    rest.call("catalog.section.delete", id=1)
    assert rest.call("catalog.product.get", id=product["id"]).error[2] == "product does not exist."


def test_measures(rest: Client) -> None:
    pieces = rest.call("catalog.measure.list", filter={"=code": 796}).result["measures"][0]
    assert (pieces["id"], pieces["symbol"], pieces["isDefault"]) == (5, "шт", "Y")
    pair = rest.call("catalog.measure.add", fields={"code": 715, "measureTitle": "Пара", "symbol": "пар"}).result["measure"]
    assert (pair["code"], pair["isDefault"]) == (715, "N")
    taken = rest.call("catalog.measure.add", fields={"code": "715", "measureTitle": "A"})
    assert taken.error[:2] == (400, "200600000000")
    assert rest.call("catalog.measure.update", id=pair["id"], fields={"isDefault": "Y"}).error[1] == "200600000010"
    assert rest.call("catalog.measure.delete", id=pair["id"]).result is True
    assert rest.call("catalog.measure.get", id=pair["id"]).error[1:] == ("200600000020", "measure does not exist.")
    assert rest.call("catalog.measure.getFields").result["measure"]["code"]["isRequired"] is True


def test_rates_of_vat(rest: Client) -> None:
    rates = rest.call("catalog.vat.list", select=["name", "rate"]).result["vats"]
    assert {one["name"]: one["rate"] for one in rates}["Без НДС"] is None
    assert {0, 10, 20, 22} <= {one["rate"] for one in rates}
    assert rest.call("catalog.vat.add", fields={"name": "A"}).error[2] == "Required fields: rate"
    assert rest.call("catalog.vat.add", fields={"name": "НДС 12%", "rate": "12"}).result["vat"]["rate"] == 12


def test_only_one_price_type_is_the_base(rest: Client) -> None:
    made = rest.call("catalog.priceType.add", fields={"name": "RETAIL", "base": "Y", "xmlId": "guid"}).result["priceType"]
    found = rest.call("catalog.priceType.list", filter={"base": "Y"}).result["priceTypes"]
    assert [(one["id"], one["xmlId"]) for one in found] == [(made["id"], "guid")]
    assert rest.call("catalog.priceType.delete", id=made["id"]).error[1] == "BASE"
    assert rest.call("catalog.priceType.delete", id=1).result is True


def test_properties_of_a_block(rest: Client) -> None:
    codes = {
        one["code"]
        for one in rest.call("catalog.productProperty.list", filter={"iblockId": OFFERS}).result["productProperties"]
    }
    assert codes == {"CML2_LINK", "MORE_PHOTO"}

    def refused(**fields: Any) -> str:
        return str(rest.call("catalog.productProperty.add", fields={"iblockId": 23, "name": "A", **fields}).error[2])

    assert refused() == "Required fields: propertyType"
    assert refused(propertyType="X") == "Invalid property type specified"
    assert refused(propertyType="S", code="1A") == "Property code cannot start with a digit"
    assert refused(propertyType="S", iblockId=5) == "The specified iblock is not a product catalog"
    made = rest.call("catalog.productProperty.add", fields={"iblockId": 23, "name": "A", "propertyType": "S"}).result
    number = made["productProperty"]["id"]
    assert number == 100
    assert rest.call("catalog.productPropertyEnum.add", fields={"propertyId": number, "value": "A"}).error[1] == "0"


@pytest.mark.parametrize(
    ("method", "code"),
    [
        ("catalog.vat.get", "200800000000"),
        ("catalog.priceType.get", "201000000000"),
        ("catalog.store.get", "201100000000"),
        ("catalog.productProperty.get", ""),
    ],
)
def test_what_is_not_there(rest: Client, method: str, code: str) -> None:
    assert rest.call(method, id=777).error[:2] == (400, code)


@pytest.mark.parametrize("method", ["catalog.document.add", "catalog.store.add", "catalog.price.add", "catalog.measure.add"])
def test_no_fields_at_all(rest: Client, method: str) -> None:
    assert rest.call(method).error == (400, "100", "Could not find value for parameter {fields}")


def document(rest: Client, kind: str, *elements: dict[str, Any]) -> int:
    fields = {"docType": kind, "currency": "RUB", "responsibleId": 1}
    number: int = rest.call("catalog.document.add", fields=fields).result["document"]["id"]
    for element in elements:
        assert rest.call("catalog.document.element.add", fields={"docId": number, **element}).status == 200
    return number


def stocks(rest: Client, product: int) -> dict[int, float]:
    found = rest.call("catalog.storeproduct.list", filter={"productId": product}).result["storeProducts"]
    return {one["storeId"]: one["amount"] for one in found}


def test_documents_move_stocks(with_options: Callable[..., Client]) -> None:
    rest = with_options(inventory_accounting=True)
    assert rest.call("catalog.document.mode.status").result == "Y"
    product = add(rest, quantity=50, purchasingPrice=9, purchasingCurrency="RUB")["id"]
    second = rest.call("catalog.store.add", fields={"address": "Тверь", "title": "Второй"}).result["store"]["id"]
    receipt = document(rest, "A", {"elementId": product, "storeTo": 1, "amount": 10, "purchasingPrice": 25})
    assert rest.call("catalog.document.conduct", id=receipt).result is True
    shown = rest.call("catalog.product.get", id=product).result["product"]
    assert (shown["quantity"], shown["purchasingPrice"], shown["purchasingCurrency"]) == (10, "25.000000", "RUB")
    moved = document(rest, "M", {"elementId": product, "storeFrom": 1, "storeTo": second, "amount": 4})
    rest.call("catalog.document.conduct", id=moved)
    assert stocks(rest, product) == {1: 6, second: 4}
    short = document(rest, "D", {"elementId": product, "storeFrom": second, "amount": 5})
    assert "not enough" in rest.call("catalog.document.conduct", id=short).error[2]
    assert stocks(rest, product) == {1: 6, second: 4}
    assert rest.call("catalog.document.cancel", id=moved).result is True
    assert stocks(rest, product) == {1: 10, second: 0}
    late = rest.call("catalog.document.element.add", fields={"docId": receipt, "elementId": product})
    assert late.error == (400, "ERROR_DOCUMENT_STATUS", "Conducted document")
    assert rest.call("catalog.document.delete", id=receipt).error[2] == "Conducted document cannot be deleted"
    assert rest.call("catalog.document.list", filter={"status": "Y"}).json["total"] == 1
    rows = rest.call("catalog.document.element.list", filter={"docId": receipt}, select=["elementId", "amount"])
    assert rows.result["documentElements"] == [{"elementId": product, "amount": 10}]


def test_rows_of_a_draft_may_change(with_options: Callable[..., Client]) -> None:
    rest = with_options(inventory_accounting=True)
    product = add(rest)["id"]
    draft = document(rest, "S", {"elementId": product, "storeTo": 1, "amount": 1}, {"elementId": product, "amount": 1})
    assert rest.call("catalog.document.element.update", id=1, fields={"amount": 7}).result["documentElement"]["amount"] == 7
    assert rest.call("catalog.document.conduct", id=draft).error[2] == "Document conducting error: storeTo is not specified"
    assert rest.call("catalog.document.element.delete", id=2).result is True
    assert rest.call("catalog.document.conduct", id=draft).result is True
    assert stocks(rest, product) == {1: 7}
    assert rest.call("catalog.document.conduct", id=draft).error[2] == "Document is already conducted"


def test_without_inventory_accounting(rest: Client) -> None:
    assert rest.call("catalog.document.mode.status").result == "N"
    assert add(rest, quantity=5)["quantity"] == 5
    refused = rest.call("catalog.document.conduct", id=document(rest, "A"))
    assert refused.error == (400, "0", "Warehouse accounting must be enabled to conduct the document")
    assert rest.call("catalog.document.conduct", id=77).error == (400, "0", "Document not found")
