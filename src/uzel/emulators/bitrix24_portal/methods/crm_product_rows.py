"""``crm.item.productrow.*`` and the old ``crm.deal.productrows.*`` (bitrix24-rest C4)."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from uzel.emulators.bitrix24_portal import product_rows, saving
from uzel.emulators.bitrix24_portal.access import find_deal, may
from uzel.emulators.bitrix24_portal.core import Call, Method, Reply
from uzel.emulators.bitrix24_portal.errors import ApiError, denied, missing, plain
from uzel.emulators.bitrix24_portal.filters import Rules, compile_filter
from uzel.emulators.bitrix24_portal.paging import page, read_order, sort
from uzel.emulators.bitrix24_portal.records import DEAL, Item, ProductRow
from uzel.emulators.bitrix24_portal.values import text, to_int, to_list, to_map

OWNER_TYPE = "D"


def _owner(call: Call, source: Mapping[str, Any], action: str = "update") -> Item:
    """The deal whose rows are changed: a right to change it is needed; or the deal whose rows are looked at."""
    for name in ("ownerType", "ownerId"):
        if source.get(name) is None:
            raise missing(name)
    if text(source["ownerType"]).upper() != OWNER_TYPE:
        raise ApiError("ENTITY_TYPE_NOT_SUPPORTED", f"Entity type {text(source['ownerType'])} is not supported")
    return find_deal(call, to_int(source["ownerId"]), action)


def _rows(call: Call, deal: Item) -> tuple[ProductRow, ...]:
    return call.core.store.rows.get(deal.id, ())


def _build(call: Call, raw: Any, deal: Item) -> ProductRow:
    if not isinstance(raw, dict):
        raise ApiError("INVALID_ARG_VALUE", "A product row must be an object")
    own = {row.id for row in _rows(call, deal)}
    asked = to_int(raw.get("id")) or 0
    row_id = asked if asked in own else call.core.store.next_id("row")
    return product_rows.build(raw, row_id, deal.id, call.core.store, call.core.options)


def set_(call: Call) -> Reply:
    """Replace all rows of a deal; one bad row refuses them all."""
    deal = _owner(call, call.params)
    raw = to_list(call.required("productRows"))
    if raw is None:
        raise ApiError("100", "Parameter productRows must be array")
    rows = tuple(_build(call, one, deal) for one in raw)
    if rows or call.core.options.empty_row_set_clears:
        saving.set_rows(call.core, call.user, deal, rows)
    return Reply({"productRows": [product_rows.show(row) for row in _rows(call, deal)]})


def add(call: Call) -> Reply:
    """Add one row to a deal."""
    fields = call.fields()
    deal = _owner(call, fields)
    row = _build(call, {**fields, "id": 0}, deal)
    saving.set_rows(call.core, call.user, deal, (*_rows(call, deal), row))
    return _one(row)


def update(call: Call) -> Reply:
    """Change one row; what is not named keeps its value, prices follow."""
    deal, row = _found(call, "update")
    kept = {name: value for name, value in product_rows.show(row).items() if name in _WRITABLE}
    named = {name: value for name, value in call.fields().items() if name in _WRITABLE}
    if named.keys() & {"discountRate", "discountSum", "price", "discountTypeId"}:
        absolute = (to_int(named.get("discountTypeId")) or row.discount_type_id) == product_rows.ABSOLUTE
        kept.pop("discountRate" if absolute else "discountSum")
    changed = product_rows.build(kept | named, row.id, deal.id, call.core.store, call.core.options)
    rows = tuple(changed if one.id == row.id else one for one in _rows(call, deal))
    saving.set_rows(call.core, call.user, deal, rows)
    return _one(changed)


_WRITABLE = frozenset(
    {"productId", "productName", "price", "quantity", "discountTypeId", "discountRate", "discountSum", "taxRate",
     "taxIncluded", "taxName", "measureCode", "sort"}
)  # fmt: skip


def delete(call: Call) -> Reply:
    """Delete one row."""
    deal, row = _found(call, "update")
    saving.set_rows(call.core, call.user, deal, tuple(one for one in _rows(call, deal) if one.id != row.id))
    return Reply(None)


def get(call: Call) -> Reply:
    """One row."""
    return _one(_found(call, "read")[1])


def listing(call: Call) -> Reply:
    """Rows of one deal or of many: ``=ownerId`` takes an array."""
    raw = to_map(call.required("filter"))
    if "=ownerType" not in raw or "=ownerId" not in raw:
        raise ApiError("INVALID_ARG_VALUE", "Required filter fields: =ownerType, =ownerId")
    owners = [to_int(one) or 0 for one in to_list(raw["=ownerId"]) or [raw["=ownerId"]]]
    deals = list(filter(None, map(call.core.store.items[DEAL].get, owners)))
    if any(not may(call, deal, "read") for deal in deals):
        raise denied()
    test = compile_filter(raw, Rules(_resolve, call.core.clock.zone))
    shown = [product_rows.show(row) for deal in deals for row in _rows(call, deal)]
    order = read_order(call.params.get("order"), _resolve) or [("id", False)]
    rows = sort(filter(test, shown), order, lambda row: row)
    rows, total, following = page(rows, call.params.get("start"))
    return Reply({"productRows": rows}, total, following)


def available(call: Call) -> Reply:
    """Rows nobody has been billed for: the emulator has no payments, so all of them, by ``sort``."""
    rows = sorted(_rows(call, _owner(call, call.params, "read")), key=lambda row: (row.sort, row.id))
    return Reply({"productRows": [product_rows.show(row) for row in rows]})


def _resolve(name: str) -> tuple[str, str] | None:
    return (name, product_rows.FIELDS[name]) if name in product_rows.FIELDS else None


def fields(_: Call) -> Reply:
    """What fields a row has."""
    shown = {
        name: {"type": kind, "isRequired": name in ("ownerId", "ownerType"), "isReadOnly": name not in _WRITABLE,
               "isImmutable": name in ("ownerId", "ownerType"), "isMultiple": False, "isDynamic": False, "title": name}
        for name, kind in product_rows.FIELDS.items()
    }  # fmt: skip
    return Reply({"fields": shown})


def _found(call: Call, action: str) -> tuple[Item, ProductRow]:
    row_id = to_int(call.required("id"))
    for owner_id, rows in call.core.store.rows.items():
        for row in rows:
            if row.id == row_id:
                return find_deal(call, owner_id, action), row
    raise ApiError("NOT_FOUND", "Product row was not found")


def _one(row: ProductRow) -> Reply:
    return Reply({"productRow": product_rows.show(row)})


def old_set(call: Call) -> Reply:
    """``crm.deal.productrows.set``: the same by old names."""
    deal, raw = _old_deal(call, "update"), to_list(call.old("rows"))
    if raw is None:
        raise plain("The parameter rows is invalid or not defined.")
    rows = tuple(_build(call, product_rows.from_old(to_map(one)), deal) for one in raw)
    saving.set_rows(call.core, call.user, deal, tuple(replace(row, owner_id=deal.id) for row in rows))
    return Reply(True)


def old_get(call: Call) -> Reply:
    """``crm.deal.productrows.get``."""
    return Reply([product_rows.show_old(row) for row in _rows(call, _old_deal(call, "read"))])


def _old_deal(call: Call, action: str) -> Item:
    if call.old_id() <= 0:
        raise plain("The parameter id is invalid or not defined.")
    deal = call.core.store.items[DEAL].get(call.old_id())
    if deal is None:
        raise plain("Not found")
    if not may(call, deal, action):
        raise plain("Access denied")
    return deal


METHODS = (
    Method("crm.item.productrow.set", set_),
    Method("crm.item.productrow.add", add),
    Method("crm.item.productrow.update", update),
    Method("crm.item.productrow.delete", delete),
    Method("crm.item.productrow.get", get),
    Method("crm.item.productrow.list", listing),
    Method("crm.item.productrow.fields", fields),
    Method("crm.item.productrow.getAvailableForPayment", available),
    Method("crm.deal.productrows.set", old_set),
    Method("crm.deal.productrows.get", old_get),
)
