"""One table of requisites, read and written; values as 1C, Bitrix and people spell them."""

import datetime as dt
from decimal import Decimal

import pytest

from uzel.bitrix24.entities.deal_fields import CODE_CHARACTERS
from uzel.mapping import requisites
from uzel.mapping.requisite_rows import BOTH, IN, OFF, ON, READY, READY_NAMES, STANDARD
from uzel.mapping.rules import NodeRules, OwnRequisite
from uzel.sync.ownership import Owner

RULES = NodeRules("shop", "Магазин")
OWN = NodeRules("shop", "Магазин", requisites=(OwnRequisite("promo_code", "КодАкции"),))
EXTRA = "UF_CRM_SOURCE"


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
    assert requisites.read({"Вид заказа": "Розница", "Номер чека": "17"}, RULES) == ({}, [])


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


def test_every_converter_can_be_read_and_written() -> None:
    moment, day = dt.datetime.fromisoformat("2024-01-02T09:05:00"), dt.date(2024, 1, 2)
    values = {
        "text": "a", "upper": "A", "digits": "17", "flag": True, "money": Decimal("1.5"), "number": Decimal("1.125"),
        "date": day, "moment": moment,
    }  # fmt: skip
    assert values.keys() == requisites.CONVERTERS.keys() >= {row.converter for row in (*STANDARD, *READY)}
    for name, value in values.items():
        converter = requisites.CONVERTERS[name]
        assert converter.read(converter.write(value)) == value == converter.read(converter.shown(value))


def ruled(*rows: OwnRequisite) -> NodeRules:
    return NodeRules("shop", "Магазин", requisites=rows)


@pytest.mark.parametrize(
    ("converter", "from_base", "shown", "to_base"),
    [
        ("text", " Яндекс Карты ", "Яндекс Карты", "Яндекс Карты"),
        ("upper", "лето", "ЛЕТО", "ЛЕТО"),
        ("digits", "2200 0001-17", "2200000117", "2200000117"),
        ("flag", "Истина", "1", "true"),
        ("flag", "false", "0", "false"),
        ("money", "1\u00a0234,50", "1234.5", "1234.5"),
        ("number", "0,125", "0.125", "0.125"),
        ("date", "02.01.2024 9:05:00", "2024-01-02", "2024-01-02"),
        ("moment", "2024-01-02T9:05:00", "2024-01-02T09:05:00", "2024-01-02T09:05:00"),
        ("moment", "0001-01-01T00:00:00", "", ""),
    ],
)
def test_a_field_of_the_deal_keeps_the_words_of_the_portal(converter: str, from_base: str, shown: str, to_base: str) -> None:
    rules = ruled(OwnRequisite(EXTRA, "Источник", converter=converter))
    assert requisites.read({"Источник": from_base}, rules) == ({EXTRA: shown}, [])
    assert requisites.write({EXTRA: shown}, rules) == {"Источник": (to_base,)}


@pytest.mark.parametrize(
    ("converter", "raw", "seen"),
    [
        ("text", None, ""), ("text", "Сайт", "Сайт"), ("text", ["a", "b"], "a"), ("text", [], ""), ("text", False, ""),
        ("flag", True, "1"), ("flag", "Y", "1"), ("flag", "0", "0"), ("flag", None, "0"),
        ("money", "12.50", "12.5"), ("money", 12, "12"), ("money", None, ""), ("number", "много", "много"),
        ("date", "2024-01-02T03:00:00+03:00", "2024-01-02"), ("moment", "2024-01-02T09:05:00+03:00", "2024-01-02T09:05:00"),
    ],
)  # fmt: skip
def test_what_the_portal_shows_is_read_into_the_same_words(converter: str, raw: object, seen: str) -> None:
    row = requisites.extra_rows(ruled(OwnRequisite(EXTRA, "Источник", converter=converter)))[EXTRA]
    assert requisites.seen_as(row, raw) == seen


@pytest.mark.parametrize(("direction", "reads", "writes"), [("in", 1, 0), ("out", 0, 1), ("both", 1, 1), ("off", 0, 0)])
@pytest.mark.parametrize("field", ["promo_code", EXTRA])
def test_directions(field: str, direction: str, reads: int, writes: int) -> None:
    rules = ruled(OwnRequisite(field, "Имя", direction))
    assert len(requisites.read({"Имя": "a"}, rules)[0]) == reads
    assert len(requisites.write({field: "a"}, rules)) == writes


def test_what_goes_one_way_is_that_sides() -> None:
    assert Owner.MERGE not in requisites.one_way(RULES).values()
    rules = ruled(
        OwnRequisite("promo_code", direction="in"), OwnRequisite("bonus_card_number", direction="off"),
        OwnRequisite("responsible.full_name", direction="out"), OwnRequisite(EXTRA, "И", "out"), OwnRequisite("UF_CRM_B", "Б"),
    )  # fmt: skip
    assert requisites.one_way(rules) == requisites.one_way(RULES) | {
        "promo_code": Owner.NODE, "bonus_card_number": Owner.PORTAL, f"extras.{EXTRA}": Owner.PORTAL,
    }  # fmt: skip
    named = [OwnRequisite(name, direction="in") for name in ("status_id", "status_name", "canceled")]
    assert requisites.one_way(ruled(*named)) == requisites.one_way(RULES) | {"status": Owner.NODE}
    assert requisites.one_way(ruled(*named[:2])) == requisites.one_way(RULES)


