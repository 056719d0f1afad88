"""``crm.stagehistory.list``: which stages items have been in (bitrix24-rest C3)."""

from collections.abc import Mapping
from typing import Any

from uzel.emulators.bitrix24_portal.access import may
from uzel.emulators.bitrix24_portal.core import Call, Method, Reply
from uzel.emulators.bitrix24_portal.errors import ApiError
from uzel.emulators.bitrix24_portal.filters import Rules, compile_filter
from uzel.emulators.bitrix24_portal.paging import page, read_order, sort
from uzel.emulators.bitrix24_portal.records import LEAD, StageMove
from uzel.emulators.bitrix24_portal.values import text, to_int, to_list, to_map

_COMMON = {"ID": "integer", "TYPE_ID": "integer", "OWNER_ID": "integer", "CREATED_TIME": "datetime"}
_OF_LEADS = {**_COMMON, "STATUS_SEMANTIC_ID": "string", "STATUS_ID": "string"}
_OF_OTHERS = {**_COMMON, "CATEGORY_ID": "integer", "STAGE_SEMANTIC_ID": "string", "STAGE_ID": "string"}


def listing(call: Call) -> Reply:
    """A page of moves of the items the caller may see."""
    store, entity = call.core.store, to_int(call.required("entityTypeId")) or 0
    if entity not in store.items or not store.has_stages(entity):
        raise ApiError("ENTITY_TYPE_NOT_SUPPORTED", f"Entity type {entity} is not supported")
    kinds = _OF_LEADS if entity == LEAD else _OF_OTHERS

    def resolve(name: str) -> tuple[str, str] | None:
        return (name, kinds[name]) if name in kinds else None

    test = compile_filter(to_map(call.params.get("filter")), Rules(resolve, call.core.clock.zone))
    order = read_order(call.params.get("order"), resolve) or [("ID", False)]
    found = filter(test, (_show(one, kinds) for one in store.stage_moves.values() if _is_visible(call, one, entity)))
    rows, total, following = page(sort(found, order, lambda row: row), call.params.get("start"))
    names = [text(name) for name in to_list(call.params.get("select")) or []]
    return Reply({"items": [_only(row, names) for row in rows]}, total, following)


def _is_visible(call: Call, one: StageMove, entity: int) -> bool:
    owner = call.core.store.items[entity].get(one.owner_id) if one.entity_type_id == entity else None
    return owner is not None and may(call, owner, "read")


def _show(one: StageMove, kinds: Mapping[str, str]) -> dict[str, Any]:
    told = {
        "ID": one.id, "TYPE_ID": one.type_id, "OWNER_ID": one.owner_id, "CREATED_TIME": one.created,
        "CATEGORY_ID": one.category_id, "STAGE_SEMANTIC_ID": one.semantics, "STAGE_ID": one.stage_id,
        "STATUS_SEMANTIC_ID": one.semantics, "STATUS_ID": one.stage_id,
    }  # fmt: skip
    return {name: told[name] for name in kinds}


def _only(row: dict[str, Any], names: list[str]) -> dict[str, Any]:
    return row if not names or "*" in names else {name: row[name] for name in names if name in row}


METHODS = (Method("crm.stagehistory.list", listing),)
