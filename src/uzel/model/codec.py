"""Records to plain JSON values and back, driven by the records' own type hints."""

import dataclasses
import datetime as dt
import types
import typing
from decimal import Decimal
from functools import cache
from typing import Any, TypeVar

T = TypeVar("T")


def to_json(value: Any) -> Any:
    """Turn a record (or a tuple of records) into JSON values: Decimal and dates become strings."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {name: to_json(getattr(value, name)) for name in _fields(type(value))}
    if isinstance(value, (tuple, list)):
        return [to_json(item) for item in value]
    if isinstance(value, Decimal):
        return format(value.normalize() if value else Decimal(0), "f")
    if isinstance(value, (dt.date, dt.time)):
        return value.isoformat()
    return value


def from_json(kind: type[T], value: Any) -> T:
    """Build a record of ``kind`` from what :func:`to_json` wrote; unknown keys are ignored, absent ones take defaults."""
    return typing.cast(T, _decode(kind, value))


@cache
def _fields(kind: type) -> dict[str, Any]:
    hints = typing.get_type_hints(kind)
    return {field.name: hints[field.name] for field in dataclasses.fields(kind)}


def _decode(kind: Any, value: Any) -> Any:
    origin = typing.get_origin(kind)
    if origin in (types.UnionType, typing.Union):
        inner = next(arg for arg in typing.get_args(kind) if arg is not types.NoneType)
        return None if value is None else _decode(inner, value)
    if origin is tuple:
        return tuple(_decode(typing.get_args(kind)[0], item) for item in value)
    if dataclasses.is_dataclass(kind):
        hints = _fields(typing.cast(type, kind))
        return kind(**{name: _decode(hints[name], item) for name, item in value.items() if name in hints})
    if kind is Decimal:
        return Decimal(value)
    if kind in (dt.date, dt.time, dt.datetime):
        return kind.fromisoformat(value)
    return value
