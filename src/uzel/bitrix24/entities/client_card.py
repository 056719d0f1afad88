"""Contacts and companies: one record for both, with the requisite of those who have one (bitrix24-rest C5, C6).

They are created by the old methods on purpose: ``crm.item.add`` has a time budget that deals need (bitrix24-rest J).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from uzel.bitrix24.batch import Command
from uzel.bitrix24.values import as_int, as_text

CONTACT, COMPANY = "contact", "company"
TYPE_ID = {CONTACT: 3, COMPANY: 4}
OUTCOME_NAME = {CONTACT: "CONTACT", COMPANY: "COMPANY"}
VALUE_LIMIT = 250  # characters


@dataclass(frozen=True, slots=True)
class MultiValue:
    """A phone or an e-mail with the id the portal gave it."""

    value_id: int
    value: str


@dataclass(frozen=True, slots=True)
class ClientCard:
    """What a contact or a company shows of a counterparty. ``kind``: ``contact`` | ``company``."""

    kind: str = CONTACT
    name: str = ""
    last_name: str = ""
    first_name: str = ""
    middle_name: str = ""
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    inn: str = ""
    kpp: str = ""
    okpo: str = ""
    full_name: str = ""
    legal_address: str = ""
    address: str = ""


@dataclass(frozen=True, slots=True)
class Legal:
    """The requisite of a card with its addresses by attribute of the card."""

    requisite_id: int = 0
    inn: str = ""
    kpp: str = ""
    okpo: str = ""
    full_name: str = ""
    addresses: Mapping[str, str] = field(default_factory=dict)


NO_LEGAL = Legal()


@dataclass(frozen=True, slots=True)
class KnownCard:
    """A card as read from the portal. ``addresses``: attributes of the card for which its requisite has an address."""

    entity_id: int
    card: ClientCard
    phone_values: tuple[MultiValue, ...] = ()
    email_values: tuple[MultiValue, ...] = ()
    requisite_id: int = 0
    addresses: tuple[str, ...] = ()
    updated_at: str = ""
    updated_by_id: int = 0


def add(key: str, card: ClientCard, *, assigned_by_id: int, originator_id: str, origin_id: str) -> Command:
    """Create a contact or a company; the answer is its bare id."""
    fields = {name: getattr(card, attribute)[:VALUE_LIMIT] for attribute, name in _NAMED[card.kind].items()} | {
        "PHONE": [{"VALUE": phone, "VALUE_TYPE": "WORK"} for phone in card.phones],
        "EMAIL": [{"VALUE": email, "VALUE_TYPE": "WORK"} for email in card.emails],
        "ASSIGNED_BY_ID": assigned_by_id,
        "ORIGINATOR_ID": originator_id,
        "ORIGIN_ID": origin_id,
        "OPENED": "Y",
    }
    return Command(f"crm.{card.kind}.add", {"fields": {name: value for name, value in fields.items() if value}}, key)


def update(key: str, known: KnownCard, changes: Mapping[str, Any]) -> Command:
    """Write changed attributes of a card; phones and e-mails by their ids, so that none is ever doubled.

    By the old method: what ``crm.item.update`` does with ids of ``fm`` is told in two ways (bitrix24-rest C5, [?]).
    """
    kind = known.card.kind
    fields: dict[str, Any] = {name: changes[attribute] for attribute, name in _NAMED[kind].items() if attribute in changes}
    for attribute, name, values in (("phones", "PHONE", known.phone_values), ("emails", "EMAIL", known.email_values)):
        if attribute in changes:
            fields[name] = _multi_changes(values, changes[attribute])
    return Command(f"crm.{kind}.update", {"id": known.entity_id, "fields": fields}, key)


def of_ids(key: str, kind: str, entity_ids: Iterable[int]) -> Command:
    """At most 50 contacts or companies."""
    return _listing(key, kind, {"@id": list(entity_ids)}, {"id": "ASC"})


def of_origin(key: str, kind: str, originator_id: str, origin_id: str) -> Command:
    """Contacts or companies with our external key, oldest first."""
    return _listing(key, kind, {"=originatorId": originator_id, "=originId": origin_id}, {"id": "ASC"})


def changed_since(key: str, kind: str, moment: str, not_by: int, start: int = 0) -> Command:
    """Contacts or companies touched last by anybody but one employee at ``moment`` or later, oldest first."""
    since = {">=updatedTime": moment} if moment else {}
    return _listing(key, kind, {"!=updatedBy": not_by} | since, {"updatedTime": "ASC", "id": "ASC"}, start)


def by_phone(key: str, kind: str, phone: str) -> Command:
    """Ids of contacts or companies with a phone."""
    return _by_communication(key, kind, "PHONE", phone)


def by_email(key: str, kind: str, email: str) -> Command:
    """Ids of contacts or companies with an e-mail."""
    return _by_communication(key, kind, "EMAIL", email)


def read_found(result: Any, kind: str) -> list[int]:
    """Ids in an answer of the duplicates search; nothing found comes as an empty list."""
    return [as_int(one) for one in result.get(OUTCOME_NAME[kind], ())] if isinstance(result, Mapping) else []


def read_cards(result: Any, kind: str, legal: Mapping[int, Legal] | None = None) -> list[KnownCard]:
    """Cards in an answer to a list, each with its requisite."""
    return [_read(item, kind, (legal or {}).get(as_int(item["id"]), NO_LEGAL)) for item in result["items"]]


def _read(item: Mapping[str, Any], kind: str, legal: Legal) -> KnownCard:
    values = [one for one in item.get("fm") or () if isinstance(one, Mapping)]
    phones, emails = (
        tuple(MultiValue(as_int(one["id"]), as_text(one["value"])) for one in values if one.get("typeId") == type_id)
        for type_id in ("PHONE", "EMAIL")
    )
    last, first, middle = (as_text(item.get(name)) for name in ("lastName", "name", "secondName"))
    is_contact = kind == CONTACT
    card = ClientCard(
        kind=kind,
        name=" ".join(filter(None, (last, first, middle))) if is_contact else as_text(item.get("title")),
        last_name=last if is_contact else "",
        first_name=first if is_contact else "",
        middle_name=middle if is_contact else "",
        phones=tuple(one.value for one in phones),
        emails=tuple(one.value for one in emails),
        inn=legal.inn,
        kpp=legal.kpp,
        okpo=legal.okpo,
        full_name="" if is_contact else legal.full_name,
        **legal.addresses,
    )
    return KnownCard(
        as_int(item["id"]), card, phones, emails, legal.requisite_id, tuple(legal.addresses),
        as_text(item.get("updatedTime")), as_int(item.get("updatedBy")),
    )  # fmt: skip


def _multi_changes(known: Sequence[MultiValue], wanted: Sequence[str]) -> list[dict[str, Any]]:
    """New values without an id, and an empty value for every id that goes."""
    there = {one.value for one in known}
    new = [{"VALUE": value, "VALUE_TYPE": "WORK"} for value in wanted if value not in there]
    return [*new, *({"ID": one.value_id, "VALUE": ""} for one in known if one.value not in wanted)]


def _listing(key: str, kind: str, criteria: Mapping[str, Any], order: Mapping[str, str], start: int = 0) -> Command:
    params = {"entityTypeId": TYPE_ID[kind], "select": ["*"], "filter": criteria, "order": order, "start": start}
    return Command("crm.item.list", params, key)


def _by_communication(key: str, kind: str, type_id: str, value: str) -> Command:
    params = {"type": type_id, "values": [value], "entity_type": OUTCOME_NAME[kind]}
    return Command("crm.duplicate.findbycomm", params, key)


#: Attributes of a card that stand in fields of the portal as they are.
_NAMED: Mapping[str, Mapping[str, str]] = {
    CONTACT: {"last_name": "LAST_NAME", "first_name": "NAME", "middle_name": "SECOND_NAME"},
    COMPANY: {"name": "TITLE"},
}
