"""What the portal tells of itself: ``scope``, ``methods``, ``server.time``, ``feature.get``, ``app.info``."""

from uzel.emulators.bitrix24_portal.core import Call, Method, Reply
from uzel.emulators.bitrix24_portal.errors import ApiError
from uzel.emulators.bitrix24_portal.values import text


def server_time(call: Call) -> Reply:
    """The portal's clock."""
    return Reply(call.core.clock.moment())


def scope(call: Call) -> Reply:
    """What the webhook was granted."""
    return Reply([name for name in call.core.options.scopes if name != "basic"])


def feature(call: Call) -> Reply:
    """Whether the plan has a feature. Offline events and auth_connector are not on every plan."""
    code = text(call.old("code"))
    if code in ("", "0"):
        raise ApiError("CODE_EMPTY", "CODE can't be empty")
    return Reply({"value": call.core.options.features.get(code, "N")})


def app_info(_: Call) -> Reply:
    """Only an application is told of itself, and a webhook is none."""
    raise ApiError("ACCESS_DENIED", "Access denied! Application context required")


METHODS = (
    Method("server.time", server_time, "basic"),
    Method("scope", scope, "basic"),
    Method("feature.get", feature, "basic"),
    Method("app.info", app_info, "basic"),
)
