"""An order as a flat table of the values that merge one by one.

Lines and total move together (``goods``); the counterparty merges attribute by attribute (``counterparty.phones``),
or as one value (``counterparty``) when he became somebody else.
"""

import dataclasses
from collections.abc import Mapping
from operator import attrgetter
from typing import Any

from uzel.model import Counterparty, LegalDetails, Order
from uzel.sync.same import alike, same

GOODS, BUYER = "goods", "counterparty"
_PLAIN = tuple(
    field.name for field in dataclasses.fields(Order) if field.name not in ("document_id", "counterparty", "lines", "total")
)
_PERSON = tuple(field.name for field in dataclasses.fields(Counterparty) if field.name != "legal")
_LEGAL = tuple(field.name for field in dataclasses.fields(LegalDetails))
_OF_BUYER = (*(f"{BUYER}.{name}" for name in _PERSON), *(f"{BUYER}.legal.{name}" for name in _LEGAL))

#: Every field that merges, the buyer attribute by attribute; and the same with the buyer as one value.
PATHS = (*_PLAIN, GOODS, *_OF_BUYER)
PATHS_WHOLE_BUYER = (*_PLAIN, GOODS, BUYER)

_GETTERS = {path: attrgetter("lines", "total") if path == GOODS else attrgetter(path) for path in (*PATHS, BUYER)}

#: What people call the fields.
TITLES: Mapping[str, str] = {
    "number": "номер", "date": "дата", "time": "время", "number_in_node": "номер в 1С", "date_in_node": "дата в 1С",
    "currency": "валюта", "posted": "проведение", "deletion_mark": "пометка удаления", "paid": "оплата", "shipped": "отгрузка",
    "status": "статус", "comment": "комментарий", "counterparty": "покупатель", "goods": "состав заказа",
    "responsible": "ответственный", "promo_code": "промокод", "bonus_card_number": "бонусная карта",
    "paid_by_bonus": "оплата бонусами",
}  # fmt: skip


def value(order: Order, path: str) -> Any:
    """What an order says in one field."""
    return _GETTERS[path](order)


def flatten(order: Order, paths: tuple[str, ...] = PATHS) -> dict[str, Any]:
    """``path → value`` for the given paths."""
    return {path: _GETTERS[path](order) for path in paths}


def unflatten(order: Order, table: Mapping[str, Any]) -> Order:
    """``order`` with every value taken from ``table``, whichever of the two sets of paths it has."""
    lines, total = table[GOODS]
    buyer = table[BUYER] if BUYER in table else _buyer(table)
    return dataclasses.replace(order, lines=lines, total=total, counterparty=buyer, **{name: table[name] for name in _PLAIN})


def _buyer(table: Mapping[str, Any]) -> Counterparty:
    legal = LegalDetails(**{name: table[f"{BUYER}.legal.{name}"] for name in _LEGAL})
    return Counterparty(legal=legal, **{name: table[f"{BUYER}.{name}"] for name in _PERSON})


def owned_as(path: str) -> str:
    """The row of the ownership table that speaks for a path."""
    return path.partition(".")[0]


def title(path: str) -> str:
    """The field in words of people, for a message."""
    return TITLES[owned_as(path)]


def changed(old: Order, new: Order) -> list[str]:
    """Paths in which two orders look different."""
    if old == new:
        return []
    return [path for path in PATHS if not alike(path, _GETTERS[path](old), _GETTERS[path](new))]


def lacking(shown: Order, wanted: Order) -> list[str]:
    """Paths in which a side does not mean what it should, whatever its words for it."""
    if shown == wanted:
        return []
    return [path for path in PATHS if not same(path, _GETTERS[path](shown), _GETTERS[path](wanted))]
