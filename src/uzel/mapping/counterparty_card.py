"""A counterparty of 1C ↔ the card of a contact or a company in the portal."""

import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import fields, replace
from typing import Any

from uzel.bitrix24.entities.client_card import COMPANY, CONTACT, VALUE_LIMIT, ClientCard
from uzel.mapping.client_names import NAMELESS, name_words
from uzel.model import Counterparty

PHONE_DIGITS = 10  # of a Russian number without its country code: 8 900…, +7 900… and 900… are one phone
EXTENSION = re.compile(r"[,;#]|доб|вн|ext")
PERSON = ("last_name", "first_name", "middle_name")


def card_of(counterparty: Counterparty, kind: str = "") -> ClientCard:
    """The contact or company that shows a counterparty; a legal entity is a company, so is whoever has a KPP.

    ``kind``: what he is in the portal already (a sole trader may be either).
    """
    is_company = kind == COMPANY if kind else counterparty.is_company or bool(counterparty.legal.kpp)
    last, first, middle = names_of(counterparty)
    name = counterparty.name or counterparty.full_name or counterparty.legal.official_name or NAMELESS
    return ClientCard(
        kind=COMPANY if is_company else CONTACT,
        name=name if is_company else " ".join(filter(None, (last, first, middle))),
        last_name="" if is_company else last,
        first_name="" if is_company else first,
        middle_name="" if is_company else middle,
        phones=_distinct(counterparty.phones, digits),
        emails=_distinct(counterparty.emails, str.lower),
        inn=counterparty.legal.inn,
        kpp=counterparty.legal.kpp,
        okpo=counterparty.legal.okpo,
        full_name=(counterparty.legal.official_name or counterparty.full_name or counterparty.name) if is_company else "",
        legal_address=_line(counterparty.legal.legal_address),
        address=_line(counterparty.address),
    )


def names_of(counterparty: Counterparty) -> tuple[str, str, str]:
    """Last, first and middle name: as given, or from the full name in the order 1C writes it."""
    if counterparty.last_name or counterparty.first_name:
        return counterparty.last_name, counterparty.first_name, counterparty.middle_name
    words = (counterparty.full_name or counterparty.name).split()
    if len(words) < 2:
        return "", words[0] if words else NAMELESS, ""
    return words[0], words[1], " ".join(words[2:])


def key_of(counterparty: Counterparty) -> str:
    """What a counterparty is bound by: his Ид, or a hash of what identifies him when he has none."""
    if counterparty.counterparty_id:
        return counterparty.counterparty_id[:200]
    parts = (counterparty.legal.inn, *map(digits, counterparty.phones), *map(str.lower, counterparty.emails))
    identity = "|".join(part for part in parts if part) or counterparty.name or counterparty.full_name
    return "~" + hashlib.sha256(identity.encode()).hexdigest()[:40] if identity else ""


def digits(phone: str) -> str:
    """The part of a phone by which two spellings of it are compared; its extension is none of it."""
    return re.sub(r"\D", "", EXTENSION.split(phone.lower())[0])[-PHONE_DIGITS:] or phone.strip().lower()


def is_somebody(counterparty: Counterparty) -> bool:
    """Whether there is anything to make a card of (an empty buyer is normal, see the samples of orders)."""
    named = counterparty.name or counterparty.full_name or counterparty.legal.official_name
    return bool(named or counterparty.phones or counterparty.emails)


def could_be(wanted: ClientCard, found: ClientCard) -> bool:
    """Whether the buyer of an order may be whom the order had before under another Ид.

    The same INN is the same client, another INN is another; without one the names must not contradict.
    """
    if wanted.inn and found.inn:
        return wanted.inn == found.inn
    mine, theirs = set(name_words(wanted.name)), set(name_words(found.name))
    return not mine or not theirs or mine <= theirs or theirs <= mine


