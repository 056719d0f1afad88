"""Records survive the way through JSON, to the last digit."""

import datetime as dt
import json
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uzel.model import Counterparty, LegalDetails, Order, OrderLine, Responsible
from uzel.model.codec import from_json, to_json

ORDER = Order(
    "guid",
    number="00017",
    date=dt.date(2024, 5, 1),
    time=dt.time(9, 5),
    total=Decimal("23000.50"),
    counterparty=Counterparty("38#login#Имя", "Иван", phones=("+7900", "8900"), legal=LegalDetails(inn="0277000000")),
    lines=(OrderLine("g#v", "Чай", Decimal("0.333"), Decimal("1E+3"), Decimal("100.10"), vat_rate=Decimal(20)),),
    responsible=Responsible("001", "Гусева"),
    date_in_node=dt.datetime.fromisoformat("2024-05-02T09:00:01"),
    paid=True,
)


def test_there_and_back_through_text() -> None:
    assert from_json(Order, json.loads(json.dumps(to_json(ORDER)))) == ORDER


def test_money_is_plain_text_without_idle_zeros() -> None:
    written = to_json(ORDER)
    assert (written["total"], written["lines"][0]["price"], written["paid_by_bonus"]) == ("23000.5", "1000", "0")
    assert to_json(Decimal("0.00")) == "0"
    assert to_json(Decimal("-1.50")) == "-1.5"


def test_no_digit_is_rounded_away() -> None:
    long = Decimal("123456789012345678.12345678901234567891")
    assert from_json(Decimal, to_json(long)) == long


def test_unknown_keys_are_ignored_and_absent_ones_take_defaults() -> None:
    assert from_json(Order, {"document_id": "1", "of_tomorrow": 5}) == Order("1")


def test_tuples_of_records_and_bare_values() -> None:
    assert to_json(((Responsible("1"),), Decimal("5.0"))) == [[{"personnel_number": "1", "full_name": ""}], "5"]
    assert to_json(None) is None
    assert to_json("текст") == "текст"
    assert from_json(str, "текст") == "текст"


def test_nothing_stays_nothing() -> None:
    bare = replace(ORDER, date=None, time=None, date_in_node=None, lines=(replace(ORDER.lines[0], vat_rate=None),))
    assert from_json(Order, to_json(bare)) == bare


@pytest.mark.parametrize("wrong", [{"document_id": "1", "total": "сто"}, {"document_id": "1", "date": "вчера"}])
def test_what_cannot_be_read_is_refused(wrong: dict[str, str]) -> None:
    with pytest.raises((ValueError, ArithmeticError)):
        from_json(Order, wrong)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=5), st.text(), st.dates(), st.booleans())
def test_any_order_survives(total: Decimal, comment: str, date: dt.date, paid: bool) -> None:
    order = Order("1", total=total, comment=comment, date=date, paid=paid)
    assert from_json(Order, json.loads(json.dumps(to_json(order)))) == order
