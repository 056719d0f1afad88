"""Who may see and change what: a caller is bounded by his rights in CRM (bitrix24-rest A1, E)."""

from uzel.emulators.bitrix24_portal.core import Call
from uzel.emulators.bitrix24_portal.errors import ApiError, denied
from uzel.emulators.bitrix24_portal.records import DEAL, REQUISITE, Item
from uzel.emulators.bitrix24_portal.rights import level

KNOWN_TYPES = (7, 14, 31, REQUISITE)


def may(call: Call, item: Item, action: str) -> bool:
    """Whether the caller may do it with this item: with any, or only where he is responsible or, perhaps, watches."""
    if call.user.rules_crm:
        return True
    allowed = level(call.user.rights, item.entity_type_id, action)
    if allowed != "own":
        return allowed == "all"
    watches = action == "read" or call.core.options.observer_may == "change"
    return call.user.id == item.values.get("assignedById") or (watches and call.user.id in (item.values.get("observers") or ()))


def may_ever(call: Call, entity_type_id: int, action: str) -> bool:
    """Whether the caller may do it with some items of a type; adding and importing ask for no more."""
    return call.user.rules_crm or level(call.user.rights, entity_type_id, action) != "none"


def entity_type(call: Call) -> int:
    """``entityTypeId`` of a universal method."""
    raw = str(call.required("entityTypeId"))
    if raw.isdigit() and int(raw) in call.core.store.items:
        return int(raw)
    if raw.isdigit() and int(raw) in KNOWN_TYPES:
        raise ApiError("ENTITY_TYPE_NOT_SUPPORTED", f"Entity type {raw} is not supported")
    raise ApiError("NOT_FOUND", "Smart process not found")


def find_item(call: Call, entity_type_id: int, item_id: int | None, action: str) -> Item:
    """The item of a universal method, if it is there and this may be done with it."""
    item = call.core.store.items[entity_type_id].get(item_id)
    if item is None:
        raise ApiError("NOT_FOUND", "Item not found")
    if not may(call, item, action):
        raise denied()
    return item


def find_deal(call: Call, deal_id: int | None, action: str) -> Item:
    """The owner of product rows."""
    deal = call.core.store.items[DEAL].get(deal_id)
    if deal is None:
        raise ApiError("OWNER_NOT_FOUND", "Owner was not found")
    if not may(call, deal, action):
        raise denied()
    return deal
