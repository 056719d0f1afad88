"""``crm.address.*`` and ``crm.enum.addresstype``: one address of a type per requisite (bitrix24-rest C6)."""

from typing import Any

from uzel.emulators.bitrix24_portal.core import Call, Method, Reply
from uzel.emulators.bitrix24_portal.errors import plain
from uzel.emulators.bitrix24_portal.methods.crm_requisite import list_rows, touch_requisite
from uzel.emulators.bitrix24_portal.methods.crm_status import described
from uzel.emulators.bitrix24_portal.records import REQUISITE
from uzel.emulators.bitrix24_portal.values import text, to_int

TYPES = {1: "Фактический адрес", 4: "Адрес регистрации", 6: "Юридический адрес", 8: "Почтовый адрес", 9: "Адрес бенефициара",
         11: "Адрес доставки"}  # fmt: skip
TEXTS = ("ADDRESS_1", "ADDRESS_2", "CITY", "POSTAL_CODE", "REGION", "PROVINCE", "COUNTRY", "COUNTRY_CODE", "LOC_ADDR_ID")
FIELDS = ("TYPE_ID", "ENTITY_TYPE_ID", "ENTITY_ID", "ANCHOR_TYPE_ID", "ANCHOR_ID", *TEXTS)
_NUMERIC = frozenset({"TYPE_ID", "ENTITY_TYPE_ID", "ENTITY_ID", "ANCHOR_TYPE_ID", "ANCHOR_ID"})
Key = tuple[int, int, int]


def _read(call: Call) -> tuple[Key, dict[str, str]]:
    raw = call.old("fields")
    if not isinstance(raw, dict):
        raise plain("Parameter 'fields' must be array.")
    upper = {key.upper(): value for key, value in raw.items()}
    type_id, owner_type, owner_id = (to_int(upper.get(name)) for name in FIELDS[:3])
    if type_id not in TYPES:
        raise plain("TYPE_ID is not defined or invalid.")
    if owner_type != REQUISITE:
        raise plain("ENTITY_TYPE_ID is not defined or invalid.")
    if owner_id not in call.core.store.requisites:
        raise plain("ENTITY_ID is not defined or invalid.")
    return (type_id, owner_type, owner_id or 0), {name: text(upper[name]) for name in TEXTS if name in upper}


def add(call: Call) -> Reply:
    """Add an address; the second of a type is refused."""
    key, values = _read(call)
    if key in call.core.store.addresses:
        raise plain("TypeAddress exists.")
    call.core.store.addresses[key] = values
    touch_requisite(call, key[2])
    return Reply(True)


def update(call: Call) -> Reply:
    """Change an address."""
    key, values = _read(call)
    if key not in call.core.store.addresses:
        raise plain("Address not found.")
    call.core.store.addresses[key] = {**call.core.store.addresses[key], **values}
    touch_requisite(call, key[2])
    return Reply(True)


def delete(call: Call) -> Reply:
    """Delete an address."""
    key, _ = _read(call)
    if call.core.store.addresses.pop(key, None) is None:
        raise plain("Address not found.")
    touch_requisite(call, key[2])
    return Reply(True)


def listing(call: Call) -> Reply:
    """A page of addresses."""
    return list_rows(call, [_show(call, key) for key in call.core.store.addresses], FIELDS, _NUMERIC)


def _show(call: Call, key: Key) -> dict[str, Any]:
    owner = call.core.store.requisites[key[2]]
    ids = dict(zip(FIELDS, map(str, (*key, owner.entity_type_id, owner.entity_id)), strict=False))
    return {name: ids.get(name) or call.core.store.addresses[key].get(name) for name in FIELDS}


def fields(_: Call) -> Reply:
    """What fields an address has."""
    kinds = {name: "integer" if name in _NUMERIC else "string" for name in FIELDS}
    owner = set(FIELDS[:3])
    return Reply(described(kinds, required=owner, read_only={"ANCHOR_TYPE_ID", "ANCHOR_ID"}, immutable=owner))


def types(_: Call) -> Reply:
    """Kinds of addresses."""
    return Reply([{"ID": number, "NAME": name} for number, name in TYPES.items()])


METHODS = (
    Method("crm.address.add", add),
    Method("crm.address.update", update),
    Method("crm.address.delete", delete),
    Method("crm.address.list", listing),
    Method("crm.address.fields", fields),
    Method("crm.enum.addresstype", types),
)
