"""Methods a webhook may not call (bitrix24-rest A1) and that the emulator does not have for an application either."""

from uzel.emulators.bitrix24_portal.core import Call, Method, Reply
from uzel.emulators.bitrix24_portal.errors import system

NAMES = ("event.test",)


def refuse(_: Call) -> Reply:
    """A webhook is stopped at the door; an application learns that there is no such method here."""
    raise system("ERROR_METHOD_NOT_FOUND")


METHODS = tuple(Method(name, refuse, "basic", needs_application=True) for name in NAMES)
