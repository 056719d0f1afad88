"""Products of the emulated catalogue: shapes and errors of the documentation, kinds, properties, pictures, rights."""

from base64 import b64encode
from collections.abc import Callable
from typing import Any

import pytest

from tests.emulators.bitrix24_portal.client import Client
from uzel.emulators.bitrix24_portal import RunningPortal

PRODUCTS, OFFERS = 23, 24
PICTURE = b"\x89PNG\r\n\x1a\n"
DENIED = "Access Denied"


def add(rest: Client, method: str = "catalog.product", **fields: Any) -> dict[str, Any]:
    block = OFFERS if method.endswith("offer") else PRODUCTS
    result = rest.call(f"{method}.add", fields={"iblockId": block, "name": "Чайник", **fields}).result
    entry: dict[str, Any] = next(iter(result.values()))
    return entry


def listed(rest: Client, method: str = "catalog.product", block: int = PRODUCTS, **params: Any) -> Any:
    conditions = {"iblockId": block, **params.pop("filter", {})}
    return rest.call(f"{method}.list", **{"select": ["id", "iblockId"], **params, "filter": conditions})


def ids(got: Any) -> list[int]:
    return [one["id"] for one in next(iter(got.result.values()))]


def test_a_product_from_its_birth_to_its_end(rest: Client) -> None:
    made = add(
        rest,
        xmlId="guid-1",
        code="kettle",
        vatId=6,
        vatIncluded="Y",
        weight="1.5",
        purchasingPrice=1000,
        purchasingCurrency="RUB",
    )
    assert (made["id"], made["iblockId"], made["type"], made["xmlId"], made["weight"]) == (1, PRODUCTS, 1, "guid-1", 1.5)
    assert (made["active"], made["available"], made["createdBy"], made["measure"], made["sort"]) == ("Y", "Y", 1, 5, 500)
    assert made["purchasingPrice"] == "1000.000000"
    assert "barcodeMulti" not in made
    changed = rest.call("catalog.product.update", id=1, fields={"name": "Чайник 2", "active": "N", "iblockId": 99}).result[
        "element"
    ]
    assert (changed["name"], changed["active"], changed["iblockId"], changed["xmlId"]) == ("Чайник 2", "N", PRODUCTS, "guid-1")
    assert rest.call("catalog.product.get", id=1).result["product"]["name"] == "Чайник 2"
    shown = listed(rest, select=["id", "iblockId", "barcodeMulti", "purchasingPrice", "nonsense"]).result["products"]
    assert shown == [{"id": 1, "iblockId": PRODUCTS, "barcodeMulti": "N", "purchasingPrice": 1000}]
    assert rest.call("catalog.product.delete", id=1).result is True
    assert rest.call("catalog.product.get", id=1).error == (400, "", "product does not exist.")
    assert rest.call("catalog.product.delete", id=1).error == (400, "", "product does not exist.")


def test_a_product_without_an_external_code_gets_its_number(rest: Client) -> None:
    assert (add(rest)["xmlId"], add(rest, xmlId="")["xmlId"]) == ("1", "2")


@pytest.mark.parametrize(
    ("fields", "code", "text"),
    [
        ({}, "100", "Could not find value for parameter {fields}"),
        ({"iblockId": PRODUCTS}, "0", "Required fields: name"),
        ({"active": "Y"}, "0", "Required fields: iblockId, name"),
        ({"iblockId": 77, "name": "A"}, "200040300000", "Iblock Not Found"),
        (
            {"iblockId": PRODUCTS, "name": "A", "iblockSectionId": 5},
            "0",
            "Section with the specified identifier does not exist",
        ),
        ({"iblockId": PRODUCTS, "name": "A", "vatId": 50}, "0", "VAT rate with the specified identifier does not exist"),
        ({"iblockId": PRODUCTS, "name": "A", "weight": "many"}, "0", "Wrong format of field weight"),
        ({"iblockId": PRODUCTS, "name": "A", "code": "taken"}, "0", "Product with the specified symbolic code already exists"),
        (
            {"iblockId": PRODUCTS, "name": "A", "purchasingCurrency": "XXX"},
            "0",
            "The specified purchasing price currency does not exist",
        ),
    ],
)
def test_what_is_refused(rest: Client, fields: dict[str, Any], code: str, text: str) -> None:
    add(rest, code="taken")
    assert rest.call("catalog.product.add", fields=fields).error == (400, code, text)
    assert listed(rest).json["total"] == 1


