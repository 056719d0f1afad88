"""Filters and pages as pure rules."""

from datetime import datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from uzel.emulators.bitrix24_portal.errors import ApiError
from uzel.emulators.bitrix24_portal.filters import USER_BOOLEAN, Rules, compile_filter
from uzel.emulators.bitrix24_portal.paging import page, read_order, sort

ZONE = timezone(timedelta(hours=3))
KINDS = {
    "id": "integer", "title": "string", "sum": "double", "moment": "datetime", "paid": USER_BOOLEAN, "who": "user",
    "several": "integer", "category": "crm_category",
}  # fmt: skip
RULES = Rules(lambda name: (name, KINDS[name]) if name in KINDS else None, ZONE)
ROW = {
    "id": 7, "title": "Заказ НФ-1", "sum": Decimal("100.50"), "moment": datetime(2026, 3, 1, 12, tzinfo=ZONE), "paid": True,
    "who": 2, "several": (1, 2), "category": 0,
}  # fmt: skip


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"id": 7}, True),
        ({"=id": "7"}, True),
        ({"!id": 7}, False),
        ({"!=id": 8}, True),
        ({">id": 6}, True),
        ({">id": 7}, False),
        ({">=id": "7"}, True),
        ({"<id": 8}, True),
        ({"<=id": 6}, False),
        ({"@id": [1, 7]}, True),
        ({"id": ["1", "7"]}, True),
        ({"=id": {"0": 7, "3": 9}}, True),
        ({"!@id": [1, 7]}, False),
        ({"%title": "нф"}, True),
        ({"!%title": "нф"}, False),
        ({"=%title": "Заказ%"}, True),
        ({"%=title": "%НФ-2"}, False),
        ({"!=%title": "%НФ-2"}, True),
        ({"!%=title": "заказ%"}, False),
        ({"=%title": "Заказ ._%"}, False),
        ({"title": "заказ нф-1"}, True),
        ({"!=title": ""}, True),
        ({"title": ""}, False),
        ({"sum": "100.5"}, True),
        ({">sum": "100.49"}, True),
        ({">=moment": "2026-03-01T12:00:00+03:00"}, True),
        ({">=moment": "2026-03-01T09:00:01+00:00"}, False),
        ({">moment": "2026-03-01"}, True),
        ({"paid": 1}, True),
        ({"paid": "0"}, False),
        ({"several": 2}, True),
        ({"@several": [5, 6]}, False),
        ({"category": 0}, True),
        ({"category": "0"}, True),
        ({"category": 1}, False),
        ({"who": ""}, False),
        ({"id": 7, "title": "нет"}, False),
        ({"logic": "OR", "id": 7, "title": "нет"}, True),
        ({"0": {"logic": "OR", "0": {"id": 1}, "1": {"id": 7}}, "paid": 1}, True),
        ([{"logic": "OR", "0": {"id": 1}, "1": {"id": 2}}], False),
        ({"0": {"logic": "OR", "0": {"0": {"id": 7, "paid": 0}}, "1": {"%title": "НФ"}}}, True),
        ({}, True),
        ([], True),
    ],
)
def test_conditions(condition: Any, expected: bool) -> None:
    assert compile_filter(condition, RULES)(ROW) is expected


@pytest.mark.parametrize("condition", [{"title": ""}, {"=title": None}, {"who": 0}, {"moment": ""}, {"!=title": "x"}])
def test_nothing_is_matched_by_an_empty_value(condition: dict[str, Any]) -> None:
    assert compile_filter(condition, RULES)({})


@pytest.mark.parametrize("condition", [{">sum": 0}, {"<moment": "2030-01-01"}, {"%title": ""}])
def test_nothing_is_neither_above_nor_below(condition: dict[str, Any]) -> None:
    assert not compile_filter(condition, RULES)({})


@pytest.mark.parametrize(
    ("condition", "text"),
    [
        ({"foreign": 1}, "Invalid filter: field 'foreign' is not allowed in filter"),
        ({"0": {"=foreign": 1}}, "Invalid filter: field 'foreign' is not allowed in filter"),
        ({"id": "seven"}, "Invalid filter: field 'id' has invalid value"),
        ({">moment": "2026-03-01T12:00:00 03:00"}, "Invalid filter: field 'moment' has invalid value"),
        ({"paid": "Y"}, "Invalid filter: field 'paid' has invalid value"),
        ({"id": [[1]]}, "Invalid filter: field 'id' has invalid value"),
    ],
)
def test_bad_conditions(condition: dict[str, Any], text: str) -> None:
    with pytest.raises(ApiError) as error:
        compile_filter(condition, RULES)
    assert (error.value.code, error.value.description, error.value.status) == ("INVALID_ARG_VALUE", text, 400)


def test_nesting_has_an_end() -> None:
    condition: dict[str, Any] = {"id": 7}
    for _ in range(40):
        condition = {"0": condition}
    with pytest.raises(ApiError, match="too deep"):
        compile_filter(condition, RULES)


def test_old_methods_pass_over_unknown_fields() -> None:
    lenient = Rules(RULES.resolve, ZONE, strict=False)
    assert compile_filter({"foreign": 1, "id": 7}, lenient)(ROW)


def test_letter_case_may_matter() -> None:
    exact = Rules(RULES.resolve, ZONE, ignore_case=False)
    assert not compile_filter({"title": "заказ нф-1"}, exact)(ROW)


def test_pages() -> None:
    rows = list(range(120))
    assert page(rows, 0) == (rows[:50], 120, 50)
    assert page(rows, "50") == (rows[50:100], 120, 100)
    assert page(rows, 100) == (rows[100:], 120, None)
    assert page(rows, 120) == ([], 120, None)
    assert page(rows, -1) == (rows[:50], 0, None)
    assert page(rows[:50], None) == (rows[:50], 50, None)


def test_order() -> None:
    rows = [{"id": 2, "title": "б"}, {"id": 1, "title": "Б"}, {"id": 3, "title": None}]
    order = read_order({"title": "DESC", "id": "asc"}, RULES.resolve)
    assert [row["id"] for row in sort(rows, order, lambda row: row)] == [1, 2, 3]
    with pytest.raises(ApiError, match=r"allowed sort directions are `ASC, DESC`\. But got 'UP' for field 'id'"):
        read_order({"id": "UP"}, RULES.resolve)
    with pytest.raises(ApiError, match="field 'x' is not allowed in order"):
        read_order({"x": "ASC"}, RULES.resolve)
