"""``catalog.productImage.*``: pictures of products (bitrix24-rest D)."""

from typing import Any
from urllib.parse import quote

from uzel.emulators.bitrix24_portal.catalog import images
from uzel.emulators.bitrix24_portal.catalog.errors import check_edit, check_read, not_found, other
from uzel.emulators.bitrix24_portal.catalog.fields import IMAGE
from uzel.emulators.bitrix24_portal.catalog.reading import check_required, describe, given, select
from uzel.emulators.bitrix24_portal.catalog.table import Entry
from uzel.emulators.bitrix24_portal.core import Call, Method, Reply
from uzel.emulators.bitrix24_portal.values import text, to_int

REQUIRED = ("productId", "type")


def add(call: Call) -> Reply:
    """Add a picture: ``fileContent`` is a name and base64."""
    fields = given(call)
    name, content = images.decode(call.required("fileContent"))
    check_edit(call)
    check_required(fields, ("productId",))
    product = _product(call, fields["productId"])
    kind = text(fields.get("type")) or images.MORE
    if kind not in images.TYPES:
        raise other("Invalid type of image")
    return Reply({"productImage": _show(call, images.put(call.core, product, kind, name, content)[1])})


def get(call: Call) -> Reply:
    """One picture of a product."""
    number = to_int(call.required("id"))
    product = _product(call, call.required("productId"))
    check_read(call)
    return Reply({"productImage": _show(call, _found(call, product, number))})


def listing(call: Call) -> Reply:
    """All pictures of a product on one page."""
    number = call.required("productId")
    check_read(call)
    found = call.core.store.catalog.images.having("productId", _product(call, number)["id"])
    shown = [_show(call, image, call.params.get("select")) for image in found]
    return Reply({"productImages": shown}, len(shown))


def delete(call: Call) -> Reply:
    """Delete a picture."""
    number = to_int(call.required("id"))
    product = _product(call, call.required("productId"))
    check_edit(call)
    images.remove(call.core, _found(call, product, number))
    return Reply(True)


def fields_of(call: Call) -> Reply:
    """What fields a picture has."""
    check_read(call)
    return Reply({"productImage": describe(IMAGE, REQUIRED)})


def _product(call: Call, number: Any) -> Entry:
    product = call.core.store.catalog.products.get(to_int(number))
    if product is None:
        raise other("Product not found")
    return product


def _found(call: Call, product: Entry, number: int | None) -> Entry:
    image = call.core.store.catalog.images.get(number)
    if image is None or image["productId"] != product["id"]:
        raise not_found("productImage")
    return image


def _show(call: Call, image: Entry, names: Any = None) -> dict[str, Any]:
    """The link of a picture that stands in a field downloads it; the others are only named."""
    field = images.FIELD_OF_TYPE.get(image["type"], "")
    link = images.link(image["productId"], field, image["id"]) if field else None
    url = link["url"].replace("/rest/", f"/rest/{call.user.id}/{call.user.secret}/", 1) if link else ""
    detail = f"/upload/iblock/{image['id']}/{quote(image['name'])}"
    return select({**image, "downloadUrl": url, "detailUrl": detail}, IMAGE, names)


METHODS = (
    Method("catalog.productImage.add", add, "catalog"),
    Method("catalog.productImage.get", get, "catalog"),
    Method("catalog.productImage.list", listing, "catalog"),
    Method("catalog.productImage.delete", delete, "catalog"),
    Method("catalog.productImage.getFields", fields_of, "catalog"),
)
