"""An order as a flat table of the values that merge one by one.

Lines and total move together (``goods``); the counterparty merges attribute by attribute (``counterparty.phones``),
or as one value (``counterparty``) when he became somebody else; fields of the deal merge one by one (``extras.UF_CRM_…``).
"""

import dataclasses
from collections.abc import Mapping
from operator import attrgetter
from typing import Any

from uzel.model import Counterparty, LegalDetails, Order
from uzel.sync.same import alike, same

GOODS, BUYER, EXTRAS = "goods", "counterparty", "extras"
_APART = ("document_id", "counterparty", "lines", "total", EXTRAS)
_PLAIN = tuple(field.name for field in dataclasses.fields(Order) if field.name not in _APART)
_PERSON = tuple(field.name for field in dataclasses.fields(Counterparty) if field.name != "legal")
_LEGAL = tuple(field.name for field in dataclasses.fields(LegalDetails))
_OF_BUYER = (*(f"{BUYER}.{name}" for name in _PERSON), *(f"{BUYER}.legal.{name}" for name in _LEGAL))

#: Every field that every order has, the buyer attribute by attribute; and the same with the buyer as one value.
PATHS = (*_PLAIN, GOODS, *_OF_BUYER)
PATHS_WHOLE_BUYER = (*_PLAIN, GOODS, BUYER)

_GETTERS = {path: attrgetter("lines", "total") if path == GOODS else attrgetter(path) for path in (*PATHS, BUYER)}

#: What people call the fields.
TITLES: Mapping[str, str] = {
    "number": "номер", "date": "дата", "time": "время", "number_in_node": "номер в 1С", "date_in_node": "дата в 1С",
    "currency": "валюта", "posted": "проведение", "deletion_mark": "пометка удаления", "paid": "оплата", "shipped": "отгрузка",
    "settlements": "оплаты, отгрузки и возвраты",
    "status": "статус", "comment": "комментарий", "counterparty": "покупатель", "goods": "состав заказа",
    "responsible": "ответственный", "promo_code": "промокод", "bonus_card_number": "бонусная карта",
    "paid_by_bonus": "оплата бонусами", "extras": "дополнительное поле",
}  # fmt: skip


def extra_paths(*orders: Order | None) -> tuple[str, ...]:
    """Paths of the fields of the deal that any of the orders has."""
    if not any(order is not None and order.extras for order in orders):
        return ()
    return tuple(sorted({f"{EXTRAS}.{name}" for order in orders if order is not None for name, _ in order.extras}))


def value(order: Order, path: str) -> Any:
    """What an order says in one field; of a field of the deal that it has not, nothing."""
    if path in _GETTERS:
        return _GETTERS[path](order)
    return dict(order.extras).get(path.partition(".")[2], "")


def flatten(order: Order, paths: tuple[str, ...] = PATHS) -> dict[str, Any]:
    """``path → value`` for the given paths."""
    return {path: value(order, path) for path in paths}


def unflatten(order: Order, table: Mapping[str, Any]) -> Order:
    """``order`` with every value taken from ``table``, whichever of the two sets of paths it has."""
    lines, total = table[GOODS]
    buyer = table[BUYER] if BUYER in table else _buyer(table)
    extras = tuple((path.partition(".")[2], table[path]) for path in sorted(table) if path.startswith(f"{EXTRAS}."))
    plain = {name: table[name] for name in _PLAIN}
    return dataclasses.replace(order, lines=lines, total=total, counterparty=buyer, extras=extras, **plain)


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
    paths = (*PATHS, *extra_paths(old, new))
    return [path for path in paths if not alike(path, value(old, path), value(new, path))]


def lacking(shown: Order, wanted: Order) -> list[str]:
    """Paths in which a side does not mean what it should, whatever its words for it."""
    if shown == wanted:
        return []
    paths = (*PATHS, *extra_paths(shown, wanted))
    return [path for path in paths if not same(path, value(shown, path), value(wanted, path))]
