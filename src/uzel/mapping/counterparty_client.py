"""A counterparty of 1C ↔ a contact or a company of the portal."""

import hashlib
import re
from dataclasses import dataclass

from uzel.model import Counterparty

PHONE_DIGITS = 10  # of a Russian number without its country code: 8 900…, +7 900… and 900… are one phone


@dataclass(frozen=True, slots=True)
class Client:
    """What a contact or a company shows of a counterparty. ``kind``: ``contact`` | ``company``."""

    kind: str
    name: str
    last_name: str = ""
    first_name: str = ""
    middle_name: str = ""
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    inn: str = ""
    kpp: str = ""
    full_name: str = ""
    address: str = ""


def client_of(counterparty: Counterparty) -> Client:
    """The contact or company that shows a counterparty; a legal entity is a company, so is whoever has a KPP."""
    is_company = counterparty.is_company or bool(counterparty.legal.kpp)
    last, first, middle = names_of(counterparty)
    return Client(
        kind="company" if is_company else "contact",
        name=counterparty.name or counterparty.full_name or counterparty.legal.official_name or "Без имени",
        last_name=last,
        first_name=first,
        middle_name=middle,
        phones=counterparty.phones,
        emails=counterparty.emails,
        inn=counterparty.legal.inn,
        kpp=counterparty.legal.kpp,
        full_name=counterparty.legal.official_name or counterparty.full_name,
        address=counterparty.legal.legal_address or counterparty.address,
    )


def names_of(counterparty: Counterparty) -> tuple[str, str, str]:
    """Last, first and middle name: as given, or from the full name in the order 1C writes it."""
    if counterparty.last_name or counterparty.first_name:
        return counterparty.last_name, counterparty.first_name, counterparty.middle_name
    words = (counterparty.full_name or counterparty.name).split()
    if len(words) < 2:
        return "", words[0] if words else "Без имени", ""
    return words[0], words[1], " ".join(words[2:])


def key_of(counterparty: Counterparty) -> str:
    """What a counterparty is bound by: his Ид, or a hash of what identifies him when he has none."""
    if counterparty.counterparty_id:
        return counterparty.counterparty_id[:200]
    parts = (counterparty.legal.inn, *map(digits, counterparty.phones), *map(str.lower, counterparty.emails))
    identity = "|".join(part for part in parts if part) or counterparty.name or counterparty.full_name
    return "~" + hashlib.sha256(identity.encode()).hexdigest()[:40] if identity else ""


def digits(phone: str) -> str:
    """The part of a phone by which two spellings of it are compared."""
    return re.sub(r"\D", "", phone)[-PHONE_DIGITS:]


def is_somebody(counterparty: Counterparty) -> bool:
    """Whether there is anything to make a client of (an empty buyer is normal, see the samples of orders)."""
    named = counterparty.name or counterparty.full_name or counterparty.legal.official_name
    return bool(named or counterparty.phones or counterparty.emails)
