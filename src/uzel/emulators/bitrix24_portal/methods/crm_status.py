"""``crm.status.*``: CRM directories, stages of pipelines among them (bitrix24-rest C3). Everything is a text."""

import re
from collections.abc import Mapping, Set
from dataclasses import replace
from typing import Any

from uzel.emulators.bitrix24_portal import seed
from uzel.emulators.bitrix24_portal.core import Call, Method, Reply
from uzel.emulators.bitrix24_portal.errors import plain
from uzel.emulators.bitrix24_portal.methods.crm_userfield import raw_fields
from uzel.emulators.bitrix24_portal.records import DEAL, Status
from uzel.emulators.bitrix24_portal.store import stage_prefix
from uzel.emulators.bitrix24_portal.values import text, to_int, to_map

GROUPS = {"": "process", "S": "success", "F": "failure"}


def show(one: Status) -> dict[str, Any]:
    """An entry as crm.status.* answers it."""
    group = "apology" if one.status_id.endswith("APOLOGY") else GROUPS[one.semantics]
    return {
        "ID": str(one.id), "ENTITY_ID": one.entity_id, "STATUS_ID": one.status_id, "NAME": one.name, "NAME_INIT": one.name_init,
        "SORT": str(one.sort), "SYSTEM": "Y" if one.is_system else "N",
        "CATEGORY_ID": str(one.category_id) if one.category_id else None, "COLOR": one.color or None,
        "SEMANTICS": one.semantics or None, "EXTRA": {"SEMANTICS": group, "COLOR": one.color},
    }  # fmt: skip


def listing(call: Call) -> Reply:
    """Entries that suit the filter, all on one page."""
    conditions = {key.upper().lstrip("="): text(value) for key, value in to_map(call.old("filter")).items()}
    entries = sorted(call.core.store.statuses.values(), key=lambda one: (one.entity_id, one.sort, one.id))
    shown = [show(one) for one in entries]
    rows = [row for row in shown if all((row.get(name) or "") == value for name, value in conditions.items())]
    return Reply(rows, len(rows))


def _found(call: Call) -> Status:
    entry = call.core.store.statuses.get(call.old_id())
    if entry is None:
        raise plain("The entity is not found.")
    return entry


def get(call: Call) -> Reply:
    """One entry."""
    return Reply(show(_found(call)))


def add(call: Call) -> Reply:
    """Add an entry; a stage of a pipeline gets the pipeline's prefix."""
    _admin(call)
    fields = raw_fields(call)
    entity_id, status_id, name = (text(fields.get(key)) for key in ("ENTITY_ID", "STATUS_ID", "NAME"))
    if not (entity_id and status_id and name):
        raise plain("Required fields: ENTITY_ID, STATUS_ID, NAME.")
    entity, category_id = _pipeline(entity_id)
    if category_id not in call.core.store.categories_of(entity):
        raise plain("ENTITY_ID is not defined or invalid.")
    prefix = stage_prefix(category_id, entity)
    full = status_id if status_id.startswith(prefix) else prefix + status_id
    if any(one.status_id == full for one in call.core.store.directory(entity_id)):
        raise plain(f"Duplicate STATUS_ID '{full}'.")
    entry = Status(
        0, entity_id, full, name, _sort(fields, 10), False, text(fields.get("COLOR")), _semantics(fields), "", category_id
    )
    _in_order(call, entry)
    return Reply(seed.store_status(call.core.store, entry).id)


def _in_order(call: Call, entry: Status) -> None:
    """Stages of the work in progress stand before that of success."""
    success = [one.sort for one in call.core.store.directory(entry.entity_id) if one.semantics == "S"]
    if not entry.semantics and success and entry.sort > min(success):
        raise plain("Cannot create an intermediate stage after success")


def _admin(call: Call) -> None:
    if not call.user.rules_crm:
        raise plain("Access denied.")


def _pipeline(entity_id: str) -> tuple[int, int]:
    """Whose pipeline a directory of stages belongs to; any other directory counts as that of the default one."""
    match = re.fullmatch(r"DEAL_STAGE_(\d+)|DYNAMIC_(\d+)_STAGE_(\d+)", entity_id)
    if match is None:
        return DEAL, 0
    return (DEAL, int(match[1])) if match[1] else (int(match[2]), int(match[3]))


def _sort(fields: dict[str, Any], default: int) -> int:
    sort = to_int(fields.get("SORT"))
    return default if sort is None else sort


def _semantics(fields: dict[str, Any]) -> str:
    semantics = text(fields.get("SEMANTICS"))
    if semantics not in GROUPS:
        raise plain("SEMANTICS is invalid.")
    return semantics


def update(call: Call) -> Reply:
    """Rename, recolour or move an entry."""
    _admin(call)
    entry, fields = _found(call), raw_fields(call)
    call.core.store.statuses[entry.id] = replace(
        entry, name=text(fields.get("NAME")) or entry.name, sort=_sort(fields, entry.sort),
        color=text(fields.get("COLOR")) or entry.color,
    )  # fmt: skip
    return Reply(True)


def delete(call: Call) -> Reply:
    """Delete an entry that is neither the system's nor the stage of an item."""
    _admin(call)
    entry = _found(call)
    if entry.is_system:
        raise plain("CRM System Status can not be deleted.")
    if any(one.values.get("stageId") == entry.status_id for table in call.core.store.items.values() for one in table):
        raise plain("There are active items in this status.")
    del call.core.store.statuses[entry.id]
    return Reply(True)


FIELDS = {
    "ID": "integer", "ENTITY_ID": "string", "STATUS_ID": "string", "SORT": "integer", "NAME": "string", "NAME_INIT": "string",
    "SYSTEM": "char", "CATEGORY_ID": "integer", "COLOR": "string", "SEMANTICS": "char", "EXTRA": "crm_status_extra",
}  # fmt: skip


def fields(_: Call) -> Reply:
    """What fields an entry has."""
    return Reply(
        described(
            FIELDS,
            required={"ENTITY_ID", "STATUS_ID", "NAME"},
            read_only={"ID", "NAME_INIT", "SYSTEM"},
            immutable={"ENTITY_ID", "STATUS_ID", "CATEGORY_ID", "SEMANTICS"},
        )
    )


def described(
    kinds: Mapping[str, str],
    *,
    required: Set[str] = frozenset(),
    read_only: Set[str] = frozenset(),
    immutable: Set[str] = frozenset(),
) -> dict[str, Any]:
    """Fields by their names, as the old methods ``fields`` tell of them."""
    return {
        name: {"type": kind, "isRequired": name in required, "isReadOnly": name in read_only, "isImmutable": name in immutable,
               "isMultiple": False, "isDynamic": False, "title": name}
        for name, kind in kinds.items()
    }  # fmt: skip


METHODS = (
    Method("crm.status.fields", fields),
    Method("crm.status.list", listing),
    Method("crm.status.get", get),
    Method("crm.status.add", add),
    Method("crm.status.update", update),
    Method("crm.status.delete", delete),
)
