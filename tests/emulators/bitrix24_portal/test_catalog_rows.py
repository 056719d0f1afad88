"""Rows of deals tied to products, and the events of the catalogue."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.emulators.bitrix24_portal.client import Client
from tests.emulators.bitrix24_portal.conftest import Receiver
from tests.emulators.bitrix24_portal.test_catalog_prices import price
from tests.emulators.bitrix24_portal.test_catalog_products import add
from uzel.emulators.bitrix24_portal import RunningPortal

OFFER, SKU = "catalog.product.offer", "catalog.product.sku"


def set_rows(rest: Client, deal: int, *rows: dict[str, Any]) -> Any:
    return rest.call("crm.item.productrow.set", ownerType="D", ownerId=deal, productRows=list(rows))


def test_a_row_takes_from_its_product(rest: Client) -> None:
    deal, parent = rest.add_deal()["id"], add(rest, SKU)
    offer = add(rest, OFFER, parentId=parent["id"], name="Красный", measure=4, xmlId="g#r")
    rest.call("catalog.price.add", fields=price(offer["id"]))
    row = set_rows(rest, deal, {"productId": offer["id"], "quantity": 2}).result["productRows"][0]
    assert (row["productName"], row["type"], row["measureCode"], row["measureName"]) == ("Красный", 4, 166, "кг")
    assert (row["price"], row["xmlId"], row["customized"], row["quantity"]) == (0, "", "Y", 2)
    named = {"productId": offer["id"], "productName": "Своё имя", "measureCode": 796}
    own = set_rows(rest, deal, named).result["productRows"][0]
    assert (own["productName"], own["measureName"]) == ("Своё имя", "шт")


def test_an_unknown_product_is_refused(rest: Client) -> None:
    got = set_rows(rest, rest.add_deal()["id"], {"productId": 77})
    assert got.error == (400, "INVALID_ARG_VALUE", "Product with id 77 was not found in the catalog")


@pytest.mark.parametrize("mode", ["refused", "accepted"])
def test_a_parent_in_a_row(with_options: Callable[..., Client], mode: str) -> None:
    rest = with_options(parent_product_in_row=mode)
    deal, parent = rest.add_deal()["id"], add(rest, SKU)["id"]
    add(rest, OFFER, parentId=parent)
    got = set_rows(rest, deal, {"productId": parent})
    assert got.error[1] == "INVALID_ARG_VALUE" if mode == "refused" else got.result["productRows"][0]["type"] == 3


def test_the_external_code_of_a_row_is_a_switch(with_options: Callable[..., Client]) -> None:
    rest = with_options(row_xml_id="product")
    product = add(rest, xmlId="guid")["id"]
    assert set_rows(rest, rest.add_deal()["id"], {"productId": product}).result["productRows"][0]["xmlId"] == "guid"


def test_a_deleted_product_leaves_its_rows(rest: Client) -> None:
    deal, service = rest.add_deal()["id"], add(rest, "catalog.product.service", name="Доставка")["id"]
    row = set_rows(rest, deal, {"productId": service, "price": 300}).result["productRows"][0]
    rest.call("catalog.product.service.delete", id=service)
    again = rest.call("crm.item.productrow.update", id=row["id"], fields={"price": 400}).result["productRow"]
    assert (again["productId"], again["productName"], again["type"], again["price"]) == (service, "Доставка", 7, 400)
    assert set_rows(rest, rest.add_deal()["id"], {"productId": service}).error[1] == "INVALID_ARG_VALUE"


def test_events_of_the_catalogue(portal: RunningPortal, rest: Client, receiver: Receiver) -> None:
    portal.set_event_handler(receiver.url, "token")
    service = add(rest, "catalog.product.service")["id"]
    rest.call("catalog.price.add", fields=price(service))
    rest.call("catalog.price.update", id=1, fields={"price": 7})
    rest.call("catalog.price.delete", id=1)
    rest.call("catalog.product.service.update", id=service, fields={"name": "B"})
    rest.call("catalog.product.service.delete", id=service)
    portal.events.wait_idle(5)
    heard = {(form["event"], form["data[FIELDS][ID]"], form.get("data[FIELDS][TYPE]", "")) for form in receiver.forms}
    one, two = str(service), "1"
    assert heard == {
        ("CATALOG.PRODUCT.ON.ADD", one, "7"), ("CATALOG.PRODUCT.ON.UPDATE", one, "7"), ("CATALOG.PRODUCT.ON.DELETE", one, "7"),
        ("CATALOG.PRICE.ON.ADD", two, ""), ("CATALOG.PRICE.ON.UPDATE", two, ""), ("CATALOG.PRICE.ON.DELETE", two, ""),
    }  # fmt: skip
