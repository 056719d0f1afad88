"""XML of each profile: by values, and against the official schemas when they are at hand."""

import base64
import codecs
import datetime as dt
import os
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from tests.emulators.onec_base.conftest import NOW, MakeBase
from uzel.emulators.onec_base import Base, Counterparty, Line
from uzel.emulators.onec_base.random_life import random_action
from uzel.emulators.onec_base.records import Order, Payment, make_line
from uzel.emulators.onec_base.stock import DELIVERY
from uzel.emulators.onec_base.write import write_orders

SAMPLES = Path(os.environ.get("UZEL_SAMPLES") or Path(__file__).parents[4] / "shared" / "samples")
OFFICIAL = "urn:1C.ru:commerceml_2"
FIRM = Counterparty(
    "c-firm", "Ромашка", "ООО «Ромашка»", True, "7701234567", "770101001", phone="+74951234504", email="i@r.example"
)
PERSON = Counterparty("c-person", "Ёжиков Лев", "Ёжиков Лев Саввич", inn="500100732259", phone="+79160000000")
LINES = (
    Line("g1#v1", "Чай", Decimal("1.250"), Decimal("1240.00"), Decimal("155.00"), Decimal("1395.00"), Decimal(10), "166", "кг"),
    Line("g2", "Сервиз", Decimal(1), Decimal("12300.5"), total=Decimal("12300.5"), vat_rate=None, measure_code="796 "),
)


def order_of(base: Base, **changes: Any) -> Order:
    given = {"lines": LINES, "counterparty": FIRM, "comment": "Позвонить", "posted": True, "promo_code": "ВЕСНА10"}
    given |= {"bonus_card_number": "220000000001", "paid_by_bonus": Decimal("0"), "responsible": "0000-00002", "status": "W"}
    return base.shop.new_order(**given | changes)


def write(base: Base) -> etree._Element:
    orders = list(base.shop.books.orders.values())
    return etree.fromstring(write_orders(orders, base.shop.books, base.settings, NOW))


def names(element: etree._Element) -> list[str]:
    return [etree.QName(child).localname for child in element]


def text(element: etree._Element, path: str) -> str | None:
    return element.findtext("/".join(f"{{*}}{step}" for step in path.split("/")))


def requisites(element: etree._Element) -> list[tuple[str, str]]:
    rows = element.iterfind("{*}ЗначенияРеквизитов/{*}ЗначениеРеквизита")
    return [(text(row, "Наименование") or "", text(row, "Значение") or "") for row in rows]


HEAD = [("ПометкаУдаления", "false"), ("Проведен", "true")]
LOYALTY = [("Промокод", "ВЕСНА10"), ("Номер бонусной карты", "220000000001")]
STAFF = [("Табельный номер ответственного", "0000-00002"), ("Ответственный", "Мельников Пётр Ильич")]
STATUS = [("Статуса заказа ИД", "W"), ("Статус заказа", "[W] В работе")]
UNF_STATUS = [*STATUS, ("Вид заказа", "Заказ на продажу")]


# --- the document ------------------------------------------------------------------------------------------------


def test_unf_document(make_base: MakeBase) -> None:
    base = make_base("unf")
    order = order_of(base)
    root = write(base)
    assert etree.QName(root).namespace == "urn:1C.ru:commerceml_210"
    assert dict(root.attrib) == {"ВерсияСхемы": "2.08", "ДатаФормирования": "2024-03-05T09:07:01"}
    (document,) = root
    assert names(document) == [
        "Ид", "Номер", "Дата", "ХозОперация", "Роль", "Валюта", "Курс", "Сумма", "Контрагенты", "Время", "СрокПлатежа",
        "Комментарий", "Налоги", "Товары", "ЗначенияРеквизитов",
    ]  # fmt: skip
    assert text(document, "Ид") == order.document_id
    assert text(document, "Номер") == order.site_number
    values = [text(document, name) for name in ("Дата", "Время", "Валюта", "Курс", "Сумма", "СрокПлатежа")]
    assert values == ["2024-03-05", "00:00:00", "руб", "1", "13695.5", "0001-01-01"]
    assert text(document, "Налоги/Налог/Сумма") == "126.82"


