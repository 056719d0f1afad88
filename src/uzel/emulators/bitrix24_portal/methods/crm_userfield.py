"""``crm.deal|contact|company.userfield.*``; for CRM administrators only (bitrix24-rest C7)."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from uzel.emulators.bitrix24_portal import userfields
from uzel.emulators.bitrix24_portal.core import Call, Method, Reply
from uzel.emulators.bitrix24_portal.errors import plain
from uzel.emulators.bitrix24_portal.records import UserField
from uzel.emulators.bitrix24_portal.uf_names import PREFIX
from uzel.emulators.bitrix24_portal.values import is_yes, text, to_int, to_list, to_map

ENTITIES = {"deal": "CRM_DEAL", "contact": "CRM_CONTACT", "company": "CRM_COMPANY"}
LABELS = ("EDIT_FORM_LABEL", "LIST_COLUMN_LABEL", "LIST_FILTER_LABEL", "ERROR_MESSAGE", "HELP_MESSAGE")
_FLAGS = {
    "SHOW_FILTER": "show_filter",
    "SHOW_IN_LIST": "show_in_list",
    "EDIT_IN_LIST": "edit_in_list",
    "IS_SEARCHABLE": "is_searchable",
}


def read(call: Call, entity_id: str, prefix: str, limit_chars: int) -> UserField:
    """A new field from ``fields`` of an add method."""
    if not call.user.rules_crm:
        raise plain("Access denied.")
    fields = raw_fields(call)
    for name in ("USER_TYPE_ID", "FIELD_NAME"):
        if not fields.get(name):
            raise plain(f"The '{name}' field is not found.")
    name = userfields.check_name(text(fields["FIELD_NAME"]), prefix, limit_chars)
    return changed(UserField(0, entity_id, name, text(fields["USER_TYPE_ID"])), fields, is_new=True)


def raw_fields(call: Call) -> dict[str, Any]:
    """``fields`` with upper-case names."""
    fields = call.old("fields")
    if not isinstance(fields, dict):
        raise plain("Parameter 'fields' must be array.")
    return {key.upper(): value for key, value in fields.items()}


def changed(field: UserField, fields: Mapping[str, Any], *, is_new: bool = False) -> UserField:
    """A field with the settings a request names; its type and whether it is multiple never change."""
    labels = dict(field.labels)
    for upper, name in zip(LABELS, userfields.LABELS, strict=True):
        if fields.get(upper) or (is_new and fields.get("LABEL")):
            labels[name] = userfields.languages(fields.get(upper) or fields.get("LABEL"))
    flags: dict[str, Any] = {name: text(fields[upper]) for upper, name in _FLAGS.items() if upper in fields}
    if "MANDATORY" in fields:
        flags["is_mandatory"] = is_yes(fields["MANDATORY"])
    if is_new:
        flags["is_multiple"] = is_yes(fields.get("MULTIPLE"))
    sort = to_int(fields.get("SORT"))
    return replace(
        field, labels=labels, sort=field.sort if sort is None else sort, xml_id=text(fields.get("XML_ID")) or field.xml_id,
        settings={**field.settings, **to_map(fields.get("SETTINGS"))}, **flags,
    )  # fmt: skip


def add(call: Call, entity_id: str) -> Reply:
    """Make a field; the answer is its id."""
    field = read(call, entity_id, PREFIX, call.core.options.deal_userfield_name_limit_chars)
    wishes = userfields.enum_wishes(to_list(raw_fields(call).get("LIST")) or [])
    return Reply(userfields.create(call, field, wishes).id)


def _found(call: Call, entity_id: str) -> UserField:
    field = call.core.store.user_fields.get(call.old_id())
    if field is None or field.entity_id != entity_id:
        raise plain(f"The entity with ID '{call.old_id()}' is not found.")
    return field


def update(call: Call, entity_id: str) -> Reply:
    """Change a field; ``LIST`` adds, changes and (``DEL=Y``) deletes items."""
    if not call.user.rules_crm:
        raise plain("Access denied.")
    fields, field = raw_fields(call), _found(call, entity_id)
    items = userfields.changed_items(call, field.items, userfields.enum_wishes(to_list(fields.get("LIST")) or []))
    call.core.store.user_fields[field.id] = replace(changed(field, fields), items=items)
    return Reply(True)


def delete(call: Call, entity_id: str) -> Reply:
    """Delete a field with its values."""
    if not call.user.rules_crm:
        raise plain("Access denied.")
    userfields.delete(call, _found(call, entity_id))
    return Reply(True)


def get(call: Call, entity_id: str) -> Reply:
    """One field; its labels by language."""
    return Reply(show(_found(call, entity_id)))


def listing(call: Call, entity_id: str) -> Reply:
    """All fields; labels come only in the language the filter names."""
    conditions = {key.upper(): value for key, value in to_map(call.old("filter")).items()}
    language = text(conditions.pop("LANG", ""))
    shown = [show(field, language or None, with_labels=bool(language)) for field in call.core.store.user_fields_of(entity_id)]
    rows = [row for row in shown if all(text(row.get(name)) == text(value) for name, value in conditions.items())]
    return Reply(rows, len(rows))


def show(field: UserField, language: str | None = None, *, with_labels: bool = True) -> dict[str, Any]:
    """A field as the old methods answer it: everything is a text."""
    shown: dict[str, Any] = {
        "ID": str(field.id), "ENTITY_ID": field.entity_id, "FIELD_NAME": field.name, "USER_TYPE_ID": field.user_type,
        "XML_ID": field.xml_id, "SORT": str(field.sort), "MULTIPLE": "Y" if field.is_multiple else "N",
        "MANDATORY": "Y" if field.is_mandatory else "N", "SHOW_FILTER": field.show_filter,
        "SHOW_IN_LIST": field.show_in_list, "EDIT_IN_LIST": field.edit_in_list, "IS_SEARCHABLE": field.is_searchable,
        "SETTINGS": dict(field.settings),
    }  # fmt: skip
    for upper, name in zip(LABELS, userfields.LABELS, strict=True) if with_labels else ():
        labels = field.labels.get(name, {})
        shown[upper] = labels.get(language) if language else dict(labels)
    if field.user_type == "enumeration":
        shown["LIST"] = [
            {"ID": str(item.id), "SORT": str(item.sort), "VALUE": item.value, "DEF": "Y" if item.is_default else "N",
             "XML_ID": item.xml_id}
            for item in field.items
        ]  # fmt: skip
    return shown


def _for(run: Callable[[Call, str], Reply], entity_id: str) -> Callable[[Call], Reply]:
    return lambda call: run(call, entity_id)


_VERBS: dict[str, Callable[[Call, str], Reply]] = {"add": add, "update": update, "delete": delete, "get": get, "list": listing}
METHODS = tuple(
    Method(f"crm.{name}.userfield.{verb}", _for(run, entity_id))
    for name, entity_id in ENTITIES.items()
    for verb, run in _VERBS.items()
)
