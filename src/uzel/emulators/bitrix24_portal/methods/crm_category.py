"""``crm.category.*``: pipelines of deals and of smart processes (bitrix24-rest C3)."""

from dataclasses import replace
from typing import Any

from uzel.emulators.bitrix24_portal import seed
from uzel.emulators.bitrix24_portal.access import entity_type
from uzel.emulators.bitrix24_portal.core import Call, Method, Reply
from uzel.emulators.bitrix24_portal.errors import ApiError, denied
from uzel.emulators.bitrix24_portal.records import COMPANY, CONTACT, DEAL, LEAD, Category
from uzel.emulators.bitrix24_portal.values import text, to_int

FIELDS = {"id": "integer", "name": "string", "sort": "integer", "entityTypeId": "integer", "isDefault": "boolean",
          "originId": "string", "originatorId": "string"}  # fmt: skip


def _type(call: Call, *, writes: bool = False) -> int:
    """Whose pipelines: of deals or of a smart process."""
    entity = entity_type(call)
    if entity in (LEAD, CONTACT, COMPANY):
        raise ApiError("ENTITY_TYPE_NOT_SUPPORTED", "Entity type is not supported")
    if writes and not call.user.rules_crm:
        raise denied()
    return entity


def _found(call: Call, entity: int) -> Category:
    number = to_int(call.required("id"))
    category = call.core.store.categories_of(entity).get(-1 if number is None else number)
    if category is None:
        raise ApiError("NOT_FOUND", "Category not found")
    return category


def listing(call: Call) -> Reply:
    """All pipelines by their sort."""
    categories = sorted(call.core.store.categories_of(_type(call)).values(), key=lambda one: (one.sort, one.id))
    return Reply({"categories": [show(one) for one in categories]}, len(categories))


def get(call: Call) -> Reply:
    """One pipeline."""
    return Reply({"category": show(_found(call, _type(call)))})


def add(call: Call) -> Reply:
    """Make a pipeline with the stages of a new one."""
    entity, fields = _type(call, writes=True), call.fields()
    if not text(fields.get("name")):
        raise ApiError("CRM_FIELD_ERROR_REQUIRED", 'Поле "Название" обязательно для заполнения')
    table = "category" if entity == DEAL else "smart_category"
    category = _changed(Category(call.core.store.next_id(table), "", entity_type_id=entity), fields)
    seed.add_pipeline(call.core.store, category)
    return Reply({"category": show(category)})


def update(call: Call) -> Reply:
    """Rename or move a pipeline."""
    category = _changed(_found(call, _type(call, writes=True)), call.fields())
    call.core.store.put_category(category)
    return Reply({"category": show(category)})


def _changed(category: Category, fields: dict[str, Any]) -> Category:
    sort = to_int(fields.get("sort"))
    return replace(
        category, name=text(fields.get("name")) or category.name, sort=category.sort if sort is None else sort,
        origin_id=text(fields.get("originId")) or category.origin_id,
        originator_id=text(fields.get("originatorId")) or category.originator_id,
    )  # fmt: skip


def delete(call: Call) -> Reply:
    """Delete an empty pipeline; the default one stays for ever."""
    entity, store = _type(call, writes=True), call.core.store
    category = _found(call, entity)
    if category.is_default:
        raise ApiError("REMOVING_DISABLED", "Default category cannot be deleted")
    if any(item.values.get("categoryId") == category.id for item in store.items[entity]):
        raise ApiError("REMOVING_DISABLED", "Category has items")
    store.remove_category(category)
    return Reply(None)


def fields(call: Call) -> Reply:
    """What fields a pipeline has."""
    _type(call)
    return Reply({"fields": {name: {"type": kind, "title": name} for name, kind in FIELDS.items()}})


def show(one: Category) -> dict[str, Any]:
    """A pipeline; only those of deals that are not the default have the origin's fields."""
    shown = {
        "id": one.id,
        "name": one.name,
        "sort": one.sort,
        "entityTypeId": one.entity_type_id,
        "isDefault": "Y" if one.is_default else "N",
    }
    if one.id == 0 or one.entity_type_id != DEAL:
        return shown
    return shown | {"originId": one.origin_id, "originatorId": one.originator_id}


METHODS = (
    Method("crm.category.list", listing),
    Method("crm.category.get", get),
    Method("crm.category.add", add),
    Method("crm.category.update", update),
    Method("crm.category.delete", delete),
    Method("crm.category.fields", fields),
)
