"""Places in the portal's pages where applications show their own: what there is, and how one is opened (bitrix24-rest H)."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from typing import Any
from urllib.parse import urlencode, urlsplit

from uzel.emulators.bitrix24_portal.applications import LANGUAGE, Application, Applications, Placement
from uzel.emulators.bitrix24_portal.letters import STATUS
from uzel.emulators.bitrix24_portal.options import Options
from uzel.emulators.bitrix24_portal.records import User
from uzel.emulators.bitrix24_portal.store import Store

BACKGROUND_WORKER = "PAGE_BACKGROUND_WORKER"
#: a page of a place is opened by a browser: it does not wait for ever
OPEN_TIMEOUT_S = 10.0
MAX_PAGE_BYTES = 4 * 1024 * 1024
_OWNERS = ("DEAL", "CONTACT", "COMPANY")
_SPOTS = ("LIST_MENU", "LIST_TOOLBAR", "DETAIL_TAB", "DETAIL_TOOLBAR", "DETAIL_ACTIVITY", "ACTIVITY_TIMELINE_MENU")
_EVERYWHERE = ("LEFT_MENU", BACKGROUND_WORKER)


@dataclass(frozen=True, slots=True)
class Opened:
    """A place as a browser opened it. ``status`` 0: nobody answered."""

    url: str
    form: Mapping[str, str]
    status: int
    body: str


def codes(store: Store) -> dict[str, str]:
    """Code of a place → the scope an application needs for it; everywhere is an empty one."""
    owners = (*_OWNERS, *(f"DYNAMIC_{one.entity_type_id}" for one in store.types.values()))
    crm = {f"CRM_{owner}_{spot}": "crm" for spot in _SPOTS for owner in owners}
    return {**crm, **dict.fromkeys(_EVERYWHERE, "")}


def opening(
    applications: Applications, options: Options, placement: Placement, user: User, context: Mapping[str, Any]
) -> tuple[str, dict[str, str]]:
    """The address and the form with which the portal opens a place in the name of who looks at it."""
    application = applications.get(placement.application_id)
    assert application is not None, "a place goes away with its application"
    if not application.is_installed and not user.is_admin:
        raise ValueError("приложение ещё не установлено до конца: место видит только администратор")
    query = {"DOMAIN": applications.domain, "PROTOCOL": "0", "LANG": LANGUAGE, "APP_SID": applications.tokens.secret()}
    url = placement.handler + ("&" if urlsplit(placement.handler).query else "?") + urlencode(query)
    return url, _form(applications, options, application, placement, user) | {
        "PLACEMENT_OPTIONS": json.dumps(dict(context), ensure_ascii=False, separators=(",", ":"))
    }


def _form(
    applications: Applications, options: Options, application: Application, placement: Placement, user: User
) -> dict[str, str]:
    pair = applications.tokens.issue(application.id, user.id)
    return {
        "AUTH_ID": pair.access, "AUTH_EXPIRES": str(applications.tokens.left_s(pair.grant)), "REFRESH_ID": pair.refresh,
        "SERVER_ENDPOINT": f"https://{options.oauth_server}/rest/", "APPLICATION_TOKEN": application.application_token,
        "APPLICATION_SCOPE": ",".join(application.scopes), "member_id": application.member_id, "status": STATUS,
        "PLACEMENT": placement.code,
    }  # fmt: skip


def show_page(url: str, form: Mapping[str, str]) -> Opened:
    """Open an address as the frame in the portal's page does: a form is posted, a page comes back."""
    parts = urlsplit(url)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=OPEN_TIMEOUT_S)
    headers = {"Content-Type": "application/x-www-form-urlencoded", "User-Agent": "Mozilla/5.0"}
    try:
        connection.request("POST", f"{parts.path or '/'}?{parts.query}", urlencode(form), headers)
        answer = connection.getresponse()
        return Opened(url, form, answer.status, answer.read(MAX_PAGE_BYTES).decode("utf-8", "replace"))
    except (OSError, HTTPException):
        return Opened(url, form, 0, "")
    finally:
        connection.close()
