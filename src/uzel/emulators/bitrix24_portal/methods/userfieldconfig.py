"""``userfieldconfig.*``: user fields of any CRM object; for CRM administrators only (bitrix24-rest C7)."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from uzel.emulators.bitrix24_portal import userfields
from uzel.emulators.bitrix24_portal.convert import USER_TYPES
from uzel.emulators.bitrix24_portal.core import Call, Method, Reply
from uzel.emulators.bitrix24_portal.errors import missing, plain
from uzel.emulators.bitrix24_portal.filters import Rules, compile_filter
from uzel.emulators.bitrix24_portal.paging import page, read_order, sort
from uzel.emulators.bitrix24_portal.records import EnumItem, UserField
from uzel.emulators.bitrix24_portal.values import is_yes, text, to_int, to_list, to_map

ENTITIES = ("CRM_DEAL", "CRM_CONTACT", "CRM_COMPANY", "CRM_REQUISITE")
_NAMES = {"id": "integer", "entityId": "string", "fieldName": "string", "userTypeId": "string", "xmlId": "string",
          "sort": "integer", "multiple": "string", "mandatory": "string", "showFilter": "string", "showInList": "string",
          "editInList": "string", "isSearchable": "string"}  # fmt: skip


def _check(call: Call, *, writes: bool) -> None:
    if text(call.required("moduleId")) != "crm":
        raise plain("No settings for UserFieldAccess")
    if writes and not call.user.rules_crm:
        raise plain("Access denied")


def _raw(call: Call) -> dict[str, Any]:
    raw = call.params.get("field")
    if not isinstance(raw, dict):
        raise missing("field")
    return raw


def add(call: Call) -> Reply:
    """Make a field and answer the whole of it."""
    _check(call, writes=True)
    raw = _raw(call)
    for name, shown in (("fieldName", "FIELD_NAME"), ("userTypeId", "USER_TYPE_ID")):
        if not raw.get(name):
            raise plain(f"The '{shown}' field is not found.")
    entity_id, name = text(raw.get("entityId")), text(raw["fieldName"])
    if not _is_allowed(entity_id, name):
        raise plain("You cannot create custom fields")
    field = UserField(0, entity_id, name, text(raw["userTypeId"]), is_multiple=is_yes(raw.get("multiple")))
    created = userfields.create(call, _changed(field, raw), userfields.enum_wishes(to_list(raw.get("enum")) or []))
    return Reply({"field": show(created)})


def _is_allowed(entity_id: str, name: str) -> bool:
    """Deals, contacts, companies, requisites take UF_CRM_…; an object CRM_7 takes only UF_CRM_7_…"""
    prefix = "UF_CRM_" if entity_id in ENTITIES else f"UF_{entity_id}_"
    known = entity_id in ENTITIES or re.fullmatch(r"CRM_\d+", entity_id) is not None
    spelled = re.fullmatch(r"[A-Z0-9_]+", name) is not None
    return known and spelled and name.startswith(prefix) and len(prefix) < len(name) <= userfields.MAX_NAME_CHARS


def _changed(field: UserField, raw: Mapping[str, Any]) -> UserField:
    labels = dict(field.labels)
    for name in ("editFormLabel", "helpMessage"):
        if raw.get(name):
            labels[name] = userfields.languages(raw[name])
    number = to_int(raw.get("sort"))
    return replace(
        field, labels=labels, xml_id=text(raw.get("xmlId")) or field.xml_id, sort=field.sort if number is None else number,
        is_mandatory=is_yes(raw["mandatory"]) if "mandatory" in raw else field.is_mandatory,
        show_filter=text(raw["showFilter"]) if "showFilter" in raw else field.show_filter,
        is_searchable=text(raw["isSearchable"]) if "isSearchable" in raw else field.is_searchable,
        settings={**field.settings, **to_map(raw.get("settings"))},
    )  # fmt: skip


def _found(call: Call) -> UserField:
    field = call.core.store.user_fields.get(to_int(call.required("id")) or 0)
    if field is None or not field.entity_id.startswith("CRM_"):
        raise plain("Field not found")
    return field


def update(call: Call) -> Reply:
    """Change a field; ``enum`` is read only beside ``userTypeId=enumeration``."""
    _check(call, writes=True)
    field, raw = _found(call), to_map(call.params.get("field"))
    changed = _changed(field, raw)
    if "enum" in raw and text(raw.get("userTypeId")) == field.user_type == "enumeration":
        wishes = userfields.enum_wishes(to_list(raw["enum"]) or [])
        changed = replace(changed, items=userfields.changed_items(call, field.items, wishes))
    call.core.store.user_fields[field.id] = changed
    return Reply({"field": show(changed)})


def get(call: Call) -> Reply:
    """One field with its enumeration items."""
    _check(call, writes=False)
    return Reply({"field": show(_found(call))})


def delete(call: Call) -> Reply:
    """Delete a field with its values."""
    _check(call, writes=True)
    userfields.delete(call, _found(call))
    return Reply(None)


def listing(call: Call) -> Reply:
    """A page of fields, without their enumeration items; labels only in the language that ``select`` names."""
    _check(call, writes=False)
    test = compile_filter(call.params.get("filter") or {}, Rules(_resolve, call.core.clock.zone, strict=False))
    shown = [show(field) for field in call.core.store.user_fields.values() if field.entity_id.startswith("CRM_")]
    order = read_order(call.params.get("order"), _resolve, strict=False) or [("sort", False), ("id", False)]
    rows = sort(filter(test, shown), order, _numbers)
    cut, total, following = page(rows, call.params.get("start"))
    return Reply({"fields": [_selected(row, call.params.get("select")) for row in cut]}, total, following)


def _resolve(name: str) -> tuple[str, str] | None:
    return (name, _NAMES[name]) if name in _NAMES else None


def _numbers(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, "id": int(row["id"]), "sort": int(row["sort"])}


def _selected(row: dict[str, Any], raw: Any) -> dict[str, Any]:
    names = [text(name) for name in to_list(raw) or ["*"]]
    language = text(to_map(raw).get("language"))
    kept = {name: row[name] for name in (*_NAMES, "settings") if "*" in names or name in names}
    if language:
        kept["languageId"] = {language: language}
        kept |= {name: {language: row[name].get(language)} for name in userfields.LABELS}
    return kept


def show(field: UserField) -> dict[str, Any]:
    """A field as userfieldconfig.* answers it: ids are texts."""
    shown: dict[str, Any] = {
        "id": str(field.id), "entityId": field.entity_id, "fieldName": field.name, "userTypeId": field.user_type,
        "xmlId": field.xml_id, "sort": str(field.sort), "multiple": "Y" if field.is_multiple else "N",
        "mandatory": "Y" if field.is_mandatory else "N", "showFilter": field.show_filter, "showInList": field.show_in_list,
        "editInList": field.edit_in_list, "isSearchable": field.is_searchable, "settings": dict(field.settings),
        "languageId": {"ru": "ru", "en": "en"},
    }  # fmt: skip
    none: dict[str, str | None] = {"ru": None, "en": None}
    shown |= {name: {**none, **field.labels.get(name, {})} for name in userfields.LABELS}
    if field.user_type == "enumeration":
        shown["enum"] = [_show_item(field, item) for item in field.items]
    return shown


def _show_item(field: UserField, item: EnumItem) -> dict[str, str]:
    return {"id": str(item.id), "userFieldId": str(field.id), "value": item.value, "def": "Y" if item.is_default else "N",
            "sort": str(item.sort), "xmlId": item.xml_id}  # fmt: skip


def types(call: Call) -> Reply:
    """Types a field may have."""
    _check(call, writes=False)
    return Reply({"fields": {name: {"userTypeId": name, "description": name} for name in USER_TYPES}})


METHODS = (
    Method("userfieldconfig.add", add, "userfieldconfig"),
    Method("userfieldconfig.update", update, "userfieldconfig"),
    Method("userfieldconfig.get", get, "userfieldconfig"),
    Method("userfieldconfig.list", listing, "userfieldconfig"),
    Method("userfieldconfig.delete", delete, "userfieldconfig"),
    Method("userfieldconfig.getTypes", types, "userfieldconfig"),
)
