"""``crm.product.*``, ``crm.productsection.*``, ``crm.measure.list``, ``crm.vat.list``: the same store by old names (C9)."""

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from uzel.emulators.bitrix24_portal.catalog import prices, products, sections
from uzel.emulators.bitrix24_portal.catalog.errors import check_edit, check_read
from uzel.emulators.bitrix24_portal.catalog.fields import MEASURE, PRODUCT, SECTION, VAT, Field, defaults
from uzel.emulators.bitrix24_portal.catalog.listing import find, resolver
from uzel.emulators.bitrix24_portal.catalog.reading import read
from uzel.emulators.bitrix24_portal.catalog.store import FAMILY, PRODUCTS
from uzel.emulators.bitrix24_portal.catalog.table import Entry, Table
from uzel.emulators.bitrix24_portal.core import Call, Method, Reply
from uzel.emulators.bitrix24_portal.errors import ApiError, plain
from uzel.emulators.bitrix24_portal.filters import split_prefix
from uzel.emulators.bitrix24_portal.values import plain_number, text, to_list, to_map

Names = Mapping[str, str]
PRODUCT_NAMES: Names = {
    "ID": "id", "CATALOG_ID": "iblockId", "NAME": "name", "CODE": "code", "DESCRIPTION": "detailText",
    "DESCRIPTION_TYPE": "detailTextType", "ACTIVE": "active", "SECTION_ID": "iblockSectionId", "SORT": "sort",
    "VAT_ID": "vatId", "VAT_INCLUDED": "vatIncluded", "MEASURE": "measure", "XML_ID": "xmlId", "DATE_CREATE": "dateCreate",
    "TIMESTAMP_X": "timestampX", "MODIFIED_BY": "modifiedBy", "CREATED_BY": "createdBy",
}  # fmt: skip
SECTION_NAMES: Names = {
    "ID": "id", "CATALOG_ID": "iblockId", "SECTION_ID": "iblockSectionId", "NAME": "name", "XML_ID": "xmlId", "CODE": "code",
}  # fmt: skip
MEASURE_NAMES: Names = {
    "ID": "id", "CODE": "code", "MEASURE_TITLE": "measureTitle", "SYMBOL_RUS": "symbol", "SYMBOL_INTL": "symbolIntl",
    "SYMBOL_LETTER_INTL": "symbolLetterIntl", "IS_DEFAULT": "isDefault",
}  # fmt: skip
VAT_NAMES: Names = {
    "ID": "id", "TIMESTAMP_X": "timestampX", "ACTIVE": "active", "C_SORT": "sort", "NAME": "name", "RATE": "rate",
}  # fmt: skip
BASE_CURRENCY = "RUB"


def _page(call: Call, table: Table, fields: Mapping[str, Field], names: Names, own: Mapping[str, Any]) -> Reply:
    """A page of a table by its old names; ``own``: conditions nobody asked for."""
    plain_resolve = resolver({**fields, FAMILY: Field()})
    conditions = dict(own)
    for key, value in to_map(call.old("filter")).items():
        prefix, name = split_prefix(key)
        if name.upper() in names:
            conditions[prefix + names[name.upper()]] = value
    order = {names[key.upper()]: way for key, way in to_map(call.old("order")).items() if key.upper() in names}
    params = {"filter": conditions, "order": order, "start": call.old("start")}
    entries, total, following = find(call, table, plain_resolve, params)
    wanted = [text(name).upper() for name in to_list(call.old("select")) or []]
    return Reply([_selected(call, entry, names, wanted) for entry in entries], total, following)


def _selected(call: Call, entry: Entry, names: Names, wanted: list[str]) -> dict[str, Any]:
    shown = _show(call, entry, names)
    if not wanted or "*" in wanted:
        return shown
    return {name: value for name, value in shown.items() if name in ("ID", *wanted)}


def _show(call: Call, entry: Entry, names: Names) -> dict[str, Any]:
    shown = {old: _as_text(entry.get(new)) for old, new in names.items()}
    if names is PRODUCT_NAMES:
        catalog = call.core.store.catalog
        price = catalog.price_of(entry["id"], catalog.base_price_type())
        shown |= {"PRICE": f"{price['price']:.2f}" if price else None, "CURRENCY_ID": price["currency"] if price else None}
    return shown


def _as_text(value: Any) -> str | None:
    if isinstance(value, Decimal):
        return plain_number(value)
    return value.isoformat(timespec="seconds") if isinstance(value, datetime) else None if value is None else str(value)


def _raw(call: Call, names: Names) -> tuple[dict[str, Any], dict[str, Any]]:
    """``fields`` by their new names, and by their old ones."""
    fields = call.old("fields")
    if not isinstance(fields, dict):
        raise plain("Parameter 'fields' must be array.")
    given = {key.upper(): value for key, value in fields.items()}
    return {names[key]: value for key, value in given.items() if key in names and key != "ID"}, given


def _old_errors(run: Callable[[Call], Reply]) -> Callable[[Call], Reply]:
    """Old methods have no codes: only the text of an error is kept."""

    def guarded(call: Call) -> Reply:
        try:
            return run(call)
        except ApiError as error:
            raise plain(error.description) from error

    return guarded


