"""Rows of the lists that a base is told."""

import pytest

from uzel.mapping.node_lists import MOST_ROWS, STANDARD_DELIVERIES, STANDARD_PAYMENTS, Row, wrong_rows


@pytest.mark.parametrize("rows", [(), STANDARD_PAYMENTS, STANDARD_DELIVERIES, [("k", "и" * 250, "Эквайринговая оплата")]])
def test_good_rows(rows: list[Row]) -> None:
    assert wrong_rows(rows) == []


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        ([("1", "Карта", "эквайринговая оплата")], "тип оплаты бывает: Безналичная оплата, Эквайринговая оплата, Наличная"),
        ([("1", "Карта", "")], "тип оплаты бывает"),
        ([("", "Курьер")], "ид должен быть от 1 до 40"),
        ([("1" * 41, "Курьер")], "ид должен быть от 1 до 40"),
        ([("1", "")], "имя должно быть от 1 до 250"),
        ([("1", "и" * 251)], "имя должно быть от 1 до 250"),
        ([("1", "Курьер"), ("2", "Почта"), ("1", "Пункт")], "«1»: такой ид назван дважды"),
        ([(str(number), "Пункт") for number in range(MOST_ROWS + 1)], f"не больше {MOST_ROWS}"),
    ],
)
def test_wrong_rows_are_named(rows: list[Row], text: str) -> None:
    (wrong,) = wrong_rows(rows)
    assert text in wrong
