"""Loading answers of the site: one transaction, matched and applied as each client does (onec-exchange 3.1)."""

import re
from decimal import Decimal

import pytest

from tests.emulators.onec_base.answer_xml import answer, document, load, party, requisites, row
from tests.emulators.onec_base.conftest import MakeBase
from tests.emulators.onec_base.site import Site

PROFILES = ["unf", "ut", "bitrix"]


# --- a new order -------------------------------------------------------------------------------------------------


def test_new_order_of_the_site(site: Site, make_base: MakeBase) -> None:
    base = make_base("unf")
    given = requisites(
        Статуса_заказа_ИД="W", Статус_заказа="[W] В работе", Промокод="ВЕСНА10", Номер_бонусной_карты="2200",
        Сумма_оплаченная_бонусами="1 150,50", Табельный_номер_ответственного="0000-00003", Адрес_доставки="ул. Мира, 1",
    )  # fmt: skip
    report = load(site, base, document("77", Комментарий="<Комментарий>Скорее</Комментарий>", ЗначенияРеквизитов=given))
    assert (report.ok, report.remarks) == (True, ())
    (order,) = base.orders()
    assert order["document_id"] == report.loaded[0]
    assert {name: order[name] for name in ("number", "date", "number_in_1c", "total", "currency", "status", "comment")} == {
        "number": "77", "date": "2024-03-04", "number_in_1c": "НФСА-000077", "total": "300", "currency": "RUB",
        "status": "W", "comment": "Скорее",
    }  # fmt: skip
    assert (order["promo_code"], order["bonus_card_number"], order["paid_by_bonus"]) == ("ВЕСНА10", "2200", "1150.5")
    assert order["responsible"] == {"personnel_number": "0000-00003", "name": "Гусева Ольга Сергеевна"}
    assert order["counterparty"]["name"] == "Иван"
    assert order["lines"][0] | {"name": ""} == {
        "item_id": "it-1", "name": "", "quantity": "2", "price": "150", "discount": "0", "total": "300",
        "vat_rate": None, "measure_code": "796",
    }  # fmt: skip
    stored = base.shop.books.orders[order["document_id"]]
    assert stored.extra == (("Адрес доставки", "ул. Мира, 1"),)
    assert stored.site_time.isoformat() == "00:00:00"  # Время is not kept


@pytest.mark.parametrize(("number", "in_1c"), [("5", "НФСА-000005"), ("A-5", "НФСА-000001"), ("1234567", "НФСА-000001")])
def test_number_in_1c(site: Site, make_base: MakeBase, number: str, in_1c: str) -> None:
    base = make_base("unf")
    load(site, base, document(number))
    assert base.orders()[0]["number_in_1c"] == in_1c


def test_loaded_order_goes_back_only_when_the_base_changes_it(site: Site, make_base: MakeBase) -> None:
    base = make_base("unf")
    (document_id,) = load(site, base, document("77")).loaded
    assert base.exchange().sent == ()
    base.shop.post(document_id)
    site.reply("query", answer())
    assert base.exchange().sent == (document_id,)
    assert "<Номер>77</Номер>" in site.files()[0].decode()
    assert "<Дата>2024-03-04</Дата>" in site.files()[0].decode()


def test_site_words_come_back_in_the_delivery_block(site: Site, make_base: MakeBase) -> None:
    base = make_base("unf")
    (document_id,) = load(site, base, document("77", ЗначенияРеквизитов=requisites(Адрес_доставки="ул. Мира, 1"))).loaded
    base.shop.post(document_id)
    site.reply("query", answer())
    base.exchange()
    written = re.sub(r"\s+<", "<", site.files()[0].decode())
    assert "<Наименование>Адрес доставки</Наименование><Значение>ул. Мира, 1</Значение>" in written


# --- which order -------------------------------------------------------------------------------------------------


