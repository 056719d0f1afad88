"""``im.notify.system.add`` and ``im.notify.personal.add``: an employee is told something (bitrix24-rest I)."""

import json
from collections.abc import Callable

from uzel.emulators.bitrix24_portal.core import Call, Method, Reply
from uzel.emulators.bitrix24_portal.errors import ApiError, system
from uzel.emulators.bitrix24_portal.records import Notification
from uzel.emulators.bitrix24_portal.values import text, to_int, to_json

MOST_ATTACH_BYTES = 30 * 1024
#: the portal keeps so many; the oldest is forgotten
MOST_KEPT = 10_000


def _add(kind: str) -> Callable[[Call], Reply]:
    return lambda call: _notify(call, kind)


def _notify(call: Call, kind: str) -> Reply:
    """Tell an employee; the answer is the id, or false where there is no such employee."""
    if call.application is None and not call.core.options.notify_by_webhook:
        raise system("WRONG_AUTH_TYPE")
    user_id = to_int(call.old("USER_ID")) or 0
    if user_id <= 0:
        raise ApiError("USER_ID_EMPTY", "User ID can't be empty")
    message = text(call.old("MESSAGE")).strip()
    if not message:
        raise ApiError("MESSAGE_EMPTY", "Message can't be empty")
    attach, tag = _attach(call), _tag(call)
    store = call.core.store
    if (user := store.users.get(user_id)) is None or not user.is_active:
        return Reply(False)
    for same in [one.id for one in store.notifications.values() if tag and (one.tag, one.user_id) == (tag, user_id)]:
        del store.notifications[same]
    if len(store.notifications) >= MOST_KEPT:
        del store.notifications[next(iter(store.notifications))]
    number = store.next_id("notification")
    store.notifications[number] = Notification(
        number, kind, user_id, call.user.id if kind == "personal" else 0, message, text(call.old("MESSAGE_OUT")),
        tag, text(call.old("SUB_TAG")), attach, call.core.clock.moment(),
    )  # fmt: skip
    return Reply(number)


def _tag(call: Call) -> str:
    """A tag is unique within an application; a webhook names itself by CLIENT_ID, and without it its tag means nothing."""
    tag = text(call.old("TAG"))
    owner = call.application.client_id if call.application else text(call.old("CLIENT_ID"))
    return f"{owner}|{tag}" if tag and owner else ""


def _attach(call: Call) -> str:
    """An attachment as JSON: an object, a list or the text of one."""
    raw = call.old("ATTACH")
    if raw in (None, ""):
        return ""
    try:
        value = json.loads(raw) if isinstance(raw, str) else raw
    except ValueError:
        value = None
    if not isinstance(value, dict | list) or not value:
        raise ApiError("ATTACH_ERROR", "Incorrect attach params")
    shown = to_json(value)
    if len(shown) > MOST_ATTACH_BYTES:
        raise ApiError("ATTACH_OVERSIZE", "You have exceeded the maximum allowable size of attach")
    return shown.decode()


METHODS = tuple(Method(f"im.notify.{kind}.add", _add(kind), "im") for kind in ("system", "personal"))
