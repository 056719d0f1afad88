"""Requisites of a document and fields of an order: one table, read in both directions.

Direction ``in`` is 1C → Uzel, ``out`` Uzel → 1C. A node may rename a requisite (``Node.requisites``).
Names and formats: onec-exchange 3.1, 3.3, 4.1.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from uzel.mapping.rules import NodeRules


@dataclass(frozen=True, slots=True)
class RequisiteRow:
    """A field of the order (dotted), the names that carry it (the first is written), direction and kind of value."""

    field: str
    names: tuple[str, ...]
    direction: str
    kind: str = "text"


STANDARD: tuple[RequisiteRow, ...] = (
    RequisiteRow("number_in_node", ("Номер по 1С",), "in"),
    RequisiteRow("date_in_node", ("Дата по 1С",), "in", "moment"),
    RequisiteRow("deletion_mark", ("ПометкаУдаления",), "in", "flag"),
    RequisiteRow("posted", ("Проведен",), "in", "flag"),
    RequisiteRow("paid", ("Оплачен", "Заказ оплачен"), "in", "flag"),
    RequisiteRow("shipped", ("Отгружен",), "in", "flag"),
    RequisiteRow("promo_code", ("Промокод",), "both"),
    RequisiteRow("bonus_card_number", ("Номер бонусной карты",), "both"),
    RequisiteRow("paid_by_bonus", ("Сумма оплаченная бонусами",), "both", "money"),
    RequisiteRow("responsible.personnel_number", ("Табельный номер ответственного",), "both"),
    RequisiteRow("responsible.full_name", ("Ответственный",), "both"),
)

#: Read apart from the table, because several of them make one status (see ``mapping.document_order``).
STATUS_ID, STATUS, CANCELED = "Статуса заказа ИД", "Статус заказа", "Отменен"
PAID_ON, SHIPPED_ON = "Дата оплаты по 1С", "Дата отгрузки по 1С"


def rows(rules: NodeRules) -> Iterator[RequisiteRow]:
    """The standard table with the node's own names put first."""
    for row in STANDARD:
        own = rules.requisites.get(row.field)
        yield RequisiteRow(row.field, (own, *row.names), row.direction, row.kind) if own else row


def read(values: Mapping[str, str], rules: NodeRules) -> tuple[dict[str, Any], list[str]]:
    """Fields that the requisites mention, and the names of requisites whose value could not be understood."""
    found, unreadable = {}, []
    for row in rows(rules):
        name = next((name for name in row.names if name in values), None)
        if name is None or row.direction == "out":
            continue
        try:
            found[row.field] = READERS[row.kind](values[name])
        except (ValueError, InvalidOperation):
            unreadable.append(name)
    return found, unreadable


def write(fields: Mapping[str, Any], rules: NodeRules) -> dict[str, tuple[str, ...]]:
    """Requisites for the fields that go out; what is empty is written empty, so that it can be cleared."""
    return {
        row.names[0]: (WRITERS[row.kind](fields[row.field]),)
        for row in rows(rules)
        if row.direction in ("both", "out") and row.field in fields
    }


def parse_flag(text: str) -> bool:
    """``true``/``false`` as 1C writes them, and the words people configure instead."""
    word = text.strip().lower()
    if word in ("true", "1", "да", "истина", "y"):
        return True
    if word in ("false", "0", "нет", "ложь", "n", ""):
        return False
    raise ValueError(text)


def parse_money(text: str) -> Decimal:
    """``23 000,50`` with any kind of space, comma or dot."""
    return Decimal(re.sub(r"[\s\u00a0\u202f]", "", text).replace(",", ".") or "0")


_MOMENT = re.compile(
    r"(?:(?P<y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d)|(?P<d2>\d\d)\.(?P<m2>\d\d)\.(?P<y2>\d{4}))"
    r"(?:[T ]\s*(?P<H>\d{1,2}):(?P<M>\d\d)(?::(?P<S>\d\d))?(?:\.\d+)?\s*(?P<ap>[AP]M)?)?"
)


def parse_moment(text: str) -> dt.datetime | None:
    """A local moment: ISO, ``dd.mm.yyyy``, hours without a leading zero, ``AM``/``PM``; the empty date is ``None``."""
    match = _MOMENT.fullmatch(text.strip())
    if match is None:
        if not text.strip():
            return None
        raise ValueError(text)
    part = match.groupdict()
    year, month, day = (int(part[key] or part[f"{key}2"]) for key in "ymd")
    hour = int(part["H"] or 0)
    if part["ap"]:
        hour = hour % 12 + (12 if part["ap"] == "PM" else 0)
    return None if year == 1 else dt.datetime(year, month, day, hour, int(part["M"] or 0), int(part["S"] or 0))


def _text(value: Any) -> str:
    return str(value or "")


def _flag(value: Any) -> str:
    return "true" if value else "false"


def _money(value: Any) -> str:
    return format(Decimal(value or 0).quantize(Decimal("0.01")).normalize() + 0, "f") if value else ""


def _moment(value: Any) -> str:
    return value.isoformat() if value else ""


READERS: Mapping[str, Callable[[str], Any]] = {
    "text": str.strip, "flag": parse_flag, "money": parse_money, "moment": parse_moment
}  # fmt: skip
WRITERS: Mapping[str, Callable[[Any], str]] = {"text": _text, "flag": _flag, "money": _money, "moment": _moment}
