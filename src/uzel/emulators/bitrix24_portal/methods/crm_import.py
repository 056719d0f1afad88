"""``crm.item.import`` and ``crm.item.batchImport``: items without robots and workflows (bitrix24-rest C10)."""

from datetime import datetime
from typing import Any

from uzel.emulators.bitrix24_portal import item_fields, saving
from uzel.emulators.bitrix24_portal.access import entity_type, may_ever
from uzel.emulators.bitrix24_portal.convert import invalid
from uzel.emulators.bitrix24_portal.core import Call, Method, Reply
from uzel.emulators.bitrix24_portal.errors import ApiError, denied
from uzel.emulators.bitrix24_portal.smart import editable, fields_of
from uzel.emulators.bitrix24_portal.values import is_empty, to_list

MOST_ITEMS = 20
#: what an administrator may tell of an item that is older than its import
STAMPS = ("createdTime", "updatedTime", "movedTime", "createdBy", "updatedBy", "movedBy")


def import_one(call: Call) -> Reply:
    """One item; the answer names its id only."""
    return Reply(_imported(call, _allowed_type(call), call.fields()))


def import_many(call: Call) -> Reply:
    """At most twenty items, each of which succeeds or fails by itself."""
    entity, data = _allowed_type(call), to_list(call.required("data")) or []
    if len(data) > MOST_ITEMS:
        raise ApiError("MAX_IMPORT_BATCH_SIZE_EXCEEDED", f"You cannot import more than {MOST_ITEMS} items")
    return Reply({"items": [_tried(call, entity, fields) for fields in data]})


def _allowed_type(call: Call) -> int:
    entity = entity_type(call)
    if not may_ever(call, entity, "import"):
        raise denied()
    editable(call.core.options, entity, "CREATE")
    return entity


def _tried(call: Call, entity: int, fields: Any) -> dict[str, Any]:
    try:
        return _imported(call, entity, fields if isinstance(fields, dict) else {})
    except ApiError as error:
        return error.body()


def _imported(call: Call, entity: int, fields: dict[str, Any]) -> dict[str, Any]:
    change = item_fields.read(call.core, entity, fields, original=call.original_names, on_create=True)
    fires, stamps = call.core.options.import_fires_events, _stamps(call, entity, fields)
    item = saving.create(call.core, call.user, entity, change, fires=fires, stamps=stamps)
    return {"item": {"id": item.id}}


def _stamps(call: Call, entity: int, fields: dict[str, Any]) -> dict[str, Any]:
    """Moments and authors that the request names, in an order that time could have had."""
    known, reader = fields_of(call.core.store, entity), call.core.converter(entity)
    sent = {item_fields.spelled(call.core, entity, name): value for name, value in fields.items()}
    named = {name: reader.field(known[name], sent[name]) for name in STAMPS if name in known and not is_empty(sent.get(name))}
    if named and not call.user.is_admin:
        raise invalid(known[next(iter(named))].title)
    now: datetime = call.core.clock.moment()
    created, updated = named.get("createdTime", now), named.get("updatedTime", now)
    wrong = {
        "createdTime": created > now,
        "updatedTime": not created <= updated <= now,
        "movedTime": not created <= named.get("movedTime", created) <= updated,
    }
    if name := next((name for name, is_wrong in wrong.items() if is_wrong), ""):
        raise invalid(known[name].title)
    if "createdTime" in named and any(item.values["createdTime"] > created for item in call.core.store.items[entity]):
        raise ApiError(invalid("").code, "Cannot import an item with a creation date earlier than already created items")
    return named


METHODS = (Method("crm.item.import", import_one), Method("crm.item.batchImport", import_many))
