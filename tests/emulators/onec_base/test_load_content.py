"""What the base makes of buyers, rows, payments and values of the site's documents."""

import os
from decimal import Decimal
from pathlib import Path

import pytest

from tests.emulators.onec_base.answer_xml import BUYER, answer, contacts, document, envelope, load, party, requisites, row
from tests.emulators.onec_base.conftest import MakeBase
from tests.emulators.onec_base.site import Reply, Site
from uzel.emulators.onec_base import Counterparty

SAMPLES = Path(os.environ.get("UZEL_SAMPLES") or Path(__file__).parents[4] / "shared" / "samples")

# --- buyers ------------------------------------------------------------------------------------------------------

KNOWN = Counterparty(
    "g-1", "Ромашка", "ООО «Ромашка»", True, "7701234567", "770101001", phone="+74951234504", email="i@r.example"
)


@pytest.mark.parametrize(
    "inside",
    [
        "<Ид>g-1</Ид><Наименование>Иначе</Наименование>",
        "<Ид>9#x#</Ид><ОфициальноеНаименование>Иначе</ОфициальноеНаименование><ИНН>7701234567</ИНН><КПП>770101001</КПП>",
        "<Наименование>Иначе</Наименование>" + contacts(ТелефонРабочий="+74951234504"),
        "<Наименование>Иначе</Наименование>" + contacts(Почта="I@R.example"),
        "<Наименование>Ромашка</Наименование>",
    ],
    ids=["id", "inn", "phone", "e-mail", "name"],
)
def test_buyer_is_found(site: Site, make_base: MakeBase, inside: str) -> None:
    base = make_base("unf")
    base.shop.books.counterparties = {"g-1": KNOWN}
    load(site, base, document("77", Контрагенты=party(inside)))
    assert base.orders()[0]["counterparty"]["id"] == "g-1"
    assert len(base.shop.books.counterparties) == 1


def test_card_found_by_its_own_id_is_rewritten_and_another_only_completed(site: Site, make_base: MakeBase) -> None:
    base = make_base("unf")
    base.shop.books.counterparties = {"g-1": Counterparty("g-1", "Ромашка", phone="+7495")}
    load(
        site,
        base,
        document(
            "1",
            Контрагенты=party("<Наименование>Ромашка</Наименование>" + contacts(Телефон_рабочий="+7000", Почта="a@a.example")),
        ),
    )
    card = base.shop.books.counterparties["g-1"]
    assert (card.phone, card.email) == ("+7495", "a@a.example")
    load(
        site,
        base,
        document(
            "2",
            Контрагенты=party(
                "<Ид>g-1</Ид><Наименование>Астра</Наименование>" + contacts(Телефон_рабочий="+7000", Почта="b@b.example")
            ),
        ),
    )
    card = base.shop.books.counterparties["g-1"]
    assert (card.name, card.phone, card.email) == ("Астра", "+7000", "b@b.example")


def test_person_is_named_by_parts(site: Site, make_base: MakeBase) -> None:
    base = make_base("unf")
    load(site, base, document("77", Контрагенты=party("<Ид>7#p#</Ид><Фамилия>Цой</Фамилия><Имя>Вера</Имя>")))
    assert {name: base.orders()[0]["counterparty"][name] for name in ("name", "full_name", "is_company")} == {
        "name": "Цой Вера", "full_name": "Цой Вера", "is_company": False
    }  # fmt: skip


# --- rows --------------------------------------------------------------------------------------------------------


def test_row_found_by_name_gets_the_id_of_the_base(site: Site, make_base: MakeBase) -> None:
    base = make_base("unf")
    load(site, base, document("77", Товары=f"<Товары>{row(item_id='foreign', name='Лента упаковочная')}</Товары>"))
    (line,) = base.orders()[0]["lines"]
    assert line["item_id"] == "5f1b0c3e-7c55-4a0d-9d7e-0a4b1f6c1005"
    assert line["measure_code"] == "006"


def test_variant_stays_in_the_id_and_the_name_is_the_bases_own(site: Site, make_base: MakeBase) -> None:
    base = make_base("unf")
    item = "5f1b0c3e-7c55-4a0d-9d7e-0a4b1f6c1005"
    load(site, base, document("77", Товары=f"<Товары>{row(item_id=item + '#v', name='Иначе')}</Товары>"))
    (line,) = base.orders()[0]["lines"]
    assert (line["item_id"], line["name"]) == (item + "#v", "Лента упаковочная")


