"""A counterparty ↔ a card of the portal, by values."""

from dataclasses import replace

import pytest

from uzel.bitrix24.entities.client_card import ClientCard
from uzel.mapping.counterparty_card import (
    card_of,
    could_be,
    counterparty_of,
    counterparty_seen_in,
    key_of,
    lacking,
    moved,
    with_values,
)
from uzel.model import Counterparty, LegalDetails

MARIA = Counterparty("g1", "Иванова Мария", "Иванова Мария Петровна", phones=("+7 916 123-45-01",), emails=("m@example.com",))
DAISY = Counterparty("g2", "Ромашка", is_company=True, legal=LegalDetails("7701234567", "770101001", "", "ООО «Ромашка»"))


def test_a_card_says_what_the_portal_shows_again() -> None:
    card = card_of(Counterparty("g", "Ромашка", is_company=True, address="  Тула,  Мира " + "5" * 300))
    assert (card.full_name, card.address[:11], len(card.address)) == ("Ромашка", "Тула, Мира ", 250)


def test_a_person_is_a_contact_and_a_legal_entity_a_company() -> None:
    assert card_of(MARIA) == ClientCard(
        "contact", "Иванова Мария Петровна", "Иванова", "Мария", "Петровна", MARIA.phones, MARIA.emails
    )
    assert card_of(DAISY) == ClientCard("company", "Ромашка", inn="7701234567", kpp="770101001", full_name="ООО «Ромашка»")


def test_a_key_is_the_id_or_what_identifies() -> None:
    assert key_of(MARIA) == "g1"
    nameless = replace(MARIA, counterparty_id="")
    assert key_of(nameless) == key_of(replace(nameless, name="Маша", phones=("8 (916) 123-45-01",)))
    assert key_of(nameless) != key_of(replace(nameless, phones=("+7 916 000-00-00",)))
    assert key_of(Counterparty()) == ""


@pytest.mark.parametrize(
    ("wanted", "found", "same"),
    [
        (ClientCard(name="Иванова Мария"), ClientCard(name="Мария Иванова Петровна"), True),
        (ClientCard(name="Иванова Мария"), ClientCard(name="Иванов Пётр"), False),
        (ClientCard(name="Без имени"), ClientCard(name="Иванов Пётр"), True),
        (ClientCard(name="Алёна Ким"), ClientCard(name="алена ким"), True),
        (ClientCard(name="А", inn="7701234567"), ClientCard(name="Б", inn="7701234567"), True),
        (ClientCard(name="А", inn="7701234567"), ClientCard(name="А", inn="7801234560"), False),
    ],
)
def test_a_buyer_under_another_id_may_be_the_same(wanted: ClientCard, found: ClientCard, same: bool) -> None:
    assert could_be(wanted, found) is same


def test_a_found_card_is_completed_and_never_multiplied() -> None:
    found = ClientCard(name="Иванова", phones=("8 916 123-45-01",))
    assert lacking(card_of(MARIA), found) == {"emails": ("m@example.com",)}
    assert lacking(card_of(MARIA), replace(found, phones=("123",), emails=("M@example.com",))) == {
        "phones": ("123", "+7 916 123-45-01")
    }


def test_a_nameless_card_gets_the_name_and_a_requisite_what_it_lacks() -> None:
    telephony = ClientCard(name="+7 916 123-45-01", first_name="+7 916 123-45-01", phones=MARIA.phones, emails=MARIA.emails)
    assert lacking(card_of(MARIA), telephony) == {
        "name": "Иванова Мария Петровна", "last_name": "Иванова", "first_name": "Мария", "middle_name": "Петровна",
    }  # fmt: skip
    head = replace(card_of(DAISY), kpp="", full_name="")
    assert lacking(card_of(DAISY), head) == {"kpp": "770101001", "full_name": "ООО «Ромашка»"}
    assert lacking(card_of(DAISY), replace(head, inn="7801234560")) == {}


def test_one_phone_in_two_spellings_is_one() -> None:
    twice = replace(
        MARIA, phones=("+7 916 123-45-01", "8 (916) 123-45-01 доб. 5", "нет"), emails=("M@example.com", "m@example.com")
    )
    assert (card_of(twice).phones, card_of(twice).emails) == (("+7 916 123-45-01", "нет"), ("M@example.com",))
    assert lacking(card_of(twice), ClientCard(phones=("89161234501", "нет"), emails=("m@Example.com",), name="Иванова")) == {}


def test_silence_empties_nothing() -> None:
    assert moved(MARIA, replace(MARIA, phones=(), emails=())) == {}
    assert moved(MARIA, replace(MARIA, phones=("+79160000000",))) == {"phones": ("+79160000000",)}


def test_phones_that_people_added_stay() -> None:
    shown = ClientCard(name="Иванова", phones=("+7 916 123-45-01", "+7 495 000-00-00"))
    changes = with_values(shown, {"phones": ("+79160000000",)}, MARIA)
    assert changes == {"phones": ("+79160000000", "+7 495 000-00-00")}


def test_an_edit_of_the_card_goes_back_and_nothing_else() -> None:
    shown = card_of(MARIA)
    card = replace(shown, last_name="Смирнова", name="Смирнова Мария Петровна", phones=("+70000000000",))
    seen = counterparty_seen_in(card, shown, MARIA)
    assert seen == replace(
        MARIA,
        name="Смирнова Мария Петровна",
        full_name="Смирнова Мария Петровна",
        last_name="Смирнова",
        first_name="Мария",
        middle_name="Петровна",
        phones=("+70000000000",),
    )
    company = card_of(DAISY)
    renamed = counterparty_seen_in(replace(company, name="Лютик", kpp="770201001"), company, DAISY)
    assert renamed == replace(DAISY, name="Лютик", legal=replace(DAISY.legal, kpp="770201001"))


def test_a_card_that_1c_never_saw_makes_a_counterparty() -> None:
    made = counterparty_of(card_of(DAISY), "b24-company-3")
    assert (made.counterparty_id, made.is_company, made.name, made.legal.inn) == (
        "b24-company-3",
        True,
        "Ромашка",
        "7701234567",
    )
    assert card_of(made) == card_of(DAISY)
