"""``event.offline.*``: an application's administrator empties the queue of offline events (bitrix24-rest G)."""

from typing import Any

from uzel.emulators.bitrix24_portal.core import Call, Method, Reply
from uzel.emulators.bitrix24_portal.errors import ApiError
from uzel.emulators.bitrix24_portal.letters import has_fields
from uzel.emulators.bitrix24_portal.offline import FIELDS, LIST_FIELDS, Row, Source, argument, read_wish
from uzel.emulators.bitrix24_portal.paging import PAGE, page
from uzel.emulators.bitrix24_portal.values import is_true, text, to_int, to_list


def administrator(call: Call) -> None:
    """Offline events are an administrator's."""
    if not call.user.is_admin:
        raise ApiError("ACCESS_DENIED", "Access denied!", 403)


def required(call: Call, name: str) -> str:
    """A text without which there is no call; its name is read without regard to case."""
    value = text(call.old(name))
    if not value:
        raise ApiError("ERROR_ARGUMENT", f"Argument '{name.upper()}' is null or empty", argument=name.upper())
    return value


def licensed(call: Call, code: str, what: str) -> None:
    """Whether the plan has a feature."""
    if call.core.options.features.get(code, "N") != "Y":
        raise ApiError("WRONG_LICENSE", f"This feature is not enabled for the current license: {what}", 403)


def connector(call: Call) -> str:
    """The source key, where the plan has them."""
    key = text(call.old("auth_connector"))
    if key:
        licensed(call, "rest_auth_connector", "auth_connector")
    return key


def get(call: Call) -> Reply:
    """The first rows: deleted at once, or reserved under a process until they are confirmed."""
    administrator(call)
    source, queue = _source(call), call.core.offline
    keeps = call.old("clear") is not None and not is_true(call.old("clear"))
    if keeps:
        licensed(call, "rest_offline_extended", "extended offline events handling")
    wish = read_wish(call.core.clock, call.old("filter"), call.old("order"), FIELDS, "TIMESTAMP_X")
    limit = PAGE if call.old("limit") is None else to_int(call.old("limit")) or 0
    if limit < 1:
        raise argument("Value must be positive integer")
    errors, given = is_true(call.old("error")), text(call.old("process_id"))
    process_id = given or call.core.applications.tokens.secret()
    if not given:
        queue.reserve(source, wish, limit, process_id, errors=errors)
    rows = queue.reserved(source, process_id, wish, limit, errors=errors)
    if not keeps:
        queue.clear(source, process_id, lambda _: True)
    return Reply({"process_id": process_id if keeps or given else None, "events": [_show(call, row) for row in rows]})


def listing(call: Call) -> Reply:
    """A page of the queue as it is."""
    administrator(call)
    wish = read_wish(call.core.clock, call.old("filter"), call.old("order"), LIST_FIELDS, "ID")
    rows, total, following = page(call.core.offline.listing(_source(call), wish), call.old("start"))
    shown = [_show(call, row) | {"PROCESS_ID": row.process_id, "ERROR": str(int(row.is_error))} for row in rows]
    return Reply(shown, total, following)


def clear(call: Call) -> Reply:
    """Confirm rows of a process: all, or the named ones; ``id`` wins over ``message_id``."""
    administrator(call)
    process_id, ids, messages = required(call, "process_id"), call.old("id"), call.old("message_id")
    if ids is not None:
        numbers = frozenset(to_int(one) for one in _listed(ids, "ID"))
        call.core.offline.clear(_source(call), process_id, lambda row: row.id in numbers)
    elif messages is not None:
        keys = frozenset(text(one) for one in _listed(messages, "MESSAGE_ID"))
        call.core.offline.clear(_source(call), process_id, lambda row: row.message_id in keys)
    else:
        call.core.offline.clear(_source(call), process_id, lambda _: True)
    return Reply(True)


def error(call: Call) -> Reply:
    """Mark rows of a process as erroneous. An empty process_id means the free rows."""
    administrator(call)
    if call.old("process_id") is None:
        raise argument("Argument 'PROCESS_ID' is null or empty")
    keys = frozenset(text(one) for one in _listed(call.old("message_id"), "MESSAGE_ID"))
    call.core.offline.fail(_source(call), text(call.old("process_id")), keys)
    return Reply(True)


def _source(call: Call) -> Source:
    return call.caller().id, connector(call)


def _listed(raw: Any, name: str) -> list[Any]:
    listed = to_list(raw)
    if listed is None:
        raise argument(f"Value must be array of {name} values")
    return listed


def _show(call: Call, row: Row) -> dict[str, Any]:
    is_full = call.core.options.offline_event_data == "fields"
    return {
        "ID": str(row.id),
        "TIMESTAMP_X": row.at,
        "EVENT_NAME": row.event,
        "EVENT_DATA": _data(call, row) if is_full else False,
        "EVENT_ADDITIONAL": {"user_id": str(row.user_id)} if is_full else False,
        "MESSAGE_ID": row.message_id,
    }


def _data(call: Call, row: Row) -> dict[str, Any]:
    data = {name: str(value) for name, value in row.data.items()}
    return {"FIELDS": data} if has_fields(row.event, call.core.options) else data


METHODS = tuple(
    Method(name, run, "basic", needs_application=True)
    for name, run in (
        ("event.offline.get", get),
        ("event.offline.list", listing),
        ("event.offline.clear", clear),
        ("event.offline.error", error),
    )
)
