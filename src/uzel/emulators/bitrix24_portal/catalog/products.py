"""Products, parents with variations, variations, services: making, changing and deleting, whoever does it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from uzel.emulators.bitrix24_portal.catalog import images, properties
from uzel.emulators.bitrix24_portal.catalog.errors import no_iblock, not_found, other
from uzel.emulators.bitrix24_portal.catalog.fields import OF_INVENTORY, OFFER, PRODUCT, SERVICE, SKU, Field, defaults
from uzel.emulators.bitrix24_portal.catalog.reading import check_required, read
from uzel.emulators.bitrix24_portal.catalog.store import (
    EMPTY_PARENT,
    FAMILY,
    LONELY_VARIATION,
    OFFERS,
    PARENT,
    PRODUCTS,
    SIMPLE,
    VARIATION,
    Catalog,
)
from uzel.emulators.bitrix24_portal.catalog.store import SERVICE as SERVICE_TYPE
from uzel.emulators.bitrix24_portal.catalog.table import Entry
from uzel.emulators.bitrix24_portal.core import Core
from uzel.emulators.bitrix24_portal.records import User
from uzel.emulators.bitrix24_portal.values import to_int

EVENT = "CATALOG.PRODUCT.ON."


@dataclass(frozen=True, slots=True)
class Kind:
    """One family of methods: its words in answers, its information block, the types it works with, the first of a new one."""

    name: str
    saved: str
    one: str
    many: str
    iblock_id: int
    types: tuple[int, ...]
    fields: Mapping[str, Field]
    defaults: Mapping[str, Any]


def _kind(name: str, words: tuple[str, str, str], iblock_id: int, types: tuple[int, ...], fields: Mapping[str, Field]) -> Kind:
    return Kind(name, *words, iblock_id, types, fields, defaults(fields))


KINDS = (
    _kind("catalog.product", ("element", "product", "products"), PRODUCTS, (SIMPLE,), PRODUCT),
    _kind("catalog.product.offer", ("offer", "offer", "offers"), OFFERS, (LONELY_VARIATION, VARIATION), OFFER),
    _kind("catalog.product.sku", ("sku", "sku", "units"), PRODUCTS, (EMPTY_PARENT, PARENT), SKU),
    _kind("catalog.product.service", ("service", "service", "services"), PRODUCTS, (SERVICE_TYPE,), SERVICE),
)
PLAIN = KINDS[0]
KIND_OF_TYPE: Mapping[int, Kind] = {one_type: kind for kind in KINDS for one_type in kind.types}


def create(core: Core, user: User, kind: Kind, raw: Mapping[str, Any]) -> Entry:
    """Make an element; what it lacks it gets: an external code of its own number, the default measure."""
    catalog, now = core.store.catalog, core.clock.moment()
    check_required(raw, ("iblockId", "name"))
    check_iblock(catalog, kind, to_int(raw["iblockId"]))
    values = _read(core, kind, raw, on_create=True)
    made = {"createdBy": user.id, "modifiedBy": user.id, "dateCreate": now, "timestampX": now, **_typed(kind.types[0])}
    filled = {name: value for name, value in values.items() if value is not None}
    entry: dict[str, Any] = {**kind.defaults, **made, **filled}
    if kind.fields["measure"].access == "w" and entry["measure"] is None:
        entry["measure"] = next((one["id"] for one in catalog.measures if one["isDefault"] == "Y"), None)
    _check(core, entry, None)
    parent_id = _parent_id(core, kind, raw)
    stored = catalog.products.add(
        {**entry, **properties.read(catalog, kind.iblock_id, raw, {}), "available": _available(entry)}
    )
    stored = _named(catalog, stored, parent_id)
    stored = images.of_fields(core, stored, raw)
    if parent_id:
        _parent_changed(core, parent_id)
    core.events.fire(EVENT + "ADD", ID=stored["id"], TYPE=stored["type"])
    return stored


def put_ready(core: Core, number: int, name: str) -> None:
    """A simple product of a number of one's choice."""
    catalog, now = core.store.catalog, core.clock.moment()
    measure_id = next(one["id"] for one in catalog.measures if one["isDefault"] == "Y")
    made = {"id": number, "iblockId": PRODUCTS, "name": name, "xmlId": str(number), "measure": measure_id}
    catalog.products.put(
        {**PLAIN.defaults, **made, **_typed(SIMPLE), "createdBy": 1, "modifiedBy": 1, "dateCreate": now, "timestampX": now}
    )


def update(core: Core, user: User, kind: Kind, entry: Entry, raw: Mapping[str, Any]) -> Entry:
    """Change what is named."""
    catalog = core.store.catalog
    values = _read(core, kind, raw, on_create=False)
    check = {**entry, **values}
    if not check["name"]:
        raise other("Required fields: name")
    _check(core, check, entry)
    own = properties.read(catalog, kind.iblock_id, raw, entry)
    new = {**check, **own, "modifiedBy": values.get("modifiedBy") or user.id, "timestampX": core.clock.moment()}
    new["available"] = _available(new)
    before = to_int(entry.get("parentId:held")) or 0
    parent_id = _parent_id(core, kind, raw) if "parentId" in raw else before
    stored = images.of_fields(core, _named(catalog, catalog.products.put(new), parent_id), raw)
    for touched in {before, parent_id} - {0} if before != parent_id else ():
        _parent_changed(core, touched)
    core.events.fire(EVENT + "UPDATE", ID=stored["id"], TYPE=stored["type"])
    return stored


