"""Product rows: the documentation's own numbers, the rules of replacing, what happens to the deal."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from tests.emulators.bitrix24_portal.client import Client
from uzel.emulators.bitrix24_portal import Options, RunningPortal
from uzel.emulators.bitrix24_portal.errors import ApiError
from uzel.emulators.bitrix24_portal.product_rows import build, show
from uzel.emulators.bitrix24_portal.store import Store

NAMED = {"productName": "Товар"}


def made(options: Options | None = None, **fields: Any) -> dict[str, Any]:
    return show(build({**NAMED, **fields}, 1, 5, Store(), options or Options()))


def test_the_documented_sample_of_list() -> None:
    row = made(price=90000, quantity=3, discountTypeId=2, discountRate=10, taxRate=10, taxIncluded="Y")
    assert (row["priceExclusive"], row["priceNetto"]) == (Decimal("81818.18"), Decimal("90909.09"))
    assert (row["priceBrutto"], row["discountSum"]) == (100000, Decimal("9090.91"))


def test_the_documented_sample_of_add_is_not_rounded() -> None:
    row = made(Options(row_price_digits=8), price=80000, discountRate=20, taxRate=20, taxIncluded="Y")
    assert (row["priceExclusive"], row["priceNetto"]) == (Decimal("66666.66666667"), Decimal("83333.33333333"))
    assert (row["priceBrutto"], row["discountSum"]) == (100000, Decimal("16666.66666667"))


def test_a_discount_in_money() -> None:
    row = made(price=90, discountTypeId=1, discountSum=10)
    assert (row["price"], row["priceNetto"], row["discountRate"]) == (90, 100, 10)
    assert made(price=90, discountTypeId=1, discountSum=0, discountRate=15)["discountRate"] == 0


def test_a_row_of_nothing_but_a_name() -> None:
    row = made()
    assert (row["price"], row["quantity"], row["discountTypeId"], row["taxRate"], row["taxIncluded"]) == (0, 1, 2, None, "N")
    assert (row["taxName"], row["measureCode"], row["productId"], row["type"], row["xmlId"]) == ("Без НДС", 796, 0, 1, "")


@pytest.mark.parametrize(("mode", "exclusive"), [("divide", 100), ("same", 120)])
def test_the_price_without_tax_when_tax_is_not_included_is_switchable(mode: str, exclusive: int) -> None:
    row = made(Options(exclusive_price_when_tax_not_included=mode), price=120, taxRate=20, taxIncluded="N")
    assert (row["price"], row["priceExclusive"]) == (120, exclusive)


def test_a_free_row_is_wholly_discounted() -> None:
    row = made(price=0, discountTypeId=2, discountRate=100, discountSum=50)
    assert (row["price"], row["priceNetto"], row["discountSum"]) == (0, 50, 50)


@pytest.mark.parametrize(
    "fields",
    [
        {"productName": ""},
        {"productId": 9},
        {"price": "дорого"},
        {"quantity": "1 000"},
        {"discountTypeId": 3},
        {"price": "NaN"},
    ],
)
def test_bad_rows(fields: dict[str, Any]) -> None:
    with pytest.raises(ApiError) as error:
        made(**fields)
    assert error.value.code == "INVALID_ARG_VALUE"


def set_rows(rest: Client, deal_id: Any, *rows: dict[str, Any]) -> Any:
    return rest.call("crm.item.productrow.set", ownerType="D", ownerId=deal_id, productRows=[{**NAMED, **row} for row in rows])


def test_set_replaces_everything_and_sums_up_the_deal(rest: Client) -> None:
    deal = rest.add_deal(opportunity=5)
    assert deal["opportunity"] == 5, "without rows the given sum stays"
    rows = set_rows(rest, deal["id"], {"price": 10.5, "quantity": 3}, {"price": 1}).result["productRows"]
    assert [row["ownerId"] for row in rows] == [deal["id"]] * 2
    assert rest.deal(deal["id"])["opportunity"] == 32.5
    again = set_rows(rest, deal["id"], {"id": rows[1]["id"], "price": 2}).result["productRows"]
    assert [row["id"] for row in again] == [rows[1]["id"]], "a row that names its id keeps it"
    foreign = set_rows(rest, deal["id"], {"id": 999, "price": 2}).result["productRows"]
    assert foreign[0]["id"] not in (999, rows[1]["id"])
    assert set_rows(rest, deal["id"]).result["productRows"] == []
    assert rest.deal(deal["id"])["opportunity"] == 0


def test_an_empty_set_may_clear_nothing(with_options: Callable[..., Client]) -> None:
    rest = with_options(empty_row_set_clears=False)
    deal = rest.add_deal()
    set_rows(rest, deal["id"], {"price": 1})
    assert len(set_rows(rest, deal["id"]).result["productRows"]) == 1


def test_a_manual_sum_stays(rest: Client) -> None:
    deal = rest.add_deal(opportunity=500, isManualOpportunity="Y")
    set_rows(rest, deal["id"], {"price": 10})
    assert rest.deal(deal["id"])["opportunity"] == 500
    updated = rest.call("crm.item.update", entityTypeId=2, id=deal["id"], fields={"isManualOpportunity": "N"}).result["item"]
    assert updated["opportunity"] == 10
    ignored = rest.call("crm.item.update", entityTypeId=2, id=deal["id"], fields={"opportunity": 77}).result["item"]
    assert ignored["opportunity"] == 10, "with rows the sum is theirs"


def test_one_bad_row_refuses_the_whole_set(rest: Client) -> None:
    deal = rest.add_deal()
    set_rows(rest, deal["id"], {"price": 10})
    assert set_rows(rest, deal["id"], {"price": 20}, {"productId": 77}).error[:2] == (400, "INVALID_ARG_VALUE")
    assert rest.deal(deal["id"])["opportunity"] == 10


def test_errors(rest: Client) -> None:
    deal = rest.add_deal()
    assert set_rows(rest, 999).error == (400, "OWNER_NOT_FOUND", "Owner was not found")
    assert set_rows(rest, "").error[:2] == (400, "OWNER_NOT_FOUND")
    wrong = rest.call("crm.item.productrow.set", ownerType="C", ownerId=deal["id"], productRows=[])
    assert wrong.error[:2] == (400, "ENTITY_TYPE_NOT_SUPPORTED")
    assert rest.call("crm.item.productrow.set", ownerType="D", ownerId=deal["id"]).error[:2] == (400, "100")
    assert rest.call("crm.item.productrow.list", filter={"=ownerId": 1}).error[:2] == (400, "INVALID_ARG_VALUE")
    assert rest.call("crm.item.productrow.get", id=1).error[:2] == (400, "NOT_FOUND")


def test_add_update_get_list_delete(rest: Client) -> None:
    first, second = rest.add_deal()["id"], rest.add_deal()["id"]
    fields = {"ownerType": "D", "ownerId": first, "productName": "А", "price": 100, "taxRate": 20, "taxIncluded": "Y"}
    row = rest.call("crm.item.productrow.add", fields=fields).result["productRow"]
    set_rows(rest, second, {"price": 5}, {"price": 7})
    changed = rest.call("crm.item.productrow.update", id=row["id"], fields={"quantity": 2, "discountRate": 50}).result[
        "productRow"
    ]
    assert (changed["price"], changed["quantity"], changed["priceBrutto"], changed["productName"]) == (100, 2, 200, "А")
    assert rest.deal(first)["opportunity"] == 200
    got = rest.call("crm.item.productrow.get", id=row["id"]).result["productRow"]
    assert got == changed
    listed = rest.call("crm.item.productrow.list", filter={"=ownerType": "D", "=ownerId": [first, second], ">price": 6})
    assert [one["price"] for one in listed.result["productRows"]] == [100, 7]
    assert listed.json["total"] == 2
    assert rest.call("crm.item.productrow.delete", id=row["id"]).result is None
    assert rest.deal(first)["opportunity"] == 0


def test_products_of_the_catalogue(portal: RunningPortal, rest: Client) -> None:
    portal.add_product(9621, "Чайник")
    deal = rest.add_deal()["id"]
    body = {"ownerType": "D", "ownerId": deal, "productRows": [{"productId": 9621, "price": 5}]}
    row = rest.call("crm.item.productrow.set", **body).result["productRows"][0]
    assert (row["productName"], row["productId"], row["type"]) == ("Чайник", 9621, 1)


def test_old_methods(rest: Client) -> None:
    deal = rest.add_deal()["id"]
    rows = [{"PRODUCT_NAME": "Товар", "PRICE": 10, "QUANTITY": 2, "DISCOUNT_TYPE_ID": 1, "DISCOUNT_SUM": 5}]
    assert rest.call("crm.deal.productrows.set", id=deal, rows=rows).result is True
    shown = rest.call("crm.deal.productrows.get", ID=deal).result[0]
    assert (shown["ID"], shown["OWNER_ID"], shown["PRICE"], shown["PRICE_ACCOUNT"]) == ("1", str(deal), 10, "10.00")
    assert (shown["PRICE_NETTO"], shown["PRODUCT_ID"], shown["ORIGINAL_PRODUCT_NAME"]) == (15, 0, "Товар")
    assert rest.call("crm.deal.productrows.get", id=0).error == (400, "", "The parameter id is invalid or not defined.")
    assert rest.call("crm.deal.productrows.get", id=99).error == (400, "", "Not found")


def test_fields(rest: Client) -> None:
    fields = rest.call("crm.item.productrow.fields").result["fields"]
    assert fields["price"]["isReadOnly"] is False
    assert fields["priceNetto"]["isReadOnly"] is True


def test_rows_that_can_be_paid(rest: Client) -> None:
    deal = rest.add_deal()
    set_rows(rest, deal["id"], {"productName": "Б", "price": 10, "sort": 20}, {"productName": "А", "price": 5, "sort": 10})
    got = rest.call("crm.item.productrow.getAvailableForPayment", ownerType="D", ownerId=deal["id"]).result["productRows"]
    assert [(row["productName"], row["quantity"]) for row in got] == [("А", 1), ("Б", 1)]
    wrong = rest.call("crm.item.productrow.getAvailableForPayment", ownerType="D", ownerId=99)
    assert wrong.error[:2] == (400, "OWNER_NOT_FOUND")
