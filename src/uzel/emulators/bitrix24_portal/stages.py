"""Pipeline and stage of a deal or of an item of a smart process: what a wish for either of them leads to. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from uzel.emulators.bitrix24_portal.convert import invalid
from uzel.emulators.bitrix24_portal.records import DEAL, Status
from uzel.emulators.bitrix24_portal.store import Store

STAGE_TITLE, SMART_STAGE_TITLE = "Стадия сделки", "Стадия"


def settle_stage(store: Store, old: Mapping[str, Any], wished: Mapping[str, Any], entity_type_id: int = DEAL) -> dict[str, Any]:
    """``categoryId``, ``stageId`` and what follows from them after a save; the stage must belong to the pipeline."""
    category = wished.get("categoryId", old.get("categoryId")) or store.default_category(entity_type_id)
    stages = {stage.status_id: stage for stage in store.stages(category, entity_type_id)}
    moved = category != old.get("categoryId", category)
    stage_id = wished.get("stageId") or (None if moved else old.get("stageId")) or next(iter(stages))
    if stage_id not in stages:
        raise invalid(STAGE_TITLE if entity_type_id == DEAL else SMART_STAGE_TITLE)
    return {"categoryId": category, "stageId": stage_id, **_group(stages[stage_id])}


def _group(stage: Status) -> dict[str, str]:
    semantics = stage.semantics or "P"
    return {"stageSemanticId": semantics, "closed": "Y" if semantics in ("S", "F") else "N"}


def moved(old: Mapping[str, Any], new: Mapping[str, Any], user_id: int, now: datetime) -> dict[str, Any]:
    """Who moved the item and when, if anybody did."""
    if old.get("stageId") == new["stageId"]:
        return {}
    return {"movedBy": user_id, "movedTime": now, "previousStageId": old.get("stageId", ""), "isNew": "N"}
