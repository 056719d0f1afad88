"""Pipelines of deals and their stages (bitrix24-rest C3)."""

from dataclasses import dataclass
from typing import Any

from uzel.bitrix24.batch import Command
from uzel.bitrix24.values import as_int, as_text

DEAL = 2  # entityTypeId
STAGES = "DEAL_STAGE"
ORIGINATOR = "uzel"
NAME_LIMIT = 250  # characters


@dataclass(frozen=True, slots=True)
class Pipeline:
    """``origin``: our own key of a pipeline that the set-up created, else empty."""

    category_id: int
    name: str
    origin: str = ""


def list_all(key: str) -> Command:
    """All pipelines of deals."""
    return Command("crm.category.list", {"entityTypeId": DEAL}, key)


def create(key: str, name: str, origin: str) -> Command:
    """Create a pipeline under a key of ours; the portal gives it the standard stages."""
    fields = {"name": name[:NAME_LIMIT], "originatorId": ORIGINATOR, "originId": origin}
    return Command("crm.category.add", {"entityTypeId": DEAL, "fields": fields}, key)


def delete(key: str, category_id: int) -> Command:
    """Delete a pipeline; the portal refuses while deals are in it."""
    return Command("crm.category.delete", {"entityTypeId": DEAL, "id": category_id}, key)


def list_stages(key: str) -> Command:
    """All entries of the directories of the CRM, stages of all pipelines among them: it comes whole."""
    return Command("crm.status.list", {"order": {"SORT": "ASC"}}, key)


def create_stage(key: str, category_id: int, stage: str, name: str, sort: int) -> Command:
    """Add a stage of the work in progress; ``stage`` is its code without the pipeline's prefix."""
    own = {"ENTITY_ID": f"{STAGES}_{category_id}" if category_id else STAGES, "STATUS_ID": stage, "NAME": name}
    return Command("crm.status.add", {"fields": own | {"SORT": sort}}, key)


def read_all(result: Any) -> list[Pipeline]:
    """Pipelines in an answer to a list."""
    return [_read(one) for one in result["categories"]]


def read_id(result: Any) -> int:
    """Id of the pipeline that was created."""
    return as_int(result["category"]["id"])


def read_stages(result: Any) -> dict[str, int]:
    """Codes of stages of deals, with the pipeline's prefix, and their places."""
    stages = (one for one in result or () if as_text(one.get("ENTITY_ID")).startswith(STAGES))
    return {as_text(one["STATUS_ID"]): as_int(one.get("SORT")) for one in stages}


def _read(one: Any) -> Pipeline:
    origin = as_text(one.get("originId")) if as_text(one.get("originatorId")) == ORIGINATOR else ""
    return Pipeline(as_int(one["id"]), as_text(one.get("name")), origin)
