"""``crm.deal.contact.*``: contacts of a deal one by one or as a whole set (bitrix24-rest C9)."""

from collections.abc import Callable
from typing import Any

from uzel.emulators.bitrix24_portal import saving
from uzel.emulators.bitrix24_portal.access import may, may_ever
from uzel.emulators.bitrix24_portal.core import Call, Method, Reply
from uzel.emulators.bitrix24_portal.errors import ApiError, plain
from uzel.emulators.bitrix24_portal.records import CONTACT, DEAL, Item
from uzel.emulators.bitrix24_portal.values import is_yes, to_int, to_list, to_map, without_case

SORT_STEP = 10
FIELDS = {"CONTACT_ID": "integer", "SORT": "integer", "ROLE_ID": "integer", "IS_PRIMARY": "char"}


def fields(_: Call) -> Reply:
    """What fields a link has."""
    flags = {"isReadOnly": False, "isImmutable": False, "isMultiple": False, "isDynamic": False}
    return Reply({name: {"type": kind, "isRequired": name == "CONTACT_ID", **flags} for name, kind in FIELDS.items()})


def add(call: Call) -> Reply:
    """Link a contact; false when it is linked already. The first one is the primary one."""
    deal = _deal(call, "update")
    contact_id, given = _named(call, "The parameter 'fields' must be array.")
    linked = _linked(deal)
    if contact_id in linked:
        return Reply(False)
    _save(call, deal, [contact_id, *linked] if is_yes(without_case(given, "IS_PRIMARY")) else [*linked, contact_id])
    return Reply(True)


def delete(call: Call) -> Reply:
    """Take a contact away; false when it is not linked. The next one becomes the primary one."""
    deal = _deal(call, "update")
    contact_id, _ = _named(call, "The parameter 'item' must be array.")
    linked = _linked(deal)
    if contact_id not in linked:
        return Reply(False)
    _save(call, deal, [one for one in linked if one != contact_id])
    return Reply(True)


def items_get(call: Call) -> Reply:
    """All contacts of a deal, the primary one first."""
    return Reply([
        {"CONTACT_ID": one, "SORT": number * SORT_STEP, "ROLE_ID": 0, "IS_PRIMARY": "Y" if number == 1 else "N"}
        for number, one in enumerate(_linked(_deal(call, "read")), 1)
    ])  # fmt: skip


def items_set(call: Call) -> Reply:
    """Replace the whole set: by SORT, the primary one before the others."""
    deal, raw = _deal(call, "update"), to_list(call.old("items"))
    if raw is None:
        raise plain("The parameter items must be array.")
    given = [(to_map(one), (number + 1) * SORT_STEP) for number, one in enumerate(raw)]
    ordered = sorted(given, key=lambda pair: to_int(without_case(pair[0], "SORT")) or pair[1])
    primary = [one for one, _ in given if is_yes(without_case(one, "IS_PRIMARY"))][:1] or [one for one, _ in given[:1]]
    _save(call, deal, [_contact(call, one) for one in (*primary, *(one for one, _ in ordered))])
    return Reply(True)


def items_delete(call: Call) -> Reply:
    """Take all contacts away."""
    _save(call, _deal(call, "update"), [])
    return Reply(True)


def _deal(call: Call, action: str) -> Item:
    if call.old_id() < 1:
        raise plain("The parameter 'ownerEntityID' is invalid or not defined.")
    if not may_ever(call, DEAL, action):
        raise plain("Access denied.")
    deal = call.core.store.items[DEAL].get(call.old_id())
    if deal is None:
        raise plain("Not found.")
    if not may(call, deal, action):
        raise ApiError("ACCESS_DENIED", "Access denied!")
    return deal


def _named(call: Call, otherwise: str) -> tuple[int, dict[str, Any]]:
    """The contact that ``fields`` name."""
    given = call.old("fields")
    if not isinstance(given, dict):
        raise plain(otherwise)
    return _contact(call, given), given


def _contact(call: Call, given: dict[str, Any]) -> int:
    contact_id = to_int(without_case(given, "CONTACT_ID")) or 0
    if call.core.store.items[CONTACT].get(contact_id) is None:
        raise plain("The parameter 'fields' is not valid.")
    return contact_id


def _linked(deal: Item) -> list[int]:
    return list(deal.values.get("contactIds", ()))


def _save(call: Call, deal: Item, contact_ids: list[int]) -> None:
    saving.update(call.core, call.user, deal, saving.Change({"contactIds": tuple(dict.fromkeys(contact_ids))}))


_RUN: dict[str, Callable[[Call], Reply]] = {
    "fields": fields, "add": add, "delete": delete, "items.get": items_get, "items.set": items_set,
    "items.delete": items_delete,
}  # fmt: skip
METHODS = tuple(Method(f"crm.deal.contact.{verb}", run) for verb, run in _RUN.items())