def test_rows_of_unf(make_base: MakeBase) -> None:
    base = make_base("unf")
    order_of(base)
    first, second = write(base).iterfind("{*}Документ/{*}Товары/{*}Товар")
    assert names(first) == [
        "Ид", "Наименование", "БазоваяЕдиница", "СтавкиНалогов", "ЗначенияРеквизитов", "ЦенаЗаЕдиницу", "Количество",
        "Сумма", "Единица", "Коэффициент", "Налоги", "Скидки",
    ]  # fmt: skip
    values = [text(first, name) for name in ("Ид", "ЦенаЗаЕдиницу", "Количество", "Сумма", "Коэффициент")]
    assert values == ["g1#v1", "1240", "1.25", "1395", "1"]
    discount = first.find("{*}Скидки/{*}Скидка")
    assert discount is not None
    assert [child.text for child in discount] == ["Ручная скидка", "155", "10", "true"]
    assert text(second, "СтавкиНалогов/СтавкаНалога/Ставка") == "Без НДС"
    assert second.find("{*}Налоги") is None
    unit = second.find("{*}БазоваяЕдиница")
    assert unit is not None
    assert unit.get("Код") == "796 "


@pytest.mark.parametrize(
    ("profile", "buyer", "expected"),
    [
        ("unf", FIRM, {"Ид": "c-firm", "Наименование": "Ромашка", "ОфициальноеНаименование": "ООО «Ромашка»",
                       "ИНН": "7701234567", "КПП": "770101001", "ОКПО": None, "Роль": "Покупатель"}),
        ("unf", PERSON, {"Ид": "c-person", "Наименование": "Ёжиков Лев", "ИНН": "500100732259",
                         "ПолноеНаименование": "Ёжиков Лев Саввич", "Роль": "Покупатель"}),
        ("ut", PERSON, {"Ид": "c-person", "Наименование": "Ёжиков Лев", "ПолноеНаименование": "Ёжиков Лев Саввич",
                        "ИНН": "500100732259", "Роль": "Покупатель"}),
    ],
)  # fmt: skip
def test_counterparty_has_no_contacts(make_base: MakeBase, profile: str, buyer: Counterparty, expected: dict[str, Any]) -> None:
    base = make_base(profile)
    base.shop.new_order(counterparty=buyer)
    (party,) = write(base).iterfind("{*}Документ/{*}Контрагенты/{*}Контрагент")
    assert [(etree.QName(child).localname, child.text) for child in party] == list(expected.items())


def test_bitrix_sends_contacts(make_base: MakeBase) -> None:
    base = make_base("bitrix")
    order_of(base)
    contacts = write(base).iterfind("{*}Документ/{*}Контрагенты/{*}Контрагент/{*}Контакты/{*}Контакт")
    assert [(text(one, "Тип"), text(one, "Значение")) for one in contacts] == [
        ("Телефон рабочий", "+74951234504"),
        ("Почта", "i@r.example"),
    ]


@pytest.mark.parametrize(("inn", "kpp"), [("77012345", "7701"), ("", "")])
def test_codes_of_a_wrong_length_are_left_out(make_base: MakeBase, inn: str, kpp: str) -> None:
    base = make_base("unf")
    order_of(base, counterparty=Counterparty("c", "Х", is_company=True, inn=inn, kpp=kpp))
    (party,) = write(base).iterfind("{*}Документ/{*}Контрагенты/{*}Контрагент")
    assert names(party) == ["Ид", "Наименование", "ОфициальноеНаименование", "ОКПО", "Роль"]


def test_empty_comment_is_not_written_and_a_long_one_is_cut(make_base: MakeBase) -> None:
    base = make_base("unf")
    order_of(base, comment="")
    order_of(base, comment="я" * 4000)
    first, second = write(base)
    assert text(first, "Комментарий") is None
    assert text(second, "Комментарий") == "я" * 3000


def test_ut_document(make_base: MakeBase) -> None:
    base = make_base("ut")
    order = order_of_ut(base)
    root = write(base)
    assert etree.QName(root).namespace == OFFICIAL
    assert root.get("ВерсияСхемы") == "2.07"
    assert len(order.site_number) <= 11
    assert text(root, "Документ/Валюта") == "RUB"
    assert text(root, "Документ/СрокПлатежа") is None


def order_of_ut(base: Base, **changes: Any) -> Order:
    return base.shop.new_order(lines=LINES, counterparty=FIRM, posted=True, **changes)


