"""Who may see and change what: the owner of the webhook is bounded by his rights in CRM (bitrix24-rest A1, E)."""

from uzel.emulators.bitrix24_portal.core import Call
from uzel.emulators.bitrix24_portal.errors import ApiError, denied
from uzel.emulators.bitrix24_portal.records import DEAL, REQUISITE, Item, User

KNOWN_TYPES = (1, 7, 14, 31, REQUISITE)


def may_touch(user: User, item: Item) -> bool:
    """Whether the user reads and changes this item: all of them, or only those where he is responsible or watches."""
    if user.is_admin or user.rights == "all":
        return True
    mine = user.id == item.values.get("assignedById") or user.id in item.values.get("observers", ())
    return user.rights == "own" and mine


def may_add(user: User) -> bool:
    """Whether the user makes new items."""
    return user.is_admin or user.rights != "none"


def entity_type(call: Call) -> int:
    """``entityTypeId`` of a universal method."""
    raw = str(call.required("entityTypeId"))
    if raw.isdigit() and int(raw) in call.core.store.items:
        return int(raw)
    if raw.isdigit() and int(raw) in KNOWN_TYPES:
        raise ApiError("ENTITY_TYPE_NOT_SUPPORTED", f"Entity type {raw} is not supported")
    raise ApiError("NOT_FOUND", "Smart process not found")


def find_item(call: Call, entity_type_id: int, item_id: int | None) -> Item:
    """The item of a universal method, if it is there and may be touched."""
    item = call.core.store.items[entity_type_id].get(item_id)
    if item is None:
        raise ApiError("NOT_FOUND", "Item not found")
    if not may_touch(call.user, item):
        raise denied()
    return item


def find_deal(call: Call, deal_id: int | None) -> Item:
    """The owner of product rows."""
    deal = call.core.store.items[DEAL].get(deal_id)
    if deal is None:
        raise ApiError("OWNER_NOT_FOUND", "Owner was not found")
    if not may_touch(call.user, deal):
        raise denied()
    return deal
