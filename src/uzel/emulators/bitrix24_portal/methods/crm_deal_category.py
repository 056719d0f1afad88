"""``crm.dealcategory.*``: pipelines of deals by their old names (bitrix24-rest C9). The default one stands apart."""

from dataclasses import replace
from typing import Any

from uzel.emulators.bitrix24_portal import seed
from uzel.emulators.bitrix24_portal.core import Call, Method, Reply
from uzel.emulators.bitrix24_portal.errors import plain
from uzel.emulators.bitrix24_portal.methods import crm_status
from uzel.emulators.bitrix24_portal.methods.crm_requisite import list_rows
from uzel.emulators.bitrix24_portal.methods.crm_userfield import raw_fields
from uzel.emulators.bitrix24_portal.records import DEAL, Category
from uzel.emulators.bitrix24_portal.store import stage_directory
from uzel.emulators.bitrix24_portal.values import text, to_int

FIELDS = {"ID": "integer", "CREATED_DATE": "datetime", "NAME": "string", "IS_LOCKED": "char", "SORT": "integer"}
_READ_ONLY = frozenset({"ID", "CREATED_DATE"})


def _show(one: Category) -> dict[str, Any]:
    """Nobody remembers when a pipeline was made."""
    return {"ID": str(one.id), "CREATED_DATE": None, "NAME": one.name, "IS_LOCKED": "N", "SORT": str(one.sort)}


def listing(call: Call) -> Reply:
    """A page of pipelines without the default one."""
    rows = [_show(one) for one in call.core.store.categories.values() if not one.is_default]
    return list_rows(call, rows, tuple(FIELDS), frozenset({"ID", "SORT"}))


def _found(call: Call) -> Category:
    category = call.core.store.categories.get(call.old_id())
    if category is None or category.is_default:
        raise plain("Not found")
    return category


def get(call: Call) -> Reply:
    """One pipeline."""
    return Reply(_show(_found(call)))


def _named(call: Call, category: Category) -> Category:
    """The pipeline with what the request says; only who sets CRM up may."""
    _admin(call)
    fields = raw_fields(call)
    name, sort = text(fields.get("NAME")) or category.name, to_int(fields.get("SORT"))
    if not name:
        raise plain("The field 'NAME' is required.")
    return replace(category, name=name, sort=category.sort if sort is None else sort)


def _admin(call: Call) -> None:
    if not call.user.rules_crm:
        raise plain("Access denied.")


def add(call: Call) -> Reply:
    """Make a pipeline with the stages of a new one; the answer is its id."""
    named = _named(call, Category(0, ""))
    category = replace(named, id=call.core.store.next_id("category"))
    seed.add_pipeline(call.core.store, category)
    return Reply(category.id)


def update(call: Call) -> Reply:
    """Rename or move a pipeline."""
    call.core.store.put_category(_named(call, _found(call)))
    return Reply(True)


def delete(call: Call) -> Reply:
    """Delete an empty pipeline."""
    _admin(call)
    category = _found(call)
    if any(item.values["categoryId"] == category.id for item in call.core.store.items[DEAL]):
        raise plain("Category has dependencies.")
    call.core.store.remove_category(category)
    return Reply(True)


def get_default(call: Call) -> Reply:
    """Number and name of the default pipeline."""
    return Reply({"ID": 0, "NAME": call.core.store.categories[0].name})


def set_default(call: Call) -> Reply:
    """Rename the default pipeline."""
    _admin(call)
    category = call.core.store.categories[0]
    call.core.store.put_category(replace(category, name=text(call.old("name")) or category.name))
    return Reply(True)


def directory(call: Call) -> Reply:
    """ENTITY_ID of the stages of a pipeline."""
    return Reply(stage_directory(call.old_id()))


def stages(call: Call) -> Reply:
    """Stages of a pipeline, of the default one where none is named, nothing for one that is not there."""
    return Reply([crm_status.show(one) for one in call.core.store.stages(call.old_id())])


def fields(_: Call) -> Reply:
    """What fields a pipeline has."""
    return Reply(crm_status.described(FIELDS, required={"NAME"}, read_only=_READ_ONLY))


_RUN = {
    "list": listing, "get": get, "add": add, "update": update, "delete": delete, "fields": fields, "default.get": get_default,
    "default.set": set_default, "status": directory, "stage.list": stages,
}  # fmt: skip
METHODS = tuple(Method(f"crm.dealcategory.{verb}", run) for verb, run in _RUN.items())
