"""``crm.timeline.comment.*`` (bitrix24-rest C8)."""

from dataclasses import replace

from uzel.emulators.bitrix24_portal.access import may
from uzel.emulators.bitrix24_portal.core import Call, Method, Reply
from uzel.emulators.bitrix24_portal.errors import ApiError, plain
from uzel.emulators.bitrix24_portal.methods.crm_requisite import list_rows
from uzel.emulators.bitrix24_portal.methods.crm_userfield import raw_fields
from uzel.emulators.bitrix24_portal.records import COMPANY, CONTACT, DEAL, LEAD, Comment, Item
from uzel.emulators.bitrix24_portal.values import text, to_int

TYPES = {"lead": LEAD, "deal": DEAL, "contact": CONTACT, "company": COMPANY}
FIELDS = ("ID", "ENTITY_ID", "ENTITY_TYPE", "CREATED", "COMMENT", "AUTHOR_ID")


def _owner(call: Call, entity_type: str, entity_id: int | None) -> Item:
    """The item a comment is written to: a right to change it is needed."""
    if entity_type not in TYPES:
        raise plain("ENTITY_TYPE is not defined or invalid.")
    owner = call.core.store.items[TYPES[entity_type]].get(entity_id)
    if owner is None or not may(call, owner, "update"):
        raise plain("Access denied.")
    return owner


def add(call: Call) -> Reply:
    """Write a comment; the answer is its id. It is no change of the item: no new updatedTime, no event of it."""
    fields = raw_fields(call)
    entity_type, entity_id = text(fields.get("ENTITY_TYPE")).lower(), to_int(fields.get("ENTITY_ID"))
    owner = _owner(call, entity_type, entity_id)
    if not text(fields.get("COMMENT")):
        raise plain("Empty comment message.")
    store, now = call.core.store, call.core.clock.moment()
    comment = Comment(store.next_id("comment"), entity_type, owner.id, call.user.id, text(fields["COMMENT"]), now)
    store.comments[comment.id] = comment
    seen = {**owner.values, "lastActivityTime": now, "lastActivityBy": call.user.id}
    store.items[owner.entity_type_id].put(replace(owner, values=seen))
    _tell(call, comment, "ADD")
    return Reply(comment.id)


def get(call: Call) -> Reply:
    """One comment."""
    if call.old_id() <= 0:
        raise plain("ID is not defined or invalid.")
    comment = call.core.store.comments.get(call.old_id())
    if comment is None:
        raise plain("Not found.")
    if not _may(call, comment, "read"):
        raise plain("Access denied.")
    return Reply({**_show(comment), "FILES": []})


def update(call: Call) -> Reply:
    """Change the text of a comment; the answer is its id."""
    comment, fields = _own(call), raw_fields(call)
    if not text(fields.get("COMMENT")):
        raise ApiError("INVALID_ARG_VALUE", "Empty comment message.")
    call.core.store.comments[comment.id] = replace(comment, comment=text(fields["COMMENT"]))
    _tell(call, comment, "UPDATE")
    return Reply(comment.id)


def delete(call: Call) -> Reply:
    """Delete a comment; the answer is nothing."""
    comment = _own(call)
    del call.core.store.comments[comment.id]
    _tell(call, comment, "DELETE")
    return Reply(None)


def _tell(call: Call, comment: Comment, verb: str) -> None:
    call.core.events.fire(f"ONCRMTIMELINECOMMENT{verb}", ID=comment.id)


def _own(call: Call) -> Comment:
    """The comment to change; ``ownerTypeId`` and ``ownerId``, if they are given, must be those of its item."""
    comment = call.core.store.comments.get(to_int(call.required("id")) or 0)
    if comment is None:
        raise ApiError("NOT_FOUND", "Not found.")
    if not _may(call, comment, "update"):
        raise ApiError("ACCESS_DENIED", "Access denied.")
    owner = {"ownerTypeId": TYPES[comment.entity_type], "ownerId": comment.entity_id}
    if any(call.params.get(name) is not None and to_int(call.params[name]) != number for name, number in owner.items()):
        raise ApiError("OWNER_NOT_FOUND", "Owner was not found")
    return comment


def listing(call: Call) -> Reply:
    """A page of comments of the items the user may see."""
    rows = [_show(one) for one in call.core.store.comments.values() if _may(call, one, "read")]
    return list_rows(call, rows, FIELDS, frozenset({"ID", "ENTITY_ID", "AUTHOR_ID"}))


def _may(call: Call, comment: Comment, action: str) -> bool:
    owner = call.core.store.items[TYPES[comment.entity_type]].get(comment.entity_id)
    return owner is not None and may(call, owner, action)


def _show(one: Comment) -> dict[str, str]:
    created = one.created.isoformat(timespec="seconds")
    return dict(
        zip(FIELDS, (str(one.id), str(one.entity_id), one.entity_type, created, one.comment, str(one.author_id)), strict=True)
    )


METHODS = (
    Method("crm.timeline.comment.add", add),
    Method("crm.timeline.comment.get", get),
    Method("crm.timeline.comment.update", update),
    Method("crm.timeline.comment.delete", delete),
    Method("crm.timeline.comment.list", listing),
)
