"""Arithmetic of rows and orders: whatever the producer means by price and discount, the sum stays what it says."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uzel.commerceml.sums import NO_DISCOUNT, Discount, settle_line, settle_order, vat_of
from uzel.model import OrderLine

Row = tuple[Decimal, Decimal, Decimal, Decimal]


def _decimals(*texts: str) -> Row:
    return tuple(map(Decimal, texts))  # type: ignore[return-value]


def _discount(amount: str = "0", percent: str = "0", outside: str = "0") -> Discount:
    return Discount(Decimal(amount), Decimal(percent), Decimal(outside))


def _number(text: str) -> Decimal | None:
    return Decimal(text) if text else None


@pytest.mark.parametrize(
    ("price", "quantity", "total", "discount", "settled"),
    [
        ("100", "2", "200", NO_DISCOUNT, ("100", "2", "200", "0")),
        ("100", "2", "180", _discount("20"), ("100", "2", "180", "20")),  # UNF: price before, sum after
        ("90", "2", "180", _discount("20"), ("100", "2", "180", "20")),  # Bitrix: both after
        ("100", "2", "200", _discount("20", outside="20"), ("100", "2", "180", "20")),  # the sum still waits
        ("100", "2", "180", NO_DISCOUNT, ("100", "2", "180", "20")),  # UT spells no discount
        ("100", "2", "", _discount("20"), ("100", "2", "180", "20")),
        ("100", "2", "", _discount(percent="10"), ("100", "2", "180", "20")),
        ("100", "2", "180", _discount(percent="10"), ("100", "2", "180", "20")),
        ("33.33", "3", "100", NO_DISCOUNT, ("33.33", "3", "100", "0")),  # a kopeck of rounding is no discount
        ("100", "2", "240", NO_DISCOUNT, ("100", "2", "240", "0")),
        ("", "2", "180", _discount("20"), ("100", "2", "180", "20")),
        ("100", "", "300", NO_DISCOUNT, ("100", "3", "300", "0")),
        ("100", "", "", NO_DISCOUNT, ("100", "1", "100", "0")),
        ("", "", "", NO_DISCOUNT, ("0", "1", "0", "0")),
        ("", "0", "50", NO_DISCOUNT, ("50", "0", "50", "0")),
        ("100", "-2", "-200", NO_DISCOUNT, ("100", "-2", "-200", "0")),
    ],
)
def test_a_row(price: str, quantity: str, total: str, discount: Discount, settled: tuple[str, str, str, str]) -> None:
    assert settle_line(_number(price), _number(quantity), _number(total), discount) == _decimals(*settled)


money = st.decimals(0, 10**6, places=2)


@given(money, st.decimals(0, 1000, places=3), money, st.one_of(st.just(NO_DISCOUNT), st.builds(Discount, money)))
def test_a_given_sum_is_never_changed(price: Decimal, quantity: Decimal, total: Decimal, discount: Discount) -> None:
    assert settle_line(price, quantity, total, discount)[1:3] == (quantity, total)


def _line(total: str, **changes: Decimal | bool | None) -> OrderLine:
    return OrderLine("g", "Чай", Decimal(1), Decimal(total), Decimal(total), **changes)  # type: ignore[arg-type]


LINES = (_line("100"), _line("200"))


@pytest.mark.parametrize(
    ("total", "discount", "totals", "settled", "gap"),
    [
        ("300", NO_DISCOUNT, ("100", "200"), "300", "0"),
        ("300", _discount("30"), ("100", "200"), "300", "0"),  # the rows know it already
        ("270", _discount("30"), ("90", "180"), "270", "0"),
        ("270", _discount("30", outside="30"), ("90", "180"), "270", "0"),
        ("270", _discount(percent="10"), ("90", "180"), "270", "0"),
        ("299.99", _discount("0.01"), ("100", "200"), "299.99", "0"),
        ("200", _discount("100"), ("66.67", "133.33"), "200", "0"),
        ("", _discount("30", outside="30"), ("90", "180"), "270", "0"),
        ("", NO_DISCOUNT, ("100", "200"), "300", "0"),
        ("250", _discount("30"), ("100", "200"), "250", "50"),
        ("350", NO_DISCOUNT, ("100", "200"), "350", "-50"),
    ],
)
def test_an_order(total: str, discount: Discount, totals: tuple[str, ...], settled: str, gap: str) -> None:
    found = settle_order(LINES, _number(total), discount)
    assert [line.total for line in found.lines] == [Decimal(value) for value in totals]
    assert (found.total, found.gap) == (Decimal(settled), Decimal(gap))


@given(st.lists(money, min_size=1, max_size=8), st.data())
def test_a_spread_discount_loses_no_kopeck(totals: list[Decimal], data: st.DataObject) -> None:
    lines = tuple(_line(str(total)) for total in totals)
    listed = sum(totals, Decimal(0))
    amount = data.draw(st.decimals(0, listed, places=2))
    found = settle_order(lines, listed - amount, Discount(amount))
    rounding = Decimal("0.01") * len(lines)
    assert abs(sum((line.total for line in found.lines), Decimal(0)) - found.total) <= rounding
    assert all(line.total + line.discount == before.total for line, before in zip(found.lines, lines, strict=True))


def test_no_rows_and_a_discount() -> None:
    assert settle_order((), Decimal(-5), _discount("5")).gap == 5


def test_vat_on_top_of_rows_goes_inside_when_the_order_counts_it() -> None:
    rows = (_line("100", vat_rate=Decimal(20), vat_included=False), _line("10"))
    found = settle_order(rows, Decimal(130), NO_DISCOUNT)
    assert [(line.total, line.price, line.vat_included) for line in found.lines] == [(120, 120, True), (10, 10, True)]
    assert found.gap == 0


def test_vat() -> None:
    assert vat_of(_line("120", vat_rate=Decimal(20))) == Decimal(20)
    assert vat_of(_line("100", vat_rate=Decimal(20), vat_included=False)) == Decimal(20)
    assert vat_of(_line("100")) == 0
