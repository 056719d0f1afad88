"""User fields, whichever method makes them: checks, enumeration items, what deleting one leaves behind."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from hashlib import md5
from typing import Any

from uzel.emulators.bitrix24_portal.convert import USER_TYPES
from uzel.emulators.bitrix24_portal.core import Call
from uzel.emulators.bitrix24_portal.errors import plain
from uzel.emulators.bitrix24_portal.records import EnumItem, UserField
from uzel.emulators.bitrix24_portal.values import is_yes, text, to_int

MAX_NAME_CHARS = 50
LABELS = ("editFormLabel", "listColumnLabel", "listFilterLabel", "errorMessage", "helpMessage")
DEFAULT_SETTINGS: Mapping[str, Mapping[str, Any]] = {
    "string": {"SIZE": 20, "ROWS": 1, "REGEXP": "", "MIN_LENGTH": 0, "MAX_LENGTH": 0, "DEFAULT_VALUE": ""},
    "double": {"PRECISION": 2, "SIZE": 20, "MIN_VALUE": 0, "MAX_VALUE": 0, "DEFAULT_VALUE": None},
    "integer": {"SIZE": 20, "MIN_VALUE": 0, "MAX_VALUE": 0, "DEFAULT_VALUE": None},
    "boolean": {"DEFAULT_VALUE": 0, "DISPLAY": "CHECKBOX"},
    "enumeration": {"DISPLAY": "LIST", "LIST_HEIGHT": 1, "CAPTION_NO_VALUE": "", "SHOW_NO_VALUE": "Y"},
}


@dataclass(frozen=True, slots=True)
class EnumWish:
    """An enumeration item of a request: ``id`` names an item to change or delete."""

    id: int
    value: str
    xml_id: str
    sort: int | None
    is_default: bool
    is_deleted: bool


def enum_wishes(raw: Iterable[Any]) -> list[EnumWish]:
    """Items of ``LIST`` or ``enum``, keys in any case."""
    upper = [
        {key.upper().replace("XMLID", "XML_ID"): value for key, value in one.items()} for one in raw if isinstance(one, dict)
    ]
    return [
        EnumWish(
            to_int(one.get("ID")) or 0, text(one.get("VALUE")), text(one.get("XML_ID")), to_int(one.get("SORT")),
            is_yes(one.get("DEF")), is_yes(one.get("DEL")),
        )
        for one in upper
    ]  # fmt: skip


def changed_items(call: Call, current: tuple[EnumItem, ...], wishes: Iterable[EnumWish]) -> tuple[EnumItem, ...]:
    """Items after the wishes. What is not named stays; only ``DEL=Y`` removes an item."""
    items = {item.id: item for item in current}
    for wish in wishes:
        old = items.get(wish.id)
        if old is not None and wish.is_deleted:
            del items[old.id]
        elif old is not None:
            value, sort = wish.value or old.value, old.sort if wish.sort is None else wish.sort
            items[old.id] = replace(old, value=value, sort=sort, xml_id=wish.xml_id or old.xml_id, is_default=wish.is_default)
        elif wish.value and not wish.is_deleted:
            new_id = call.core.store.next_id("enum")
            sort = 100 if wish.sort is None else wish.sort
            items[new_id] = EnumItem(new_id, wish.value, wish.xml_id or _xml_id(new_id), sort, wish.is_default)
    return tuple(sorted(items.values(), key=lambda item: (item.sort, item.id)))


def _xml_id(item_id: int) -> str:
    """Thirty-two hexadecimal digits, as the portal gives a value that came without its code."""
    return md5(str(item_id).encode(), usedforsecurity=False).hexdigest()


def create(call: Call, field: UserField, wishes: Iterable[EnumWish]) -> UserField:
    """Check a new field, give it its id and store it."""
    store = call.core.store
    if field.user_type not in USER_TYPES:
        raise plain("Fail to create new user field.")
    if any(one.name == field.name for one in store.user_fields_of(field.entity_id)):
        raise plain(f"Field {field.name} for the {field.entity_id} object already exists.")
    items = changed_items(call, (), wishes) if field.user_type == "enumeration" else ()
    settings = {**DEFAULT_SETTINGS.get(field.user_type, {}), **field.settings}
    stored = replace(field, id=store.next_id("userfield"), items=items, settings=settings)
    store.user_fields[stored.id] = stored
    return stored


def delete(call: Call, field: UserField) -> None:
    """Delete a field with its values."""
    store = call.core.store
    del store.user_fields[field.id]
    for entity_type_id, items in store.items.items():
        if store.user_field_entity(entity_type_id) == field.entity_id:
            for item in list(items):
                values = {name: value for name, value in item.values.items() if name != field.name}
                items.put(replace(item, values=values))


def check_name(name: str, prefix: str, limit_chars: int) -> str:
    """The full name of a field: the prefix is added when it is missing; only A-Z, 0-9 and _."""
    full = name.upper() if name.upper().startswith(prefix) else prefix + name.upper()
    allowed = full.isascii() and full.replace("_", "").isalnum() and len(full) > len(prefix)
    if not allowed or len(full) > limit_chars:
        raise plain("Fail to create new user field.")
    return full


def languages(raw: Any) -> dict[str, str]:
    """A label: a text for every language, or a map by language."""
    if isinstance(raw, dict):
        return {str(language): text(label) for language, label in raw.items()}
    return {"ru": text(raw), "en": text(raw)} if raw else {}
