"""Who owns a field of an order: the table that decides what a three-way merge may do."""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType


class Owner(StrEnum):
    """``MERGE``: both sides may change it; ``NODE``/``PORTAL``: only that side's value counts."""

    MERGE = "merge"
    NODE = "node"
    PORTAL = "portal"


#: The default table. What 1C alone can know is the node's; the rest merges. ``goods`` is lines and total together;
#: each attribute of the counterparty merges on its own under ``counterparty``.
STANDARD: Mapping[str, Owner] = MappingProxyType(
    {
        "number": Owner.NODE,
        "date": Owner.NODE,
        "time": Owner.NODE,
        "number_in_node": Owner.NODE,
        "date_in_node": Owner.NODE,
        "currency": Owner.NODE,
        "posted": Owner.NODE,
        "deletion_mark": Owner.NODE,
        "paid": Owner.NODE,
        "shipped": Owner.NODE,
        "settlements": Owner.NODE,
        "status": Owner.MERGE,
        "comment": Owner.MERGE,
        "counterparty": Owner.MERGE,
        "goods": Owner.MERGE,
        "responsible": Owner.MERGE,
        "promo_code": Owner.MERGE,
        "bonus_card_number": Owner.MERGE,
        "paid_by_bonus": Owner.MERGE,
        "extras": Owner.MERGE,
    }
)

NOTHING: Mapping[str, Owner] = MappingProxyType({})

#: A posted document has moved stock and money in 1C: only 1C may change what it moved.
OWNED_WHEN_POSTED = ("goods",)


def unknown_rows(node_table: Mapping[str, str]) -> list[str]:
    """Rows that the ownership table of a node cannot have, as they were given: an unknown field or an unknown owner."""
    return [f"{field}={owner}" for field, owner in node_table.items() if field not in STANDARD or owner not in list(Owner)]


def ownership(
    node_table: Mapping[str, str], one_way: Mapping[str, Owner] = NOTHING, *, posted: bool, closed: bool = False
) -> dict[str, Owner]:
    """The table of one order: the standard one, what travels one way, the posted rule, and above all the node's own table.

    ``one_way``: a field, or one of its paths (``extras.UF_CRM_…``), that one side alone is told of by the other.
    ``closed``: the base takes nothing more of the order from others, so all of it is the node's, whatever the tables say.
    """
    if closed:
        return dict.fromkeys(STANDARD, Owner.NODE)
    table = {**STANDARD, **one_way}
    if posted:
        table.update(dict.fromkeys(OWNED_WHEN_POSTED, Owner.NODE))
    table.update({field: Owner(owner) for field, owner in node_table.items() if field in STANDARD})
    return table