def test_a_list_wants_id_and_block(rest: Client) -> None:
    def error(**params: Any) -> tuple[Any, str]:
        return rest.call("catalog.product.list", **params).error[1:]

    block = {"iblockId": PRODUCTS}
    assert error(filter=block) == ("0", "Required select fields: id, iblockId")
    assert error(select=["id", "name"], filter=block) == ("0", "Required select fields: iblockId")
    assert error(select=["id", "iblockId"]) == ("0", "Required filter fields: iblockId")
    assert error(select=["id", "iblockId"], filter={"xmlId": "1"}) == ("0", "Required filter fields: iblockId")
    assert error(select=["id", "iblockId"], filter="iblockId") == ("0", "Incorrect filter format")
    assert error(select=["id", "iblockId"], filter={"iblockId": 77}) == ("200040300000", "Iblock Not Found")


def test_filters_and_pages(rest: Client) -> None:
    for number in range(1, 131):
        add(rest, xmlId=f"guid-{number}", name=f"Товар {number}", active="N" if number % 2 else "Y")
    first = listed(rest)
    assert (ids(first), first.json["total"], first.json["next"]) == (list(range(1, 51)), 130, 50)
    last = listed(rest, start=100)
    assert (ids(last), last.json["total"], "next" in last.json) == (list(range(101, 131)), 130, False)
    walked = listed(rest, start=-1, order={"id": "ASC"}, filter={">id": 100})
    assert (ids(walked), walked.json["total"], "next" in walked.json) == (list(range(101, 131)), 0, False)
    assert ids(listed(rest, order={"id": "desc"}, filter={"<id": 4})) == [3, 2, 1]
    assert ids(listed(rest, filter={">=id": 129, "<=id": 500})) == [129, 130]
    assert ids(listed(rest, filter={"=xmlId": ["guid-7", "guid-3", "none"]})) == [3, 7]
    assert ids(listed(rest, filter={"xmlId": "guid-7"})) == [7]
    assert ids(listed(rest, filter={"xmlId": "guid-7", "active": "Y"})) == []
    assert ids(listed(rest, filter={"id": [5, "6", 7, 900], "!active": "Y"})) == [5, 7]
    assert ids(listed(rest, filter={"%name": "вар 13"})) == [13, 130]
    assert ids(listed(rest, order={"name": "desc"}, filter={"active": "Y"}))[:2] == [98, 96]
    odd = listed(rest, filter={"active": "N", ">id": 10}, start=50)
    assert (ids(odd), odd.json["total"]) == (list(range(111, 130, 2)), 60)


def test_a_parent_and_its_variations(rest: Client) -> None:
    parent = add(rest, "catalog.product.sku", quantity=5)
    assert (parent["type"], parent["quantity"]) == (6, None)
    red = add(rest, "catalog.product.offer", parentId=parent["id"], name="Красный", xmlId="g#red")
    lonely = add(rest, "catalog.product.offer")
    assert (red["type"], red["iblockId"], red["parentId"]["value"]) == (4, OFFERS, str(parent["id"]))
    assert (lonely["type"], lonely["parentId"]) == (5, None)
    assert rest.call("catalog.product.sku.get", id=parent["id"]).result["sku"]["type"] == 3
    offers = listed(
        rest, "catalog.product.offer", OFFERS, filter={"parentId": parent["id"]}, select=["id", "iblockId", "parentId"]
    )
    assert offers.result["offers"] == [{"id": red["id"], "iblockId": OFFERS, "parentId": red["parentId"]}]
    assert ids(listed(rest, "catalog.product.sku")) == [parent["id"]]
    assert (
        rest.call("catalog.product.offer.add", fields={"iblockId": OFFERS, "name": "A", "parentId": 900})
        .error[2]
        .startswith("Parent")
    )
    moved = rest.call("catalog.product.offer.update", id=lonely["id"], fields={"parentId": parent["id"]}).result["offer"]
    assert (moved["type"], moved["parentId"]["value"]) == (4, str(parent["id"]))
    rest.call("catalog.product.offer.delete", id=red["id"])
    rest.call("catalog.product.offer.update", id=lonely["id"], fields={"parentId": ""})
    assert rest.call("catalog.product.sku.get", id=parent["id"]).result["sku"]["type"] == 6
    rest.call("catalog.product.offer.update", id=lonely["id"], fields={"parentId": parent["id"]})
    assert rest.call("catalog.product.sku.delete", id=parent["id"]).result is True
    assert listed(rest, "catalog.product.offer", OFFERS).json["total"] == 0


