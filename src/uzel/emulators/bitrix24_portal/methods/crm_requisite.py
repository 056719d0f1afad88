"""``crm.requisite.*`` and ``crm.requisite.preset.list`` (bitrix24-rest C6)."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from uzel.emulators.bitrix24_portal import saving
from uzel.emulators.bitrix24_portal.access import may
from uzel.emulators.bitrix24_portal.core import Call, Method, Reply
from uzel.emulators.bitrix24_portal.errors import ApiError, plain
from uzel.emulators.bitrix24_portal.filters import Rules, compile_filter
from uzel.emulators.bitrix24_portal.methods.crm_status import described
from uzel.emulators.bitrix24_portal.paging import page, read_order, sort
from uzel.emulators.bitrix24_portal.records import COMPANY, CONTACT, Item, Requisite
from uzel.emulators.bitrix24_portal.values import text, to_int, to_list, to_map

#: fields a requisite has; anything else in a request is ignored
FIELDS = (
    "ID", "ENTITY_TYPE_ID", "ENTITY_ID", "PRESET_ID", "DATE_CREATE", "DATE_MODIFY", "CREATED_BY_ID", "MODIFY_BY_ID",
    "NAME", "CODE", "XML_ID", "ORIGINATOR_ID", "ACTIVE", "ADDRESS_ONLY", "SORT",
    "RQ_NAME", "RQ_FIRST_NAME", "RQ_LAST_NAME", "RQ_SECOND_NAME", "RQ_COMPANY_NAME", "RQ_COMPANY_FULL_NAME",
    "RQ_COMPANY_REG_DATE", "RQ_DIRECTOR", "RQ_ACCOUNTANT", "RQ_CEO_NAME", "RQ_CONTACT", "RQ_EMAIL", "RQ_PHONE", "RQ_FAX",
    "RQ_IDENT_DOC", "RQ_IDENT_DOC_SER", "RQ_IDENT_DOC_NUM", "RQ_IDENT_DOC_DATE", "RQ_IDENT_DOC_ISSUED_BY",
    "RQ_INN", "RQ_KPP", "RQ_OGRN", "RQ_OGRNIP", "RQ_OKPO", "RQ_OKTMO", "RQ_OKVED", "RQ_IFNS",
)  # fmt: skip
_READ_ONLY = frozenset({"ID", "DATE_CREATE", "DATE_MODIFY", "CREATED_BY_ID", "MODIFY_BY_ID"})
_NUMERIC = frozenset({"ID", "ENTITY_TYPE_ID", "ENTITY_ID", "PRESET_ID", "CREATED_BY_ID", "MODIFY_BY_ID", "SORT"})


def _fields(call: Call) -> dict[str, str]:
    raw = call.old("fields")
    if not isinstance(raw, dict):
        raise plain("Parameter 'fields' must be array.")
    upper = {key.upper(): value for key, value in raw.items()}
    return {name: text(value) for name, value in upper.items() if name in FIELDS and name not in _READ_ONLY}


def add(call: Call) -> Reply:
    """Make a requisite of a contact or a company; the answer is its id."""
    fields = _fields(call)
    owner = _owner(call, to_int(fields.get("ENTITY_TYPE_ID")), to_int(fields.get("ENTITY_ID")), "update")
    preset_id = to_int(fields.get("PRESET_ID"))
    if preset_id not in call.core.store.presets:
        raise plain("PRESET_ID is not defined or invalid.")
    if not fields.get("NAME"):
        raise plain("NAME is not defined or invalid.")
    requisite_id, now = call.core.store.next_id("requisite"), call.core.clock.moment().isoformat(timespec="seconds")
    stamps = {"DATE_CREATE": now, "CREATED_BY_ID": str(call.user.id), "DATE_MODIFY": "", "MODIFY_BY_ID": None}
    values = {"ACTIVE": "Y", "ADDRESS_ONLY": "N", "SORT": "500"} | fields | stamps
    made = Requisite(requisite_id, owner.entity_type_id, owner.id, preset_id or 0, values)
    call.core.store.requisites[requisite_id] = made
    _touch_card(call, made)
    call.core.events.fire("ONCRMREQUISITEADD", ID=requisite_id)
    return Reply(requisite_id)


def _owner(call: Call, entity_type_id: int | None, entity_id: int | None, action: str) -> Item:
    if entity_type_id not in (CONTACT, COMPANY):
        raise plain("ENTITY_TYPE_ID is not defined or invalid.")
    if not entity_id or entity_id < 0:
        raise plain("ENTITY_ID is not defined or invalid.")
    owner = call.core.store.items[entity_type_id].get(entity_id)
    if owner is None:
        raise plain("Entity not found.")
    if not may(call, owner, action):
        raise plain("Access denied.")
    return owner


def found(call: Call, requisite_id: int, action: str) -> Requisite:
    """A requisite, if its owner may be seen or changed."""
    if requisite_id <= 0:
        raise plain("ID is not defined or invalid.")
    requisite = call.core.store.requisites.get(requisite_id)
    if requisite is None:
        raise plain(f"The Requisite with ID '{requisite_id}' is not found")
    _owner(call, requisite.entity_type_id, requisite.entity_id, action)
    return requisite


def update(call: Call) -> Reply:
    """Change a requisite; its owner never changes."""
    old = found(call, call.old_id(), "update")
    fields = {name: value for name, value in _fields(call).items() if name not in ("ENTITY_TYPE_ID", "ENTITY_ID")}
    values = {**old.fields, **fields, **_stamps(call)}
    preset_id = to_int(fields.get("PRESET_ID")) or old.preset_id
    if preset_id not in call.core.store.presets:
        raise plain("PRESET_ID is not defined or invalid.")
    call.core.store.requisites[old.id] = Requisite(old.id, old.entity_type_id, old.entity_id, preset_id, values)
    _touch_card(call, old)
    call.core.events.fire("ONCRMREQUISITEUPDATE", ID=old.id)
    return Reply(True)


def _stamps(call: Call) -> dict[str, str]:
    now = call.core.clock.moment().isoformat(timespec="seconds")
    return {"DATE_MODIFY": now, "MODIFY_BY_ID": str(call.user.id)}


def _touch_card(call: Call, requisite: Requisite) -> None:
    if call.core.options.requisite_save_touches_card:
        saving.touch(call.core, call.user, _owner(call, requisite.entity_type_id, requisite.entity_id, "update"))


def touch_requisite(call: Call, requisite_id: int) -> None:
    """An address was saved: whether that is a change of its requisite is open."""
    old = call.core.store.requisites[requisite_id]
    if call.core.options.address_save_touches_requisite:
        call.core.store.requisites[requisite_id] = replace(old, fields={**old.fields, **_stamps(call)})


def delete(call: Call) -> Reply:
    """Delete a requisite with its addresses and bank accounts."""
    requisite = found(call, call.old_id(), "update")
    call.core.store.drop_requisite(requisite.id)
    call.core.events.fire("ONCRMREQUISITEDELETE", ID=requisite.id)
    return Reply(True)


def get(call: Call) -> Reply:
    """One requisite."""
    return Reply(show(found(call, call.old_id(), "read")))


def show(requisite: Requisite) -> dict[str, str | None]:
    """A requisite as the portal answers it: texts and nulls."""
    ids = {
        "ID": str(requisite.id), "ENTITY_TYPE_ID": str(requisite.entity_type_id), "ENTITY_ID": str(requisite.entity_id),
        "PRESET_ID": str(requisite.preset_id),
    }  # fmt: skip
    return {name: ids.get(name) or requisite.fields.get(name) for name in FIELDS}


def listing(call: Call) -> Reply:
    """A page of requisites; the usual way to find a company by its INN."""
    shown = [show(one) for one in call.core.store.requisites.values() if is_visible(call, one)]
    return list_rows(call, shown, FIELDS, _NUMERIC)


def is_visible(call: Call, requisite: Requisite) -> bool:
    """Whether the caller sees a requisite in lists."""
    owner = call.core.store.items[requisite.entity_type_id].get(requisite.entity_id)
    return owner is not None and may(call, owner, "read")


def fields(_: Call) -> Reply:
    """What fields a requisite has."""
    kinds = {name: "integer" if name in _NUMERIC else "string" for name in FIELDS}
    owner = {"ENTITY_TYPE_ID", "ENTITY_ID"}
    return Reply(described(kinds, required={*owner, "PRESET_ID", "NAME"}, read_only=_READ_ONLY, immutable=owner))


def presets(call: Call) -> Reply:
    """Templates of requisites."""
    rows = [dict(preset) for preset in call.core.store.presets.values()]
    return list_rows(call, rows, tuple(rows[0]), _NUMERIC | {"COUNTRY_ID"})


def list_rows(call: Call, rows: list[dict[str, Any]], names: tuple[str, ...], numeric: frozenset[str]) -> Reply:
    """``select``, ``filter``, ``order`` and ``start`` over plain rows of texts."""
    raw = call.old("filter")
    if raw not in (None, [], "") and not isinstance(raw, dict):
        raise plain("Parameter 'filter' must be array.")

    def resolve(name: str) -> tuple[str, str] | None:
        return (name, "integer" if name in numeric else "string") if name in names else None

    chosen = [text(name) for name in to_list(call.old("select")) or []]
    if unknown := [name for name in (*to_map(call.old("order")), *chosen) if name not in names and name not in ("*", "UF_*")]:
        raise ApiError("100", f"Unknown field definition `{unknown[0]}` ({unknown[0]}).")
    rules = Rules(resolve, call.core.clock.zone, strict=False, ignore_case=call.core.options.case_insensitive_filters)
    found = filter(compile_filter(raw or {}, rules), rows)
    ordered = sort(found, read_order(call.old("order"), resolve), lambda row: _sortable(row, numeric))
    cut, total, following = page(ordered, call.old("start"))
    return Reply([_only(row, chosen) for row in cut], total, following)


def _sortable(row: Mapping[str, Any], numeric: frozenset[str]) -> dict[str, Any]:
    return {name: to_int(value) if name in numeric else value for name, value in row.items()}


def _only(row: dict[str, Any], chosen: list[str]) -> dict[str, Any]:
    return row if not chosen or "*" in chosen else {name: row[name] for name in chosen if name in row}


METHODS = (
    Method("crm.requisite.add", add),
    Method("crm.requisite.update", update),
    Method("crm.requisite.delete", delete),
    Method("crm.requisite.get", get),
    Method("crm.requisite.list", listing),
    Method("crm.requisite.fields", fields),
    Method("crm.requisite.preset.list", presets),
)
