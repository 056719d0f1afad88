"""Smart processes: kinds of items that an administrator defines, and what their items are parents of (bitrix24-rest F)."""

import re
from collections.abc import Mapping

from uzel.emulators.bitrix24_portal.errors import ApiError
from uzel.emulators.bitrix24_portal.fields import FIELDS, SMART_FIELDS, SMART_FIELDS_BY_FLAG, Field
from uzel.emulators.bitrix24_portal.options import Options
from uzel.emulators.bitrix24_portal.records import SmartType
from uzel.emulators.bitrix24_portal.store import Store

PARENT = "crm_entity"
_PARENT_NAME = re.compile(r"parentId(\d+)")


def fields_of(store: Store, entity_type_id: int) -> Mapping[str, Field]:
    """Standard fields of an entity type, with one for each smart process whose items may be its parents."""
    own = FIELDS.get(entity_type_id) or _own_fields(store.smart_type(entity_type_id))
    parents = parents_of(store, entity_type_id)
    if not parents:
        return own
    return {**own, **{name: Field(name, PARENT, "w", one.title) for name, one in parents.items()}}


def _own_fields(smart: SmartType | None) -> Mapping[str, Field]:
    """Fields that every smart process has, and those of its settings."""
    flags = smart.flags if smart else {}
    more = (one for flag, some in SMART_FIELDS_BY_FLAG.items() if flags.get(flag) == "Y" for one in some)
    return {**SMART_FIELDS, **{one.name: one for one in more}}


def editable(options: Options, entity_type_id: int, verb: str) -> None:
    """The plan may let nobody add or change items of smart processes."""
    if entity_type_id not in FIELDS and not options.smart_process_items_editable:
        action = {"CREATE": "create a new item", "UPDATE": "change the item"}[verb]
        raise ApiError(f"{verb}_DYNAMIC_ITEM_RESTRICTED", f"You cannot {action} due to your plan restrictions")


def parents_of(store: Store, entity_type_id: int) -> dict[str, SmartType]:
    """Smart processes whose items may be parents of these items, by the field that names the parent."""
    return {f"parentId{one.entity_type_id}": one for one in store.types.values() if entity_type_id in one.children}


def parent_type(name: str) -> int:
    """entityTypeId in the name of a parent's field."""
    found = _PARENT_NAME.fullmatch(name)
    assert found, name
    return int(found[1])
