"""``crm.timeline.logmessage.add``: an entry in the timeline of an item (bitrix24-rest C8)."""

from typing import Any

from uzel.emulators.bitrix24_portal.access import may
from uzel.emulators.bitrix24_portal.core import Call, Method, Reply
from uzel.emulators.bitrix24_portal.errors import ApiError, denied, missing
from uzel.emulators.bitrix24_portal.records import LogMessage
from uzel.emulators.bitrix24_portal.values import text, to_int

REQUIRED = ("entityTypeId", "entityId", "title", "text", "iconCode")


def add(call: Call) -> Reply:
    """Write an entry; a right to change the item is needed. It is no change of the item."""
    fields = call.fields()
    for name in REQUIRED:
        if not text(fields.get(name)):
            raise missing(name)
    store = call.core.store
    table = store.items.get(to_int(fields["entityTypeId"]) or 0)
    owner = None if table is None else table.get(to_int(fields["entityId"]))
    if owner is None:
        raise ApiError("OWNER_NOT_FOUND", "Owner was not found")
    if not may(call, owner, "update"):
        raise denied()
    title, words, icon = (text(fields[name]) for name in REQUIRED[2:])
    now, number = call.core.clock.moment(), store.next_id("log_message")
    entry = LogMessage(number, owner.entity_type_id, owner.id, call.user.id, title, words, icon, now)
    store.log_messages[number] = entry
    return Reply({"logMessage": show(entry)})


def show(one: LogMessage) -> dict[str, Any]:
    """An entry as the portal answers it."""
    return {
        "id": one.id, "created": one.created, "authorId": one.author_id, "title": one.title, "text": one.text,
        "iconCode": one.icon,
    }  # fmt: skip


METHODS = (Method("crm.timeline.logmessage.add", add),)