def test_unf_finds_by_number_alone(site: Site, make_base: MakeBase) -> None:
    base = make_base("unf")
    first = load(site, base, document("77")).loaded
    other = document("77", Ид="<Ид>other</Ид>", Дата="<Дата>2025-01-01</Дата>", Комментарий="<Комментарий>Иной</Комментарий>")
    assert load(site, base, other).loaded == first
    assert [(one["comment"], one["date"]) for one in base.orders()] == [("Иной", "2024-03-04")]


def test_ut_finds_by_number_and_date(site: Site, make_base: MakeBase) -> None:
    base = make_base("ut")
    first = load(site, base, document("77")).loaded
    assert load(site, base, document("77")).loaded == first
    assert load(site, base, document("77", Дата="<Дата>2025-01-01</Дата>")).loaded != first
    assert len(base.orders()) == 2


def test_bitrix_finds_by_id_first(site: Site, make_base: MakeBase) -> None:
    base = make_base("bitrix")
    order = base.shop.new_order()
    renamed = document("900", Ид=f"<Ид>{order.document_id}</Ид>", Комментарий="<Комментарий>Тот же</Комментарий>")
    assert load(site, base, renamed).loaded == (order.document_id,)
    assert load(site, base, document(order.site_number)).loaded == (order.document_id,)
    assert len(base.orders()) == 1


@pytest.mark.parametrize(("profile", "ok"), [("ut", False), ("unf", True), ("bitrix", True)])
def test_ut_allows_eleven_characters_of_a_number(site: Site, make_base: MakeBase, profile: str, ok: bool) -> None:
    base = make_base(profile)
    assert load(site, base, document("12345678901")).ok
    report = load(site, base, document("123456789012"))
    assert report.ok is ok
    assert ("номер длиннее 11" in report.error) is not ok


# --- one transaction ---------------------------------------------------------------------------------------------

BAD = {
    "operation": {"ХозОперация": "<ХозОперация>Счет на оплату</ХозОперация>"},
    "no operation": {"ХозОперация": ""},
    "no currency": {"Валюта": "<Валюта/>"},
    "no number": {"Номер": ""},
    "no date": {"Дата": ""},
    "date": {"Дата": "<Дата>04.03.2024</Дата>"},
    "time": {"Время": "<Время>нет</Время>"},
    "sum": {"Сумма": "<Сумма>много</Сумма>"},
    "nan": {"Сумма": "<Сумма>NaN</Сумма>"},
    "row": {"Товары": f"<Товары>{row(price='даром')}</Товары>"},
    "no buyer": {"Контрагенты": ""},
    "seller only": {"Контрагенты": party("<Наименование>Я</Наименование>").replace("Покупатель", "Продавец")},
}


@pytest.mark.parametrize("name", BAD)
@pytest.mark.parametrize("profile", ["unf", "ut"])
def test_one_bad_document_rolls_back_all(site: Site, make_base: MakeBase, profile: str, name: str) -> None:
    base = make_base(profile)
    site.reply("query", answer(document("1"), document("2", **BAD[name]), document("3")))
    report = base.exchange()
    assert not report.ok
    assert report.error
    assert (report.loaded, base.orders(), base.shop.books.serial) == ((), [], 0)
    assert "success" not in site.modes


def test_rolled_back_load_leaves_the_changes_due(site: Site, make_base: MakeBase) -> None:
    base = make_base("unf")
    order = base.shop.new_order(comment="Моё")
    theirs = document(order.site_number, Комментарий="<Комментарий>Чужое</Комментарий>")
    site.reply("query", answer(theirs, document("2", Дата="")))
    report = base.exchange()
    assert not report.ok
    assert report.sent == (order.document_id,)
    assert base.orders()[0]["comment"] == "Моё"


def test_operation_is_compared_without_case(site: Site, make_base: MakeBase) -> None:
    assert load(site, make_base("unf"), document("1", ХозОперация="<ХозОперация>ЗАКАЗ ТОВАРА</ХозОперация>")).ok


def test_bitrix_passes_over_other_operations(site: Site, make_base: MakeBase) -> None:
    base = make_base("bitrix")
    report = load(site, base, document("1", **BAD["operation"]), document("2"))
    assert (report.ok, len(report.loaded)) == (True, 1)
    assert report.remarks == ("Документ «Счет на оплату» 1 пропущен",)


