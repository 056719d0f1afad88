"""An order as a flat table of the values that merge one by one.

Lines and total move together (``goods``); the counterparty merges attribute by attribute (``counterparty.phones``).
"""

import dataclasses
from typing import Any

from uzel.model import Counterparty, Order

_COUNTERPARTY = tuple(field.name for field in dataclasses.fields(Counterparty))
_PLAIN = tuple(
    field.name
    for field in dataclasses.fields(Order)
    if field.name not in ("document_id", "counterparty", "lines", "total")
)
PATHS = (*_PLAIN, "goods", *(f"counterparty.{name}" for name in _COUNTERPARTY))


def flatten(order: Order) -> dict[str, Any]:
    """``path → value`` for every path of :data:`PATHS`."""
    table: dict[str, Any] = {name: getattr(order, name) for name in _PLAIN}
    table["goods"] = (order.lines, order.total)
    table.update({f"counterparty.{name}": getattr(order.counterparty, name) for name in _COUNTERPARTY})
    return table


def unflatten(order: Order, table: dict[str, Any]) -> Order:
    """``order`` with every value taken from ``table``."""
    lines, total = table["goods"]
    counterparty = Counterparty(**{name: table[f"counterparty.{name}"] for name in _COUNTERPARTY})
    plain = {name: table[name] for name in _PLAIN}
    return dataclasses.replace(order, lines=lines, total=total, counterparty=counterparty, **plain)


def owned_as(path: str) -> str:
    """The row of the ownership table that speaks for a path."""
    return path.partition(".")[0]


def changed(old: Order, new: Order) -> list[str]:
    """Paths in which two orders differ."""
    before, after = flatten(old), flatten(new)
    return [path for path in PATHS if before[path] != after[path]]
