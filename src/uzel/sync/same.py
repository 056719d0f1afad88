"""When two values of a field mean the same: a side gives back what it was told in words of its own.

1C keeps two decimals of money and three of a quantity, cuts a long comment, names goods by its own nomenclature
and drops the time of an order (onec-exchange 3.1, 3.2). None of that is an edit.
"""

import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from operator import attrgetter
from typing import Any

from uzel.model import Counterparty, OrderLine, Responsible

KOPECK = Decimal("0.01")
QUANTITY_ROUNDING = Decimal("0.0005")
PHONE_DIGITS = 10  # of a Russian number without its country code
COMMENT_CHARACTERS = 3000  # of a comment that a document can hold
NAME_CHARACTERS = 250  # of a name or an address

#: What the nomenclature of 1C says of a row of goods: it comes from 1C only, and two rows are the same without it.
_DESCRIPTION = attrgetter("item_id", "name", "measure_code", "measure_name", "article", "barcode", "is_service", "vat_included")

Goods = tuple[tuple[OrderLine, ...], Decimal]


def same(path: str, a: Any, b: Any) -> bool:
    """Whether two values of the field ``path`` mean the same."""
    if a == b:
        return True
    return _same_extra(a, b) if path.startswith("extras.") else path in _MEANING and _MEANING[path](a, b)


def alike(path: str, a: Any, b: Any) -> bool:
    """Whether they also look the same: rows of goods are described in the same words."""
    return same(path, a, b) and (path != "goods" or _described_alike(a, b))


def phone_digits(phone: str) -> str:
    """The part of a phone by which two spellings of it are compared; a text without digits stands for itself."""
    return re.sub(r"\D", "", phone)[-PHONE_DIGITS:] or phone


def _same_goods(a: Goods, b: Goods) -> bool:
    (lines, total), (others, other_total) = a, b
    if len(lines) != len(others) or abs(total - other_total) > KOPECK * max(1, len(lines)):
        return False
    return all(map(_same_line, lines, others))


def _same_line(a: OrderLine, b: OrderLine) -> bool:
    named = a.item_id == b.item_id if a.item_id and b.item_id else _words(a.name) == _words(b.name)
    money = (abs(x - y) <= KOPECK for x, y in ((a.price, b.price), (a.discount, b.discount), (a.total, b.total)))
    return named and abs(a.quantity - b.quantity) <= QUANTITY_ROUNDING and all(money) and (a.vat_rate or 0) == (b.vat_rate or 0)


def _described_alike(a: Goods, b: Goods) -> bool:
    return all(_DESCRIPTION(x) == _DESCRIPTION(y) for x, y in zip(a[0], b[0], strict=True))


def _same_money(a: Decimal, b: Decimal) -> bool:
    return abs(a - b) <= KOPECK


def _same_comment(a: str, b: str) -> bool:
    cut = (text[:COMMENT_CHARACTERS].strip().splitlines() for text in (a, b))
    return [line.rstrip() for line in next(cut)] == [line.rstrip() for line in next(cut)]


def _same_text(a: str, b: str) -> bool:
    return _words(a[:NAME_CHARACTERS]) == _words(b[:NAME_CHARACTERS])


def _same_extra(a: str, b: str) -> bool:
    """A field of the deal that nobody has filled says no, or nothing."""
    return _words(a) == _words(b) or {a, b} <= {"", "0"}


def _words(text: str) -> list[str]:
    return text.split()


def _same_person(a: Responsible, b: Responsible) -> bool:
    """One employee: by personnel number where both have one, by full name where they do not."""
    if a.personnel_number and b.personnel_number:
        return a.personnel_number.strip() == b.personnel_number.strip()
    names = [sorted(_words(one.full_name.lower().replace("ё", "е"))) for one in (a, b)]
    return bool(names[0]) and names[0] == names[1]


def _same_phones(a: tuple[str, ...], b: tuple[str, ...]) -> bool:
    return set(map(phone_digits, a)) == set(map(phone_digits, b))


def _same_emails(a: tuple[str, ...], b: tuple[str, ...]) -> bool:
    return {email.strip().lower() for email in a} == {email.strip().lower() for email in b}


def _same_buyer(a: Counterparty, b: Counterparty) -> bool:
    names = (*(f for f in Counterparty.__slots__ if f != "legal"), *(f"legal.{f}" for f in type(a.legal).__slots__))
    return all(same(f"counterparty.{name}", attrgetter(name)(a), attrgetter(name)(b)) for name in names)


def _never_compared(_a: Any, _b: Any) -> bool:
    return True


_TEXTS = (
    "name",
    "full_name",
    "last_name",
    "first_name",
    "middle_name",
    "address",
    "legal.official_name",
    "legal.legal_address",
)
_MEANING: Mapping[str, Callable[[Any, Any], bool]] = {
    "time": _never_compared,
    "comment": _same_comment,
    "promo_code": _same_text,
    "bonus_card_number": _same_text,
    "paid_by_bonus": _same_money,
    "responsible": _same_person,
    "goods": _same_goods,
    "counterparty": _same_buyer,
    "counterparty.phones": _same_phones,
    "counterparty.emails": _same_emails,
    **{f"counterparty.{name}": _same_text for name in _TEXTS},
}
