"""``placement.*``: an application registers its pages in places of the portal (bitrix24-rest H)."""

from typing import Any
from urllib.parse import urlsplit

from uzel.emulators.bitrix24_portal.applications import Placement
from uzel.emulators.bitrix24_portal.core import Call, Method, Reply
from uzel.emulators.bitrix24_portal.errors import ApiError
from uzel.emulators.bitrix24_portal.methods.event_offline import administrator, required
from uzel.emulators.bitrix24_portal.placements import BACKGROUND_WORKER, codes
from uzel.emulators.bitrix24_portal.values import is_true, text, to_int, to_map

WORDS = ("TITLE", "DESCRIPTION", "GROUP_NAME")


def bind(call: Call) -> Reply:
    """Register a page in a place."""
    administrator(call)
    made = _asked(call)
    own = call.core.applications.placements_of(call.caller().id)
    if made.code == BACKGROUND_WORKER and any(one.code == made.code for one in own):
        raise ApiError("ERROR_PLACEMENT_MAX_COUNT", "Placement max count")
    if any((one.code, one.handler) == (made.code, made.handler) for one in own):
        if call.core.options.placement_bind_twice == "error":
            raise ApiError("ERROR_CORE", "Unable to set placement handler: Handler already binded")
        return Reply(True)
    call.core.applications.place(made)
    return Reply(True)


def _asked(call: Call) -> Placement:
    code, handler = required(call, "PLACEMENT").upper(), required(call, "HANDLER")
    known = codes(call.core.store)
    if code not in known or (known[code] and known[code] not in call.granted):
        raise ApiError("ERROR_PLACEMENT_NOT_FOUND", "Placement not found")
    parts = urlsplit(handler)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ApiError("ERROR_UNSUPPORTED_PROTOCOL", "Unsupported placement handler protocol")
    user_id = to_int(call.old("USER_ID")) or 0
    if user_id and code != BACKGROUND_WORKER:
        raise ApiError("ERROR_PLACEMENT_USER_MODE", "User mode is not available")
    return Placement(
        call.core.applications.next_placement_id(), call.caller().id, code, handler, text(call.old("TITLE")),
        text(call.old("DESCRIPTION")), _words(call.old("LANG_ALL")), to_map(call.old("OPTIONS")), user_id,
    )  # fmt: skip


def _words(given: Any) -> dict[str, dict[str, str]]:
    """What the page is called in each language."""
    return {language: {word: text(to_map(one).get(word)) for word in WORDS} for language, one in to_map(given).items()}


def get(call: Call) -> Reply:
    """Pages of the application."""
    administrator(call)
    return Reply([_show(one) for one in call.core.applications.placements_of(call.caller().id)])


def _show(one: Placement) -> dict[str, Any]:
    return {
        "placement": one.code, "userId": one.user_id, "handler": one.handler, "options": one.options or [],
        "title": one.title, "description": one.description, "langAll": one.words or [],
    }  # fmt: skip


def unbind(call: Call) -> Reply:
    """Take pages away. The count is said to grow twice for each: when it is found and when it is removed."""
    administrator(call)
    code, handler, user_id = required(call, "PLACEMENT").upper(), text(call.old("HANDLER")), call.old("USER_ID")
    fits = [
        one
        for one in call.core.applications.placements_of(call.caller().id)
        if one.code == code
        and (not handler or one.handler == handler)
        and (user_id is None or one.user_id == (to_int(user_id) or 0))
    ]
    for one in fits:
        call.core.applications.displace(one)
    return Reply({"count": 2 * len(fits)})


def listing(call: Call) -> Reply:
    """Places an application may use: of its scopes, of one scope, or all."""
    known, scope = codes(call.core.store), text(call.old("SCOPE"))
    if scope:
        return Reply([code for code, needed in known.items() if needed == scope])
    everything = is_true(call.old("FULL")) and text(call.old("FULL")).lower() not in ("n", "false")
    return Reply([code for code, needed in known.items() if everything or not needed or needed in call.granted])


METHODS = tuple(
    Method(f"placement.{verb}", run, "placement", needs_application=True)
    for verb, run in (("bind", bind), ("get", get), ("unbind", unbind), ("list", listing))
)
