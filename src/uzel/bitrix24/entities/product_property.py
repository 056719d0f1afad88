"""The property in which products and variations bear their article (bitrix24-rest D): ``catalog.productProperty.*``."""

from collections.abc import Iterable
from typing import Any

from uzel.bitrix24.batch import Command
from uzel.bitrix24.values import as_int, as_text, is_yes

FAMILY = "catalog.productProperty"
CODE, NAME = "ARTNUMBER", "Артикул"
SELECTED = ["id", "iblockId", "code", "name", "propertyType", "multiple"]


def lookups() -> list[Command]:
    """Properties that may be the article: by code, and those that people made by name."""
    order = {"id": "ASC"}
    return [
        Command(f"{FAMILY}.list", {"select": SELECTED, "filter": {f"={name}": value}, "order": order}, f"articles_by_{name}")
        for name, value in (("code", CODE), ("name", NAME))
    ]


def read_articles(listed: Iterable[Any]) -> dict[int, int]:
    """By information block the property; that of the code first, then the oldest: a single line of text, or it is none."""
    found = [one for result in listed for one in result["productProperties"]]
    usable = [one for one in found if as_text(one.get("propertyType")) == "S" and not is_yes(one.get("multiple"))]
    ranked = sorted(usable, key=lambda one: (as_text(one.get("code")) != CODE, as_int(one["id"])), reverse=True)
    return {as_int(one["iblockId"]): as_int(one["id"]) for one in ranked}


def create(key: str, block: int) -> Command:
    """Make the property of an information block."""
    flags = dict.fromkeys(("active", "searchable", "filtrable"), "Y")
    fields = {"iblockId": block, "name": NAME, "code": CODE, "propertyType": "S", "multiple": "N", **flags}
    return Command(f"{FAMILY}.add", {"fields": fields}, key)


def read_id(result: Any) -> int:
    """Id of a property that was made."""
    return as_int(result["productProperty"]["id"])


def delete(key: str, property_id: int) -> Command:
    """Delete a property with its values."""
    return Command(f"{FAMILY}.delete", {"id": property_id}, key)


def field(property_id: int) -> str:
    """The name under which an element bears the property."""
    return f"property{property_id}"
