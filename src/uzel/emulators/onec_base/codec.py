"""Records to plain JSON values and back, led by the type hints of the records."""

import datetime as dt
import types
import typing
from dataclasses import fields, is_dataclass
from decimal import Decimal
from typing import Any


def to_plain(value: Any) -> Any:
    """Dataclasses become objects, tuples lists, sets sorted lists; money, dates and moments become texts."""
    if is_dataclass(value) and not isinstance(value, type):
        return {item.name: to_plain(getattr(value, item.name)) for item in fields(value)}
    if isinstance(value, dict):
        return {key: to_plain(one) for key, one in value.items()}
    if isinstance(value, set | frozenset):
        return sorted(to_plain(one) for one in value)
    if isinstance(value, tuple | list):
        return [to_plain(one) for one in value]
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def from_plain(kind: Any, value: Any) -> Any:
    """The value that :func:`to_plain` made plain; ``kind`` is its type hint. TypeError or ValueError when it is not one."""
    if is_dataclass(kind):
        hints = typing.get_type_hints(kind)
        return kind(**{name: from_plain(hints[name], one) for name, one in value.items()})  # type: ignore[operator]
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (types.UnionType, typing.Union):
        inner = next(one for one in arguments if one is not types.NoneType)
        return None if value is None else from_plain(inner, value)
    if origin is dict:
        return {key: from_plain(arguments[1], one) for key, one in value.items()}
    if origin is set:
        return {from_plain(arguments[0], one) for one in value}
    if origin is tuple:
        kinds = [arguments[0]] * len(value) if arguments[-1] is ... else list(arguments)
        return tuple(from_plain(one, item) for one, item in zip(kinds, value, strict=True))
    if kind in (dt.datetime, dt.date, dt.time):
        return kind.fromisoformat(value)
    return Decimal(value) if kind is Decimal else value
