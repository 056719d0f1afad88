"""``crm.item.*``: deals, contacts, companies and items of smart processes by one set of methods (bitrix24-rest C1)."""

from typing import Any

from uzel.emulators.bitrix24_portal import item_fields, saving
from uzel.emulators.bitrix24_portal.access import entity_type, find_item, may_ever
from uzel.emulators.bitrix24_portal.core import Call, Method, Reply
from uzel.emulators.bitrix24_portal.errors import denied
from uzel.emulators.bitrix24_portal.records import Item
from uzel.emulators.bitrix24_portal.search import find, resolver
from uzel.emulators.bitrix24_portal.smart import editable
from uzel.emulators.bitrix24_portal.values import text, to_int, to_list


def add(call: Call) -> Reply:
    """Make an item and answer the whole of it."""
    entity = entity_type(call)
    if not may_ever(call, entity, "add"):
        raise denied()
    editable(call.core.options, entity, "CREATE")
    change = item_fields.read(call.core, entity, call.fields(), original=call.original_names, on_create=True)
    return _item(call, saving.create(call.core, call.user, entity, change))


def get(call: Call) -> Reply:
    """One item."""
    return _item(call, _found(call, "read"))


def update(call: Call) -> Reply:
    """Change an item and answer the whole of it."""
    item = _found(call, "update")
    editable(call.core.options, item.entity_type_id, "UPDATE")
    change = item_fields.read(call.core, item.entity_type_id, call.fields(), original=call.original_names, on_create=False)
    return _item(call, saving.update(call.core, call.user, item, change))


def delete(call: Call) -> Reply:
    """Delete an item; the answer is an empty array."""
    saving.delete(call.core, _found(call, "delete"))
    return Reply([])


def listing(call: Call) -> Reply:
    """A page of items."""
    entity, original = entity_type(call), call.original_names
    resolve = resolver(call, entity, original=original)
    items, total, following = find(call, entity, resolve, dict(call.params), strict=True)
    names = [text(name) for name in to_list(call.params.get("select")) or []]
    show = item_fields.selector(call.core, entity, names, original=original)
    return Reply({"items": [show(item) for item in items]}, total, following)


def fields(call: Call) -> Reply:
    """What fields an item has."""
    described = item_fields.describe(call.core, entity_type(call), original=call.original_names)
    return Reply({"fields": described})


def _found(call: Call, action: str) -> Item:
    entity = entity_type(call)
    return find_item(call, entity, to_int(call.required("id")), action)


def _item(call: Call, item: Item) -> Reply:
    shown: dict[str, Any] = item_fields.show(call.core, item, original=call.original_names)
    return Reply({"item": shown})


METHODS = (
    Method("crm.item.add", add),
    Method("crm.item.get", get),
    Method("crm.item.update", update),
    Method("crm.item.delete", delete),
    Method("crm.item.list", listing),
    Method("crm.item.fields", fields),
)
