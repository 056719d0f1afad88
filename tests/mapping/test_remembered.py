"""What is remembered of counterparties told alone, and what it adds."""

from typing import Any

import pytest

from uzel.bitrix24.entities.client_card import COMPANY, ClientCard
from uzel.mapping.remembered import filled, to_remember
from uzel.model import Counterparty, LegalDetails

TOLD: dict[str, Any] = {"inn": "7707083893", "kpp": "770701001", "phones": ["+7 916 1234501"], "emails": ["a@example.com"]}


def test_only_what_one_can_be_found_by_is_remembered() -> None:
    legal = LegalDetails("7707083893", "770701001", okpo="1", legal_address="Москва")
    known = Counterparty("g-1", "Ромашка", legal=legal, phones=("+7 916 1234501",), emails=("a@example.com",))
    assert to_remember(known) == TOLD
    assert to_remember(Counterparty("g-1", "Ромашка", address="Москва", legal=LegalDetails(kpp="770701001"))) == {}


def test_what_is_too_long_or_too_many_is_left_out() -> None:
    many = tuple(str(number) for number in range(100))
    told = to_remember(Counterparty("g-1", legal=LegalDetails("1" * 13), phones=("1" * 101, *many)))
    assert told == {"phones": list(many[:10])}


@pytest.mark.parametrize(
    ("card", "expected", "added"),
    [
        ({}, {"inn": "7707083893", "kpp": "770701001", "phones": ("+7 916 1234501",), "emails": ("a@example.com",)},
         ("ИНН", "телефон", "e-mail")),
        ({"inn": "1", "phones": ("2",)}, {"inn": "1", "kpp": "", "phones": ("2",), "emails": ("a@example.com",)}, ("e-mail",)),
        ({"kpp": "9", "phones": ("2",), "emails": ("3",)}, {"inn": "7707083893", "kpp": "9"}, ("ИНН",)),
    ],
)  # fmt: skip
def test_the_word_of_the_order_stands(card: dict[str, Any], expected: dict[str, Any], added: tuple[str, ...]) -> None:
    seeker, names = filled(ClientCard(COMPANY, "Ромашка", **card), TOLD)
    assert {name: getattr(seeker, name) for name in expected} == expected
    assert names == added


def test_nothing_told_adds_nothing() -> None:
    card = ClientCard(COMPANY, "Ромашка")
    assert filled(card, {}) == (card, ())
