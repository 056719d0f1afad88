"""``crm.type.*``: smart processes; for CRM administrators only (bitrix24-rest F)."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from uzel.emulators.bitrix24_portal import seed
from uzel.emulators.bitrix24_portal.core import Call, Method, Reply
from uzel.emulators.bitrix24_portal.errors import ApiError, denied, plain
from uzel.emulators.bitrix24_portal.filters import Rules, compile_filter
from uzel.emulators.bitrix24_portal.paging import page, read_order, sort
from uzel.emulators.bitrix24_portal.records import Category, SmartType
from uzel.emulators.bitrix24_portal.store import Items
from uzel.emulators.bitrix24_portal.values import is_yes, text, to_int, to_list, to_map

FIRST_FREE, LOW = 1030, range(128, 193)
FLAGS = (
    "isCategoriesEnabled", "isStagesEnabled", "isBeginCloseDatesEnabled", "isClientEnabled", "isUseInUserfieldEnabled",
    "isLinkWithProductsEnabled", "isMycompanyEnabled", "isDocumentsEnabled", "isSourceEnabled", "isObserversEnabled",
    "isRecyclebinEnabled", "isAutomationEnabled", "isBizProcEnabled", "isSetOpenPermissions",
    "isPaymentsEnabled", "isCountersEnabled",  # these two are answered, but crm.type.fields does not name them
)  # fmt: skip
#: fields of tasks and of the calendar in which items may be chosen
LINKED_FIELDS = ("CALENDAR_EVENT|UF_CRM_CAL_EVENT", "TASKS_TASK|UF_CRM_TASK", "TASKS_TASK_TEMPLATE|UF_CRM_TASK")
_KINDS = {"id": "integer", "entityTypeId": "integer", "title": "string", "createdBy": "user"} | dict.fromkeys(FLAGS, "string")


def add(call: Call) -> Reply:
    """Make a smart process; without a number it gets the next free one."""
    _admin(call)
    fields, store = call.fields(), call.core.store
    if not text(fields.get("title")):
        raise ApiError("CRM_FIELD_ERROR_REQUIRED", 'Поле "Название" обязательно для заполнения')
    if len(store.types) >= call.core.options.most_smart_processes:
        raise ApiError("CREATE_DYNAMIC_TYPE_RESTRICTED", "Maximum number of SPAs exceeded")
    now = call.core.clock.moment()
    made = SmartType(store.next_id("type"), _number(call, fields), "", call.user.id, call.user.id, now, now)
    made = _changed(made, {"isSetOpenPermissions": "Y"} | fields)
    store.types[made.id] = made
    store.items[made.entity_type_id] = Items()
    category = Category(store.next_id("smart_category"), "Общая", is_default=True, entity_type_id=made.entity_type_id)
    seed.add_pipeline(store, category)
    call.core.events.fire("ONCRMTYPEADD", ID=made.id)
    return Reply({"type": show(made, with_relations=True)})


def _number(call: Call, fields: Mapping[str, Any]) -> int:
    taken = {one.entity_type_id for one in call.core.store.types.values()}
    if not text(fields.get("entityTypeId")):
        return next(number for number in range(FIRST_FREE, FIRST_FREE + 2 * len(taken) + 2, 2) if number not in taken)
    number = to_int(fields["entityTypeId"]) or 0
    if number not in LOW and (number < FIRST_FREE or number % 2):
        raise ApiError("INVALID_ARG_VALUE", "entityTypeId is out of allowed range")
    if number in taken:
        raise ApiError("INVALID_ARG_VALUE", f"entityTypeId {number} is already in use")
    return number


def _changed(one: SmartType, fields: Mapping[str, Any]) -> SmartType:
    """What a request names; ``relations`` are replaced as a whole, their flags are "true" and "false"."""
    flags = {name: "Y" if is_yes(fields[name]) else "N" for name in FLAGS if name in fields}
    linked = to_map(fields.get("linkedUserFields"))
    links = {name: "Y" if text(linked[name]).lower() == "true" else "N" for name in LINKED_FIELDS if name in linked}
    changed = replace(
        one, title=text(fields.get("title")) or one.title, flags={**one.flags, **flags},
        linked_user_fields={**one.linked_user_fields, **links},
    )  # fmt: skip
    if "relations" not in fields:
        return changed
    relations = to_map(fields["relations"])
    return replace(changed, parents=_related(relations.get("parent")), children=_related(relations.get("child")))


def _related(raw: Any) -> dict[int, str]:
    listed = [to_map(one) for one in to_list(raw) or []]
    return {
        to_int(one.get("entityTypeId")) or 0: "Y" if text(one.get("isChildrenListEnabled")).lower() == "true" else "N"
        for one in listed
    }


def update(call: Call) -> Reply:
    """Change a smart process; its number never changes."""
    _admin(call)
    changed = replace(_changed(_found(call), call.fields()), updated=call.core.clock.moment(), updated_by=call.user.id)
    call.core.store.types[changed.id] = changed
    call.core.events.fire("ONCRMTYPEUPDATE", ID=changed.id)
    return Reply({"type": show(changed, with_relations=True)})


def get(call: Call) -> Reply:
    """One smart process by its id."""
    _admin(call)
    return Reply({"type": show(_found(call), with_relations=True)})


def get_by_number(call: Call) -> Reply:
    """One smart process by its entityTypeId."""
    _admin(call)
    number = to_int(call.required("entityTypeId"))
    found = next((one for one in call.core.store.types.values() if one.entity_type_id == number), None)
    if found is None:
        raise ApiError("NOT_FOUND", "Smart process not found")
    return Reply({"type": show(found, with_relations=True)})


def listing(call: Call) -> Reply:
    """A page of smart processes, without their relations."""
    _admin(call)
    test = compile_filter(call.params.get("filter") or {}, Rules(_resolve, call.core.clock.zone))
    rows = [row for row in map(show, call.core.store.types.values()) if test(row)]
    order = read_order(call.params.get("order"), _resolve, strict=True)
    cut, total, following = page(sort(rows, order, lambda row: row) if order else rows, call.params.get("start"))
    return Reply({"types": cut}, total, following)


def _resolve(name: str) -> tuple[str, str] | None:
    return (name, _KINDS[name]) if name in _KINDS else None


def delete(call: Call) -> Reply:
    """Delete an empty smart process with its fields."""
    _admin(call)
    found, store = _found(call), call.core.store
    if len(store.items[found.entity_type_id]):
        raise ApiError("BX_ERROR", "You cannot delete an entity type that has elements")
    for field in store.user_fields_of(f"CRM_{found.id}"):
        del store.user_fields[field.id]
    for category in store.categories_of(found.entity_type_id).values():
        store.remove_category(category)
    del store.items[found.entity_type_id], store.types[found.id]
    call.core.events.fire("ONCRMTYPEDELETE", ID=found.id)
    return Reply([])


def _admin(call: Call) -> None:
    if not call.user.rules_crm:
        raise denied()


def _found(call: Call) -> SmartType:
    found = call.core.store.types.get(to_int(call.required("id")) or 0)
    if found is None:
        raise plain("Smart process not found")
    return found


def show(one: SmartType, *, with_relations: bool = False) -> dict[str, Any]:
    """A smart process as crm.type.* answers it."""
    shown: dict[str, Any] = {
        "id": one.id, "title": one.title, "code": "", "createdBy": one.created_by, "entityTypeId": one.entity_type_id,
        "customSectionId": None, "createdTime": one.created, "updatedTime": one.updated, "updatedBy": one.updated_by,
        **{name: one.flags.get(name, "N") for name in FLAGS},
    }  # fmt: skip
    if not with_relations:
        return shown
    relations = {
        side: [{"entityTypeId": number, "isChildrenListEnabled": flag, "isPredefined": "N"} for number, flag in related.items()]
        for side, related in (("parent", one.parents), ("child", one.children))
    }
    links = {name: one.linked_user_fields.get(name, "N") for name in LINKED_FIELDS}
    return shown | {"relations": relations, "linkedUserFields": links, "customSections": []}


def fields(call: Call) -> Reply:
    """What settings a smart process has."""
    _admin(call)
    known = {"id": "integer", "title": "string", "code": "string", "createdBy": "user", "entityTypeId": "integer",
             "customSectionId": "integer", **dict.fromkeys(FLAGS[:-2], "boolean"), "createdTime": "datetime",
             "updatedTime": "datetime", "updatedBy": "user"}  # fmt: skip
    return Reply({
        "fields": {
            name: {
                "type": kind, "isRequired": name in ("title", "entityTypeId"),
                "isReadOnly": name in ("id", "createdBy", "updatedBy"),
                "isImmutable": name in ("entityTypeId", "customSectionId"), "isMultiple": False, "isDynamic": False,
                "title": name, "upperName": re.sub(r"([A-Z])", r"_\1", name).upper(),
            }
            for name, kind in known.items()
        }
    })  # fmt: skip


METHODS = (
    Method("crm.type.add", add),
    Method("crm.type.update", update),
    Method("crm.type.get", get),
    Method("crm.type.getByEntityTypeId", get_by_number),
    Method("crm.type.list", listing),
    Method("crm.type.delete", delete),
    Method("crm.type.fields", fields),
)