def test_row_typed_by_hand_makes_an_item(site: Site, make_base: MakeBase) -> None:
    base = make_base("unf")
    load(site, base, document("77", Товары=f"<Товары>{row(item_id='', name='Набор')}{row(item_id='', name='Набор')}</Товары>"))
    first, second = base.orders()[0]["lines"]
    assert first["item_id"] == second["item_id"] != ""


@pytest.mark.parametrize(("inside", "total"), [("true", "300"), ("false", "290"), ("", "300")])
def test_discount_in_the_sum_or_beside_it(site: Site, make_base: MakeBase, inside: str, total: str) -> None:
    flag = f"<УчтеноВСумме>{inside}</УчтеноВСумме>" if inside else ""
    discount = f"<Скидки><Скидка><Наименование>С</Наименование><Сумма>10</Сумма>{flag}</Скидка></Скидки></Товар>"
    base = make_base("unf")
    report = load(site, base, document("77", Товары=f"<Товары>{row().replace('</Товар>', discount)}</Товары>"))
    (line,) = base.orders()[0]["lines"]
    assert (line["total"], line["discount"]) == (total, "10")
    assert report.remarks == (() if total == "300" else ("Заказ 77: сумма сайта 300.00, сумма строк 290.00",))


@pytest.mark.parametrize(("rate", "vat"), [("18", "18"), ("НДС 20%", None), ("Без НДС", None), ("20.00", "20"), ("0", "0")])
def test_vat_of_a_row(site: Site, make_base: MakeBase, rate: str, vat: str | None) -> None:
    rate_of_row = f"<СтавкаНалога><Наименование>НДС</Наименование><Ставка>{rate}</Ставка></СтавкаНалога>"
    rates = f"<СтавкиНалогов>{rate_of_row}</СтавкиНалогов></Товар>"
    base = make_base("unf")
    load(site, base, document("77", Товары=f"<Товары>{row().replace('</Товар>', rates)}</Товары>"))
    assert base.orders()[0]["lines"][0]["vat_rate"] == vat


# --- online payments ---------------------------------------------------------------------------------------------


def paid(**changes: str) -> str:
    parts = {
        "Ид": "<Ид>p1</Ид>",
        "Номер": "<Номер>P-1</Номер>",
        "Дата": "<Дата>2024-03-04</Дата>",
        "ХозОперация": "<ХозОперация>Эквайринговая операция</ХозОперация>",
        "Сумма": "<Сумма>300</Сумма>",
        "ЗначенияРеквизитов": requisites(Оплачено="true", Метод_оплаты_ИД="3"),
    }
    inside = "".join((parts | changes).values())
    return f"<ПодчиненныеДокументы><ПодчиненныйДокумент>{inside}</ПодчиненныйДокумент></ПодчиненныеДокументы>"


def test_online_payment_makes_one_payment_document(site: Site, make_base: MakeBase) -> None:
    base = make_base("unf", subordinate_documents=True)
    (document_id,) = load(site, base, document("77", ПодчиненныеДокументы=paid())).loaded
    load(site, base, document("77", ПодчиненныеДокументы=paid()))
    (payment,) = base.shop.books.orders[document_id].payments
    assert (payment.kind, payment.amount, payment.site_number) == ("card", Decimal(300), "P-1")
    base.shop.post(document_id)
    assert base.orders()[0]["paid"] is True


@pytest.mark.parametrize(
    "changes",
    [
        {"ХозОперация": "<ХозОперация>Выплата безналичных денег</ХозОперация>"},
        {"Сумма": ""},
        {"ЗначенияРеквизитов": requisites(Оплачено="false", Метод_оплаты_ИД="3")},
        {"ЗначенияРеквизитов": requisites(Оплачено="true", Метод_оплаты="Наличные")},
    ],
)
def test_other_subordinate_documents_are_passed_over(site: Site, make_base: MakeBase, changes: dict[str, str]) -> None:
    base = make_base("unf", subordinate_documents=True)
    (document_id,) = load(site, base, document("77", ПодчиненныеДокументы=paid(**changes))).loaded
    assert base.shop.books.orders[document_id].payments == ()


# --- a declared namespace is applied strictly (onec-exchange 1.3) ---------------------------------------------------