def test_bitrix_document_names_its_version(make_base: MakeBase) -> None:
    base = make_base("bitrix")
    order = order_of(base)
    document = write(base)[0]
    assert names(document)[8:11] == ["НомерВерсии", "Номер1С", "Дата1С"]
    assert base64.b64decode(text(document, "НомерВерсии") or "") == (1).to_bytes(8, "big")
    assert text(document, "Номер1С") == order.number_in_1c
    assert text(document, "Время") == "09:07:01"
    base.shop.edit(order.document_id, comment="Ещё")
    assert base64.b64decode(text(write(base)[0], "НомерВерсии") or "") == (2).to_bytes(8, "big")


# --- requisites, in order (onec-exchange 4.1) --------------------------------------------------------------------


def test_requisites_of_a_new_unf_order(make_base: MakeBase) -> None:
    base = make_base("unf")
    order = order_of(base)
    expected = [("Номер по 1С", order.number_in_1c), ("Дата по 1С", "2024-03-05T9:07:01"), *HEAD]
    expected += [("Оплачен", "false"), ("Отгружен", "false"), *UNF_STATUS, *LOYALTY, *STAFF]
    assert requisites(write(base)[0]) == expected


def test_requisites_of_a_paid_shipped_canceled_unf_order(make_base: MakeBase) -> None:
    base = make_base("unf")
    order = order_of(base, lines=(*LINES, make_line(DELIVERY, Decimal(1))), paid_by_bonus=Decimal("150.50"))
    base.shop.pay(order.document_id, kind="card")
    base.shop.ship(order.document_id)
    order = base.shop.cancel(order.document_id)
    expected = [("Номер по 1С", order.number_in_1c), ("Дата по 1С", "2024-03-05T9:07:01"), *HEAD, ("Отменен", "true")]
    expected += [("Оплачен", "true"), ("Номер оплаты по 1С", order.payments[0].number)]
    expected += [("Дата оплаты по 1С", "2024-03-05T9:07:01"), ("Метод оплаты ИД", "3"), ("Метод оплаты", "Эквайринг")]
    expected += [("Отгружен", "true"), ("Номер отгрузки по 1С", order.shipments[0].number)]
    expected += [("Дата отгрузки по 1С", "2024-03-05T9:07:01"), ("Стоимость доставки", "350"), ("Ставка НДС доставки", "20")]
    expected += [*UNF_STATUS, *LOYALTY, ("Сумма оплаченная бонусами", "150.5"), *STAFF]
    assert requisites(write(base)[0]) == expected


def test_part_payment_and_part_shipment_are_not_paid_and_not_shipped(make_base: MakeBase) -> None:
    base = make_base("unf")
    order = order_of(base)
    base.shop.pay(order.document_id, Decimal(100))
    base.shop.ship(order.document_id, Decimal(1))
    found = dict(requisites(write(base)[0]))
    assert (found["Оплачен"], found["Отгружен"], found["Метод оплаты"]) == ("false", "false", "Наличные")
    assert not {"Номер оплаты по 1С", "Дата отгрузки по 1С"} & set(found)


def test_unposted_order_is_neither_paid_nor_shipped(make_base: MakeBase) -> None:
    base = make_base("unf")
    order = order_of(base)
    base.shop.pay(order.document_id)
    base.shop.ship(order.document_id)
    base.shop.post(order.document_id, posted=False)
    found = dict(requisites(write(base)[0]))
    assert (found["Проведен"], found["Оплачен"], found["Отгружен"]) == ("false", "false", "false")


def test_ut_writes_dates_instead_of_flags_and_no_status(make_base: MakeBase) -> None:
    base = make_base("ut", additional_requisites=False, responsible_extension=False)
    order = order_of_ut(base)
    plain = [("Номер по 1С", order.number_in_1c), ("Дата по 1С", "2024-03-05T09:07:01"), *HEAD]
    assert requisites(write(base)[0]) == plain
    order = base.shop.ship(base.shop.pay(order.document_id).document_id)
    documents = [("Номер оплаты по 1С", order.payments[0].number), ("Дата оплаты по 1С", "2024-03-05T09:07:01")]
    documents += [("Номер отгрузки по 1С", order.shipments[0].number), ("Дата отгрузки по 1С", "2024-03-05T09:07:01")]
    assert requisites(write(base)[0]) == plain + documents
    base.shop.cancel(order.document_id)
    assert requisites(write(base)[0]) == [*plain, *documents, ("Отменен", "true")]