def lacking(wanted: ClientCard, found: ClientCard) -> dict[str, Any]:
    """What a found card is completed with: what it lacks, never what it says otherwise."""
    changes: dict[str, Any] = {}
    for name, same in (("phones", digits), ("emails", str.lower)):
        have = getattr(found, name)
        both = _distinct((*have, *getattr(wanted, name)), same)
        if len(both) > len(_distinct(have, same)):
            changes[name] = (*have, *(value for value in both if value not in have))
    same_inn = bool(wanted.inn) and wanted.inn == (found.inn or wanted.inn)
    legal = {
        name: getattr(wanted, name) for name in ("inn", "kpp", "okpo", "full_name") if same_inn and not getattr(found, name)
    }
    nameless = wanted.kind == found.kind and bool(name_words(wanted.name)) and not name_words(found.name)
    named = {name: getattr(wanted, name) for name in ("name", *PERSON)} if nameless else {}
    places = {name: getattr(wanted, name) for name in ("legal_address", "address") if not getattr(found, name)}
    return changes | {name: value for name, value in (legal | places).items() if value} | named


def moved(before: Counterparty, after: Counterparty, kind: str = "") -> dict[str, Any]:
    """Attributes of the card that another word about the counterparty changes; nothing is emptied by silence."""
    old, new = card_of(before, kind), card_of(after, kind)
    return {
        field.name: getattr(new, field.name)
        for field in fields(ClientCard)
        if field.name != "kind" and getattr(new, field.name) and getattr(new, field.name) != getattr(old, field.name)
    }


def with_values(shown: ClientCard, changes: dict[str, Any], before: Counterparty) -> dict[str, Any]:
    """``changes`` as they go into a card that people have completed: their phones and e-mails stay."""
    result = dict(changes)
    for name, same in (("phones", digits), ("emails", str.lower)):
        if name in changes:
            ours = {same(value) for value in getattr(before, name)}
            theirs = [value for value in getattr(shown, name) if same(value) not in ours]
            kept = [next((old for old in getattr(shown, name) if same(old) == same(value)), value) for value in changes[name]]
            result[name] = tuple(dict.fromkeys([*kept, *(value for value in theirs if value not in kept)]))
    return result


def counterparty_seen_in(card: ClientCard, shown: ClientCard, meant: Counterparty) -> Counterparty:
    """The counterparty as the portal now shows him: ``meant`` where the card did not move since ``shown``."""
    changes = {field.name for field in fields(ClientCard) if getattr(card, field.name) != getattr(shown, field.name)}
    found: dict[str, Any] = {name: getattr(card, name) for name in ("phones", "emails", "address") if name in changes}
    if card.kind == COMPANY and "name" in changes:
        found["name"] = card.name
    if card.kind == CONTACT and changes & set(PERSON):
        found |= {name: getattr(card, name) for name in PERSON} | {"name": card.name, "full_name": card.name}
    legal: dict[str, Any] = {name: getattr(card, name) for name in ("inn", "kpp", "okpo", "legal_address") if name in changes}
    if "full_name" in changes and card.kind == COMPANY:
        legal["official_name"] = card.full_name
    return replace(meant, **found, legal=replace(meant.legal, **legal))


def counterparty_of(card: ClientCard, counterparty_id: str) -> Counterparty:
    """A counterparty that 1C has never seen, made of the portal's card."""
    return counterparty_seen_in(card, ClientCard(card.kind), Counterparty(counterparty_id, is_company=card.kind == COMPANY))


def _line(address: str) -> str:
    """An address as the portal keeps it and shows it again."""
    return " ".join(address.split())[:VALUE_LIMIT].rstrip()


def _distinct(values: Iterable[str], same: Callable[[str], str]) -> tuple[str, ...]:
    """Each phone or e-mail once, as it was spelled first."""
    found: dict[str, str] = {}
    for value in values:
        found.setdefault(same(value), value)
    return tuple(found.values())