NAMESPACES = ["urn:1C.ru:commerceml_2", "urn:1C.ru:commerceml_205", "urn:1C.ru:commerceml_208", "urn:1C.ru:commerceml_210"]
STRICT = {
    "long id": {"Ид": f"<Ид>{'x' * 41}</Ид>"},
    "currency": {"Валюта": "<Валюта>руб.</Валюта>"},
    "role": {"Роль": "<Роль>Хозяин</Роль>"},
    "fraction": {"Сумма": "<Сумма>300.0000</Сумма>"},
    "empty name": {"Контрагенты": party("<Ид>1</Ид><Наименование/>")},
    "short inn": {"Контрагенты": party("<Наименование>Я</Наименование><ИНН>77</ИНН>")},
    "empty kpp": {"Контрагенты": party("<Наименование>Я</Наименование><КПП/>")},
    "time": {"Время": "<Время>9:05:00</Время>"},
    "long requisite": {"ЗначенияРеквизитов": requisites(Долгий="я" * 1001)},
    "contact": {"Контрагенты": party("<Наименование>Я</Наименование>" + contacts(ТелефонРабочий="1"))},
    "order of elements": {"Время": "", "Товары": f"<Товары>{row()}</Товары><Время>10:00:00</Время>"},
    "unknown element": {"Время": "<Новый>1</Новый>"},
}  # fmt: skip


@pytest.mark.parametrize("name", STRICT)
def test_bad_value_kills_the_load_only_under_a_namespace(site: Site, make_base: MakeBase, name: str) -> None:
    strict, lenient = make_base("unf"), make_base("unf")
    report = load(site, strict, document("1", **STRICT[name]), xmlns="urn:1C.ru:commerceml_210")
    assert report.error.startswith(("Ошибка преобразования данных XDTO", "Документ 1: время"))
    assert strict.orders() == []
    if name != "time":
        assert load(site, lenient, document("1", **STRICT[name])).ok


@pytest.mark.parametrize("xmlns", [*NAMESPACES, "urn:1C.ru:commerceml_999"])
def test_good_document_under_a_namespace(site: Site, make_base: MakeBase, xmlns: str) -> None:
    assert load(site, make_base("unf"), document("1"), xmlns=xmlns).ok


# --- bytes -------------------------------------------------------------------------------------------------------


def test_unf_strips_illegal_characters_and_ut_fails_on_them(site: Site, make_base: MakeBase) -> None:
    text = envelope(document("1", Комментарий="<Комментарий>а\x0bб</Комментарий>"))
    site.reply("query", Reply(text.encode("cp1251"), "application/xml; charset=windows-1251"))
    base = make_base("unf")
    assert base.exchange().ok
    assert base.orders()[0]["comment"] == "аб"
    assert make_base("ut").exchange().error.startswith("Не удалось прочитать данные")


def test_entities_are_not_expanded(site: Site, make_base: MakeBase) -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/hostname">]>'
    text = envelope(document("1", Комментарий="<Комментарий>&a;</Комментарий>")).replace("?>\n", f"?>\n{bomb}")
    site.reply("query", Reply(text.encode("cp1251"), "application/xml; charset=windows-1251"))
    base = make_base("unf")
    base.exchange()
    assert [one["comment"] for one in base.orders()] in ([], [""])


@pytest.mark.skipif(not (SAMPLES / "orders").is_dir(), reason="the samples are not here")
@pytest.mark.parametrize(("profile", "ok"), [("unf", True), ("ut", True), ("bitrix", True)])
def test_real_answer_of_bitrix(site: Site, make_base: MakeBase, profile: str, ok: bool) -> None:
    body = (SAMPLES / "orders" / "bitrix-query-response-full.xml").read_bytes()
    site.reply("query", Reply(body, "application/xml; charset=windows-1251"), answer())
    base = make_base(profile)
    report = base.exchange()
    assert report.ok is ok, report.error
    assert {"132", "133"} <= {one["number"] for one in base.orders()}
    assert base.orders()[0]["total"] == "231.74"


def test_buyer_of_the_sample_answers_is_the_one_the_base_keeps(site: Site, make_base: MakeBase) -> None:
    base = make_base("unf")
    load(site, base, document("1", Контрагенты=f"<Контрагенты>{BUYER}</Контрагенты>"), document("2"))
    assert len({one["counterparty"]["id"] for one in base.orders()}) == 1
