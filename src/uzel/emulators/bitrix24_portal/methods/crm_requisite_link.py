"""``crm.requisite.link.*``: which legal details a deal or an item of a smart process uses (bitrix24-rest C6)."""

from collections.abc import Mapping
from typing import Any

from uzel.emulators.bitrix24_portal.access import may
from uzel.emulators.bitrix24_portal.core import Call, Method, Reply
from uzel.emulators.bitrix24_portal.errors import plain
from uzel.emulators.bitrix24_portal.methods.crm_userfield import raw_fields
from uzel.emulators.bitrix24_portal.records import COMPANY, CONTACT, LEAD, Item, RequisiteLink
from uzel.emulators.bitrix24_portal.values import to_int

OWNER = ("ENTITY_TYPE_ID", "ENTITY_ID")
CHOSEN = ("REQUISITE_ID", "BANK_DETAIL_ID", "MC_REQUISITE_ID", "MC_BANK_DETAIL_ID")


def _owner(call: Call, given: Mapping[str, Any], names: tuple[str, str], action: str) -> Item:
    type_id, item_id = (to_int(given.get(name)) or 0 for name in names)
    if type_id not in call.core.store.items or type_id in (LEAD, CONTACT, COMPANY):
        raise plain(f"{names[0]} is not defined or invalid")
    if item_id <= 0:
        raise plain(f"{names[1]} is not defined or invalid")
    owner = call.core.store.items[type_id].get(item_id)
    if owner is None:
        raise plain("Entity is not found")
    if not may(call, owner, action):
        raise plain("Access denied")
    return owner


def register(call: Call) -> Reply:
    """Choose legal details; 0 chooses none."""
    fields = raw_fields(call)
    owner = _owner(call, fields, OWNER, "update")
    numbers = []
    for name in CHOSEN:
        number = to_int(fields.get(name))
        if number is None or number < 0:
            raise plain(f"{name} is not defined or invalid")
        numbers.append(number)
    link = RequisiteLink(*numbers)
    company = owner.values.get("companyId") or 0
    client = (COMPANY, company) if company else (CONTACT, owner.values.get("contactId") or 0)
    _check(call, link.requisite_id, link.bank_detail_id, client, "")
    us = (COMPANY, owner.values.get("mycompanyId") or 0)
    _check(call, link.our_requisite_id, link.our_bank_detail_id, us, " of your company")
    call.core.store.requisite_links[owner.entity_type_id, owner.id] = link
    return Reply(True)


def _check(call: Call, requisite_id: int, bank_id: int, party: tuple[int, int], whose: str) -> None:
    """Requisite and account are there and belong to whom the item names."""
    store = call.core.store
    requisite, bank = store.requisites.get(requisite_id), store.bank_details.get(bank_id)
    if requisite_id and requisite is None:
        raise plain(f"The Requisite{whose} with ID '{requisite_id}' is not found")
    if requisite and (requisite.entity_type_id, requisite.entity_id) != party:
        named = "your company" if whose else "Company" if party[0] == COMPANY else "Contact"
        raise plain(f"The Requisite with ID '{requisite_id}' is not assigned to {named} with ID '{party[1]}'")
    if bank_id and bank is None:
        raise plain(f"The BankDetail{whose} with ID '{bank_id}' is not found")
    if bank and bank.requisite_id != requisite_id:
        raise plain(f"The BankDetail{whose} with ID '{bank_id}' is not assigned to Requisite{whose} with ID '{requisite_id}'")


def get(call: Call) -> Reply:
    """What is chosen."""
    owner = _owner(call, call.params, ("entityTypeId", "entityId"), "read")
    link = call.core.store.requisite_links.get((owner.entity_type_id, owner.id))
    if link is None:
        raise plain("Not found")
    numbers = (link.requisite_id, link.bank_detail_id, link.our_requisite_id, link.our_bank_detail_id)
    chosen = {name: str(number) for name, number in zip(CHOSEN, numbers, strict=True)}
    return Reply({"ENTITY_TYPE_ID": owner.entity_type_id, "ENTITY_ID": owner.id, **chosen})


METHODS = (Method("crm.requisite.link.register", register), Method("crm.requisite.link.get", get))
