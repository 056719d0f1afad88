"""Values inside elements: lenient in, strict out."""

import datetime as dt
from decimal import Decimal

import pytest

from uzel.commerceml.values import (
    LONGEST_VALUE_CHARACTERS,
    clip,
    one_line,
    parse_currency,
    parse_date,
    parse_moment,
    parse_number,
    parse_time,
    plain,
    write_amount,
    write_quantity,
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("23000", "23000"),
        ("23 000", "23000"),
        ("23\u00a0000,50", "23000.50"),
        ("23\u202f000,5", "23000.5"),
        ("231.7400", "231.74"),
        ("1,234.50", "1234.50"),
        ("1.234,50", "1234.50"),
        ("-5", "-5"),
        ("+7", "7"),
        (".5", "0.5"),
        ("5.", "5"),
        (" 1 ", "1"),
        ("0", "0"),
    ],
)
def test_numbers(text: str, value: str) -> None:
    assert parse_number(text) == Decimal(value)


@pytest.mark.parametrize(
    "text",
    ["", "много", "1e5", "NaN", "Infinity", "1_000", "٣", "1.2.3", "--1", "1" * 19, "1" + " " * LONGEST_VALUE_CHARACTERS],
)
def test_no_numbers(text: str) -> None:
    with pytest.raises(ValueError, match="not a number"):
        parse_number(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2024-05-01", dt.date(2024, 5, 1)),
        ("1.5.2024", dt.date(2024, 5, 1)),
        ("2024-5-1", dt.date(2024, 5, 1)),
        ("0001-01-01", None),
    ],
)
def test_dates(text: str, value: dt.date | None) -> None:
    assert parse_date(text) == value


@pytest.mark.parametrize("text", ["", "вчера", "2024-13-01", "01.02.24", "20240501"])
def test_no_dates(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the words of datetime itself differ between versions of Python
        parse_date(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("09:05:00", dt.time(9, 5)),
        ("9:05", dt.time(9, 5)),
        ("9:05:07 AM", dt.time(9, 5, 7)),
        ("12:00:00 am", dt.time(0)),
        ("1:00 PM", dt.time(13)),
        ("23:59:59.999", dt.time(23, 59, 59)),
        ("09:05:00+03:00", dt.time(9, 5)),
    ],
)
def test_times(text: str, value: dt.time) -> None:
    assert parse_time(text) == value


@pytest.mark.parametrize("text", ["", "25:00", "9", "13:00 PM", "0:00 AM", "9:5", "9:05:00" + "0" * LONGEST_VALUE_CHARACTERS])
def test_no_times(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        parse_time(text)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2024-01-02T9:05:00", "2024-01-02T09:05:00"),
        ("02.01.2024 9:05:00", "2024-01-02T09:05:00"),
        ("2024-01-02", "2024-01-02T00:00:00"),
        ("2024-01-02T9:05:00 PM", "2024-01-02T21:05:00"),
    ],
)
def test_moments(text: str, value: str) -> None:
    assert parse_moment(text) == dt.datetime.fromisoformat(value)


def test_an_empty_moment_and_no_moment() -> None:
    assert parse_moment("0001-01-01T00:00:00") is None
    with pytest.raises(ValueError, match="not a time"):
        parse_moment("2024-01-02 или позже")
    with pytest.raises(ValueError, match="not a date"):
        parse_moment("2024-01-02" + " " * LONGEST_VALUE_CHARACTERS)


@pytest.mark.parametrize(
    ("text", "code"),
    [("руб.", "RUB"), ("USD", "USD"), ("тен", "KZT"), ("chf", "CHF"), ("дол", "USD"), ("ракушки", ""), ("", "")],
)
def test_currencies(text: str, code: str) -> None:
    assert parse_currency(text) == code


def test_what_is_written() -> None:
    assert write_amount(Decimal("1234.505")) == "1234.51"
    assert write_amount(Decimal("-0.004")) == "0"
    assert write_amount(Decimal(23000)) == "23000"
    assert write_quantity(Decimal("0.12345")) == "0.1235"
    assert plain(Decimal("1E+3")) == "1000"
    assert clip("a\x00b\ud800c", 2) == "ab"


def test_names_come_back_in_one_line() -> None:
    assert one_line("Комбайн\n    кухонный") == "Комбайн кухонный"
    assert one_line("две  пробела") == "две  пробела"
