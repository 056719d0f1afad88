"""What follows from news of one side: new states of the order and who has to be told.

Level-triggered: a plan depends on the states alone, not on how many changes led to them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from uzel.model import Order
from uzel.sync.fields import changed
from uzel.sync.merge import Conflict, Merged, acknowledge, merge
from uzel.sync.ownership import Owner


@dataclass(frozen=True, slots=True)
class States:
    """An order as the hub remembers it. ``sent``/``offered``: written to the portal / to the node, not yet confirmed."""

    in_node: Order | None = None
    in_portal: Order | None = None
    agreed: Order | None = None
    merged: Order | None = None
    sent: Order | None = None
    offered: Order | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """New states, conflicts that were not there before, and whether a side lacks something."""

    states: States
    conflicts: tuple[Conflict, ...] = ()
    portal_due: bool = False
    node_due: bool = False
    moved: bool = False


def news_from_node(states: States, seen: Order, owners: Mapping[str, Owner]) -> Plan:
    """The node shows the order as ``seen``."""
    agreed = states.agreed or states.offered
    if agreed and states.offered:
        agreed = acknowledge(agreed, states.offered, seen)
    return _plan(states, replace(states, in_node=seen, agreed=agreed), owners)


def news_from_portal(states: States, seen: Order, owners: Mapping[str, Owner]) -> Plan:
    """The portal shows the order as ``seen``."""
    agreed = states.agreed or states.sent
    if agreed and states.sent:
        agreed = acknowledge(agreed, states.sent, seen)
    return _plan(states, replace(states, in_portal=seen, agreed=agreed), owners)


def portal_confirmed(states: States, written: Order, owners: Mapping[str, Owner]) -> Plan:
    """The portal took ``written``: it shows that now, and had it in common with the node when it was written."""
    agreed = states.agreed or written
    if states.in_portal:
        agreed = acknowledge(agreed, written, written)
    return _plan(states, replace(states, in_portal=written, agreed=agreed, sent=None), owners)


def node_confirmed(states: States, offered: Order, owners: Mapping[str, Owner]) -> Plan:
    """The node took what was offered (``mode=success``)."""
    agreed = states.agreed or offered
    if states.in_node:
        agreed = acknowledge(agreed, offered, offered)
    return _plan(states, replace(states, in_node=offered, agreed=agreed, offered=None), owners)


def _plan(old: States, new: States, owners: Mapping[str, Owner]) -> Plan:
    result = _merge(new, owners)
    known = _merge(old, owners).conflicts if old.in_node and old.in_portal else ()
    states = replace(new, merged=result.order, agreed=result.agreed if new.in_node and new.in_portal else new.agreed)
    return Plan(
        states,
        conflicts=tuple(conflict for conflict in result.conflicts if conflict not in known),
        portal_due=new.in_portal is None or bool(changed(new.in_portal, result.order)),
        node_due=new.in_node is None or bool(changed(new.in_node, result.order)),
        moved=old.merged is None or bool(changed(old.merged, result.order)),
    )


def _merge(states: States, owners: Mapping[str, Owner]) -> Merged:
    """The merge where both sides are known, the only side's word where one is."""
    if states.in_node and states.in_portal:
        return merge(states.in_node, states.in_portal, states.agreed or states.in_portal, owners)
    only = states.in_node or states.in_portal
    assert only is not None, "an order that neither side has shown"
    return Merged(only, only)
