"""``app.option.*`` and ``user.option.*``: settings that an application keeps in the portal, common and of each user."""

from typing import Any

from uzel.emulators.bitrix24_portal.core import Call, Method, Reply
from uzel.emulators.bitrix24_portal.errors import ApiError
from uzel.emulators.bitrix24_portal.values import text

#: whose settings are common
EVERYBODY = 0


def _denied(what: str) -> ApiError:
    return ApiError("ACCESS_DENIED", f"Access denied! {what} required", 403)


def _own(call: Call, user_id: int) -> dict[str, Any]:
    """Settings of the calling application, to read and to write."""
    if call.application is None:
        raise _denied("Application context")
    return call.core.applications.settings_of(call.application.id, user_id)


def _get(call: Call, user_id: int) -> Reply:
    own, name = _own(call, user_id), text(call.old("option"))
    return Reply(own.get(name) if name else dict(own) or [])


def _set(call: Call, user_id: int) -> Reply:
    own, given = _own(call, user_id), call.old("options")
    settings = dict(call.params) if given is None else given
    if not isinstance(settings, dict) or not settings:
        raise ApiError("ERROR_ARGUMENT", "Argument 'options' is null or empty", argument="options")
    if user_id == EVERYBODY and not call.user.is_admin:
        raise _denied("Administrator authorization")
    own.update(settings)
    return Reply(True)


METHODS = (
    Method("app.option.get", lambda call: _get(call, EVERYBODY), "basic"),
    Method("app.option.set", lambda call: _set(call, EVERYBODY), "basic"),
    Method("user.option.get", lambda call: _get(call, call.user.id), "basic"),
    Method("user.option.set", lambda call: _set(call, call.user.id), "basic"),
)