def test_version_3_1_reads_containers_only(site: Site, make_base: MakeBase) -> None:
    base = make_base("bitrix", version="3.1")
    report = load(site, base, f"<Контейнер>{document('1')}</Контейнер>", document("2"))
    assert [one["number"] for one in base.orders()] == ["1"]
    assert report.remarks == ("Документы вне <Контейнер> пропущены: версия 3.1 их не читает",)


# --- what a known order takes ------------------------------------------------------------------------------------

CHANGED = {
    "Комментарий": "<Комментарий>С сайта</Комментарий>",
    "Контрагенты": party("<Ид>new</Ид><Наименование>Пётр</Наименование>"),
    "Товары": f"<Товары>{row(name='Кофе', item_id='it-2')}</Товары>",
    "ЗначенияРеквизитов": requisites(Статуса_заказа_ИД="P", Промокод="НОВЫЙ"),
}


@pytest.mark.parametrize("profile", PROFILES)
def test_open_order_takes_everything(site: Site, make_base: MakeBase, profile: str) -> None:
    base = make_base(profile)
    order = base.shop.new_order()
    date = f"<Дата>{order.site_date}</Дата>"
    assert load(site, base, document(order.site_number, Дата=date, **CHANGED)).loaded == (order.document_id,)
    (one,) = base.orders()
    assert (one["comment"], one["promo_code"], one["total"]) == ("С сайта", "НОВЫЙ", "300")
    assert [line["name"] for line in one["lines"]] == ["Кофе"]
    assert one["counterparty"]["name"] == "Пётр"
    assert one["status"] == ("N" if profile == "ut" else "P")
    assert base.shop.books.orders[order.document_id].version == 2


@pytest.mark.parametrize("action", ["pay", "ship"])
def test_order_with_documents_takes_properties_and_status_only(site: Site, make_base: MakeBase, action: str) -> None:
    base = make_base("unf")
    order = base.shop.new_order(comment="Свой")
    getattr(base.shop, action)(order.document_id)
    assert load(site, base, document(order.site_number, **CHANGED)).loaded == (order.document_id,)
    (one,) = base.orders()
    assert (one["status"], one["promo_code"], one["comment"]) == ("P", "НОВЫЙ", "Свой")
    stored = base.shop.books.orders[order.document_id]
    assert (stored.lines, stored.counterparty_id) == (order.lines, order.counterparty_id)


def test_comment_as_a_property_reaches_an_order_with_documents(site: Site, make_base: MakeBase) -> None:
    base = make_base("unf")
    order = base.shop.pay(base.shop.new_order(comment="Свой").document_id)
    load(site, base, document(order.site_number, ЗначенияРеквизитов=requisites(Комментарий="Свойством")))
    assert base.orders()[0]["comment"] == "Свойством"


@pytest.mark.parametrize(
    ("profile", "closed"),
    [("unf", True), ("ut", False), ("bitrix", False)],
)
def test_completed_order_is_skipped_by_unf(site: Site, make_base: MakeBase, profile: str, closed: bool) -> None:
    base = make_base(profile)
    order = base.shop.cancel(base.shop.new_order(comment="Свой").document_id)
    changed = document(order.site_number, Дата=f"<Дата>{order.site_date}</Дата>", **CHANGED)
    report = load(site, base, changed)
    assert report.ok
    assert report.skipped == ((order.document_id,) if closed else ())
    assert base.orders()[0]["comment"] == ("Свой" if closed else "С сайта")
    assert report.sent == ((order.document_id,) if closed else ())  # a skipped order keeps its registration
    assert "success" in site.modes


def test_final_status_completes_an_unf_order(site: Site, make_base: MakeBase) -> None:
    base = make_base("unf")
    order = base.shop.new_order()
    final = requisites(Статуса_заказа_ИД="F")
    assert load(site, base, document(order.site_number, ЗначенияРеквизитов=final)).loaded
    report = load(site, base, document(order.site_number, **CHANGED))
    assert (report.loaded, report.skipped) == ((), (order.document_id,))


