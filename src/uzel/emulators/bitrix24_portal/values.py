"""Values as they come from a request and as they leave in JSON."""

import json
from collections.abc import Mapping
from datetime import datetime, timezone
from decimal import Decimal, InvalidOperation
from typing import Any

YES = frozenset({"Y", "y", "true", "1"})


def to_int(value: Any) -> int | None:
    """An integer, or None where there is none to read."""
    try:
        return int(str(value).strip())
    except ValueError:
        return None


def to_decimal(value: Any) -> Decimal | None:
    """A number with a dot, or None; NaN and infinity are no numbers here."""
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def to_moment(value: Any, zone: timezone) -> datetime | None:
    """An ISO date or moment in the portal's zone; one without an offset is the portal's local time."""
    try:
        moment = datetime.fromisoformat(str(value).strip())
    except ValueError:
        return None
    return moment.replace(tzinfo=zone) if moment.tzinfo is None else moment.astimezone(zone)


def is_empty(value: Any) -> bool:
    """Nothing to read: null, false or an empty text. Zero is a value."""
    return value is None or value is False or value == ""


def is_yes(value: Any) -> bool:
    """``true``, "true", "y", "Y" (the documented ones) and 1; anything else is no."""
    return value is True or str(value) in YES


def is_true(value: Any) -> bool:
    """Truth as PHP has it: "", "0", 0, null and an empty array are false."""
    return bool(value) and value != "0"


def to_list(value: Any) -> list[Any] | None:
    """The elements of a list or of a map; None for a scalar."""
    if isinstance(value, list):
        return value
    return list(value.values()) if isinstance(value, dict) else None


def to_map(value: Any) -> dict[str, Any]:
    """A map of parameters; anything else is an empty one."""
    return value if isinstance(value, dict) else {}


def without_case(params: Mapping[str, Any], name: str) -> Any:
    """A parameter of an old method, whose names are read without regard to case."""
    if name in params:
        return params[name]
    return next((value for key, value in params.items() if key.lower() == name.lower()), None)


def text(value: Any) -> str:
    """A scalar as a string of a request; nothing is an empty string."""
    if isinstance(value, Decimal):
        return plain_number(value)
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, bool):
        return "1" if value else ""
    return "" if value is None or isinstance(value, (list, dict)) else str(value)


def plain_number(value: Decimal) -> str:
    """A number without an exponent and without zeros at the end."""
    shown = format(value, "f")
    return shown.rstrip("0").rstrip(".") if "." in shown else shown


def php_array(section: Mapping[str, Any]) -> Any:
    """A section of a batch answer as ``json_encode`` writes a PHP array: empty and 0…n-1 are lists (bitrix24-rest B4)."""
    if all(key == str(number) for number, key in enumerate(section)):
        return list(section.values())
    return dict(section)


def _encode(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, (tuple, frozenset, set)):
        return list(value)
    raise TypeError(f"cannot write {type(value).__name__} into JSON")


def to_json(value: Any) -> bytes:
    """JSON as the portal writes it: numbers as numbers, moments as ISO texts, everything in ASCII."""
    return json.dumps(value, default=_encode, separators=(",", ":")).encode("ascii")