@pytest.mark.parametrize(
    ("row", "part"),
    [
        (OwnRequisite("promo_code", "Купон"), ""),
        (OwnRequisite("paid_by_bonus", converter="number"), ""),
        (OwnRequisite("posted", direction="off"), ""),
        (OwnRequisite(EXTRA, "Источник", "both", "date"), ""),
        (OwnRequisite("promocode", "Купон"), "нет такого поля: promocode"),
        (OwnRequisite(EXTRA), "нужно имя реквизита"),
        (OwnRequisite("UF_CRM_иное", "И"), "большими латинскими"),
        (OwnRequisite("UF_CRM_source", "И"), "большими латинскими"),
        (OwnRequisite("UF_CRM_", "И"), "большими латинскими"),
        (OwnRequisite("UF_CRM_UZEL_PROMO", "И"), "ведёт сам Узел"),
        (OwnRequisite("promo_code", "И" * 256), "длиннее 255"),
        (OwnRequisite("promo_code", direction="sideways"), "нет такого направления"),
        (OwnRequisite("promo_code", converter="magic"), "нет такого преобразования"),
        (OwnRequisite("posted", direction="both"), "только из 1С"),
        (OwnRequisite("comment", direction="in"), "только в 1С"),
        (OwnRequisite("promo_code", converter="money"), "не подходит преобразование money"),
    ],
)
def test_a_row_that_cannot_be_is_refused_with_the_reason(row: OwnRequisite, part: str) -> None:
    said = requisites.why_not(row)
    assert part in said if part else said == ""


def test_one_name_speaks_of_one_field() -> None:
    twice = [OwnRequisite("promo_code", "Купон"), OwnRequisite(EXTRA, "Купон")]
    assert requisites.table_problem(twice) == f"реквизит «Купон» назван и для promo_code, и для {EXTRA}"
    assert requisites.table_problem([twice[0], OwnRequisite(EXTRA, "Купон", "off")]) == ""
    many = [OwnRequisite(f"UF_CRM_{n}", f"Р{n}") for n in range(51)]
    assert (requisites.table_problem(many), requisites.table_problem(many[1:])) == ("полей сделки больше 50", "")


# --- rows that wait to be switched on ----------------------------------------------------------------------

ADDRESS, TRACK, WAREHOUSE = "UF_CRM_1C_ADDRESS", "UF_CRM_1C_TRACK", "UF_CRM_1C_STORE"


def test_ready_rows_can_be_made_in_any_portal_and_speak_of_one_thing_each() -> None:
    fields, names = [row.field for row in READY], [name for row in (*STANDARD, *READY) for name in row.names]
    assert len(set(fields)) == len(fields)
    assert len(set(names)) == len(names)
    assert max(map(len, fields)) <= CODE_CHARACTERS
    assert not [row.field for row in READY if requisites.why_not(OwnRequisite(row.field, direction=row.ready))]
    assert {row.ready for row in READY} == {IN, BOTH}
    assert all(row.direction in (OFF, row.ready) for row in READY)
    assert {name for row in READY for name in row.names} == READY_NAMES


def test_what_a_manager_wants_at_once_is_on_and_the_rest_is_not() -> None:
    said = {"Адрес доставки": "Тверская, 1", "Склад": "Основной", "Трек-номер": "RA1", "Комментарии покупателя": "Я повелитель"}
    assert requisites.read(said, RULES)[0] == {
        ADDRESS: "Тверская, 1", WAREHOUSE: "Основной", "UF_CRM_1C_BUYER_NOTE": "Я повелитель",
    }  # fmt: skip
    assert requisites.write({ADDRESS: "Арбат", WAREHOUSE: "Дальний", TRACK: "RA1"}, RULES) == {"Адрес доставки": ("Арбат",)}
    assert requisites.one_way(RULES)[f"extras.{WAREHOUSE}"] == Owner.NODE
    assert f"extras.{ADDRESS}" not in requisites.one_way(RULES)


def test_a_row_is_switched_on_and_off_by_one_word() -> None:
    switched = requisites.switched(OwnRequisite(TRACK, direction=ON))
    assert switched == OwnRequisite(TRACK, direction=BOTH)
    assert requisites.read({"Трек-номер": "RA1"}, ruled(switched))[0] == {TRACK: "RA1"}
    assert requisites.switched(OwnRequisite("comment", direction=ON)).direction == "out"
    assert requisites.switched(OwnRequisite(EXTRA, "Источник", ON)).direction == BOTH
    assert requisites.switched(OwnRequisite(TRACK, "Трек")) == OwnRequisite(TRACK, "Трек")
    assert requisites.read({"Адрес доставки": "Арбат"}, ruled(OwnRequisite(ADDRESS, direction=OFF)))[0] == {}


def test_a_row_may_be_called_by_its_requisite() -> None:
    own = [OwnRequisite(ADDRESS, "Куда везти")]
    assert requisites.field_of("трек-номер ", own) == TRACK
    assert requisites.field_of("Куда везти", own) == requisites.field_of("Адрес доставки", own) == ADDRESS
    assert requisites.field_of("Нет такого", own) == "Нет такого"
    assert requisites.field_of("promo_code", own) == "promo_code"


def test_a_ready_row_steps_aside_for_a_field_of_the_nodes_own() -> None:
    mine = ruled(OwnRequisite(EXTRA, "Адрес доставки"))
    assert requisites.table_problem(mine.requisites) == ""
    assert requisites.read({"Адрес доставки": "Арбат"}, mine)[0] == {EXTRA: "Арбат"}
    assert ADDRESS not in requisites.extra_rows(mine)
    assert ADDRESS in requisites.extra_rows(ruled(OwnRequisite(EXTRA, "Адрес доставки", OFF)))
    both = [OwnRequisite(EXTRA, "Адрес доставки"), OwnRequisite(ADDRESS, direction=IN)]
    assert "назван и для" in requisites.table_problem(both)
