"""``crm.category.*``: pipelines of deals (bitrix24-rest C3)."""

from dataclasses import replace
from typing import Any

from uzel.emulators.bitrix24_portal import seed
from uzel.emulators.bitrix24_portal.access import entity_type
from uzel.emulators.bitrix24_portal.core import Call, Method, Reply
from uzel.emulators.bitrix24_portal.errors import ApiError, denied
from uzel.emulators.bitrix24_portal.records import DEAL, Category
from uzel.emulators.bitrix24_portal.values import text, to_int

FIELDS = {"id": "integer", "name": "string", "sort": "integer", "entityTypeId": "integer", "isDefault": "boolean",
          "originId": "string", "originatorId": "string"}  # fmt: skip


def _check(call: Call, *, writes: bool = False) -> None:
    if entity_type(call) != DEAL:
        raise ApiError("ENTITY_TYPE_NOT_SUPPORTED", "Entity type is not supported")
    if writes and not call.user.is_admin:
        raise denied()


def _found(call: Call) -> Category:
    number = to_int(call.required("id"))
    category = call.core.store.categories.get(-1 if number is None else number)
    if category is None:
        raise ApiError("NOT_FOUND", "Category not found")
    return category


def listing(call: Call) -> Reply:
    """All pipelines by their sort."""
    _check(call)
    categories = sorted(call.core.store.categories.values(), key=lambda one: (one.sort, one.id))
    return Reply({"categories": [show(one) for one in categories]}, len(categories))


def get(call: Call) -> Reply:
    """One pipeline."""
    _check(call)
    return Reply({"category": show(_found(call))})


def add(call: Call) -> Reply:
    """Make a pipeline with its eight stages."""
    _check(call, writes=True)
    fields = call.fields()
    if not text(fields.get("name")):
        raise ApiError("CRM_FIELD_ERROR_REQUIRED", 'Поле "Название" обязательно для заполнения')
    category = _changed(Category(call.core.store.next_id("category"), ""), fields)
    seed.add_pipeline(call.core.store, category)
    return Reply({"category": show(category)})


def update(call: Call) -> Reply:
    """Rename or move a pipeline."""
    _check(call, writes=True)
    category = _changed(_found(call), call.fields())
    call.core.store.categories[category.id] = category
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
    _check(call, writes=True)
    category, store = _found(call), call.core.store
    if category.is_default:
        raise ApiError("REMOVING_DISABLED", "Default category cannot be deleted")
    if any(deal.values["categoryId"] == category.id for deal in store.items[DEAL]):
        raise ApiError("REMOVING_DISABLED", "Category has items")
    for stage in store.stages(category.id):
        del store.statuses[stage.id]
    del store.categories[category.id]
    return Reply(None)


def fields(call: Call) -> Reply:
    """What fields a pipeline has."""
    _check(call)
    return Reply({"fields": {name: {"type": kind, "title": name} for name, kind in FIELDS.items()}})


def show(one: Category) -> dict[str, Any]:
    """A pipeline; only those that are not the default have the origin's fields."""
    shown = {
        "id": one.id,
        "name": one.name,
        "sort": one.sort,
        "entityTypeId": DEAL,
        "isDefault": "Y" if one.is_default else "N",
    }
    return shown if one.id == 0 else shown | {"originId": one.origin_id, "originatorId": one.originator_id}


METHODS = (
    Method("crm.category.list", listing),
    Method("crm.category.get", get),
    Method("crm.category.add", add),
    Method("crm.category.update", update),
    Method("crm.category.delete", delete),
    Method("crm.category.fields", fields),
)
