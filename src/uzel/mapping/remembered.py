"""What a file of counterparties alone told of one, and what it adds when his card is looked for."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from uzel.bitrix24.entities.client_card import ClientCard
from uzel.model import Counterparty

MOST_CONTACTS = 10  # phones and e-mails of one, each
CONTACT_CHARACTERS = 100
INN_CHARACTERS = 12
TITLES = {"inn": "ИНН", "phones": "телефон", "emails": "e-mail"}


def to_remember(counterparty: Counterparty) -> dict[str, Any]:
    """What he can be found by; nothing where he says nothing of the kind."""
    legal = counterparty.legal
    told: dict[str, Any] = {"inn": legal.inn, "kpp": legal.kpp} if 0 < len(legal.inn) <= INN_CHARACTERS else {}
    for name, values in (("phones", counterparty.phones), ("emails", counterparty.emails)):
        if short := [value for value in values if len(value) <= CONTACT_CHARACTERS][:MOST_CONTACTS]:
            told[name] = short
    return told


def filled(card: ClientCard, told: Mapping[str, Any]) -> tuple[ClientCard, tuple[str, ...]]:
    """The card with what the order does not say, and the Russian names of what was added. The order's own word stands."""
    added = [name for name in TITLES if told.get(name) and not getattr(card, name)]
    for name in added:
        value: Any = told[name]
        one: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value}
        card = replace(card, **one)
    if "inn" in added and not card.kpp:
        card = replace(card, kpp=told.get("kpp", ""))
    return card, tuple(TITLES[name] for name in added)
