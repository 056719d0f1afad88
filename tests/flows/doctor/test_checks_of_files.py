"""Each check of files and orders, by records that show it right and wrong."""

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from tests.flows.doctor.cases import Case, prove
from tests.flows.doctor.test_checks_of_calls import GOOD as CALLED
from tests.flows.doctor.test_checks_of_calls import NOW
from uzel.flows.doctor.checks_of_files import FILE_CHECKS
from uzel.flows.doctor.finding import Grade
from uzel.flows.doctor.node_record import ObservedNode, SeenFile, SeenOrders

WARNING, WRONG = Grade.WARNING, Grade.WRONG
FORMED = "2026-03-02T14:50:00"  # in Moscow, ten minutes before


def file(name: str = "orders-1_0.xml", **fields: Any) -> SeenFile:
    return SeenFile(name, **{"at": NOW, "sha256": name, "formed": FORMED, "encoding": "utf-8", **fields})


def seen(*files: SeenFile, **fields: Any) -> ObservedNode:
    return replace(CALLED, files=files, **fields)


def orders(**fields: Any) -> ObservedNode:
    return replace(GOOD, orders=replace(GOOD.orders, **fields))


ORDERS = SeenOrders(
    orders=40, documents=50, with_person=40, with_number_of_person=40, with_promo_code=3, with_counterparty=40, with_number=40
)
GOOD = replace(seen(file(), catalog_source=False), orders=ORDERS)
TORN = file("v8_1.zip", problem="upload_incomplete")
OLD_DUE = NOW - dt.timedelta(days=2)

CASES = [
    Case("files_come", GOOD, CALLED, WARNING),
    Case("uploads_finished", GOOD, seen(TORN, file()), WRONG, "v8_1.zip"),
    Case("uploads_finished", GOOD, seen(file(), TORN), WARNING, "1 из 2"),
    Case("files_fit", GOOD, seen(file(problem="file_too_large")), WRONG),
    Case("files_readable", seen(TORN), seen(file(problem="xml_broken", reason="Разметка нарушена")), WRONG, "Разметка"),
    Case("files_read_soon", seen(file(state="waiting")), seen(file(state="waiting", at=OLD_DUE)), WRONG),
    Case("files_once", seen(file("a"), file("b")), seen(*[file()] * 3), WARNING, "2 из 3"),
    Case("zip_as_agreed", seen(file(zipped=True)), seen(file(zipped=True, old_protocol=True)), WARNING),
    Case("encoding_as_read", GOOD, replace(GOOD, profile="bitrix"), WRONG, "windows-1251"),
    Case("base_clock", GOOD, seen(file(formed="2026-03-02T15:25:00")), WARNING, "спешат на 25 мин"),
    Case("base_clock", GOOD, seen(file(formed="2026-03-02T12:58:00")), WARNING, "часовой пояс"),
    Case("base_clock", seen(file(), file(formed="2026-03-01")), seen(file(formed="2026-03-02 12:30:00")), WARNING, "150"),
    Case("catalog_comes", seen(file(catalog=True), catalog_source=True), seen(file(), catalog_source=True), WRONG),
    Case("orders_identified", GOOD, orders(without_id=2), WRONG, "2"),
    Case("orders_numbered", GOOD, orders(with_number=39), WARNING, "1 из 40"),
    Case("numbers_unique", GOOD, orders(twice=("15", "16")), WARNING, "15, 16"),
    Case("buyers_named", GOOD, orders(with_counterparty=38), WARNING, "2 из 40"),
    Case("documents_accepted", GOOD, orders(rejected=(("нет даты", 2), ("нет Ид", 3))), WARNING, "нет Ид"),
    Case("documents_accepted", GOOD, orders(rejected=(("нет даты", 25),)), WRONG, "25 из 50"),
    Case("responsible_comes", GOOD, orders(with_person=0), WARNING, "Ответственный"),
    Case("personnel_number_comes", GOOD, orders(with_number_of_person=0), WARNING, "Табельный"),
    Case("promo_code_comes", GOOD, orders(with_promo_code=0), WARNING, "Промокод"),
    Case("employees_known", GOOD, orders(unmapped=tuple("абвгдеж")), WARNING, "а, б, в, г, д и ещё 2"),
    Case("statuses_mapped", GOOD, orders(statuses=("Z",)), WARNING, "Z"),
    Case("nothing_held", GOOD, orders(held=1), WARNING),
    Case(
        "payments_have_orders",
        orders(orderless=1, orderless_since=NOW),
        orders(orderless=3, orderless_since=OLD_DUE),
        WARNING,
        "ждут своего заказа: 3",
    ),
    Case("nothing_given_up", GOOD, orders(given_up=4), WRONG, "4"),
    Case("changes_taken", orders(waits=1, waits_since=NOW), orders(waits=7, waits_since=OLD_DUE), WRONG, "7"),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.code)
def test_a_check_tells_right_from_wrong(case: Case) -> None:
    prove(case, FILE_CHECKS)


def test_every_check_has_its_test() -> None:
    assert {case.code for case in CASES} == {check.code for check in FILE_CHECKS}


@pytest.mark.parametrize("check", FILE_CHECKS, ids=lambda check: check.code)
def test_of_a_base_that_never_called_nothing_is_wrong(check: Any) -> None:
    assert check.look(ObservedNode("shop", NOW)).grade in (Grade.UNKNOWN, Grade.OK)


def test_few_orders_do_not_prove_that_a_requisite_is_never_written() -> None:
    (check,) = [one for one in FILE_CHECKS if one.code == "promo_code_comes"]
    assert check.look(orders(orders=19, with_promo_code=0)).grade is Grade.UNKNOWN


@pytest.mark.parametrize("formed", ["", "вчера", "0001-01-01"])
def test_a_file_without_a_readable_moment_tells_nothing_of_the_clock(formed: str) -> None:
    (check,) = [one for one in FILE_CHECKS if one.code == "base_clock"]
    assert check.look(seen(file(formed=formed))).grade is Grade.UNKNOWN
