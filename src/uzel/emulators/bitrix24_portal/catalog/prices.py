"""Prices of products: one of each type, the whole set at once or one by one."""

from collections.abc import Mapping
from typing import Any

from uzel.emulators.bitrix24_portal.catalog.errors import not_found, other
from uzel.emulators.bitrix24_portal.catalog.fields import PRICE, defaults
from uzel.emulators.bitrix24_portal.catalog.reading import check_required, read
from uzel.emulators.bitrix24_portal.catalog.table import Entry
from uzel.emulators.bitrix24_portal.core import Core
from uzel.emulators.bitrix24_portal.values import to_int

EVENT = "CATALOG.PRICE.ON."
_WRONG = "Validate price error. "
WRONG_TYPE = _WRONG + "Catalog price group is wrong"
TAKEN = _WRONG + "Catalog product is allowed has only single price without ranges in price group"
TWICE = _WRONG + "Catalog product is allowed to have only a single price without ranges in the price group"


def create(core: Core, raw: Mapping[str, Any]) -> Entry:
    """Add a price of a type the product has none of."""
    check_required(raw, ("catalogGroupId", "currency", "price", "productId"))
    values = _read(core, raw)
    product = product_of(core, values["productId"])
    if core.store.catalog.price_of(product["id"], int(values["catalogGroupId"])) is not None:
        raise other(TAKEN)
    return _added(core, values)


def update(core: Core, price: Entry, raw: Mapping[str, Any]) -> Entry:
    """Change what is named."""
    values = {name: value for name, value in _read(core, raw).items() if name != "productId"}
    group_id = int(values.get("catalogGroupId") or price["catalogGroupId"])
    same = core.store.catalog.price_of(price["productId"], group_id)
    if same is not None and same["id"] != price["id"]:
        raise other(TAKEN)
    return _put(core, price, values)


def replace_all(core: Core, product_id: int, wishes: list[Mapping[str, Any]]) -> list[Entry]:
    """Make the product have these prices and no others; one bad price refuses them all."""
    product_of(core, product_id)
    own = {one["id"]: one for one in core.store.catalog.prices.having("productId", product_id)}
    planned = []
    for raw in wishes:
        check_required(raw, ("catalogGroupId", "price", "currency"))
        number = to_int(raw.get("id"))
        if number is not None and number not in own:
            raise not_found("price")
        planned.append((number, _read(core, raw) | {"productId": product_id}))
    groups = [values["catalogGroupId"] for _, values in planned]
    if len(set(groups)) != len(groups):
        raise other(TWICE)
    kept = {number for number, _ in planned}
    for number in own.keys() - kept:
        delete(core, own[number])
    return [_added(core, values) if number is None else _put(core, own[number], values) for number, values in planned]


def delete(core: Core, price: Entry) -> None:
    """Delete a price."""
    core.store.catalog.prices.remove(price["id"])
    core.events.fire(EVENT + "DELETE", ID=price["id"])


def product_of(core: Core, number: int | None) -> Entry:
    """The product of a price, of any type."""
    product = core.store.catalog.products.get(number)
    if product is None:
        raise not_found("product")
    return product


def _read(core: Core, raw: Mapping[str, Any]) -> dict[str, Any]:
    values = read(PRICE, raw, core.clock.zone, on_create=True)
    if "catalogGroupId" in values and core.store.catalog.price_types.get(values["catalogGroupId"]) is None:
        raise other(WRONG_TYPE)
    if "currency" in values and values["currency"] not in core.options.currencies:
        raise other("The specified currency does not exist")
    if "price" in values:
        values["priceScale"] = values["price"]
    return values


def _added(core: Core, values: Mapping[str, Any]) -> Entry:
    stored = core.store.catalog.prices.add({**defaults(PRICE), **values, "timestampX": core.clock.moment()})
    core.events.fire(EVENT + "ADD", ID=stored["id"])
    return stored


def _put(core: Core, price: Entry, values: Mapping[str, Any]) -> Entry:
    stored = core.store.catalog.prices.put({**price, **values, "timestampX": core.clock.moment()})
    core.events.fire(EVENT + "UPDATE", ID=stored["id"])
    return stored
