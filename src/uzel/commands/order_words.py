"""What an order says in one field, in words for a cell of a table."""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

LONGEST_CELL = 120  # characters
SETTLED = {"payment": "оплата", "refund": "возврат оплаты", "shipment": "отгрузка", "return": "возврат товара"}
EXPECTED = "ожидается "  # a document that has not taken place


def in_words(path: str, value: Any) -> str:
    """A value as ``model.codec`` writes it: people by name, goods by their number and sum; empty for nothing."""
    told = _told(path, value)
    return told if len(told) <= LONGEST_CELL else f"{told[: LONGEST_CELL - 1]}…"


def _told(path: str, value: Any) -> str:
    if not value:
        return ""
    if path in WORDS:
        return WORDS[path](value)
    if isinstance(value, bool):
        return "да"
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return str(value)


def _sum(value: str) -> str:
    return _money(Decimal(value)) if Decimal(value) else ""


def _money(value: Decimal) -> str:
    """1000, and 990.50 with its kopecks."""
    return f"{value:.0f}" if value == value.to_integral_value() else f"{value:.2f}"


def _goods(value: tuple[list[Any], str]) -> str:
    lines, total = value[0], Decimal(value[1])
    return f"строк {len(lines)} на {_money(total)}" if lines or total else ""


def _settlements(value: list[Mapping[str, Any]]) -> str:
    """Sums by kind: what has taken place, then what is only expected."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for one in sorted(value, key=lambda one: not one["done"]):
        sums[("" if one["done"] else EXPECTED) + SETTLED[one["kind"]]] += Decimal(one["amount"])
    return ", ".join(f"{kind} {_money(amount)}" for kind, amount in sums.items())


def _person(value: Mapping[str, Any]) -> str:
    name = value.get("name") or value.get("full_name") or ""
    return " ".join(filter(None, (name, value.get("personnel_number"))))


def _day(value: str) -> str:
    return dt.date.fromisoformat(value).strftime("%d.%m.%Y")


def _moment(value: str) -> str:
    return dt.datetime.fromisoformat(value).strftime("%d.%m.%Y %H:%M:%S")


def _status(value: str) -> str:
    """Statuses that the hub works out itself have names, those of a base are its own words."""
    from uzel.mapping.stages import STANDARD

    return next((row.name for row in STANDARD if row.status == value and value.startswith("@")), value)


WORDS: Mapping[str, Callable[[Any], str]] = {
    "goods": _goods, "settlements": _settlements, "counterparty": _person, "responsible": _person, "date": _day,
    "date_in_node": _moment, "paid_by_bonus": _sum, "status": _status,
}  # fmt: skip