def test_a_simple_product_becomes_a_parent(rest: Client) -> None:
    product = add(rest)
    add(rest, "catalog.product.offer", parentId=product["id"])
    assert ids(listed(rest)) == []
    assert ids(listed(rest, "catalog.product.sku", filter={"type": 3})) == [product["id"]]


def test_services_are_apart(rest: Client) -> None:
    service = add(rest, "catalog.product.service", name="Доставка")
    assert (service["type"], "weight" in service) == (7, False)
    assert ids(listed(rest, "catalog.product.service")) == [service["id"]]
    assert ids(listed(rest)) == []
    assert rest.call("catalog.product.get", id=service["id"]).error[2] == "product does not exist."


def test_the_plain_methods_may_see_everything(with_options: Callable[..., Client]) -> None:
    rest = with_options(catalog_product_sees_all=True)
    product, service, offer = add(rest), add(rest, "catalog.product.service"), add(rest, "catalog.product.offer")
    assert ids(listed(rest)) == [product["id"], service["id"]]
    assert ids(listed(rest, block=OFFERS)) == [offer["id"]]
    assert rest.call("catalog.product.get", id=service["id"]).result["product"]["type"] == 7


def test_properties_keep_their_values_by_id(rest: Client) -> None:
    color = rest.call(
        "catalog.productProperty.add", fields={"iblockId": PRODUCTS, "name": "Цвет", "propertyType": "L", "code": "COLOR"}
    ).result["productProperty"]["id"]
    tags = rest.call(
        "catalog.productProperty.add", fields={"iblockId": PRODUCTS, "name": "Метки", "propertyType": "S", "multiple": "Y"}
    ).result["productProperty"]["id"]
    red = rest.call("catalog.productPropertyEnum.add", fields={"propertyId": color, "value": "Красный", "xmlId": "red"}).result
    red_id = red["productPropertyEnum"]["id"]
    made = add(rest, **{f"property{color}": red_id, f"property{tags}": ["a", {"value": "b"}], "property900": 1})
    one, several = made[f"property{color}"], made[f"property{tags}"]
    assert (one["value"], one["valueEnum"], [value["value"] for value in several]) == (str(red_id), "Красный", ["a", "b"])
    kept = rest.call("catalog.product.update", id=made["id"], fields={f"property{tags}": [several[1], "c"]}).result["element"]
    assert kept[f"property{tags}"][0] == several[1]
    assert kept[f"property{tags}"][1]["valueId"] not in {value["valueId"] for value in several}
    assert ids(listed(rest, filter={f"property{color}": red_id})) == [made["id"]]
    assert ids(listed(rest, filter={f"property{tags}": ["c", "x"]})) == [made["id"]]
    assert ids(listed(rest, filter={f"property{tags}": "a"})) == []
    described = rest.call("catalog.product.getFieldsByFilter", filter={"iblockId": PRODUCTS}).result["product"]
    assert (described[f"property{tags}"]["isMultiple"], described["name"]["isRequired"]) == (True, True)
    assert described["id"]["isReadOnly"] is True


def test_pictures(rest: Client) -> None:
    data = ["kettle.png", b64encode(PICTURE).decode()]
    product = add(rest, detailPicture={"fileData": data})
    picture = product["detailPicture"]
    query = picture["url"].partition("?")[2]
    assert rest.get("catalog.product.download", query).body == PICTURE
    wrong = {"fieldName": "previewPicture", "fileId": picture["id"], "productId": product["id"]}
    assert rest.call("catalog.product.download", fields=wrong).error == (400, "0", "Product file wrong")
    assert rest.call("catalog.product.download", fields={"fileId": 1}).error[2] == "Required fields: fieldName, productId"
    refused = rest.batch({"a": f"catalog.product.download?{query}"})["result_error"]["a"]
    assert refused["error"] == "ERROR_BATCH_METHOD_NOT_ALLOWED"
    more = rest.call("catalog.productImage.add", fields={"productId": product["id"], "type": "MORE_PHOTO"}, fileContent=data)
    assert (more.result["productImage"]["name"], more.result["productImage"]["type"]) == ("kettle.png", "MORE_PHOTO")
    shown = rest.call("catalog.productImage.list", productId=product["id"], select=["id", "type"])
    assert [one["type"] for one in shown.result["productImages"]] == ["DETAIL_PICTURE", "MORE_PHOTO"]
    assert rest.call("catalog.productImage.delete", productId=product["id"], id=int(picture["id"])).result is True
    assert rest.call("catalog.product.get", id=product["id"]).result["product"]["detailPicture"] is None


