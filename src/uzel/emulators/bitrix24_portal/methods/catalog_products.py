"""``catalog.product.*``, ``.offer.*``, ``.sku.*``, ``.service.*``: one set of verbs, a table of kinds (bitrix24-rest D)."""

from collections.abc import Callable, Mapping
from typing import Any

from uzel.emulators.bitrix24_portal.catalog import images, products, properties
from uzel.emulators.bitrix24_portal.catalog.errors import (
    ELEMENT_DENIED,
    check_edit,
    check_read,
    no_iblock,
    not_found,
    other,
    required_fields,
)
from uzel.emulators.bitrix24_portal.catalog.fields import ONLY_IN_LIST, Field
from uzel.emulators.bitrix24_portal.catalog.listing import find, resolver
from uzel.emulators.bitrix24_portal.catalog.products import KINDS, Kind
from uzel.emulators.bitrix24_portal.catalog.reading import check_required, describe, given
from uzel.emulators.bitrix24_portal.catalog.store import FAMILY
from uzel.emulators.bitrix24_portal.catalog.table import Entry
from uzel.emulators.bitrix24_portal.core import Call, Method, Reply
from uzel.emulators.bitrix24_portal.values import text, to_int, to_list, to_map

REQUIRED = ("iblockId", "name")
SELECTED = ("id", "iblockId")
_IBLOCK_KEYS = ("iblockId", "=iblockId")


def add(call: Call, kind: Kind) -> Reply:
    """Make an element."""
    fields = given(call)
    check_read(call)
    check_edit(call, ELEMENT_DENIED)
    entry = products.create(call.core, call.user, kind, fields)
    return Reply({kind.saved: _show(call, kind, entry)})


def update(call: Call, kind: Kind) -> Reply:
    """Change what is named."""
    number, fields = to_int(call.required("id")), given(call)
    check_read(call)
    check_edit(call, ELEMENT_DENIED)
    entry = products.update(call.core, call.user, kind, products.find(call.core, kind, number), fields)
    return Reply({kind.saved: _show(call, kind, entry)})


def get(call: Call, kind: Kind) -> Reply:
    """One element."""
    number = to_int(call.required("id"))
    check_read(call)
    return Reply({kind.one: _show(call, kind, products.find(call.core, kind, number))})


def delete(call: Call, kind: Kind) -> Reply:
    """Delete an element; rows of deals keep what they say."""
    number = to_int(call.required("id"))
    check_edit(call, ELEMENT_DENIED)
    products.delete(call.core, products.find(call.core, kind, number))
    return Reply(True)


def listing(call: Call, kind: Kind) -> Reply:
    """A page of elements of one information block; ``id`` and ``iblockId`` must be selected."""
    names = [text(name) for name in to_list(call.params.get("select")) or []]
    if absent := [name for name in SELECTED if name not in names]:
        raise required_fields(absent, "select fields")
    conditions = call.params.get("filter")
    if not isinstance(conditions, dict) and conditions not in (None, "", []):
        raise other("Incorrect filter format")
    iblock_id = _iblock_of(to_map(conditions))
    check_read(call)
    catalog = call.core.store.catalog
    if catalog.catalogs.get(iblock_id) is None:
        raise no_iblock()
    resolve = properties.resolver(catalog, resolver({**kind.fields, FAMILY: Field()}))
    params = {**call.params, "filter": _of_kind(call, kind, to_map(conditions), iblock_id)}
    entries, total, following = find(call, catalog.products, resolve, params)
    return Reply({kind.many: [_selected(kind, entry, names) for entry in entries]}, total, following)


def _iblock_of(conditions: Mapping[str, Any]) -> int | None:
    for key in _IBLOCK_KEYS:
        if conditions.get(key) not in (None, ""):
            return to_int(conditions[key])
    raise required_fields(["iblockId"], "filter fields")


def _of_kind(call: Call, kind: Kind, conditions: Mapping[str, Any], iblock_id: int | None) -> Mapping[str, Any]:
    """The plain methods see every element of the block when ``catalog_product_sees_all`` says so."""
    if kind is products.PLAIN and call.core.options.catalog_product_sees_all:
        return conditions
    own = {FAMILY: kind.name}
    if iblock_id != kind.iblock_id:
        return {**own, **conditions}
    return own | {key: value for key, value in conditions.items() if key not in _IBLOCK_KEYS}


def _show(call: Call, kind: Kind, entry: Entry) -> dict[str, Any]:
    """An element as add, update and get show it: with all its properties, the purchasing price as a text."""
    own = properties.names_of(call.core.store.catalog, kind.iblock_id)
    names = [name for name in kind.fields if name not in ONLY_IN_LIST]
    shown = _selected(
        kind, entry, [*names, *(name for name, one in own.items() if one["propertyType"] != "F" and name in entry)]
    )
    if shown.get("purchasingPrice") is not None:
        shown["purchasingPrice"] = f"{shown['purchasingPrice']:.6f}"
    return shown


def _selected(kind: Kind, entry: Entry, names: list[str]) -> dict[str, Any]:
    shown = {}
    for name in names:
        if name in images.FIELDS:
            shown[name] = images.link(entry["id"], name, entry[name])
        elif name in kind.fields or properties.NAME.fullmatch(name):
            shown[name] = entry.get(name)
    return shown


def fields_by_filter(call: Call, kind: Kind) -> Reply:
    """What fields and properties elements have."""
    iblock_id = _iblock_of(to_map(call.required("filter")))
    check_read(call)
    catalog = call.core.store.catalog
    products.check_iblock(catalog, kind, iblock_id)
    own = {name: properties.describe(one) for name, one in properties.names_of(catalog, kind.iblock_id).items()}
    return Reply({kind.one: describe(kind.fields, REQUIRED) | own})


def download(call: Call, _: Kind) -> Reply:
    """The bytes of a picture; no JSON at all. Links of every kind name the plain method, so each serves them all."""
    raw = call.fields()
    check_required(raw, ("fieldName", "fileId", "productId"))
    check_read(call)
    product = call.core.store.catalog.products.get(to_int(raw["productId"]))
    if product is None:
        raise not_found("product")
    name = text(raw["fieldName"])
    if name not in images.FIELDS:
        raise other("Name file field is not available")
    if product[name] is None or product[name] != to_int(raw["fileId"]):
        raise other("Product file wrong")
    image = call.core.store.catalog.images.get(product[name])
    if image is None:
        raise not_found("file")
    return Reply(None, content=image["content"])


def _for(run: Callable[[Call, Kind], Reply], kind: Kind) -> Callable[[Call], Reply]:
    return lambda call: run(call, kind)


_VERBS: Mapping[str, Callable[[Call, Kind], Reply]] = {
    "add": add, "update": update, "get": get, "delete": delete, "list": listing, "getFieldsByFilter": fields_by_filter,
    "download": download,
}  # fmt: skip
METHODS = tuple(
    Method(f"{kind.name}.{verb}", _for(run, kind), "catalog", alone=verb == "download")
    for kind in KINDS
    for verb, run in _VERBS.items()
)
