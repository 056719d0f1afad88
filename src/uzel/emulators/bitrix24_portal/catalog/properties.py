"""Values of properties: ``property258`` is one value or several, each with an id of its own (bitrix24-rest D)."""

import re
from collections.abc import Mapping
from typing import Any

from uzel.emulators.bitrix24_portal.catalog.store import SKU_PROPERTY, Catalog, flat
from uzel.emulators.bitrix24_portal.catalog.table import Entry
from uzel.emulators.bitrix24_portal.filters import Resolve
from uzel.emulators.bitrix24_portal.values import text, to_int

NAME = re.compile(r"property(\d+)")
LIST = "L"


def read(catalog: Catalog, iblock_id: int, raw: Mapping[str, Any], before: Entry) -> dict[str, Any]:
    """What an element holds of the properties a request names; unknown properties are passed over."""
    values: dict[str, Any] = {}
    for name, value in raw.items():
        match = NAME.fullmatch(name)
        one = catalog.properties.get(int(match[1])) if match else None
        if one is None or one["iblockId"] != iblock_id or one["id"] == SKU_PROPERTY:
            continue
        given = [shown for part in _parts(value) if (shown := _value(catalog, one, part, before.get(name))) is not None]
        several = one["multiple"] == "Y"
        values[name] = given if several else given[-1] if given else None
        values[f"{name}:held"] = ()
    return values | flat(values)


def _parts(value: Any) -> list[Any]:
    if isinstance(value, dict) and "value" not in value:
        return list(value.values())
    return value if isinstance(value, list) else [value]


def _value(catalog: Catalog, one: Entry, part: Any, before: Any) -> dict[str, Any] | None:
    """A value keeps its id when the request names it."""
    bare = part.get("value") if isinstance(part, dict) else part
    if bare in (None, ""):
        return None
    asked = text(part.get("valueId")) if isinstance(part, dict) else ""
    known = {text(old["valueId"]) for old in (before if isinstance(before, list) else [before]) if old}
    shown = {"value": text(bare), "valueId": asked if asked in known else catalog.next_value_id()}
    if one["propertyType"] == LIST and (enum := catalog.property_enums.get(to_int(bare))) is not None:
        shown["valueEnum"] = enum["value"]
    return shown


def names_of(catalog: Catalog, iblock_id: int) -> dict[str, Entry]:
    """Properties of an information block by the names requests use."""
    ids = catalog.properties.ids("iblockId", iblock_id)
    return {f"property{number}": one for number in ids if (one := catalog.properties.get(number)) is not None}


def resolver(catalog: Catalog, plain: Resolve) -> Resolve:
    """Names of fields and of properties that a filter may use."""

    def resolve(name: str) -> tuple[str, str] | None:
        match = NAME.fullmatch(name)
        one = catalog.properties.get(int(match[1])) if match else None
        if one is None:
            return plain(name)
        return f"{name}:held", "double" if one["propertyType"] == "N" else "string"

    return resolve


def describe(one: Entry) -> dict[str, Any]:
    """A property as ``getFieldsByFilter`` shows it."""
    return {
        "isDynamic": True, "isImmutable": False, "isMultiple": one["multiple"] == "Y", "isReadOnly": False,
        "isRequired": one["isRequired"] == "Y", "name": one["name"], "propertyType": one["propertyType"],
        "type": "productproperty", "userType": one["userType"] or "",
    }  # fmt: skip
