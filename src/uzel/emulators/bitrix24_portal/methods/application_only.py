"""Methods a webhook may not call; the portal answers WRONG_AUTH_TYPE (bitrix24-rest A1)."""

from uzel.emulators.bitrix24_portal.core import Call, Method, Reply
from uzel.emulators.bitrix24_portal.errors import system

NAMES = (
    "event.bind", "event.get", "event.unbind", "event.test",
    "event.offline.get", "event.offline.list", "event.offline.clear", "event.offline.error",
    "placement.bind", "placement.get", "placement.list", "placement.unbind",
    "app.option.get", "app.option.set",
)  # fmt: skip


def refuse(_: Call) -> Reply:
    """Never reached through a webhook: the caller is stopped at the door."""
    raise system("WRONG_AUTH_TYPE")


METHODS = tuple(Method(name, refuse, "basic", needs_application=True) for name in NAMES)
