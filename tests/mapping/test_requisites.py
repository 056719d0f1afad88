"""One table of requisites, read and written; values as 1C, Bitrix and people spell them."""

import datetime as dt
from decimal import Decimal

import pytest

from uzel.mapping import requisites
from uzel.mapping.rules import NodeRules

RULES = NodeRules("shop", "Магазин")
OWN = NodeRules("shop", "Магазин", requisites={"promo_code": "КодАкции", "unknown": "Что-то"})


@pytest.mark.parametrize(
    ("name", "text", "field", "value"),
    [
        ("Номер по 1С", " СЕВ-000017 ", "number_in_node", "СЕВ-000017"),
        ("Дата по 1С", "2024-01-02T9:05:00", "date_in_node", dt.datetime.fromisoformat("2024-01-02T09:05:00")),
        ("Дата по 1С", "2024-01-02T9:05:00 PM", "date_in_node", dt.datetime.fromisoformat("2024-01-02T21:05:00")),
        ("Дата по 1С", "02.01.2024 9:05:00", "date_in_node", dt.datetime.fromisoformat("2024-01-02T09:05:00")),
        ("Дата по 1С", "0001-01-01T00:00:00", "date_in_node", None),
        ("Дата по 1С", "", "date_in_node", None),
        ("Проведен", "true", "posted", True),
        ("ПометкаУдаления", "Нет", "deletion_mark", False),
        ("Оплачен", "1", "paid", True),
        ("Заказ оплачен", "false", "paid", False),
        ("Отгружен", "", "shipped", False),
        ("Промокод", "ЛЕТО", "promo_code", "ЛЕТО"),
        ("Сумма оплаченная бонусами", "1\u00a0234,50", "paid_by_bonus", Decimal("1234.50")),
        ("Сумма оплаченная бонусами", "", "paid_by_bonus", Decimal(0)),
        ("Ответственный", "Гусева Ольга", "responsible.full_name", "Гусева Ольга"),
    ],
)
def test_read(name: str, text: str, field: str, value: object) -> None:
    assert requisites.read({name: text}, RULES) == ({field: value}, [])


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("Дата по 1С", "вчера"),
        ("Дата по 1С", "2024-13-45"),
        ("Проведен", "наверное"),
        ("Сумма оплаченная бонусами", "сто"),
        ("Сумма оплаченная бонусами", "NaN"),
        ("Сумма оплаченная бонусами", "1e999999999"),
        ("Сумма оплаченная бонусами", "Infinity"),
    ],
)
def test_what_cannot_be_understood_is_named_and_left_alone(name: str, text: str) -> None:
    assert requisites.read({name: text}, RULES) == ({}, [name])


def test_what_is_not_in_the_table_is_nobodys() -> None:
    assert requisites.read({"Вид заказа": "Розница", "Статус заказа": "[N] Принят"}, RULES) == ({}, [])


def test_a_name_of_the_nodes_own_goes_first_and_the_standard_one_is_still_read() -> None:
    assert requisites.read({"КодАкции": "A", "Промокод": "B"}, OWN)[0] == {"promo_code": "A"}
    assert requisites.read({"Промокод": "B"}, OWN)[0] == {"promo_code": "B"}
    assert requisites.write({"promo_code": "C"}, OWN) == {"КодАкции": ("C",)}


def test_what_is_empty_is_written_empty_so_that_it_can_be_cleared() -> None:
    fields = {"promo_code": "", "bonus_card_number": "22", "paid_by_bonus": Decimal("0"), "posted": True}
    assert requisites.write(fields, RULES) == {
        "Промокод": ("",), "Номер бонусной карты": ("22",), "Сумма оплаченная бонусами": ("",),
    }  # fmt: skip


@pytest.mark.parametrize(("value", "text"), [("100", "100"), ("100.50", "100.5"), ("1E+3", "1000"), ("0.005", "0.01")])
def test_money_is_written_plainly(value: str, text: str) -> None:
    assert requisites.write({"paid_by_bonus": Decimal(value)}, RULES)["Сумма оплаченная бонусами"] == (text,)


def test_every_kind_can_be_read_and_written() -> None:
    assert {row.kind for row in requisites.STANDARD} <= requisites.READERS.keys() == requisites.WRITERS.keys()
    moment = dt.datetime.fromisoformat("2024-01-02T09:05:00")
    for kind, value in (("text", "a"), ("flag", True), ("flag", False), ("money", Decimal("1.5")), ("moment", moment)):
        assert requisites.READERS[kind](requisites.WRITERS[kind](value)) == value
