"""Requisites of a document and fields of an order: one table, read in both directions.

Direction ``in`` is 1C → Uzel, ``out`` Uzel → 1C. A node may rename a requisite (``Node.requisites``).
Names and formats: onec-exchange 3.1, 3.3, 4.1.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from uzel.commerceml import values as spelling
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
COMMENT = "Комментарий"
#: Where a base writes no flags, only the dates of a full payment and shipment (UT; onec-exchange 4.1).
DATE_OF_FLAG: Mapping[str, str] = {"paid": "Дата оплаты по 1С", "shipped": "Дата отгрузки по 1С"}


def rows(rules: NodeRules) -> Sequence[RequisiteRow]:
    """The standard table with the node's own names put first."""
    if not rules.requisites:
        return STANDARD
    own = rules.requisites
    return [replace(row, names=(own[row.field], *row.names)) if own.get(row.field) else row for row in STANDARD]


def read(values: Mapping[str, str], rules: NodeRules) -> tuple[dict[str, Any], list[str]]:
    """Fields that the requisites mention, and the names of requisites whose value could not be understood."""
    found: dict[str, Any] = {}
    unreadable: list[str] = []
    for row in rows(rules):
        for name in row.names:
            if name in values and row.direction != "out":
                try:
                    found[row.field] = READERS[row.kind](values[name])
                except ValueError:
                    unreadable.append(name)
                break
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
    """``23 000,50`` with any kind of space, comma or dot; nothing is 0."""
    return spelling.parse_number(text) if text.strip() else Decimal(0)


def parse_moment(text: str) -> dt.datetime | None:
    """A local moment in any of the spellings of 1C; nothing and the empty date are ``None``."""
    return spelling.parse_moment(text.strip()) if text.strip() else None


def _text(value: Any) -> str:
    return str(value or "")


def _flag(value: Any) -> str:
    return "true" if value else "false"


def _money(value: Any) -> str:
    return spelling.write_amount(value) if value else ""


def _moment(value: Any) -> str:
    return value.isoformat() if value else ""


READERS: Mapping[str, Callable[[str], Any]] = {
    "text": str.strip, "flag": parse_flag, "money": parse_money, "moment": parse_moment
}  # fmt: skip
WRITERS: Mapping[str, Callable[[Any], str]] = {"text": _text, "flag": _flag, "money": _money, "moment": _moment}
