"""Records to plain JSON values and back, driven by the records' own type hints.

How a class is written and read is worked out once, because every order passes here several times.
"""

import dataclasses
import datetime as dt
import types
import typing
from collections.abc import Callable
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar

T = TypeVar("T")
Coder = Callable[[Any], Any]
_PLAIN = frozenset({str, bool, int, float, types.NoneType})  # nearly every field: it is JSON already


def to_json(value: Any) -> Any:
    """Turn a record (or a tuple of records) into JSON values: Decimal and dates become strings."""
    kind: Any = type(value)
    return _encoder(kind)(value)


def from_json(kind: type[T], value: Any) -> T:
    """Build a record of ``kind`` from what :func:`to_json` wrote; unknown keys are ignored, absent ones take defaults."""
    record: Any = kind
    decode = _decoder(record)
    return typing.cast(T, value if decode is None else decode(value))


@cache
def _encoder(kind: Any) -> Coder:
    if dataclasses.is_dataclass(kind):
        names = [field.name for field in dataclasses.fields(kind)]
        return lambda record: {
            name: value if type(value := getattr(record, name)) in _PLAIN else to_json(value) for name in names
        }
    if issubclass(kind, (tuple, list)):
        return lambda items: [to_json(item) for item in items]
    if issubclass(kind, Decimal):
        return _plain_number
    if issubclass(kind, (dt.date, dt.time)):
        return lambda moment: moment.isoformat()
    return lambda value: value


def _plain_number(value: Decimal) -> str:
    """Without an exponent and without trailing zeros, every digit kept."""
    text = format(value, "f")
    return (text.rstrip("0").rstrip(".") if "." in text else text) if value else "0"


@cache
def _decoder(kind: Any) -> Coder | None:
    """How JSON becomes ``kind``; ``None`` when it is that already."""
    origin = typing.get_origin(kind)
    if origin in (types.UnionType, typing.Union):
        inner = _decoder(next(arg for arg in typing.get_args(kind) if arg is not types.NoneType))
        return None if inner is None else lambda value: None if value is None else inner(value)
    if origin is tuple:
        item = _decoder(typing.get_args(kind)[0])
        return tuple if item is None else lambda values: tuple([item(value) for value in values])
    if dataclasses.is_dataclass(kind):
        return _record_decoder(typing.cast(type, kind))
    if kind is Decimal:
        return Decimal
    if kind in (dt.date, dt.time, dt.datetime):
        return typing.cast(Coder, kind.fromisoformat)
    return None


def _record_decoder(kind: type) -> Coder:
    hints = typing.get_type_hints(kind)
    coders = {field.name: _decoder(hints[field.name]) for field in dataclasses.fields(kind)}

    def decode(values: dict[str, Any]) -> Any:
        known = {}
        for name, value in values.items():
            if name in coders:
                coder = coders[name]
                known[name] = value if coder is None else coder(value)
        return kind(**known)

    return decode
