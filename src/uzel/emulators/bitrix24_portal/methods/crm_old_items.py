"""``crm.lead.*``, ``crm.deal.*``, ``crm.contact.*``, ``crm.company.*``: the old methods, still alive (bitrix24-rest C9)."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from uzel.emulators.bitrix24_portal import item_fields, saving
from uzel.emulators.bitrix24_portal.access import may, may_ever
from uzel.emulators.bitrix24_portal.core import Call, Method, Reply
from uzel.emulators.bitrix24_portal.errors import plain
from uzel.emulators.bitrix24_portal.fields import FIELDS
from uzel.emulators.bitrix24_portal.multifields import TYPES, show_old
from uzel.emulators.bitrix24_portal.records import COMPANY, CONTACT, DEAL, LEAD, Item
from uzel.emulators.bitrix24_portal.search import find, old_resolver
from uzel.emulators.bitrix24_portal.values import text, to_list

NAMES = {LEAD: "lead", DEAL: "deal", CONTACT: "contact", COMPANY: "company"}


def _fields(call: Call) -> dict[str, Any]:
    fields = call.old("fields")
    if not isinstance(fields, dict):
        if isinstance(fields, list):
            return {}
        raise plain("Parameter 'fields' must be array.")
    return fields


def _found(call: Call, entity: int, action: str) -> Item:
    item_id = call.old_id()
    if item_id <= 0:
        raise plain("ID is not defined or invalid.")
    item = call.core.store.items[entity].get(item_id)
    if item is None:
        raise plain("Not found")
    if not may(call, item, action):
        raise plain("Access denied.")
    return item


def add(call: Call, entity: int) -> Reply:
    """Make an item; the answer is its bare id."""
    if not may_ever(call, entity, "add"):
        raise plain("Access denied.")
    change = item_fields.read_old(call.core, entity, _fields(call), on_create=True)
    return Reply(saving.create(call.core, call.user, entity, change).id)


def update(call: Call, entity: int) -> Reply:
    """Change an item. A deal does not leave its pipeline this way (bitrix24-rest C3)."""
    item = _found(call, entity, "update")
    change = item_fields.read_old(call.core, entity, _fields(call), on_create=False)
    values = {name: value for name, value in change.values.items() if name != "categoryId"}
    saving.update(call.core, call.user, item, replace(change, values=values))
    return Reply(True)


def get(call: Call, entity: int) -> Reply:
    """One item, all texts."""
    return Reply(item_fields.show_old(call.core, _found(call, entity, "read")))


def delete(call: Call, entity: int) -> Reply:
    """Delete an item."""
    saving.delete(call.core, _found(call, entity, "delete"))
    return Reply(True)


def listing(call: Call, entity: int) -> Reply:
    """A page of items; user fields and phones come only when they are selected."""
    if not may_ever(call, entity, "read"):
        raise plain("Access denied.")
    params = {name: call.old(name) for name in ("filter", "order", "start")}
    items, total, following = find(call, entity, old_resolver(call, entity), params, strict=False)
    names = [text(name).upper() for name in to_list(call.old("select")) or []]
    return Reply([_selected(call, item, names) for item in items], total, following)


def _selected(call: Call, item: Item, names: list[str]) -> dict[str, Any]:
    shown = item_fields.show_old(call.core, item, with_multifields=False)
    everything = not names or "*" in names
    kept = {
        name: value
        for name, value in shown.items()
        if name in names
        or name == "ID"
        or (name.startswith("UF_") and "UF_*" in names)
        or (everything and not name.startswith("UF_"))
    }
    phones = {name: show_old(item.multifields, name) for name in names if name in TYPES and item.entity_type_id != DEAL}
    return kept | {name: values for name, values in phones.items() if values}


def fields(call: Call, entity: int) -> Reply:
    """What fields an item has, by their old names."""
    shown = {
        one.old: {"type": one.kind, "isRequired": False, "isReadOnly": one.access in ("r", "a"),
                  "isImmutable": one.access == "c", "isMultiple": one.is_multiple, "isDynamic": False,
                  "title": one.title or one.old}
        for one in FIELDS[entity].values()
    }  # fmt: skip
    for one in call.core.store.user_fields_of(entity):
        described = item_fields.describe(call.core, entity, original=True)[one.name]
        shown[one.name] = described | {"listLabel": one.title, "formLabel": one.title, "filterLabel": one.title}
    return Reply(shown)


def _for(run: Callable[[Call, int], Reply], entity: int) -> Callable[[Call], Reply]:
    return lambda call: run(call, entity)


_VERBS: dict[str, Callable[[Call, int], Reply]] = {
    "add": add, "update": update, "get": get, "delete": delete, "list": listing, "fields": fields,
}  # fmt: skip
METHODS = tuple(
    Method(f"crm.{name}.{verb}", _for(run, entity)) for entity, name in NAMES.items() for verb, run in _VERBS.items()
)
