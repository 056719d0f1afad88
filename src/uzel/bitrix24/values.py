"""Values as the portal spells them: numbers in strings, yes in five ways, nothing in three."""

from decimal import Decimal, InvalidOperation
from typing import Any


def as_text(value: Any) -> str:
    """A text; null and false are nothing."""
    return "" if value in (None, False) else str(value)


def as_int(value: Any) -> int:
    """An id or a count; nothing is 0."""
    text = str(value or 0)
    return int(text) if text.lstrip("-").isdigit() else 0


def as_number(value: Any) -> Decimal:
    """A number, which people also fill by hand; nothing is 0."""
    try:
        return Decimal(str(value or 0).replace(",", ".").replace(" ", "").replace("\u00a0", ""))
    except InvalidOperation:
        return Decimal(0)


def as_money(value: Any) -> Decimal:
    """An amount in kopecks' precision; ``100|RUB`` is how money fields come."""
    return as_number(str(value or 0).partition("|")[0]).quantize(Decimal("0.01"))


def is_yes(value: Any) -> bool:
    """A boolean field comes as ``1``/``0``, ``Y``/``N``, true/false or nothing."""
    return str(value).upper() in ("1", "Y", "TRUE")