def test_ut_with_the_extension_adds_its_requisites(make_base: MakeBase) -> None:
    base = make_base("ut")
    order_of_ut(
        base, promo_code="ВЕСНА10", bonus_card_number="220000000001", paid_by_bonus=Decimal(0), responsible="0000-00002"
    )
    assert requisites(write(base)[0])[4:] == [*LOYALTY, *STAFF]


def test_deletion_mark_takes_the_posting_back(make_base: MakeBase) -> None:
    base = make_base("unf")
    base.shop.mark_deleted(order_of(base).document_id)
    assert requisites(write(base)[0])[2:4] == [("ПометкаУдаления", "true"), ("Проведен", "false")]


def test_long_values_are_cut(make_base: MakeBase) -> None:
    base = make_base("unf")
    order_of(base, promo_code="п" * 1500)
    assert dict(requisites(write(base)[0]))["Промокод"] == "п" * 1000


# --- payments and shipments --------------------------------------------------------------------------------------


def test_subordinate_documents(make_base: MakeBase) -> None:
    base = make_base("unf", subordinate_documents=True)
    order = order_of(base)
    order = base.shop.ship(base.shop.pay(order.document_id, kind="bank").document_id)
    online = Payment("p-site", "НФНФ-9", NOW, "card", Decimal(5), "S-9", dt.date(2024, 3, 1))
    order = base.shop.write(
        Order(**{name: getattr(order, name) for name in Order.__slots__} | {"payments": (*order.payments, online)})
    )
    root = write(base)
    assert root.get("ВерсияСхемы") == "2.10"
    paid, from_site, shipped = root.iterfind("{*}Документ/{*}ПодчиненныеДокументы/{*}ПодчиненныйДокумент")
    assert names(paid) == ["Ид", "ХозОперация", "Валюта", "Курс", "Сумма", "ЗначенияРеквизитов"]
    assert [text(paid, name) for name in ("ХозОперация", "Сумма")] == ["Выплата безналичных денег", "13695.5"]
    assert requisites(paid) == [
        ("Номер оплаты по 1С", order.payments[0].number), ("Дата оплаты по 1С", "2024-03-05T9:07:01"),
        ("Оплачен", "true"), ("Метод оплаты ИД", "2"), ("Метод оплаты", "Безналичные"),
    ]  # fmt: skip
    assert [text(from_site, name) for name in ("Номер", "Дата")] == ["S-9", "2024-03-01"]
    assert text(shipped, "ХозОперация") == "Отпуск товара"
    assert len(shipped.findall("{*}Товары/{*}Товар")) == 2
    assert requisites(shipped)[-1] == ("Отгружен", "true")
    own = dict(requisites(root[0]))
    assert (own["Оплачен"], own["Отгружен"]) == ("true", "true")
    assert not {"Номер оплаты по 1С", "Метод оплаты", "Номер отгрузки по 1С"} & set(own)


@pytest.mark.parametrize(("kind", "operation"), [("bank", "Возврат безналичных денег"), ("card", "Эквайринговая операция")])
def test_a_refund_and_a_return_in_a_container(make_base: MakeBase, kind: str, operation: str) -> None:
    base = make_base("bitrix", version="3.1")
    key = order_of(base).document_id
    base.shop.pay(key, kind=kind)
    base.shop.ship(key, Decimal(1))
    base.shop.take_back(key)
    order = base.shop.refund(key, Decimal(7))
    _, _, refund, shipment, came = write(base)[0]
    assert [text(refund, name) for name in ("ХозОперация", "Сумма")] == [operation, "7"]
    assert (text(shipment, "ХозОперация"), text(came, "ХозОперация")) == ("Отпуск товара", "Возврат товара")
    assert text(came, "Сумма") == text(shipment, "Сумма") != str(order.total)
    assert [[text(row, "Количество") for row in one.iterfind("{*}Товары/{*}Товар")] for one in (shipment, came)] == [
        ["1"],
        ["1"],
    ]
    assert [dict(requisites(one)).get("ПризнакВозврата") for one in (refund, shipment, came)] == ["true", None, "true"]


