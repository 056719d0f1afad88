"""``events``, ``event.bind``, ``event.get``, ``event.unbind``, ``event.test``: for an application only (bitrix24-rest G1)."""

from typing import Any
from urllib.parse import urlsplit

from uzel.emulators.bitrix24_portal.applications import APP_EVENTS, Binding
from uzel.emulators.bitrix24_portal.core import Call, Method, Reply
from uzel.emulators.bitrix24_portal.errors import ApiError
from uzel.emulators.bitrix24_portal.events import ITEM_EVENTS_OF_TYPE, NAMES
from uzel.emulators.bitrix24_portal.methods.event_offline import administrator, connector, required
from uzel.emulators.bitrix24_portal.values import text, to_decimal, to_int, without_case

TYPES = ("online", "offline")


def bind(call: Call) -> Reply:
    """Register a handler, or an offline event, which needs none."""
    event, is_offline = _event(call), _type(call) == "offline"
    if is_offline:
        administrator(call)
    binding = Binding(
        call.core.applications.next_binding_id(), call.caller().id, event,
        "" if is_offline else _handler(call), _auth_type(call), is_offline,
        connector(call) if is_offline else "", _min_timeout(call),
    )  # fmt: skip
    if any(binding.is_same(other) for other in call.core.applications.bindings_of(call.caller().id)):
        if call.core.options.event_bind_twice == "error":
            raise ApiError("ERROR_CORE", "Unable to set event handler: Handler already binded")
        return Reply(True)
    call.core.applications.bind(binding)
    return Reply(True)


def get(call: Call) -> Reply:
    """Handlers of the application."""
    return Reply([_show(one) for one in call.core.applications.bindings_of(call.caller().id)])


def unbind(call: Call) -> Reply:
    """Take handlers away; ``auth_type`` that is not given fits all, an empty one fits those without."""
    administrator(call)
    event, is_offline = required(call, "event").upper(), _type(call) == "offline"
    handler = "" if is_offline else required(call, "handler")
    auth_type = call.old("auth_type")
    fits = [
        one
        for one in call.core.applications.bindings_of(call.caller().id)
        if (one.event, one.is_offline, one.handler) == (event, is_offline, handler)
        and (auth_type is None or one.user_id == (to_int(auth_type) or 0))
        and (not is_offline or call.old("auth_connector") is None or one.connector == text(call.old("auth_connector")))
    ]
    for one in fits:
        call.core.applications.unbind(one)
        if one.is_offline:
            call.core.offline.forget(one.application_id, one.connector, one.event)
    return Reply({"count": len(fits)})


def names(call: Call) -> Reply:
    """``events``: everything that may be bound."""
    return Reply([*APP_EVENTS, *NAMES, *_of_types(call)])


def test(call: Call) -> Reply:
    """``event.test``: ONAPPTEST with whatever is sent."""
    query = {name: value for name, value in call.params.items() if name.lower() != "auth"}
    call.core.events.try_out(call.caller(), call.user.id, query)
    return Reply(True)


def _of_types(call: Call) -> list[str]:
    """Events of items of one smart process each (bitrix24-rest G1)."""
    if not call.core.options.smart_process_events_by_type:
        return []
    return [f"{name}{one.entity_type_id}" for one in call.core.store.types.values() for name in ITEM_EVENTS_OF_TYPE]


def _event(call: Call) -> str:
    event = required(call, "event").upper()
    if event not in APP_EVENTS and (event not in (*NAMES, *_of_types(call)) or _scope(event) not in call.granted):
        raise ApiError("ERROR_EVENT_NOT_FOUND", "Event not found")
    return event


def _scope(event: str) -> str:
    return "catalog" if event.startswith("CATALOG.") else "crm"


def _type(call: Call) -> str:
    kind = text(call.old("event_type")).lower() or TYPES[0]
    if kind not in TYPES:
        raise ApiError("ERROR_ARGUMENT", "Value must be one of {online|offline}")
    return kind


def _handler(call: Call) -> str:
    handler = required(call, "handler")
    parts = urlsplit(handler)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ApiError("ERROR_UNSUPPORTED_PROTOCOL", "Unsupported event handler protocol")
    return handler


def _auth_type(call: Call) -> int:
    """In whose name the handler works; a user who is no administrator binds only in his own."""
    wanted = to_int(call.old("auth_type")) or 0
    if call.user.is_admin:
        return wanted
    if wanted not in (0, call.user.id):
        raise ApiError("ACCESS_DENIED", "Access denied!", 403)
    return call.user.id


def _min_timeout(call: Call) -> float | None:
    options = call.old("options")
    given = to_decimal(without_case(options, "minTimeout")) if isinstance(options, dict) else None
    return None if given is None else max(0.0, float(given))


def _show(binding: Binding) -> dict[str, Any]:
    if binding.is_offline:
        return {"event": binding.event, "connector_id": binding.connector, "offline": 1}
    return {"event": binding.event, "handler": binding.handler, "auth_type": str(binding.user_id), "offline": 0}


METHODS = tuple(
    Method(name, run, "basic", needs_application=True)
    for name, run in (
        ("events", names),
        ("event.bind", bind),
        ("event.get", get),
        ("event.unbind", unbind),
        ("event.test", test),
    )
)
