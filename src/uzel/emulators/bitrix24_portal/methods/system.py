"""What the portal tells of itself: ``scope``, ``methods``, ``server.time``, ``feature.get``, ``app.info``."""

from uzel.emulators.bitrix24_portal.applications import LANGUAGE
from uzel.emulators.bitrix24_portal.core import Call, Method, Reply
from uzel.emulators.bitrix24_portal.errors import ApiError
from uzel.emulators.bitrix24_portal.letters import STATUS
from uzel.emulators.bitrix24_portal.values import text

PLAN = "pro100"


def server_time(call: Call) -> Reply:
    """The portal's clock."""
    return Reply(call.core.clock.moment())


def scope(call: Call) -> Reply:
    """What the webhook or the application was granted."""
    return Reply([name for name in call.granted if name != "basic"])


def feature(call: Call) -> Reply:
    """Whether the plan has a feature. Offline events and auth_connector are not on every plan."""
    code = text(call.old("code"))
    if code in ("", "0"):
        raise ApiError("CODE_EMPTY", "CODE can't be empty")
    return Reply({"value": call.core.options.features.get(code, "N")})


def app_info(call: Call) -> Reply:
    """An application is told of itself; a webhook is none."""
    if call.application is None:
        raise ApiError("ACCESS_DENIED", "Access denied! Application context required")
    return Reply({
        "ID": call.application.id, "CODE": call.application.client_id, "VERSION": 1, "STATUS": STATUS,
        "INSTALLED": call.application.is_installed,
        "PAYMENT_EXPIRED": "N" if call.core.options.application_paid else "Y", "DAYS": None, "LANGUAGE_ID": LANGUAGE,
        "LICENSE": f"{LANGUAGE}_{PLAN}", "LICENSE_TYPE": PLAN, "LICENSE_FAMILY": PLAN,
    })  # fmt: skip


METHODS = (
    Method("server.time", server_time, "basic"),
    Method("scope", scope, "basic"),
    Method("feature.get", feature, "basic"),
    Method("app.info", app_info, "basic"),
)
