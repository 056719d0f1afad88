"""Pictures of products: ``catalog.productImage.*`` (bitrix24-rest D)."""

from base64 import b64encode
from dataclasses import dataclass
from typing import Any

from uzel.bitrix24.batch import Command, Failed, Outcome
from uzel.bitrix24.values import as_int, as_text

DETAIL, MORE = "DETAIL_PICTURE", "MORE_PHOTO"
ADD, LIST = "catalog.productImage.add", "catalog.productImage.list"


@dataclass(frozen=True, slots=True)
class Image:
    """A picture that a product has. ``kind``: DETAIL_PICTURE, PREVIEW_PICTURE or MORE_PHOTO."""

    image_id: int
    kind: str
    name: str


def of_product(key: str, product_id: int) -> Command:
    """All pictures of a product."""
    return Command(LIST, {"productId": product_id, "select": ["id", "name", "productId", "type"]}, key)


def read_images(result: Any) -> list[Image]:
    """From the answer to :func:`of_product`."""
    return [Image(as_int(one["id"]), as_text(one.get("type")), as_text(one.get("name"))) for one in result["productImages"]]


def add(key: str, product_id: int, kind: str, name: str, content: bytes) -> Command:
    """One picture more; a detail picture takes the place of the one before."""
    fields = {"productId": product_id, "type": kind}
    return Command(ADD, {"fields": fields, "fileContent": [name, b64encode(content).decode()]}, key)


def is_too_large(outcome: Outcome | None) -> bool:
    """Whether a picture was refused for its size: the code 0 is that of many refusals, only the text tells."""
    return isinstance(outcome, Failed) and "file size" in outcome.text.lower()


def delete(key: str, product_id: int, image_id: int) -> Command:
    """Take a picture away."""
    return Command("catalog.productImage.delete", {"id": image_id, "productId": product_id}, key)
