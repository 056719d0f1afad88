"""Who is who by a shared INN, phone or e-mail: the same person is never split by spelling, strangers are never glued."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uzel.bitrix24.entities.client_card import COMPANY, ClientCard, KnownCard
from uzel.mapping.client_match import EMAIL, INN, PHONE, PUBLIC, Found, claims, decide
from uzel.mapping.client_names import Agreement, agreement
from uzel.mapping.counterparty_card import card_of
from uzel.model import Counterparty

TEL = "+7 916 123-45-01"


def person(name: str, **more: str) -> ClientCard:
    return replace(card_of(Counterparty(full_name=name)), **more)


def company(name: str, full_name: str = "", inn: str = "", kpp: str = "") -> ClientCard:
    return ClientCard(COMPANY, name, inn=inn, kpp=kpp, full_name=full_name)


def found(link: str, *cards: tuple[int, ClientCard], public: bool = False, value: str = TEL) -> Found:
    return Found(link, value, tuple(KnownCard(number, card) for number, card in cards), public)


def taken(wanted: ClientCard, *searches: Found) -> int | None:
    known = decide(wanted, searches).known
    return known.entity_id if known else None


@pytest.mark.parametrize(
    ("one", "other", "agreed"),
    [
        ("Иванова Мария", "Мария ИВАНОВА", Agreement.SAME),
        ("Ким Алёна", "ким алена.", Agreement.SAME),
        ("Иванова Мария", "Иванова Мария Петровна", Agreement.PART),
        ("Мария", "Иванова Мария Петровна", Agreement.PART),
        ("Иванова М. П.", "Иванова Мария Петровна", Agreement.INITIALS),
        ("Иванова М.П.", "Мария Иванова", Agreement.INITIALS),
        ("Иванова М.", "Иванова Мария Петровна", Agreement.INITIALS),
        ("Иванов П.", "Иванов Пётр", Agreement.INITIALS),
        ("Иванова Мария", "Иванов Пётр", None),
        ("Иванова Мария", "Иванова Анна", None),
        ("Иванова Мария Петровна", "Иванова Анна Петровна", None),
        ("Иванова М.", "Иванова Анна", None),
        ("Иванов", "Иванов Пётр", None),
        ("М.", "Иванова Мария", None),
        ("И. М.", "Иванова Мария", None),
        ("Без имени", "Иванова Мария", Agreement.NO_NAME),
        ("+7 916 123-45-01", "Иванова Мария", Agreement.NO_NAME),
        ("maria@example.com", "Иванова Мария", Agreement.NO_NAME),
    ],
)
def test_names_of_persons(one: str, other: str, agreed: Agreement | None) -> None:
    assert agreement(person(one), person(other)) == agreed
    assert agreement(person(other), person(one)) == agreed


@pytest.mark.parametrize(
    ("one", "other", "agreed"),
    [
        (company("Ромашка", "ООО «Ромашка»"), company("РОМАШКА ООО"), Agreement.SAME),
        (company("Общество с ограниченной ответственностью Ромашка"), company("ромашка"), Agreement.SAME),
        (company("Ромашка"), company("Ромашка Юг"), None),
        (company("Рм", "ООО «Ромашка»"), company("Ромашка"), Agreement.SAME),
        (company("ООО"), company("Ромашка"), Agreement.NO_NAME),
    ],
)
def test_names_of_companies(one: ClientCard, other: ClientCard, agreed: Agreement | None) -> None:
    assert agreement(one, other) == agreed
    assert agreement(other, one) == agreed


def test_the_chain_is_inn_phone_email() -> None:
    wanted = person("Ким Алла", inn="500100732259")
    by_inn = found(INN, (9, person("Петров Иван", inn="500100732259")), value="500100732259")
    by_phone, by_email = found(PHONE, (4, person("Ким Алла"))), found(EMAIL, (2, person("Ким Алла")), value="a@b.ru")
    assert taken(wanted, by_inn, by_phone, by_email) == 9
    assert taken(wanted, by_phone, by_email) == 4
    assert taken(wanted, by_email) == 2
    assert taken(wanted) is None
    assert taken(wanted, found(PHONE, (4, person("Ким Алла", inn="770123456789")))) is None


def test_a_family_on_one_phone_stays_a_family() -> None:
    family = found(PHONE, (1, person("Иванов Пётр")), (2, person("Иванова Мария Петровна")), (3, person("Иванова Анна")))
    assert taken(person("Иванова Мария"), family) == 2
    assert taken(person("Мария"), family) == 2
    assert taken(person("Иванов П."), family) == 1
    assert taken(person("Иванов Сергей"), family) is None
    assert taken(person("Иванов"), family) is None
    decision = decide(person("Иванова Мария"), [family])
    assert decision.text == (
        "найден по телефону +7 916 123-45-01: контакт 2 «Иванова Мария Петровна», имя согласуется; не взяты: "
        "контакт 1 «Иванов Пётр» (по телефону +7 916 123-45-01): другое имя; "
        "контакт 3 «Иванова Анна» (по телефону +7 916 123-45-01): другое имя"
    )


def test_of_equal_ones_nobody_is_taken() -> None:
    twins = found(PHONE, (5, person("Иванова Мария")), (9, person("Иванова Мария")))
    decision = decide(person("Иванова Мария Петровна"), [twins])
    assert decision.known is None
    assert "одинаково подходят контакт 5 «Иванова Мария», контакт 9 «Иванова Мария»; объедините" in decision.text
    both = found(EMAIL, (9, person("Иванова Мария")), value="m@b.ru")
    assert taken(person("Иванова Мария Петровна"), twins, both) == 9, "more of what is his"
    nearer = found(PHONE, (5, person("Иванова М.")), (9, person("Иванова Мария")))
    assert taken(person("Иванова Мария"), nearer) == 9
    assert taken(person("Без имени"), found(PHONE, (5, person("Иванов Пётр")), (9, person("Иванова Мария")))) is None


def test_a_phone_of_everybody_says_nothing() -> None:
    shop = found(PHONE, (5, person("Иванова Мария")), public=True)
    decision = decide(person("Иванова Мария"), [shop])
    assert (decision.known, f"стоит в {PUBLIC} карточках" in decision.text) == (None, True)
    assert taken(person("Иванова Мария"), shop, found(EMAIL, (5, person("Иванова Мария")), value="m@b.ru")) == 5


def test_a_branch_is_another_card() -> None:
    head = (3, company("Ромашка", inn="7701234567", kpp="770101001"))
    wanted = company("Ромашка, филиал", inn="7701234567", kpp="780201001")
    assert taken(wanted, found(INN, head)) is None
    assert "другой КПП, это филиал" in decide(wanted, [found(INN, head)]).text
    assert taken(wanted, found(INN, head, (4, company("Другое имя", inn="7701234567", kpp="780201001")))) == 4
    assert taken(wanted, found(INN, head, (5, company("Ромашка", inn="7701234567")))) == 5
    assert taken(wanted, found(INN), found(PHONE, (3, replace(head[1], name=wanted.name)))) is None
    assert taken(replace(wanted, kpp=""), found(INN, head)) == 3


def test_a_sole_trader_is_found_as_a_company_and_a_company_never_as_a_person() -> None:
    trader = person("Иванов Пётр", inn="500100732259")
    firm = (7, company("ИП Иванов Пётр", inn="500100732259"))
    assert taken(trader, found(INN, firm)) == 7
    assert taken(trader, found(INN, firm, (8, person("Иванов Пётр", inn="500100732259")))) == 8
    director = (9, person("Иванов Пётр", inn="7701234567"))
    assert taken(company("Ромашка", inn="7701234567"), found(INN, director)) is None


def test_who_may_be_one_client_claims_the_same() -> None:
    maria, masha = person("Иванова Мария", phones=(TEL,)), person("Мария", phones=("89161234501",))
    assert claims(maria) & claims(masha)
    assert not claims(maria) & claims(replace(masha, name="Петров"))
    assert claims(company("Ромашка", inn="7701234567")) & claims(company("Лютик", inn="7701234567"))


# --- whatever the household -------------------------------------------------------------------------------------------

LAST = ("Иванов", "Иванова", "Ёлкин", "Петрова-Водкина", "Ким")
FIRST = ("Пётр", "Павел", "Мария", "Марина", "Анна", "Семён", "Алёна")
MIDDLE = ("Петрович", "Петровна", "Олегович", "Олеговна")
names = st.tuples(st.sampled_from(LAST), st.sampled_from(FIRST), st.sampled_from(MIDDLE))
households = st.lists(names, min_size=1, max_size=6, unique_by=lambda name: name[:2])
Name = tuple[str, str, str]


def spellings(name: Name, others: list[Name]) -> list[str]:
    """How the same person is written; initials and a first name alone only where nobody else may be meant by them."""
    last, first, middle = name
    ways = [
        f"{last} {first} {middle}",
        f"{first} {last}",
        f"{last} {first}".upper(),
        f"{first} {middle} {last}.".replace("ё", "е"),
    ]
    if all((one[0], one[1][0]) != (last, first[0]) for one in others):
        ways += [f"{last} {first[0]}.", f"{last} {first[0]}. {middle[0]}.", f"{last} {first[0]}.{middle[0]}."]
    if all(one[1] != first for one in others):
        ways.append(first)
    return ways


@given(households, st.data())
def test_nobody_is_split_by_spelling_and_no_strangers_are_glued(household: list[Name], data: st.DataObject) -> None:
    """All share one phone; each is found as himself however he is written, and who has no card yet gets nobody's."""
    cards = [(number, person(" ".join(name))) for number, name in enumerate(household, 1)]
    for number, name in enumerate(household, 1):
        others = [one for one in household if one != name]
        written = data.draw(st.sampled_from(spellings(name, others)))
        assert taken(person(written), found(PHONE, *cards)) == number
        without = [card for card in cards if card[0] != number]
        assert taken(person(" ".join(name)), found(PHONE, *without)) is None
