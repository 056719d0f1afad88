"""Pipelines of deals and their stages (bitrix24-rest C3)."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from uzel.bitrix24.batch import Command
from uzel.bitrix24.values import as_int, as_text

DEAL = 2  # entityTypeId
STAGES = "DEAL_STAGE"
ORIGINATOR = "uzel"
NAME_LIMIT = 250  # characters
IN_PROGRESS, SUCCESS, FAILURE = "", "S", "F"  # groups of stages, in the order in which they must stand
SORT_STEP = 10
_CODE = re.compile(r"[A-Za-z0-9_-]+")  # all that the code of a stage may consist of


@dataclass(frozen=True, slots=True)
class Pipeline:
    """``origin``: our own key of a pipeline that the set-up created, else empty."""

    category_id: int
    name: str
    origin: str = ""


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage that is there. ``sort``: its place in its pipeline."""

    stage_id: int
    sort: int
    group: str = IN_PROGRESS


@dataclass(frozen=True, slots=True)
class WantedStage:
    """A stage that a status table names; ``code`` with the pipeline's prefix."""

    code: str
    name: str
    group: str = IN_PROGRESS

    @property
    def category_id(self) -> int:
        """Its pipeline, -1 when the prefix is that of no pipeline of deals."""
        prefix = self.code.rpartition(":")[0]
        return int(prefix[1:]) if re.fullmatch(r"C\d{1,9}", prefix) else -1 if prefix else 0

    @property
    def bare(self) -> str:
        """Its code without the prefix."""
        return self.code.rpartition(":")[2]

    @property
    def well_formed(self) -> bool:
        """Whether a portal lets such a code be."""
        return self.category_id >= 0 and _CODE.fullmatch(self.bare) is not None


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


def create_stage(key: str, wanted: WantedStage, there: Mapping[str, Stage]) -> Command:
    """Add a stage at the end of its group; ``there``: the stages of all pipelines."""
    directory = f"{STAGES}_{wanted.category_id}" if wanted.category_id else STAGES
    fields = {"ENTITY_ID": directory, "STATUS_ID": wanted.bare, "NAME": wanted.name[:NAME_LIMIT], "SEMANTICS": wanted.group}
    prefix = wanted.code.removesuffix(wanted.bare)
    mates = [one for code, one in there.items() if code.removesuffix(code.rpartition(":")[2]) == prefix]
    return Command("crm.status.add", {"fields": fields | {"SORT": _place(wanted.group, mates)}}, key)


def _place(group: str, mates: Iterable[Stage]) -> int:
    """Before the first stage of the groups that have to stand behind, or behind all; the portal refuses any other order."""
    order = (IN_PROGRESS, SUCCESS, FAILURE)
    places = [(order.index(one.group), one.sort) for one in mates if one.group in order]
    behind = [sort for rank, sort in places if rank > order.index(group)]
    return min(behind) - 1 if behind else max((sort for _, sort in places), default=0) + SORT_STEP


def delete_stage(key: str, stage_id: int) -> Command:
    """Delete a stage; the portal refuses while deals are in it."""
    return Command("crm.status.delete", {"id": stage_id}, key)


def read_all(result: Any) -> list[Pipeline]:
    """Pipelines in an answer to a list."""
    return [_read(one) for one in result["categories"]]


def read_id(result: Any) -> int:
    """Id of the pipeline that was created."""
    return as_int(result["category"]["id"])


def read_stages(result: Any) -> dict[str, Stage]:
    """Stages of deals by their codes with the pipeline's prefix."""
    stages = (one for one in result or () if as_text(one.get("ENTITY_ID")).startswith(STAGES))
    return {
        as_text(one["STATUS_ID"]): Stage(as_int(one["ID"]), as_int(one.get("SORT")), as_text(one.get("SEMANTICS")))
        for one in stages
    }


def read_stage_id(result: Any) -> int:
    """Id of the stage that was created."""
    return as_int(result)


def _read(one: Any) -> Pipeline:
    origin = as_text(one.get("originId")) if as_text(one.get("originatorId")) == ORIGINATOR else ""
    return Pipeline(as_int(one["id"]), as_text(one.get("name")), origin)
