"""``crm.item.import`` and ``crm.item.batchImport``: items without robots and workflows (bitrix24-rest C10)."""

from typing import Any

from uzel.emulators.bitrix24_portal import item_fields, saving
from uzel.emulators.bitrix24_portal.access import entity_type, may_ever
from uzel.emulators.bitrix24_portal.core import Call, Method, Reply
from uzel.emulators.bitrix24_portal.errors import ApiError, denied
from uzel.emulators.bitrix24_portal.smart import editable
from uzel.emulators.bitrix24_portal.values import to_list

MOST_ITEMS = 20


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
    item = saving.create(call.core, call.user, entity, change, fires=call.core.options.import_fires_events)
    return {"item": {"id": item.id}}


METHODS = (Method("crm.item.import", import_one), Method("crm.item.batchImport", import_many))
