"""Items in the words of a request and of an answer: camelCase, original names of user fields, or the old UPPER_CASE."""

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from uzel.emulators.bitrix24_portal import multifields
from uzel.emulators.bitrix24_portal.core import Core
from uzel.emulators.bitrix24_portal.errors import ApiError
from uzel.emulators.bitrix24_portal.fields import BY_OLD_NAME, BY_UPPER_NAME, BY_UPPER_NAME_SMART, FIELDS, Field, directory_of
from uzel.emulators.bitrix24_portal.records import COMPANY, CONTACT, DEAL, LEAD, Item, UserField
from uzel.emulators.bitrix24_portal.saving import Change
from uzel.emulators.bitrix24_portal.smart import fields_of, parents_of
from uzel.emulators.bitrix24_portal.store import stage_directory
from uzel.emulators.bitrix24_portal.uf_names import camel_case

#: items with phones and e-mails of their own
CLIENTS = (LEAD, CONTACT, COMPANY)
NOT_OVER_REST = ("contacts", "companies")


def user_fields(core: Core, entity_type_id: int, *, original: bool) -> dict[str, UserField]:
    """User fields of an entity type by the names a request uses for them."""
    fields = core.store.user_fields_of(entity_type_id)
    return {one.name if original else camel_case(one.name): one for one in fields}


def spelled(core: Core, entity_type_id: int, name: str) -> str:
    """A standard field's name as crm.item.* answers it; they are said to read the UPPER_CASE one too."""
    known = BY_UPPER_NAME.get(entity_type_id, BY_UPPER_NAME_SMART)
    return known.get(name, name) if core.options.upper_case_names else name


def read(core: Core, entity_type_id: int, raw: Mapping[str, Any], *, original: bool, on_create: bool) -> Change:
    """The change that ``fields`` of crm.item.add and update ask for; unknown and read-only names are ignored."""
    known, extra = fields_of(core.store, entity_type_id), user_fields(core, entity_type_id, original=original)
    reader, values = core.converter(entity_type_id), {}
    for sent, value in raw.items():
        name = spelled(core, entity_type_id, sent)
        if name in NOT_OVER_REST or (name == "fm" and entity_type_id not in CLIENTS):
            raise ApiError("100", f"Field {name} is not supported")
        if name == "id" and not on_create:
            raise ApiError("100", "Setting value for Primary ID is not allowed, it is read-only field")
        if name in extra:
            values[extra[name].name] = reader.user_field(extra[name], value)
        elif name in known and _is_writable(known[name], on_create=on_create):
            values[name] = reader.field(known[name], value)
    return Change(values, tuple(multifields.wishes(raw.get("fm"))), core.options.multifield_update == "by_key")


def read_old(core: Core, entity_type_id: int, raw: Mapping[str, Any], *, on_create: bool) -> Change:
    """The same for the old methods, whose names are UPPER_CASE."""
    known = BY_OLD_NAME[entity_type_id]
    extra = {one.name: one for one in core.store.user_fields_of(entity_type_id)}
    reader, values = core.converter(entity_type_id), {}
    for key, value in raw.items():
        name = key.upper()
        if name in extra:
            values[name] = reader.user_field(extra[name], value)
        elif name in known and _is_writable(known[name], on_create=on_create):
            values[known[name].name] = reader.field(known[name], value)
    return Change(values, tuple(multifields.old_wishes(raw)) if entity_type_id != DEAL else ())


def _is_writable(one: Field, *, on_create: bool) -> bool:
    return one.access == "w" or (one.access == "c" and on_create)


def show(core: Core, item: Item, *, original: bool) -> dict[str, Any]:
    """``item`` of crm.item.* answers: numbers are numbers, ids are integers."""
    shown = {name: item.values.get(name) for name in fields_of(core.store, item.entity_type_id)}
    for name, one in user_fields(core, item.entity_type_id, original=original).items():
        shown[name] = _user_value(core, one, item.values.get(one.name))
    if item.entity_type_id in CLIENTS:
        shown |= multifields.aliases(item.multifields) | {"fm": multifields.show(item.multifields)}
    shown["entityTypeId"] = item.entity_type_id
    return shown


def select(core: Core, item: Item, names: list[str], *, original: bool) -> dict[str, Any]:
    """``show`` cut down to the selected fields; ``fm`` comes only with everything."""
    shown = show(core, item, original=original)
    if not names or "*" in names:
        silent = set() if core.options.parents_in_everything else set(parents_of(core.store, item.entity_type_id)) - set(names)
        return {name: value for name, value in shown.items() if name not in silent}
    names = ["id", *(spelled(core, item.entity_type_id, name) for name in names)]
    return {name: shown[name] for name in names if name in shown and name not in ("fm", "entityTypeId")}