def delete(core: Core, entry: Entry) -> None:
    """Delete an element with its prices, pictures, stocks and variations. Rows of deals stay."""
    catalog, number = core.store.catalog, entry["id"]
    for variation in catalog.variations(number):
        delete(core, variation)
    catalog.products.remove(number)
    for table in (catalog.prices, catalog.images, catalog.stocks):
        for one in table.having("productId", number):
            table.remove(one["id"])
    if parent_id := to_int(entry.get("parentId:held")):
        _parent_changed(core, parent_id)
    core.events.fire(EVENT + "DELETE", ID=number, TYPE=entry["type"])


def find(core: Core, kind: Kind, number: int | None) -> Entry:
    """An element that methods of this kind work with; ``catalog_product_sees_all`` lets the plain ones see every kind."""
    entry = core.store.catalog.products.get(number)
    sees_all = kind is PLAIN and core.options.catalog_product_sees_all
    if entry is None or not (sees_all or entry["type"] in kind.types):
        raise not_found("product")
    return entry


def check_iblock(catalog: Catalog, kind: Kind, number: int | None) -> None:
    """The information block is there and holds such elements."""
    if catalog.catalogs.get(number) is None:
        raise no_iblock()
    if number != kind.iblock_id:
        raise other(f"Information block {number} does not hold such elements")


def _read(core: Core, kind: Kind, raw: Mapping[str, Any], *, on_create: bool) -> dict[str, Any]:
    values = read(kind.fields, raw, core.clock.zone, on_create=on_create)
    values.pop("parentId", None)
    if core.options.inventory_accounting:
        values = {name: value for name, value in values.items() if name not in OF_INVENTORY}
    return values


def _check(core: Core, entry: Mapping[str, Any], before: Entry | None) -> None:
    """What an element names is there, and its code is its own."""
    catalog = core.store.catalog
    section = catalog.sections.get(entry["iblockSectionId"])
    if entry["iblockSectionId"] and (section is None or section["iblockId"] != PRODUCTS):
        raise other("Section with the specified identifier does not exist")
    if entry.get("vatId") and catalog.vats.get(entry["vatId"]) is None:
        raise other("VAT rate with the specified identifier does not exist")
    if entry.get("purchasingCurrency") and entry["purchasingCurrency"] not in core.options.currencies:
        raise other("The specified purchasing price currency does not exist")
    for name, verb in (("createdBy", "created"), ("modifiedBy", "modified")):
        if entry[name] not in core.store.users:
            raise other(f"User with the specified identifier who {verb} the product does not exist")
    same = catalog.products.having("code", entry["code"]) if entry["code"] else []
    if any(one["iblockId"] == entry["iblockId"] and (before is None or one["id"] != before["id"]) for one in same):
        raise other("Product with the specified symbolic code already exists")


def _parent_id(core: Core, kind: Kind, raw: Mapping[str, Any]) -> int:
    """Number of the parent a variation names; 0 when it has none."""
    given = raw.get("parentId") if "parentId" in kind.fields else None
    given = given.get("value") if isinstance(given, dict) else given
    if given in (None, "", 0, "0"):
        return 0
    parent = core.store.catalog.products.get(to_int(given))
    refused = {SERVICE_TYPE} if core.options.variation_of_simple_product == "makes_a_parent" else {SERVICE_TYPE, SIMPLE}
    if parent is None or parent["iblockId"] != PRODUCTS or parent["type"] in refused:
        raise other("Parent product with the specified identifier does not exist")
    return int(parent["id"])


def _named(catalog: Catalog, entry: Entry, parent_id: int) -> Entry:
    """The external code and the link to the parent of a stored element."""
    named = dict(entry)
    if not entry["xmlId"]:
        named["xmlId"] = str(entry["id"])
    if entry["iblockId"] == OFFERS and parent_id != (to_int(entry.get("parentId:held")) or 0):
        named["parentId:held"] = parent_id or None
        named["parentId"] = {"value": str(parent_id), "valueId": catalog.next_value_id()} if parent_id else None
        named |= _typed(VARIATION if parent_id else LONELY_VARIATION)
    return entry if named == entry else catalog.products.put(named)


def _parent_changed(core: Core, parent_id: int) -> None:
    """A product with variations is a parent; without them it stays one, an empty one."""
    catalog = core.store.catalog
    parent = catalog.products.get(parent_id)
    new_type = PARENT if catalog.variations(parent_id) else EMPTY_PARENT
    if parent is not None and parent["type"] != new_type:
        catalog.products.put({**parent, **_typed(new_type)})


def _typed(one_type: int) -> dict[str, Any]:
    return {"type": one_type, FAMILY: KIND_OF_TYPE[one_type].name}


def _available(entry: Mapping[str, Any]) -> str:
    tracked = entry.get("quantityTrace") == "Y" and entry.get("canBuyZero") != "Y"
    return "N" if tracked and not (entry.get("quantity") or 0) > 0 else "Y"