def test_unf_exports_no_refunds_and_returns(make_base: MakeBase) -> None:
    base = make_base("unf", subordinate_documents=True)
    key = order_of(base).document_id
    base.shop.refund(base.shop.pay(key).document_id)
    base.shop.take_back(base.shop.ship(key).document_id)
    found = write(base).iterfind("{*}Документ/{*}ПодчиненныеДокументы/{*}ПодчиненныйДокумент/{*}ХозОперация")
    assert [one.text for one in found] == ["Выплата наличных денег", "Отпуск товара"]


def test_container(make_base: MakeBase) -> None:
    base = make_base("bitrix", version="3.1")
    order = order_of(base)
    base.shop.ship(base.shop.pay(order.document_id).document_id)
    order_of(base)
    root = write(base)
    assert etree.QName(root).namespace == "urn:1C.ru:commerceml_3"
    assert names(root) == ["Контейнер", "Контейнер"]
    assert [text(document, "ХозОперация") for document in root[0]] == [
        "Заказ товара",
        "Выплата наличных денег",
        "Отпуск товара",
    ]
    assert [text(document, "Основание") for document in root[0]] == [None, order.document_id, order.document_id]
    assert not {"Оплачен", "Отгружен"} & set(dict(requisites(root[0][0])))
    assert dict(requisites(root[0][1]))["Оплачен"] == "true"
    assert dict(requisites(root[0][2]))["Отгружен"] == "true"
    assert len(root[1]) == 1


# --- bytes -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("profile", "options", "start"),
    [
        ("unf", {}, codecs.BOM_UTF8 + b'<?xml version="1.0" encoding="UTF-8"?>\n<'),
        ("ut", {}, codecs.BOM_UTF8 + b'<?xml version="1.0" encoding="UTF-8"?>\n<'),
        ("bitrix", {}, b'<?xml version="1.0" encoding="utf-8"?>\n<'),
        ("unf", {"encoding": "windows-1251"}, b'<?xml version="1.0" encoding="WINDOWS-1251"?>\n<'),
    ],
)
def test_first_bytes(make_base: MakeBase, profile: str, options: dict[str, Any], start: bytes) -> None:
    base = make_base(profile, **options)
    base.shop.new_order()
    assert write_orders(list(base.shop.books.orders.values()), base.shop.books, base.settings, NOW).startswith(start)


# --- the official schemas ----------------------------------------------------------------------------------------


@pytest.mark.skipif(not (SAMPLES / "schema").is_dir(), reason="the official schemas are not here")
@pytest.mark.parametrize(
    ("profile", "options", "schema"),
    [
        ("unf", {}, "2.08"),
        ("unf", {"subordinate_documents": True}, "2.10"),
        ("ut", {}, "2.08"),
        ("ut", {"additional_requisites": False}, "2.08"),
        ("bitrix", {"version": "2.08"}, "2.08"),
        ("bitrix", {}, "2.09"),
    ],
)
def test_valid_under_the_official_schema(make_base: MakeBase, profile: str, options: dict[str, Any], schema: str) -> None:
    base = make_base(profile, **options)
    for _ in range(25):
        base.shop.new_order()
    for _ in range(80):
        random_action(base.shop)
    root = write(base)
    _drop_known_differences(root)
    plain = etree.fromstring(etree.tostring(root, encoding="utf-8").replace(b"urn:1C.ru:commerceml_210", OFFICIAL.encode()))
    official = etree.XMLSchema(etree.parse(SAMPLES / "schema" / f"CommerceML_{schema}.xsd"))
    official.assertValid(plain)


def _drop_known_differences(root: etree._Element) -> None:
    """Where the clients' packages and the official schemas differ, by the reference (3.2, 4.1)."""
    for party in root.iter("{*}Контрагент"):
        full_name, inn = party.find("{*}ПолноеНаименование"), party.find("{*}ИНН")
        if full_name is not None and inn is not None:
            full_name.addnext(inn)
    for name in ("НомерВерсии", "Номер1С", "Дата1С"):
        for element in list(root.iter(f"{{*}}{name}")):
            element.getparent().remove(element)
    for element in root.iter("{*}ХозОперация"):
        if element.text == "Эквайринговая операция":
            element.text = "Прочие"
    for element in root.iter("{*}ПодчиненныйДокумент"):
        if element.find("{*}Номер") is None:
            namespace = etree.QName(element).namespace
            for place, (name, value) in enumerate((("Номер", "1"), ("Дата", "2024-03-05")), start=1):
                child = etree.Element(f"{{{namespace}}}{name}")
                child.text = value
                element.insert(place, child)
