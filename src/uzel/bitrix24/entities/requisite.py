"""Requisites of contacts and companies with their addresses (bitrix24-rest C6).

An address belongs to a requisite and is one of its type; ours stand in one line, as 1C presents them.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from uzel.bitrix24.batch import Command
from uzel.bitrix24.entities.client_card import COMPANY, TYPE_ID, VALUE_LIMIT, ClientCard, Legal
from uzel.bitrix24.values import as_int, as_text

REQUISITE_TYPE_ID = 8
#: Attributes of a card that are addresses, and the portal's types of them.
ADDRESS_TYPES: Mapping[str, int] = {"legal_address": 6, "address": 1}
ADDRESS_PARTS = ("POSTAL_CODE", "COUNTRY", "PROVINCE", "REGION", "CITY", "ADDRESS_1", "ADDRESS_2")
#: Attributes of a card that stand in its requisite.
LEGAL_NAMES: Mapping[str, str] = {"inn": "RQ_INN", "kpp": "RQ_KPP", "okpo": "RQ_OKPO", "full_name": "RQ_COMPANY_FULL_NAME"}
#: When a requisite was changed, and by whom; a new one has neither (bitrix24-rest C6).
MODIFIED, CREATED = ("DATE_MODIFY", "MODIFY_BY_ID"), ("DATE_CREATE", "CREATED_BY_ID")
_PERSON_NAMES: Mapping[str, str] = {"last_name": "RQ_LAST_NAME", "first_name": "RQ_FIRST_NAME", "middle_name": "RQ_SECOND_NAME"}


def by_inn(key: str, inn: str, kpp: str = "") -> Command:
    """The first page of requisites with an INN, of contacts and companies; ``kpp``: of that branch alone."""
    return _listing(key, {"=RQ_INN": inn} | ({"=RQ_KPP": kpp} if kpp else {}))


def of_cards(key: str, kind: str, entity_ids: Iterable[int]) -> Command:
    """Requisites of some contacts or companies."""
    return _listing(key, {"=ENTITY_TYPE_ID": TYPE_ID[kind], "@ENTITY_ID": list(entity_ids)})


def addresses_of_cards(key: str, kind: str, entity_ids: Iterable[int]) -> Command:
    """Addresses of the requisites of some contacts or companies."""
    criteria = {"ENTITY_TYPE_ID": REQUISITE_TYPE_ID, "ANCHOR_TYPE_ID": TYPE_ID[kind], "@ANCHOR_ID": list(entity_ids)}
    return Command("crm.address.list", {"filter": criteria, "order": {"ENTITY_ID": "ASC", "TYPE_ID": "ASC"}}, key)


def stamped_since(key: str, stamp: tuple[str, str], moment: str, not_by: int, start: int = 0) -> Command:
    """Requisites that anybody but one employee changed or created (``stamp``) at ``moment`` or later, oldest first."""
    date, author = stamp
    criteria = {f"!={author}": not_by} | ({f">={date}": moment} if moment else {})
    select = ["ID", "ENTITY_TYPE_ID", "ENTITY_ID", date]
    return Command(
        "crm.requisite.list", {"filter": criteria, "select": select, "order": {date: "ASC", "ID": "ASC"}, "start": start}, key
    )


def moments(result: Any, stamp: tuple[str, str]) -> list[str]:
    """When the requisites of a page were changed or created."""
    return [as_text(row.get(stamp[0])) for row in result or ()]


def read_owners(result: Any) -> list[tuple[str, int]]:
    """Whose requisites an answer lists: kind and id of each card once."""
    kinds = {type_id: kind for kind, type_id in TYPE_ID.items()}
    owners = ((kinds.get(as_int(row.get("ENTITY_TYPE_ID")), ""), as_int(row["ENTITY_ID"])) for row in result or ())
    return list(dict.fromkeys(owner for owner in owners if owner[0]))


def presets(key: str) -> Command:
    """Templates of requisites; a requisite needs one."""
    select = ["ID", "ENTITY_TYPE_ID", "NAME", "XML_ID"]
    return Command("crm.requisite.preset.list", {"select": select, "order": {"ID": "ASC"}}, key)


def without(card: ClientCard) -> ClientCard:
    """A card as it is where there is no requisite."""
    nothing: dict[str, Any] = dict.fromkeys((*LEGAL_NAMES, *ADDRESS_TYPES), "")
    return replace(card, **nothing)


def is_needed(card: ClientCard) -> bool:
    """Whether a card says something that only a requisite can hold."""
    return any(getattr(card, name) for name in ("inn", "kpp", "okpo", *ADDRESS_TYPES))


def add(key: str, card: ClientCard, entity_id: int | str, preset_id: int) -> Command:
    """Create the requisite of a contact or a company; the answer is its bare id."""
    names = (
        {"RQ_COMPANY_NAME": card.name, "RQ_COMPANY_FULL_NAME": card.full_name}
        if card.kind == COMPANY
        else {name: getattr(card, attribute) for attribute, name in _PERSON_NAMES.items()}
    )
    codes = {LEGAL_NAMES[name]: getattr(card, name) for name in ("inn", "kpp", "okpo")}
    fields = {
        "ENTITY_TYPE_ID": TYPE_ID[card.kind],
        "ENTITY_ID": entity_id,
        "PRESET_ID": preset_id,
        "NAME": card.name[:VALUE_LIMIT],
    }
    return Command(
        "crm.requisite.add", {"fields": {**fields, **{name: value for name, value in (names | codes).items() if value}}}, key
    )


def update(key: str, requisite_id: int, changes: Mapping[str, str]) -> Command:
    """Write changed attributes of a card that stand in its requisite."""
    fields = {LEGAL_NAMES[name]: value for name, value in changes.items()}
    return Command("crm.requisite.update", {"id": requisite_id, "fields": fields}, key)


def put_address(key: str, requisite_id: int | str, attribute: str, line: str, *, known: bool) -> Command:
    """Write an address in one line: a new one, or over the one that the requisite has, whose parts give way."""
    fields: dict[str, Any] = {
        "TYPE_ID": ADDRESS_TYPES[attribute], "ENTITY_TYPE_ID": REQUISITE_TYPE_ID, "ENTITY_ID": requisite_id,
        **(dict.fromkeys(ADDRESS_PARTS, "") if known else {}), "ADDRESS_1": line[:VALUE_LIMIT],
    }  # fmt: skip
    return Command("crm.address.update" if known else "crm.address.add", {"fields": fields}, key)


def read_legal(requisites: Iterable[Mapping[str, Any]], addresses: Iterable[Mapping[str, Any]]) -> dict[int, Legal]:
    """The requisite of each card, by the card's id: the first with an INN, or the first."""
    chosen: dict[int, Mapping[str, Any]] = {}
    for row in requisites:
        known = chosen.setdefault(as_int(row["ENTITY_ID"]), row)
        if as_text(row.get("RQ_INN")) and not as_text(known.get("RQ_INN")):
            chosen[as_int(row["ENTITY_ID"])] = row
    lines: dict[int, dict[str, str]] = {}
    attributes = {type_id: attribute for attribute, type_id in ADDRESS_TYPES.items()}
    for row in addresses:
        if attribute := attributes.get(as_int(row.get("TYPE_ID"))):
            lines.setdefault(as_int(row.get("ENTITY_ID")), {})[attribute] = _line(row)
    return {owner: _read(row, lines.get(as_int(row["ID"]), {})) for owner, row in chosen.items()}


def _read(row: Mapping[str, Any], addresses: Mapping[str, str]) -> Legal:
    values = {attribute: as_text(row.get(name)) for attribute, name in LEGAL_NAMES.items()}
    return Legal(as_int(row["ID"]), **values, addresses=addresses)


def _line(row: Mapping[str, Any]) -> str:
    """An address in one line, from the index to the flat."""
    return ", ".join(filter(None, (as_text(row.get(part)).strip() for part in ADDRESS_PARTS)))


def _listing(key: str, criteria: Mapping[str, Any]) -> Command:
    select = ["ID", "ENTITY_TYPE_ID", "ENTITY_ID", *LEGAL_NAMES.values()]
    return Command("crm.requisite.list", {"filter": criteria, "select": select, "order": {"ID": "ASC"}}, key)
