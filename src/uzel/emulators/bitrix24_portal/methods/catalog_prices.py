"""``catalog.price.*``: prices of products (bitrix24-rest D)."""

from uzel.emulators.bitrix24_portal.catalog import prices
from uzel.emulators.bitrix24_portal.catalog.errors import check_edit, check_read, not_found
from uzel.emulators.bitrix24_portal.catalog.fields import PRICE
from uzel.emulators.bitrix24_portal.catalog.listing import find, resolver
from uzel.emulators.bitrix24_portal.catalog.reading import check_required, describe, given, select
from uzel.emulators.bitrix24_portal.catalog.table import Entry
from uzel.emulators.bitrix24_portal.core import Call, Method, Reply
from uzel.emulators.bitrix24_portal.values import to_int, to_list, to_map

REQUIRED = ("productId", "catalogGroupId", "price", "currency")


def add(call: Call) -> Reply:
    """Add a price."""
    fields = given(call)
    check_edit(call)
    return _one(prices.create(call.core, fields))


def update(call: Call) -> Reply:
    """Change a price."""
    number, fields = to_int(call.required("id")), given(call)
    check_edit(call)
    return _one(prices.update(call.core, _found(call, number), fields))


def modify(call: Call) -> Reply:
    """Replace all prices of a product at once."""
    fields = given(call)
    check_edit(call)
    check_required(fields, ("product",))
    product = to_map(fields["product"])
    wishes = to_list(product.get("prices"))
    check_required({"id": product.get("id"), "prices": "" if wishes is None else "given"}, ("id", "prices"))
    entries = prices.replace_all(call.core, to_int(product["id"]) or 0, [to_map(one) for one in wishes or []])
    return Reply({"prices": [select(entry, PRICE) for entry in entries]})


def get(call: Call) -> Reply:
    """One price."""
    number = to_int(call.required("id"))
    check_read(call)
    return _one(_found(call, number))


def listing(call: Call) -> Reply:
    """A page of prices; ``filter[productId]`` takes an array."""
    check_read(call)
    entries, total, following = find(call, call.core.store.catalog.prices, resolver(PRICE), call.params)
    return Reply({"prices": [select(entry, PRICE, call.params.get("select")) for entry in entries]}, total, following)


def delete(call: Call) -> Reply:
    """Delete a price."""
    number = to_int(call.required("id"))
    check_edit(call)
    prices.delete(call.core, _found(call, number))
    return Reply(True)


def fields(call: Call) -> Reply:
    """What fields a price has."""
    check_read(call)
    return Reply({"price": describe(PRICE, REQUIRED)})


def _found(call: Call, number: int | None) -> Entry:
    price = call.core.store.catalog.prices.get(number)
    if price is None:
        raise not_found("price")
    return price


def _one(price: Entry) -> Reply:
    return Reply({"price": select(price, PRICE)})


METHODS = (
    Method("catalog.price.add", add, "catalog"),
    Method("catalog.price.update", update, "catalog"),
    Method("catalog.price.modify", modify, "catalog"),
    Method("catalog.price.get", get, "catalog"),
    Method("catalog.price.list", listing, "catalog"),
    Method("catalog.price.delete", delete, "catalog"),
    Method("catalog.price.getFields", fields, "catalog"),
)