def add_product(call: Call) -> Reply:
    """Make a simple product, with its base price at once; the answer is its bare id."""
    check_edit(call)
    raw, given = _raw(call, PRODUCT_NAMES)
    entry = products.create(call.core, call.user, products.PLAIN, {**raw, "iblockId": PRODUCTS})
    _set_price(call, entry, given)
    return Reply(entry["id"])


def update_product(call: Call) -> Reply:
    """Change a product and its base price."""
    check_edit(call)
    raw, given = _raw(call, PRODUCT_NAMES)
    entry = _product(call)
    if raw:
        entry = products.update(call.core, call.user, products.PLAIN, entry, raw)
    _set_price(call, entry, given)
    return Reply(True)


def _set_price(call: Call, entry: Entry, given: Mapping[str, Any]) -> None:
    catalog = call.core.store.catalog
    wanted = {new: given[old] for old, new in (("PRICE", "price"), ("CURRENCY_ID", "currency")) if given.get(old) is not None}
    if not wanted:
        return
    before = catalog.price_of(entry["id"], catalog.base_price_type())
    if before is not None:
        prices.update(call.core, before, wanted)
    elif "price" in wanted:
        link = {"productId": entry["id"], "catalogGroupId": catalog.base_price_type()}
        prices.create(call.core, {"currency": BASE_CURRENCY, **wanted, **link})


def get_product(call: Call) -> Reply:
    """One product, all texts."""
    check_read(call)
    return Reply(_show(call, _product(call), PRODUCT_NAMES))


def delete_product(call: Call) -> Reply:
    """Delete a product."""
    check_edit(call)
    products.delete(call.core, _product(call))
    return Reply(True)


def list_products(call: Call) -> Reply:
    """A page of simple products."""
    check_read(call)
    own = {FAMILY: products.PLAIN.name}
    return _page(call, call.core.store.catalog.products, PRODUCT, PRODUCT_NAMES, own)


def product_fields(_: Call) -> Reply:
    """What fields a product has, by their old names."""
    described = {old: _describe(PRODUCT[new], required=old == "NAME") for old, new in PRODUCT_NAMES.items()}
    priced = {"PRICE": _describe(Field("double"), required=False), "CURRENCY_ID": _describe(Field(), required=False)}
    return Reply(described | priced)


def _describe(one: Field, *, required: bool) -> dict[str, Any]:
    return {"type": one.kind, "isRequired": required, "isReadOnly": one.access == "r", "isImmutable": one.access == "c",
            "isMultiple": False, "isDynamic": False}  # fmt: skip


def _product(call: Call) -> Entry:
    entry = call.core.store.catalog.products.get(call.old_id())
    if entry is None:
        raise plain("Product is not found")
    return entry


def add_section(call: Call) -> Reply:
    """Make a section."""
    check_edit(call)
    raw, _ = _raw(call, SECTION_NAMES)
    if not raw.get("name"):
        raise plain("Name is not defined")
    values = read(SECTION, {**raw, "iblockId": PRODUCTS}, call.core.clock.zone, on_create=True)
    _check_parent(call, values.get("iblockSectionId"))
    return Reply(call.core.store.catalog.sections.add(defaults(SECTION) | values)["id"])


def update_section(call: Call) -> Reply:
    """Rename or move a section."""
    check_edit(call)
    entry, values = _section(call), read(SECTION, _raw(call, SECTION_NAMES)[0], call.core.clock.zone, on_create=False)
    _check_parent(call, values.get("iblockSectionId"))
    call.core.store.catalog.sections.put({**entry, **values})
    return Reply(True)


def _check_parent(call: Call, number: int | None) -> None:
    if number and call.core.store.catalog.sections.get(number) is None:
        raise plain("Parent section is not found")


def get_section(call: Call) -> Reply:
    """One section."""
    check_read(call)
    return Reply(_show(call, _section(call), SECTION_NAMES))


def delete_section(call: Call) -> Reply:
    """Delete a section with what is under it."""
    check_edit(call)
    sections.delete(call.core, _section(call))
    return Reply(True)


def list_sections(call: Call) -> Reply:
    """A page of sections."""
    check_read(call)
    return _page(call, call.core.store.catalog.sections, SECTION, SECTION_NAMES, {})


def _section(call: Call) -> Entry:
    entry = call.core.store.catalog.sections.get(call.old_id())
    if entry is None:
        raise plain("Section is not found")
    return entry


def list_measures(call: Call) -> Reply:
    """Measures."""
    return _page(call, call.core.store.catalog.measures, MEASURE, MEASURE_NAMES, {})


def list_vats(call: Call) -> Reply:
    """Rates of VAT."""
    return _page(call, call.core.store.catalog.vats, VAT, VAT_NAMES, {})


_RUNS: Mapping[str, Callable[[Call], Reply]] = {
    "crm.product.add": add_product, "crm.product.update": update_product, "crm.product.get": get_product,
    "crm.product.delete": delete_product, "crm.product.list": list_products, "crm.product.fields": product_fields,
    "crm.productsection.add": add_section, "crm.productsection.update": update_section, "crm.productsection.get": get_section,
    "crm.productsection.delete": delete_section, "crm.productsection.list": list_sections, "crm.measure.list": list_measures,
    "crm.vat.list": list_vats,
}  # fmt: skip
METHODS = tuple(Method(name, _old_errors(run)) for name, run in _RUNS.items())
