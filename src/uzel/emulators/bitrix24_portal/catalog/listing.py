"""Lists of the catalogue: an index or a range of ids first, the rest of the filter only on what is left."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from uzel.emulators.bitrix24_portal.catalog.fields import Field
from uzel.emulators.bitrix24_portal.catalog.table import Entry, Table
from uzel.emulators.bitrix24_portal.core import Call
from uzel.emulators.bitrix24_portal.filters import Resolve, Rules, compile_filter, split_prefix
from uzel.emulators.bitrix24_portal.paging import PAGE, page, read_order, sort
from uzel.emulators.bitrix24_portal.values import to_int, to_list, to_map

Found = tuple[list[Entry], int, int | None]
_EQUAL = ("", "=", "@")


@dataclass(slots=True)
class _Plan:
    """Ids worth looking at, rising, and the conditions still to be tested."""

    ids: list[int]
    low: int
    high: int
    rest: dict[str, Any]


def resolver(fields: Mapping[str, Field]) -> Resolve:
    """Names that filters and orders may use; unknown ones are passed over."""

    def resolve(name: str) -> tuple[str, str] | None:
        one = fields.get(name)
        return None if one is None or one.kind == "file" else (one.held or name, one.kind)

    return resolve


def find(call: Call, table: Table, resolve: Resolve, params: Mapping[str, Any]) -> Found:
    """Entries of one page, the total and the start of the next page."""
    options, zone = call.core.options, call.core.clock.zone
    plan = _plan(table, to_map(params.get("filter")), resolve)
    test = compile_filter(plan.rest, Rules(resolve, zone, strict=False, ignore_case=options.case_insensitive_filters))
    order = read_order(params.get("order"), resolve, strict=False)
    start = to_int(params.get("start")) or 0
    if order and order[0][0] != "id":
        return page(sort(filter(test, _walk(table, plan)), order, lambda row: row), start)
    falling = bool(order) and order[0][1]
    if start < 0:
        return list(islice(filter(test, _walk(table, plan, falling=falling)), PAGE)), 0, None
    if plan.rest:
        return page(list(filter(test, _walk(table, plan, falling=falling))), start)
    total = plan.high - plan.low
    rows = list(islice(_walk(table, plan, falling=falling, skipped=start), PAGE))
    return rows, total, start + PAGE if start + PAGE < total else None


def _walk(table: Table, plan: _Plan, *, falling: bool = False, skipped: int = 0) -> Iterator[Entry]:
    places = range(plan.low, plan.high)[::-1] if falling else range(plan.low, plan.high)
    for place in places[skipped:]:
        entry = table.get(plan.ids[place])
        if entry is not None:
            yield entry


def _plan(table: Table, conditions: Mapping[str, Any], resolve: Resolve) -> _Plan:
    rest = dict(conditions)
    if any(key.lower() == "logic" for key in conditions):
        return _Plan(table.ids(), 0, len(table), rest)
    ids = _named(table, conditions, resolve)
    if ids is None:
        ids = _grouped(table, rest)
    plan = _Plan(ids, 0, len(ids), rest)
    for key in list(rest):
        _bound(plan, key)
    return plan


def _named(table: Table, conditions: Mapping[str, Any], resolve: Resolve) -> list[int] | None:
    """Ids that an id or an indexed field names; their conditions are tested all the same."""
    for key, value in conditions.items():
        prefix, name = split_prefix(key)
        if prefix not in _EQUAL or name.isdigit():
            continue
        listed = to_list(value)
        wanted = [value] if listed is None else listed
        if name == "id":
            numbers = {number for one in wanted if (number := to_int(one)) is not None}
            return sorted(number for number in numbers if table.get(number) is not None)
        held = resolve(name)
        if held and held[0] in table.indexed and all(one not in (None, "", False) for one in wanted):
            return table.equal(held[0], wanted)
    return None


def _grouped(table: Table, rest: dict[str, Any]) -> list[int]:
    """Ids of the one group the filter names; that condition is met then."""
    for key, value in rest.items():
        prefix, name = split_prefix(key)
        if prefix in _EQUAL and name in table.groups and isinstance(value, (str, int)):
            number = to_int(value)
            del rest[key]
            return table.ids(name, value if number is None else number)
    return table.ids()


def _bound(plan: _Plan, key: str) -> None:
    """``>id`` and its like cut the range; that condition is met then."""
    prefix, name = split_prefix(key)
    number = to_int(plan.rest[key])
    if name != "id" or number is None or prefix not in (">", ">=", "<", "<="):
        return
    del plan.rest[key]
    if prefix in (">", ">="):
        cut = bisect_right if prefix == ">" else bisect_left
        plan.low = max(plan.low, cut(plan.ids, number))
    else:
        cut = bisect_left if prefix == "<" else bisect_right
        plan.high = min(plan.high, cut(plan.ids, number))
    plan.low = min(plan.low, plan.high)
