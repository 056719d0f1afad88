"""What follows from news of one side: new states of the order and who has to be told.

Level-triggered: a plan depends on the states alone, not on how many changes led to them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from uzel.model import Order
from uzel.sync.fields import BUYER, changed, lacking, value
from uzel.sync.merge import Conflict, Merged, acknowledge, merge
from uzel.sync.ownership import Owner

#: What 1C alone can say of an order, as it stands before 1C has spoken.
NOT_SAID: Mapping[str, Any] = {
    "number_in_node": "", "date_in_node": None, "posted": False, "deletion_mark": False, "paid": False, "shipped": False,
    "settlements": (),
}  # fmt: skip
ATTEMPTS_LIMIT = 8  # different unanswered versions of one order that are remembered

Attempts = tuple[Order, ...]


@dataclass(frozen=True, slots=True)
class States:
    """An order as the hub remembers it.

    ``sent``/``offered``: what was written to the portal / to the node and never answered, oldest first. While there
    is any, nobody knows what that side shows, so it is due to be told again even if nothing seems to be lacking.
    """

    in_node: Order | None = None
    in_portal: Order | None = None
    agreed: Order | None = None
    merged: Order | None = None
    sent: Attempts = ()
    offered: Attempts = ()


@dataclass(frozen=True, slots=True)
class Plan:
    """New states, conflicts that were not there before, and whether a side lacks something.

    ``moved``: what both sides should become is not what it was.
    """

    states: States
    conflicts: tuple[Conflict, ...] = ()
    portal_due: bool = False
    node_due: bool = False
    moved: bool = False


def news_from_node(states: States, seen: Order, owners: Mapping[str, Owner], *, whole: bool = True) -> Plan:
    """The node shows the order as ``seen``; not ``whole``: a payment or a shipment that speaks of its own matter only."""
    if not whole:
        return replan(states, replace(states, in_node=seen), owners)
    agreed = _agreed_after(states.agreed, states.offered, states.in_node, seen)
    return replan(states, replace(states, in_node=seen, agreed=agreed, offered=()), owners)


def news_from_portal(states: States, seen: Order, owners: Mapping[str, Owner]) -> Plan:
    """The portal shows the order as ``seen``."""
    agreed = _agreed_after(states.agreed, states.sent, states.in_portal, seen)
    return replan(states, replace(states, in_portal=seen, agreed=agreed, sent=()), owners)


def portal_confirmed(states: States, written: Order, owners: Mapping[str, Owner]) -> Plan:
    """The portal took ``written``: it shows that now."""
    agreed = _agreed_after(states.agreed, (written,), states.in_portal, written)
    return replan(states, replace(states, in_portal=written, agreed=agreed, sent=()), owners)


def node_confirmed(states: States, offered: Order, owners: Mapping[str, Owner]) -> Plan:
    """The node took what was offered (``mode=success``).

    Where it has shown the order since, that is the later word: it either took the offer or will be offered it again.
    """
    if offered not in states.offered:
        return replan(states, states, owners)
    later = states.offered[states.offered.index(offered) + 1 :]
    agreed = _agreed_after(states.agreed, (offered,), states.in_node, offered)
    return replan(states, replace(states, in_node=offered, agreed=agreed, offered=later), owners)


def replan(old: States, new: States, owners: Mapping[str, Owner]) -> Plan:
    """The plan for ``new`` states, over what was planned for ``old`` ones."""
    result, node = _merge(new, owners), _node_side(new, owners)
    agrees = node is not None and node is new.in_node and new.in_portal is not None
    states = replace(new, merged=result.order, agreed=result.agreed if agrees else new.agreed)
    return Plan(
        states,
        conflicts=tuple(conflict for conflict in result.conflicts if _is_new(conflict, old)),
        portal_due=new.in_portal is None or bool(new.sent) or bool(changed(new.in_portal, result.order)),
        node_due=new.in_node is None or bool(new.offered) or bool(lacking(new.in_node, result.order)),
        moved=old.merged is None or bool(changed(old.merged, result.order)),
    )


def _agreed_after(agreed: Order | None, attempts: Attempts, before: Order | None, seen: Order) -> Order | None:
    """The base after a side has shown the order, given what had been written to it without an answer."""
    if not attempts:
        return agreed
    return acknowledge(agreed or attempts[0], attempts, before, seen)


def _is_new(conflict: Conflict, old: States) -> bool:
    """Whether the losing value was not lost before: its side has just moved, or it was winning until now."""
    side = old.in_portal if conflict.winner == "node" else old.in_node
    if side is None or old.merged is None:
        return True
    if value(side, conflict.field) != conflict.lost:
        return True
    stood = value(old.merged, conflict.field)
    if conflict.field == BUYER:  # of the same buyer some attributes may have been merged from the other side
        return bool(stood.counterparty_id == conflict.lost.counterparty_id)
    return bool(stood == conflict.lost)


def _node_side(states: States, owners: Mapping[str, Owner]) -> Order | None:
    """What stands for the node in a merge: what it shows.

    Of an order that is the node's in every field, what was offered and never answered: if that closed the order, the node
    has taken it and takes nothing more, so nothing else may be offered until it answers.
    """
    closed = all(owner is Owner.NODE for owner in owners.values())
    return states.offered[-1] if states.offered and closed else states.in_node


def _merge(states: States, owners: Mapping[str, Owner]) -> Merged:
    """The merge where both sides are known, else the only side's word; what 1C alone can know the portal cannot say."""
    node, portal = _node_side(states, owners), states.in_portal
    if node is None:
        assert portal is not None, "an order that neither side has shown"
        node = replace(portal, **NOT_SAID)
        return merge(node, portal, node, owners)
    return Merged(node, node) if portal is None else merge(node, portal, states.agreed or portal, owners)
