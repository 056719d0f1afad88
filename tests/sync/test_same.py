"""What a side gives back in words of its own is the same value; a real edit is not."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from uzel.model import Counterparty, Order, OrderLine, Responsible
from uzel.sync.fields import (
    PATHS,
    PATHS_WHOLE_BUYER,
    TITLES,
    changed,
    extra_paths,
    flatten,
    lacking,
    owned_as,
    title,
    unflatten,
)
from uzel.sync.match import is_another_buyer, is_guid
from uzel.sync.ownership import STANDARD
from uzel.sync.same import alike, phone_digits, same

LINE = OrderLine("g", "Чай", Decimal(3), Decimal("33.33"), Decimal("99.99"), vat_rate=Decimal(20))
GUID = "1a2b3c4d-0000-4000-8000-00000000000{}"


def goods(line: OrderLine, total: str = "99.99") -> Any:
    return (line,), Decimal(total)


@pytest.mark.parametrize(
    ("path", "a", "b"),
    [
        ("time", dt.time(14, 35), dt.time(0)),
        ("time", None, dt.time(0)),
        ("comment", "Позвонить \r\nза час  ", "Позвонить\nза час"),
        ("comment", "x" * 5000, "x" * 3000),
        ("promo_code", "ЛЕТО ", "ЛЕТО"),
        ("paid_by_bonus", Decimal("10.005"), Decimal("10.01")),
        ("responsible", Responsible("001", "Гусева О."), Responsible("001 ", "Гусева Ольга")),
        ("responsible", Responsible("", "Гусева  Ольга"), Responsible("001", "гусева ольга")),
        ("counterparty.phones", ("+7 (900) 111-22-33", "112"), ("89001112233", "112", "+79001112233")),
        ("counterparty.emails", ("A@x.ru",), ("a@x.ru",)),
        ("counterparty.name", "ООО  Ромашка", "ООО Ромашка"),
        ("counterparty.legal.official_name", "а" * 300, "а" * 250),
        ("goods", goods(LINE), goods(replace(LINE, item_id="", price=Decimal("33.333333"), total=Decimal(100)), "100")),
        ("goods", goods(replace(LINE, vat_rate=None)), goods(replace(LINE, vat_rate=Decimal(0)))),
        ("goods", goods(replace(LINE, quantity=Decimal("0.3333"))), goods(replace(LINE, quantity=Decimal("0.333")))),
        ("goods", goods(LINE), goods(replace(LINE, name="Чай чёрный", measure_code="166"))),
    ],
)
def test_the_same_in_other_words(path: str, a: Any, b: Any) -> None:
    assert same(path, a, b)
    assert same(path, b, a)


@pytest.mark.parametrize(
    ("path", "a", "b"),
    [
        ("comment", "a", "b"),
        ("comment", "x" * 2999, "x" * 3000),
        ("promo_code", "ЛЕТО", "лето"),
        ("paid_by_bonus", Decimal("10"), Decimal("10.02")),
        ("responsible", Responsible("001", "Гусева Ольга"), Responsible("002", "Гусева Ольга")),
        ("responsible", Responsible("001"), Responsible()),
        ("counterparty.phones", ("+79001112233",), ()),
        ("counterparty.phones", ("доб. нет",), ("нет",)),
        ("counterparty.legal.inn", "0770", "770"),
        ("goods", goods(LINE), goods(replace(LINE, item_id="g#variant"))),
        ("goods", goods(LINE), goods(replace(LINE, item_id="", name="Кофе"))),
        ("goods", goods(LINE), goods(replace(LINE, quantity=Decimal("3.001")))),
        ("goods", goods(LINE), goods(replace(LINE, discount=Decimal(1)))),
        ("goods", goods(LINE), goods(replace(LINE, vat_rate=Decimal(10)))),
        ("goods", goods(LINE), goods(LINE, "100.02")),
        ("goods", goods(LINE), ((LINE, LINE), Decimal("99.99"))),
        ("number", "17", "017"),
    ],
)
def test_a_real_edit(path: str, a: Any, b: Any) -> None:
    assert not same(path, a, b)
    assert not same(path, b, a)


def test_rows_in_other_words_mean_the_same_but_do_not_look_alike() -> None:
    renamed = goods(replace(LINE, name="Чай чёрный"))
    assert same("goods", goods(LINE), renamed)
    assert not alike("goods", goods(LINE), renamed)
    a, b = Order("1", lines=goods(LINE)[0], total=LINE.total), Order("1", lines=renamed[0], total=LINE.total)
    assert (lacking(a, b), changed(a, b)) == ([], ["goods"])


def test_phone_digits_of_three_spellings() -> None:
    assert {phone_digits(text) for text in ("+7 900 111-22-33", "8(900)1112233", "9001112233")} == {"9001112233"}


def test_every_field_has_an_owner_and_a_title_and_survives_the_table() -> None:
    assert {owned_as(path) for path in (*PATHS, *PATHS_WHOLE_BUYER, "extras.UF_CRM_A")} == set(STANDARD) == set(TITLES)
    assert title("counterparty.phones") == "покупатель"
    order = Order("1", lines=(LINE,), total=Decimal(9), counterparty=Counterparty("2", "Иван", phones=("1",)))
    for paths in (PATHS, PATHS_WHOLE_BUYER):
        assert unflatten(Order("1"), flatten(order, paths)) == order
    own = replace(order, extras=(("UF_CRM_A", "1"), ("UF_CRM_B", "")))
    assert unflatten(Order("1"), flatten(own, (*PATHS, *extra_paths(None, own)))) == own


@pytest.mark.parametrize(("text", "guid"), [(GUID.format(1), True), (GUID.format(1).upper(), True), ("36", False), ("", False)])
def test_is_guid(text: str, guid: bool) -> None:
    assert is_guid(text) is guid


@pytest.mark.parametrize(
    ("old", "new", "another"),
    [
        ("", GUID.format(1), False),
        (GUID.format(1), GUID.format(1), False),
        (GUID.format(1), GUID.format(2), True),
        (GUID.format(1), "", True),
        ("b24-contact-5", GUID.format(1), False),
        ("b24-contact-5", "b24-contact-6", True),
        ("1#login#name", "2#login#name", True),
    ],
)
def test_who_is_another_buyer(old: str, new: str, another: bool) -> None:
    assert is_another_buyer(Counterparty(old), Counterparty(new)) is another
