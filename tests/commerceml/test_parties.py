"""Who a document names: people, companies, contacts, addresses."""

import pytest

from tests.commerceml.xml import order, read_one
from uzel.commerceml.document import DocumentCounterparty
from uzel.commerceml.parties import write_counterparties
from uzel.commerceml.xml_write import XmlWriter
from uzel.model import Counterparty, LegalDetails


def _party(inside: str) -> Counterparty:
    (party,) = read_one(order(f"<Контрагенты><Контрагент>{inside}</Контрагент></Контрагенты>")).counterparties
    return party.counterparty


def test_a_person() -> None:
    party = _party(
        "<Ид>1#a#b</Ид><Наименование>Зимина\n О.</Наименование>"
        "<ПолноеНаименование>Зимина Ольга</ПолноеНаименование><Имя>Ольга</Имя>"
    )
    assert party == Counterparty("1#a#b", name="Зимина О.", full_name="Зимина Ольга", first_name="Ольга")


@pytest.mark.parametrize(
    ("inside", "is_company"),
    [
        ("<ОфициальноеНаименование>ООО «Причал»</ОфициальноеНаименование>", True),
        ("<ИНН>7700000016</ИНН><КПП>770001001</КПП>", True),
        ("<ИНН>500100732259</ИНН>", False),
        ("<Наименование>ООО «Причал»</Наименование>", False),
    ],
)
def test_a_company_is_known_by_its_elements_and_never_by_its_name(inside: str, is_company: bool) -> None:
    assert _party(f"<Ид>1</Ид>{inside}").is_company is is_company


def test_codes_keep_their_zeros_and_lose_their_blanks() -> None:
    legal = _party("<Ид>1</Ид><ИНН> 0274 000 017 </ИНН><КПП>027401001</КПП><ОКПО/>").legal
    assert legal == LegalDetails(inn="0274000017", kpp="027401001")


@pytest.mark.parametrize(
    ("kind", "value", "phones", "emails"),
    [
        ("Телефон рабочий", "+7 900", ("+7 900",), ()),
        ("ТелефонРабочий", "+7 900", ("+7 900",), ()),
        ("Почта", "a@b.ru", (), ("a@b.ru",)),
        ("Электронная почта", "a@b.ru", (), ("a@b.ru",)),
        ("", "a@b.ru", (), ("a@b.ru",)),
        ("Факс", "123", (), ()),
        ("Почта", "", (), ()),
    ],
)
def test_contacts(kind: str, value: str, phones: tuple[str, ...], emails: tuple[str, ...]) -> None:
    contact = f"<Контакт><Тип>{kind}</Тип><Значение>{value}</Значение></Контакт>"
    party = _party(f"<Ид>1</Ид><Контакты>{contact * 2}</Контакты>")
    assert (party.phones, party.emails) == (phones, emails)


@pytest.mark.parametrize(
    ("inside", "address"),
    [
        ("<Адрес><Представление>Уфа, 5</Представление></Адрес>", "Уфа, 5"),
        (
            "<АдресРегистрации><Представление/><АдресноеПоле><Тип>Город</Тип><Значение>Уфа</Значение></АдресноеПоле></АдресРегистрации>",
            "Уфа",
        ),
        ("<Адрес>Уфа, 5</Адрес>", "Уфа, 5"),
        ("<Адрес/>", ""),
    ],
)
def test_addresses(inside: str, address: str) -> None:
    assert _party(f"<Ид>1</Ид>{inside}").address == address


def test_a_guest_without_an_id_is_noted() -> None:
    document = read_one(order("<Контрагенты><Контрагент><Ид/><Наименование>Гость</Наименование></Контрагент></Контрагенты>"))
    assert [(problem.code, problem.fatal) for problem in document.problems] == [("counterparty_without_id", False)]


def _written(*parties: DocumentCounterparty) -> str:
    out = XmlWriter()
    write_counterparties(out, parties)
    return out.take("utf-8").decode()


def test_codes_of_a_wrong_length_are_left_out() -> None:
    company = Counterparty("1", name="А", is_company=True, legal=LegalDetails(inn="123", kpp="1"))
    text = _written(DocumentCounterparty("Покупатель", company))
    assert "<ИНН>" not in text
    assert "<КПП>" not in text
    assert "<ОфициальноеНаименование>А</ОфициальноеНаименование>" in text


def test_nobody_and_an_unknown_role_are_a_buyer() -> None:
    assert "<Роль>Покупатель</Роль>" in _written()
    assert "<Роль>Покупатель</Роль>" in _written(DocumentCounterparty("Друг", Counterparty("1")))
    assert "<Роль>Плательщик</Роль>" in _written(DocumentCounterparty("Плательщик", Counterparty("1")))
