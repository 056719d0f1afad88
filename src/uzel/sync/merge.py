"""The three-way merge of an order, field by field.

``agreed`` is what both sides last had in common. Equal sides agree; the side that did not move yields;
both moved is a conflict: 1C wins and the losing value is kept in the :class:`Conflict`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from uzel.model import Order
from uzel.sync.fields import PATHS, flatten, owned_as, unflatten
from uzel.sync.ownership import Owner


@dataclass(frozen=True, slots=True)
class Conflict:
    """Both sides moved ``field`` away from ``agreed``, or one moved what the other owns."""

    field: str
    in_node: Any
    in_portal: Any
    agreed: Any
    winner: str
    reason: str


@dataclass(frozen=True, slots=True)
class Merged:
    """``order`` is what both sides should become, ``agreed`` the new base, ``conflicts`` what was decided against a side."""

    order: Order
    agreed: Order
    conflicts: tuple[Conflict, ...] = ()


def merge(in_node: Order, in_portal: Order, agreed: Order, owners: Mapping[str, Owner]) -> Merged:
    """Merge two sides over their common base; pure and total."""
    ours, theirs, old = flatten(in_node), flatten(in_portal), flatten(agreed)
    merged, conflicts = {}, []
    for path in PATHS:
        value, reason = _decide(ours[path], theirs[path], old[path], owners[owned_as(path)])
        merged[path] = value
        if reason:
            winner = "node" if value == ours[path] else "portal"
            conflicts.append(Conflict(path, ours[path], theirs[path], old[path], winner, reason))
    base = {path: ours[path] if ours[path] == theirs[path] else old[path] for path in PATHS}
    return Merged(unflatten(in_node, merged), unflatten(in_node, base), tuple(conflicts))


def _decide(in_node: Any, in_portal: Any, agreed: Any, owner: Owner) -> tuple[Any, str]:
    """One field: the value both sides should have, and why a side lost ("" when nobody did)."""
    if in_node == in_portal:
        return in_node, ""
    if owner is Owner.NODE:
        return in_node, "owned_by_node" if in_portal != agreed else ""
    if owner is Owner.PORTAL:
        return in_portal, "owned_by_portal" if in_node != agreed else ""
    if in_portal == agreed:
        return in_node, ""
    if in_node == agreed:
        return in_portal, ""
    return in_node, "both_moved"


def acknowledge(agreed: Order, attempted: Order, seen: Order) -> Order:
    """Move the base where a side shows a value that we had sent and never heard about.

    A write whose answer was lost is not a change of that side: what it shows is what both had when we wrote.
    """
    old, sent, shown = flatten(agreed), flatten(attempted), flatten(seen)
    base = {path: shown[path] if shown[path] == sent[path] else old[path] for path in PATHS}
    return unflatten(agreed, base)
