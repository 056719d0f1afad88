"""``crm.duplicate.findbycomm``: who has this phone or e-mail (bitrix24-rest C5)."""

from uzel.emulators.bitrix24_portal.access import may
from uzel.emulators.bitrix24_portal.core import Call, Method, Reply
from uzel.emulators.bitrix24_portal.errors import ApiError
from uzel.emulators.bitrix24_portal.records import COMPANY, CONTACT, LEAD
from uzel.emulators.bitrix24_portal.store import communication
from uzel.emulators.bitrix24_portal.values import text, to_list

MAX_VALUES = 20
#: that many matches of one kind hide the kinds after it
TRUNCATING = 20
KINDS = {"LEAD": LEAD, "CONTACT": CONTACT, "COMPANY": COMPANY}


def find(call: Call) -> Reply:
    """Ids by kind; nobody found is an empty array or an empty map."""
    type_id = text(call.old("type")).upper()
    if not type_id:
        raise ApiError("Communication type is not defined", "Parameter 'type' is required.")
    if type_id not in ("PHONE", "EMAIL"):
        raise ApiError(f"Communication type '{type_id}' is not supported in current context", "Unsupported communication type.")
    values = to_list(call.old("values"))
    if not values:
        raise ApiError("Communication values is not defined", "Parameter 'values' is required.")
    wanted = {communication(type_id, text(value)) for value in values[:MAX_VALUES]} - {""}
    only = text(call.old("entity_type")).upper()
    found: dict[str, list[int]] = {}
    for kind, entity in KINDS.items():
        if only in ("", kind):
            items = call.core.store.items[entity].equal(type_id, wanted)
            if ids := [item.id for item in items if may(call, item, "read")]:
                found[kind] = ids[:TRUNCATING]
            if len(ids) >= TRUNCATING:
                break
    return Reply(found or ([] if call.core.options.empty_findbycomm_as_list else {}))


METHODS = (Method("crm.duplicate.findbycomm", find),)
