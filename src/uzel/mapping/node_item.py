"""What the portal shows of an exchange node: its parameters and how its exchange goes."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

CALL_STEP = dt.timedelta(minutes=30)  # a later call alone is shown no more often
MOMENT = "%d.%m.%Y %H:%M"
YES, NO = "1", "0"


@dataclass(frozen=True, slots=True)
class NodeStatus:
    """A node as of now. ``title`` has the code in it; the counts are those of its orders, ``rejected`` of today's documents."""

    code: str
    title: str
    profile: str
    receives_changes: bool
    active: bool
    called_at: dt.datetime | None
    orders: int = 0
    to_portal: int = 0
    to_node: int = 0
    held: int = 0
    rejected: int = 0
    silent_since: dt.datetime | None = None


def values_of(status: NodeStatus) -> dict[str, Any]:
    """Values of the item's fields by suffix. ``called_at`` and ``silent_since`` are to be local time."""
    return {
        "UZEL_CODE": status.code,
        "UZEL_PROFILE": status.profile,
        "UZEL_CHANGES": YES if status.receives_changes else NO,
        "UZEL_ACTIVE": YES if status.active else NO,
        "UZEL_CALLED": status.called_at.strftime(MOMENT) if status.called_at else "",
        "UZEL_SILENT": status.silent_since.strftime(MOMENT) if status.silent_since else "",
        "UZEL_ORDERS": status.orders,
        "UZEL_TO_PORTAL": status.to_portal,
        "UZEL_TO_NODE": status.to_node,
        "UZEL_HELD": status.held,
        "UZEL_REJECTED": status.rejected,
    }


def note_of(status: NodeStatus) -> dict[str, Any]:
    """What is remembered of what was shown."""
    called = status.called_at.isoformat() if status.called_at else ""
    return values_of(status) | {"title": status.title, "UZEL_CALLED": called}


def is_news(status: NodeStatus, shown: Mapping[str, Any] | None) -> bool:
    """Whether the item should be written again: a call that is a little later is no reason."""
    if shown is None:
        return True
    note = note_of(status)
    moved = {name for name in note if note[name] != shown.get(name)}
    if moved != {"UZEL_CALLED"}:
        return bool(moved)
    before = shown.get("UZEL_CALLED")
    return not before or status.called_at is None or status.called_at - dt.datetime.fromisoformat(before) >= CALL_STEP
