"""Order and pages of list methods (bitrix24-rest B5): 50 rows a page, ``next`` only when there is more, ``start=-1``."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeVar

from uzel.emulators.bitrix24_portal.errors import ApiError
from uzel.emulators.bitrix24_portal.filters import Resolve
from uzel.emulators.bitrix24_portal.values import to_int, to_map

PAGE = 50
DIRECTIONS = {"ASC": False, "DESC": True}
T = TypeVar("T")


def read_order(raw: Any, resolve: Resolve, *, strict: bool = True) -> list[tuple[str, bool]]:
    """``{"id": "ASC"}`` → ``[(stored name, descending)]``."""
    order = []
    for name, direction in to_map(raw).items():
        found = resolve(name)
        if found is None:
            if strict:
                raise ApiError("INVALID_ARG_VALUE", f"Invalid order: field '{name}' is not allowed in order")
            continue
        if str(direction).upper() not in DIRECTIONS:
            raise ApiError(
                "INVALID_ARG_VALUE",
                f"Invalid order: allowed sort directions are `ASC, DESC`. But got '{direction}' for field '{name}'",
            )
        order.append((found[0], DIRECTIONS[str(direction).upper()]))
    return order


def sort(rows: Iterable[T], order: Sequence[tuple[str, bool]], values: Callable[[T], Mapping[str, Any]]) -> list[T]:
    """Rows by several fields; equal ones keep the order of their ids."""
    result = list(rows)
    for name, descending in reversed(order):
        result.sort(key=lambda row: _key(values(row).get(name)), reverse=descending)
    return result


def _key(value: Any) -> tuple[int, Any]:
    """Nothing goes first; numbers and texts never meet in one field, but a mixed one must not break the list."""
    if value is None:
        return (0, 0)
    if isinstance(value, (int, Decimal)):
        return (1, value)
    return (2, value.timestamp()) if isinstance(value, datetime) else (3, str(value).casefold())


def page(rows: list[T], start: Any) -> tuple[list[T], int, int | None]:
    """One page, the total and where the next one starts; ``start=-1`` counts nothing: total 0, no next."""
    offset = to_int(start) or 0
    if offset < 0:
        return rows[:PAGE], 0, None
    end = offset + PAGE
    return rows[offset:end], len(rows), end if end < len(rows) else None