def test_only_unposted(site: Site, make_base: MakeBase) -> None:
    base = make_base("ut", only_unposted=True)
    order = base.shop.new_order(posted=True)
    report = load(site, base, document(order.site_number, Дата=f"<Дата>{order.site_date}</Дата>"))
    assert report.skipped == (order.document_id,)


@pytest.mark.parametrize(
    ("element", "comment"),
    [("", "Было"), ("<Комментарий/>", ""), ("<Комментарий>Стало</Комментарий>", "Стало")],
)
def test_absent_comment_stays_and_an_empty_one_clears(site: Site, make_base: MakeBase, element: str, comment: str) -> None:
    base = make_base("unf")
    order = base.shop.new_order(comment="Было")
    load(site, base, document(order.site_number, Комментарий=element))
    assert base.orders()[0]["comment"] == comment


def test_absent_rows_and_requisites_stay_and_empty_ones_clear(site: Site, make_base: MakeBase) -> None:
    base = make_base("unf")
    order = base.shop.new_order(promo_code="ВЕСНА10", bonus_card_number="2200", paid_by_bonus=Decimal(50))
    load(site, base, document(order.site_number, Товары="", ЗначенияРеквизитов=requisites(Промокод="")))
    (one,) = base.orders()
    assert (one["promo_code"], one["bonus_card_number"], one["paid_by_bonus"]) == ("", "2200", "50")
    assert base.shop.books.orders[order.document_id].lines == order.lines


def test_canceled_by_the_site(site: Site, make_base: MakeBase) -> None:
    base = make_base("unf")
    order = base.shop.new_order()
    load(site, base, document(order.site_number, ЗначенияРеквизитов=requisites(Отменен="true")))
    assert base.orders()[0]["canceled"] is True


@pytest.mark.parametrize("given", ["", "true", "false"])
def test_cancel_is_revoked_by_false_only(site: Site, make_base: MakeBase, given: str) -> None:
    base = make_base("ut")
    order = base.shop.cancel(base.shop.new_order().document_id)
    rows = requisites(Отменен=given) if given else ""
    load(site, base, document(order.site_number, Дата=f"<Дата>{order.site_date}</Дата>", ЗначенияРеквизитов=rows))
    assert base.orders()[0]["canceled"] is (given != "false")


@pytest.mark.parametrize(
    ("values", "remark"),
    [
        ({"Статуса_заказа_ИД": "ZZ"}, "Заказ 77: статус «ZZ» не сопоставлен"),
        ({"Табельный_номер_ответственного": "777"}, "Заказ 77: нет сотрудника с табельным номером 777"),
        ({"Сумма_оплаченная_бонусами": "сто"}, "Заказ 77: «Сумма оплаченная бонусами» не число"),
        ({"Сумма_оплаченная_бонусами": "Infinity"}, "Заказ 77: «Сумма оплаченная бонусами» не число"),
    ],
)
def test_property_that_cannot_be_used_is_only_remarked(
    site: Site, make_base: MakeBase, values: dict[str, str], remark: str
) -> None:
    report = load(site, make_base("unf"), document("77", ЗначенияРеквизитов=requisites(**values)))
    assert (report.ok, report.remarks) == (True, (remark,))


def test_bare_configuration_keeps_unknown_properties_as_texts(site: Site, make_base: MakeBase) -> None:
    base = make_base("ut", additional_requisites=False, responsible_extension=False)
    given = requisites(Промокод="ВЕСНА10", Табельный_номер_ответственного="0000-00003")
    (document_id,) = load(site, base, document("77", ЗначенияРеквизитов=given)).loaded
    stored = base.shop.books.orders[document_id]
    assert (stored.promo_code, stored.responsible.name) == ("", "")
    assert stored.extra == (("Промокод", "ВЕСНА10"), ("Табельный номер ответственного", "0000-00003"))
