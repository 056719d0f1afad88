"""Pipeline and stage of a deal: what a wish for either of them leads to. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from uzel.emulators.bitrix24_portal.convert import invalid
from uzel.emulators.bitrix24_portal.records import Status
from uzel.emulators.bitrix24_portal.store import Store

STAGE_TITLE = "Стадия сделки"


def settle_stage(store: Store, old: Mapping[str, Any], wished: Mapping[str, Any]) -> dict[str, Any]:
    """``categoryId``, ``stageId`` and what follows from them after a save; the stage must belong to the pipeline."""
    category = wished.get("categoryId", old.get("categoryId", 0)) or 0
    stages = {stage.status_id: stage for stage in store.stages(category)}
    moved = category != old.get("categoryId", category)
    stage_id = wished.get("stageId") or (None if moved else old.get("stageId")) or next(iter(stages))
    if stage_id not in stages:
        raise invalid(STAGE_TITLE)
    return {"categoryId": category, "stageId": stage_id, **_group(stages[stage_id])}


def _group(stage: Status) -> dict[str, str]:
    semantics = stage.semantics or "P"
    return {"stageSemanticId": semantics, "closed": "Y" if semantics in ("S", "F") else "N"}


def moved(old: Mapping[str, Any], new: Mapping[str, Any], user_id: int, now: datetime) -> dict[str, Any]:
    """Who moved the deal and when, if anybody did."""
    if old.get("stageId") == new["stageId"]:
        return {}
    return {"movedBy": user_id, "movedTime": now, "previousStageId": old.get("stageId", ""), "isNew": "N"}
