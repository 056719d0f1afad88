"""Values of a saved portal as JSON: what JSON has no word for stands under a mark. Pure."""

from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

MARK = "$"
Records = Mapping[str, type]


def encode(value: Any) -> Any:
    """A value as lists, maps and scalars of JSON."""
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, list):
        return [encode(one) for one in value]
    if isinstance(value, Mapping):
        if MARK not in value and all(isinstance(key, str) for key in value):
            return {key: encode(one) for key, one in value.items()}
        return {MARK: "map", "of": [[encode(key), encode(one)] for key, one in value.items()]}
    if is_dataclass(value) and not isinstance(value, type):
        held = {one.name: encode(getattr(value, one.name)) for one in fields(value)}
        return {MARK: "record", "is": type(value).__name__, "of": held}
    kind = next((name for name, (known, _, _) in _KINDS.items() if isinstance(value, known)), None)
    if kind is None:
        raise TypeError(f"a portal cannot keep a {type(value).__name__}")
    return {MARK: kind, "of": _KINDS[kind][1](value)}


def decode(value: Any, records: Records) -> Any:
    """The value back; ``records`` by the name of their class. ValueError where it is no saved value."""
    if isinstance(value, list):
        return [decode(one, records) for one in value]
    if not isinstance(value, dict):
        return value
    if MARK not in value:
        return {key: decode(one, records) for key, one in value.items()}
    kind, held = value[MARK], value.get("of")
    if kind == "map":
        return {_key(decode(key, records)): decode(one, records) for key, one in held or ()}
    if kind == "record" and value.get("is") in records:
        return records[value["is"]](**decode(held, records))
    if kind == "tuple":
        return tuple(decode(held, records))
    if kind not in _KINDS:
        raise ValueError(f"unknown value of a saved portal: {kind!r} {value.get('is', '')}".rstrip())
    return _KINDS[kind][2](held)


def _key(value: Any) -> Any:
    if isinstance(value, (list, dict)):
        raise ValueError("a key of a map cannot be a list or a map")
    return value


#: mark → type, how it is written, how it is read; a tuple is read above, for it holds other values
_KINDS: Mapping[str, tuple[type, Callable[[Any], Any], Callable[[Any], Any]]] = {
    "decimal": (Decimal, str, Decimal),
    "moment": (datetime, datetime.isoformat, datetime.fromisoformat),
    "bytes": (bytes, lambda value: b64encode(value).decode("ascii"), b64decode),
    "tuple": (tuple, lambda value: [encode(one) for one in value], tuple),
}
