"""Prices of the emulated catalogue: one of a type, the whole set at once, what is refused."""

from typing import Any

import pytest

from tests.emulators.bitrix24_portal.client import Client
from tests.emulators.bitrix24_portal.test_catalog_products import add
from uzel.emulators.bitrix24_portal import RunningPortal

TAKEN = "Validate price error. Catalog product is allowed has only single price without ranges in price group"
TWICE = "Validate price error. Catalog product is allowed to have only a single price without ranges in the price group"


def price(product_id: int, value: Any = 100.5, group: int = 1, **more: Any) -> dict[str, Any]:
    return {"productId": product_id, "catalogGroupId": group, "price": value, "currency": "RUB", **more}


def test_a_price_from_its_birth_to_its_end(rest: Client) -> None:
    product = add(rest)["id"]
    made = rest.call("catalog.price.add", fields=price(product)).result["price"]
    stamp = made.pop("timestampX")
    assert stamp.endswith("+03:00")
    assert made == {
        "id": 1, "productId": product, "catalogGroupId": 1, "price": 100.5, "priceScale": 100.5, "currency": "RUB",
        "quantityFrom": None, "quantityTo": None, "extraId": None,
    }  # fmt: skip
    changed = rest.call("catalog.price.update", id=1, fields={"price": "200", "productId": 77}).result["price"]
    assert (changed["price"], changed["priceScale"], changed["productId"]) == (200, 200, product)
    assert rest.call("catalog.price.get", id=1).result["price"]["price"] == 200
    assert rest.call("catalog.price.delete", id=1).result is True
    assert rest.call("catalog.price.get", id=1).error == (400, "", "price does not exist.")


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"productId": 1, "catalogGroupId": 1}, "Required fields: currency, price"),
        (price(1, group=7), "Validate price error. Catalog price group is wrong"),
        (price(1), TAKEN),
        (price(50), "product does not exist."),
        (price(1, group=2, currency="XXX"), "The specified currency does not exist"),
    ],
)
def test_what_is_refused(rest: Client, fields: dict[str, Any], text: str) -> None:
    add(rest)
    rest.call("catalog.priceType.add", fields={"name": "OPT"})
    rest.call("catalog.price.add", fields=price(1))
    assert rest.call("catalog.price.add", fields=fields).error[2] == text


def test_modify_replaces_the_whole_set(rest: Client) -> None:
    product = add(rest)["id"]
    made = [rest.call("catalog.priceType.add", fields={"name": name}).result["priceType"] for name in ("OPT", "VIP")]
    types = [1, *(one["id"] for one in made)]
    kept = rest.call("catalog.price.add", fields=price(product, 1, types[0])).result["price"]["id"]
    gone = rest.call("catalog.price.add", fields=price(product, 2, types[1])).result["price"]["id"]
    wishes = [price(product, 10, types[0], id=kept), price(product, 30, types[2])]
    after = rest.call("catalog.price.modify", fields={"product": {"id": product, "prices": wishes}}).result["prices"]
    assert [(one["id"], one["catalogGroupId"], one["price"]) for one in after] == [(kept, 1, 10), (3, 3, 30)]
    assert rest.call("catalog.price.get", id=gone).error[1:] == ("", "price does not exist.")
    wrong = [price(product, 1), price(product, 2)]
    refused = rest.call("catalog.price.modify", fields={"product": {"id": product, "prices": wrong}})
    assert refused.error == (400, "0", TWICE)
    half = rest.call("catalog.price.modify", fields={"product": {"id": product, "prices": [{"catalogGroupId": 1}]}})
    assert half.error == (400, "0", "Required fields: price, currency")
    assert len(rest.call("catalog.price.list", filter={"productId": product}).result["prices"]) == 2
    assert rest.call("catalog.price.modify", fields={"product": {"id": product, "prices": []}}).result["prices"] == []


def test_prices_of_many_products(rest: Client) -> None:
    for number in range(1, 61):
        rest.call("catalog.price.add", fields=price(add(rest)["id"], number))
    got = rest.call("catalog.price.list", select=["productId", "price"], filter={"productId": [3, 5, 700], "catalogGroupId": 1})
    assert got.result["prices"] == [{"productId": 3, "price": 3}, {"productId": 5, "price": 5}]
    second = rest.call("catalog.price.list", start=50)
    assert ([one["id"] for one in second.result["prices"]], second.json["total"]) == (list(range(51, 61)), 60)
    assert len(rest.call("catalog.price.list", filter={">=price": 55}).result["prices"]) == 6


def test_prices_go_with_their_product(rest: Client, portal: RunningPortal) -> None:
    product = add(rest)["id"]
    rest.call("catalog.price.add", fields=price(product))
    assert [one["price"] for one in portal.state()["prices"]] == [100.5]
    rest.call("catalog.product.delete", id=product)
    assert (portal.state()["prices"], portal.state()["products"]) == ([], [])
