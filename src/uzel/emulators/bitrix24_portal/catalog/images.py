"""Pictures of products: fields ``detailPicture`` and ``previewPicture`` and the methods ``catalog.productImage.*``."""

from base64 import b64decode
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from uzel.emulators.bitrix24_portal.catalog.errors import other
from uzel.emulators.bitrix24_portal.catalog.table import Entry
from uzel.emulators.bitrix24_portal.core import Core
from uzel.emulators.bitrix24_portal.values import is_yes, text, to_list

DETAIL, PREVIEW, MORE = "DETAIL_PICTURE", "PREVIEW_PICTURE", "MORE_PHOTO"
FIELDS: Mapping[str, str] = {"detailPicture": DETAIL, "previewPicture": PREVIEW}
FIELD_OF_TYPE: Mapping[str, str] = {kind: name for name, kind in FIELDS.items()}
TYPES = (DETAIL, PREVIEW, MORE)
#: name endings of what a picture may be
SUFFIXES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp")
MAX_NAME_CHARS = 255


def of_fields(core: Core, product: Entry, raw: Mapping[str, Any]) -> Entry:
    """Pictures that came among the fields of a product; ``{remove: "Y"}`` takes one away."""
    for name, kind in FIELDS.items():
        given = raw.get(name)
        if isinstance(given, dict) and is_yes(given.get("remove")):
            product = _set(core, product, name, None)
        elif isinstance(given, dict) and given.get("fileData"):
            file_name, content = decode(given["fileData"])
            product = put(core, product, kind, file_name, content)[0]
    return product


def decode(raw: Any) -> tuple[str, bytes]:
    """``[name, base64]`` → name and bytes."""
    parts = [text(part) for part in to_list(raw) or []]
    if len(parts) != 2 or not parts[0]:
        raise other("File name is not specified")
    if len(parts[0]) > MAX_NAME_CHARS:
        raise other("File name is too long")
    if not parts[0].lower().endswith(SUFFIXES):
        raise other("Invalid file type")
    try:
        return parts[0], b64decode(parts[1], validate=True)
    except ValueError as error:
        raise other("Error saving the file") from error


def put(core: Core, product: Entry, kind: str, name: str, content: bytes) -> tuple[Entry, Entry]:
    """Store a picture; a product has one detail and one preview picture. Returns the product and the picture."""
    if len(content) > core.options.largest_picture_bytes:
        raise other("Maximum upload file size exceeded")
    images = core.store.catalog.images
    values = {"name": name, "productId": product["id"], "type": kind, "createTime": core.clock.moment(), "content": content}
    image = images.add(values)
    if kind in FIELD_OF_TYPE:
        product = _set(core, product, FIELD_OF_TYPE[kind], image["id"])
    return product, image


def remove(core: Core, image: Entry) -> None:
    """Take a picture away, from its product too."""
    catalog = core.store.catalog
    product = catalog.products.get(image["productId"])
    name = FIELD_OF_TYPE.get(image["type"])
    if product is not None and name:
        _set(core, product, name, None)
    catalog.images.remove(image["id"])


def _set(core: Core, product: Entry, name: str, number: int | None) -> Entry:
    catalog = core.store.catalog
    if product.get(name):
        catalog.images.remove(product[name])
    return catalog.products.put({**product, name: number})


def link(product_id: int, name: str, number: int | None) -> dict[str, str] | None:
    """How a product shows a picture of its own."""
    if number is None:
        return None
    query = urlencode({"fields[fieldName]": name, "fields[fileId]": number, "fields[productId]": product_id})
    url = f"/rest/catalog.product.download?{query}"
    return {"id": str(number), "url": url, "urlMachine": url}