def test_a_picture_too_large_is_refused(with_options: Callable[..., Client]) -> None:
    rest = with_options(largest_picture_bytes=len(PICTURE) - 1)
    product, data = add(rest), ["kettle.png", b64encode(PICTURE).decode()]
    refused = rest.call("catalog.productImage.add", fields={"productId": product["id"], "type": "MORE_PHOTO"}, fileContent=data)
    assert refused.error == (400, "0", "Maximum upload file size exceeded")
    assert rest.call("catalog.productImage.list", productId=product["id"]).result == {"productImages": []}


def test_the_picture_of_a_variation_is_downloaded_by_its_link(rest: Client) -> None:
    offer = add(rest, "catalog.product.offer", detailPicture={"fileData": ["red.png", b64encode(PICTURE).decode()]})
    method, _, query = offer["detailPicture"]["url"].removeprefix("/rest/").partition("?")
    assert rest.get(method, query).body == PICTURE
    gone = {"fieldName": "detailPicture", "fileId": 1, "productId": 777}
    assert rest.call("catalog.product.download", fields=gone).error == (400, "", "product does not exist.")


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (["", "AA=="], "File name is not specified"),
        (["a" * 300 + ".png", "AA=="], "File name is too long"),
        (["a.exe", "AA=="], "Invalid file type"),
        (["a.png", "не base64"], "Error saving the file"),
    ],
)
def test_pictures_that_are_refused(rest: Client, content: list[str], text: str) -> None:
    product = add(rest)
    got = rest.call("catalog.productImage.add", fields={"productId": product["id"], "type": "MORE_PHOTO"}, fileContent=content)
    assert got.error == (400, "0", text)


def test_a_picture_is_replaced_and_removed(rest: Client) -> None:
    data = {"fileData": ["a.png", b64encode(PICTURE).decode()]}
    product = add(rest, previewPicture=data)
    again = rest.call("catalog.product.update", id=product["id"], fields={"previewPicture": data}).result["element"]
    assert again["previewPicture"]["id"] != product["previewPicture"]["id"]
    assert rest.call("catalog.productImage.list", productId=product["id"]).json["total"] == 1
    gone = rest.call("catalog.product.update", id=product["id"], fields={"previewPicture": {"remove": "Y"}}).result["element"]
    assert gone["previewPicture"] is None
    assert rest.call("catalog.productImage.list", productId=product["id"]).json["total"] == 0


def test_rights_of_the_catalogue(portal: RunningPortal) -> None:
    manager = Client(portal, portal.webhook_of(2))
    refused = manager.call("catalog.product.add", fields={"iblockId": PRODUCTS, "name": "A"})
    assert refused.error == (400, "200040300040", DENIED)
    assert listed(manager).json["total"] == 0
    assert manager.call("catalog.price.add", fields={"productId": 1}).error == (400, "200040300020", DENIED)
    assert manager.call("catalog.section.add", fields={"name": "A"}).error == (400, "200040300040", DENIED)
    assert manager.call("catalog.productProperty.add", fields={"name": "A"}).error == (400, "0", DENIED)
    manager.close()


def test_the_catalogue_may_be_closed(with_options: Callable[..., Client]) -> None:
    rest = with_options(exchange_user_is_admin=False, exchange_user_catalog="none")
    assert listed(rest).error == (400, "200040300010", DENIED)
    assert rest.call("catalog.price.list").error == (400, "200040300010", DENIED)
    assert rest.call("catalog.section.list", filter={"iblockId": PRODUCTS}).error == (400, "200040300030", DENIED)
    assert rest.call("crm.product.list").error == (400, "", DENIED)
    editor = with_options(exchange_user_is_admin=False, exchange_user_catalog="edit")
    assert add(editor)["id"] == 1
