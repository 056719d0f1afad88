"""The three-way merge of an order, field by field.

``agreed`` is what both sides last had in common. Equal sides agree; the side that did not move yields;
both moved is a conflict: 1C wins and the losing value is kept in the :class:`Conflict`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from uzel.model import Order
from uzel.sync.fields import PATHS, PATHS_WHOLE_BUYER, extra_paths, flatten, owned_as, unflatten, value
from uzel.sync.match import is_another_buyer
from uzel.sync.ownership import Owner
from uzel.sync.same import same


@dataclass(frozen=True, slots=True)
class Conflict:
    """Both sides moved ``field`` away from ``agreed``, or one moved what the other owns."""

    field: str
    in_node: Any
    in_portal: Any
    agreed: Any
    winner: str
    reason: str

    @property
    def lost(self) -> Any:
        """The value that gave way."""
        return self.in_portal if self.winner == "node" else self.in_node


@dataclass(frozen=True, slots=True)
class Merged:
    """``order`` is what both sides should become, ``agreed`` the new base, ``conflicts`` what was decided against a side."""

    order: Order
    agreed: Order
    conflicts: tuple[Conflict, ...] = ()


def merge(in_node: Order, in_portal: Order, agreed: Order, owners: Mapping[str, Owner]) -> Merged:
    """Merge two sides over their common base; pure and total. Of two spellings of one value that of 1C is taken."""
    paths = _paths(in_node, in_portal, agreed)
    ours, theirs, old = flatten(in_node, paths), flatten(in_portal, paths), flatten(agreed, paths)
    merged, conflicts = {}, []
    for path in paths:
        winner, reason = _decide(path, ours[path], theirs[path], old[path], owners.get(path) or owners[owned_as(path)])
        merged[path] = ours[path] if winner == "node" else theirs[path]
        if reason:
            conflicts.append(Conflict(path, ours[path], theirs[path], old[path], winner, reason))
    base = {path: ours[path] if same(path, ours[path], theirs[path]) else old[path] for path in paths}
    return Merged(unflatten(in_node, merged), unflatten(in_node, base), tuple(conflicts))


def _paths(in_node: Order, in_portal: Order, agreed: Order) -> tuple[str, ...]:
    """A buyer who became somebody else is taken whole: the phone of one and the INN of another make nobody."""
    other = any(is_another_buyer(agreed.counterparty, side.counterparty) for side in (in_node, in_portal))
    return (PATHS_WHOLE_BUYER if other else PATHS) + extra_paths(in_node, in_portal, agreed)


def _decide(path: str, in_node: Any, in_portal: Any, agreed: Any, owner: Owner) -> tuple[str, str]:
    """Whose value of one field both sides should have, and why the other one lost ("" when nobody did)."""
    if same(path, in_node, in_portal):
        return "node", ""
    node_moved, portal_moved = not same(path, in_node, agreed), not same(path, in_portal, agreed)
    if owner is Owner.NODE:
        return "node", "owned_by_node" if portal_moved else ""
    if owner is Owner.PORTAL:
        return "portal", "owned_by_portal" if node_moved else ""
    if node_moved and portal_moved:
        return "node", "both_moved"
    return ("node" if node_moved else "portal"), ""


def acknowledge(agreed: Order, attempts: Iterable[Order], before: Order | None, seen: Order) -> Order:
    """Move the base where a side shows a value that we had sent and never heard about.

    Such a write is not a change of that side: the other side had the value when we sent it. Where an attempt was
    to leave a value as it was (``before``), showing it proves nothing: it may be the side's own edit, not yet told.
    """
    attempts = tuple(attempts)
    paths = (*PATHS, *extra_paths(agreed, before, seen, *attempts))
    base = flatten(agreed, paths)
    for sent in attempts:
        for path in paths:
            ours, shown = value(sent, path), value(seen, path)
            came = before is None or not same(path, ours, value(before, path))
            if came and same(path, shown, ours):
                base[path] = shown
    return unflatten(agreed, base)