def selector(core: Core, entity_type_id: int, names: list[str], *, original: bool) -> Callable[[Item], dict[str, Any]]:
    """``select`` for many items: what is the same for all of them is worked out once."""
    if not names or "*" in names or entity_type_id in CLIENTS:
        return lambda item: select(core, item, names, original=original)
    standard, own = fields_of(core.store, entity_type_id), user_fields(core, entity_type_id, original=original)
    wanted = dict.fromkeys(["id", *(spelled(core, entity_type_id, name) for name in names)])
    plan = [(name, own.get(name)) for name in wanted if name in standard or name in own]
    return lambda item: {
        name: item.values.get(name) if one is None else _user_value(core, one, item.values.get(one.name)) for name, one in plan
    }


def _user_value(core: Core, one: UserField, value: Any) -> Any:
    if one.user_type != "boolean" or one.is_multiple:
        return value
    yes = bool(value)
    styles: Mapping[str, tuple[Any, Any]] = {"YN": ("Y", "N"), "10": ("1", "0"), "json": (True, False)}
    return styles[core.options.boolean_user_fields][0 if yes else 1]


def show_old(core: Core, item: Item, *, with_user_fields: bool = True, with_multifields: bool = True) -> dict[str, Any]:
    """An item in the words of crm.deal.get and its like: every value is a text or null."""
    shown: dict[str, Any] = {
        one.old: _as_text(item.values.get(one.name))
        for one in FIELDS[item.entity_type_id].values()
        if not one.is_multiple and one.access != "a"
    }
    if with_user_fields:
        for user_field in core.store.user_fields_of(item.entity_type_id):
            shown[user_field.name] = _old_user_value(user_field, item.values.get(user_field.name))
    if with_multifields and item.entity_type_id != DEAL:
        for type_id in sorted({one.type_id for one in item.multifields}):
            shown[type_id] = multifields.show_old(item.multifields, type_id)
    return shown


def _as_text(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    return value.isoformat(timespec="seconds") if isinstance(value, datetime) else str(value)


def _old_user_value(one: UserField, value: Any) -> Any:
    if one.is_multiple:
        return [_old_user_text(element) for element in value] if value else False
    return ("1" if value else "0") if one.user_type == "boolean" else _old_user_text(value)


def _old_user_text(value: Any) -> str | None:
    return None if value is None else value.isoformat(timespec="seconds") if isinstance(value, datetime) else str(value)


def describe(core: Core, entity_type_id: int, *, original: bool) -> dict[str, Any]:
    """``fields`` of crm.item.fields."""
    known = fields_of(core.store, entity_type_id)
    stages = stage_directory(core.store.default_category(entity_type_id), entity_type_id)
    shown = {one.name: _describe_field(entity_type_id, one, stages) for one in known.values() if one.access != "a"}
    if entity_type_id in CLIENTS:
        shown["fm"] = _description("crm_multifield", "Мультиполе", "FM", is_multiple=True)
    link = "companies" if entity_type_id == CONTACT else "contacts"
    kind = "crm_company" if entity_type_id == CONTACT else "crm_contact"
    if entity_type_id in FIELDS:
        shown[link] = _description(kind, link.upper(), link.upper(), is_multiple=True)
    for name, one in user_fields(core, entity_type_id, original=original).items():
        shown[name] = _describe_user_field(one)
    return shown


def _description(kind: str, title: str, upper: str, *, is_multiple: bool, **flags: bool) -> dict[str, Any]:
    names = {"required": "isRequired", "read_only": "isReadOnly", "immutable": "isImmutable", "dynamic": "isDynamic"}
    shown: dict[str, Any] = {"type": kind, "isMultiple": is_multiple}
    return shown | {name: flags.get(flag, False) for flag, name in names.items()} | {"title": title, "upperName": upper}


def _describe_field(entity_type_id: int, one: Field, stages: str) -> dict[str, Any]:
    flags = {"read_only": one.access == "r", "immutable": one.access == "c"}
    shown = _description(one.kind, one.title or one.upper, one.upper, is_multiple=one.is_multiple, **flags)
    directory = stages if one.name in ("stageId", "previousStageId") else directory_of(entity_type_id, one.name)
    return shown | ({"statusType": directory} if directory else {})


def _describe_user_field(one: UserField) -> dict[str, Any]:
    flags = {"required": one.is_mandatory, "dynamic": True}
    shown = _description(one.user_type, one.title, one.name, is_multiple=one.is_multiple, **flags)
    items = [{"ID": str(item.id), "VALUE": item.value} for item in one.items]
    return shown | {"settings": dict(one.settings)} | ({"items": items} if one.user_type == "enumeration" else {})
