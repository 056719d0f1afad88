"""``user.userfield.*``: fields of employees, codes start with UF_USR_; administrators only (bitrix24-rest E)."""

from dataclasses import replace

from uzel.emulators.bitrix24_portal import userfields
from uzel.emulators.bitrix24_portal.core import Call, Method, Reply
from uzel.emulators.bitrix24_portal.errors import ApiError, plain
from uzel.emulators.bitrix24_portal.methods.crm_userfield import changed, raw_fields, read, show
from uzel.emulators.bitrix24_portal.methods.users import USER
from uzel.emulators.bitrix24_portal.records import UserField
from uzel.emulators.bitrix24_portal.values import text, to_list, to_map

PREFIX = "UF_USR_"
SCOPE = "user.userfield"


def add(call: Call) -> Reply:
    """Make a field; the answer is its id."""
    field = read(call, USER, PREFIX, userfields.MAX_NAME_CHARS)
    if any(one.name == field.name for one in call.core.store.user_fields_of(USER)):
        raise ApiError("ERROR_CORE", f"Field {field.name} for the USER object already exists")
    wishes = userfields.enum_wishes(to_list(raw_fields(call).get("LIST")) or [])
    return Reply(userfields.create(call, field, wishes).id)


def _found(call: Call) -> UserField:
    if not call.user.is_admin:
        raise plain("Access denied.")
    field = call.core.store.user_fields.get(call.old_id())
    if field is None or field.entity_id != USER:
        raise ApiError("ERROR_NOT_FOUND", f"The entity with ID '{call.old_id()}' is not found.")
    return field


def update(call: Call) -> Reply:
    """Change a field."""
    field = _found(call)
    fields = raw_fields(call)
    items = userfields.changed_items(call, field.items, userfields.enum_wishes(to_list(fields.get("LIST")) or []))
    call.core.store.user_fields[field.id] = replace(changed(field, fields), items=items)
    return Reply(True)


def delete(call: Call) -> Reply:
    """Delete a field with its values."""
    userfields.delete(call, _found(call))
    return Reply(True)


def listing(call: Call) -> Reply:
    """All fields."""
    if not call.user.is_admin:
        raise plain("Access denied.")
    conditions = {key.upper(): text(value) for key, value in to_map(call.old("filter")).items()}
    shown = [show(field) for field in call.core.store.user_fields_of(USER)]
    rows = [row for row in shown if all(text(row.get(name)) == value for name, value in conditions.items())]
    return Reply(rows, len(rows))


METHODS = (
    Method("user.userfield.add", add, SCOPE),
    Method("user.userfield.update", update, SCOPE),
    Method("user.userfield.delete", delete, SCOPE),
    Method("user.userfield.list", listing, SCOPE),
)
