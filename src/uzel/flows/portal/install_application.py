"""An installation of our application is accepted once, when it was asked for, and from the portal that was named.

asked (a secret in the path) ─ ONAPPINSTALL: tokens kept sealed ─ the first call succeeds (``attend_application``)
"""

import datetime as dt
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from hmac import compare_digest
from urllib.parse import urlsplit

from django.db import transaction
from django.utils import timezone

from uzel.bitrix24 import oauth, wire
from uzel.bitrix24.entities.events import INSTALLED
from uzel.bitrix24.oauth import LONGEST_TOKEN_CHARS, SERVERS
from uzel.flows.portal.attend_application import attend_application
from uzel.flows.portal.portal_line import open_line
from uzel.flows.portal.portal_status import Status, portal_status
from uzel.flows.portal.renew_token import renew_token
from uzel.hub.models import Portal, PortalApplication

SECRET_BYTES = 24
LONGEST_MEMBER_ID_CHARS = 64
SUNK = "Портал прислал установку "
ANOTHER_PORTAL = SUNK + "другого портала ({found}), а ждали её от {wanted}. Она не принята; проверьте --domain."
WITHOUT_TOKENS = (
    SUNK + "без ключей доступа. Отметьте в приложении «Использует только API», укажите путь первоначальной установки "
    "и сохраните приложение заново."
)


class WrongAddressError(ValueError):
    """What was given is no address; the text is for the person who gave it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the administrator says of the application; empty: as it was said before."""

    domain: str = ""
    hub: str = ""
    client_id: str = ""
    client_secret: str = ""
    oauth_server: str = ""
    speed: float = 1.0


@transaction.atomic
def ask_installation(asked: Asked) -> PortalApplication:
    """Expect an installation from now on. Asked again while one is expected, the path stays the same."""
    portal = Portal.objects.select_for_update().first() or Portal(speed=asked.speed)
    portal.speed = asked.speed
    portal.save()
    row = PortalApplication.objects.filter(portal=portal).first() or PortalApplication(portal=portal)
    row.address = _origin(asked.domain, row.address, "--domain", "your-portal.bitrix24.ru")
    row.hub_address = _origin(asked.hub, row.hub_address, "--hub", "https://uzel.example.ru")
    row.oauth_server = _origin(asked.oauth_server, row.oauth_server, "--oauth-server", SERVERS[0], needed=False)
    set_keys(row, asked)
    if not row.sealed_install_secret:
        row.install_secret = secrets.token_urlsafe(SECRET_BYTES)
    row.refusal, row.events_checked_at = "", None
    row.save()
    return row


def set_keys(row: PortalApplication, asked: Asked) -> None:
    """The keys that the portal's form shows; not saved here."""
    row.client_id = asked.client_id or row.client_id
    if asked.client_secret:
        row.client_secret = asked.client_secret


def keys_are_lacking(asked: Asked) -> bool:
    """Whether the application is installed and only the keys are being given."""
    is_installed = PortalApplication.objects.filter(installed_at__isnull=False, gone_at=None).exists()
    return is_installed and bool(asked.client_id or asked.client_secret) and not asked.domain


def give_keys(asked: Asked) -> None:
    """Remember the keys and try them: an hour later would be too late to learn that they are wrong. Raises PortalError."""
    with transaction.atomic():
        row = PortalApplication.objects.select_for_update().get(installed_at__isnull=False)
        set_keys(row, asked)
        row.oauth_server = _origin(asked.oauth_server, row.oauth_server, "--oauth-server", SERVERS[0], needed=False)
        row.lost = ""
        row.save(update_fields=["client_id", "sealed_client_secret", "oauth_server", "lost"])
    with wire.open_http() as http:
        renew_token(row.pk, http, row.access_token)


def complete_installation(portal: Portal) -> Status:
    """The first call and the binding of events, by whoever comes first: the worker or the command that waits."""
    with open_line(portal) as client:
        attend_application(portal, client, timezone.now())
    return portal_status(portal, timezone.now())


def install_path(row: PortalApplication) -> str:
    """What to enter as the path of initial installation: a password that works once."""
    return f"{row.hub_address}/portal/{row.portal.code}/install/{row.install_secret}"


@transaction.atomic
def take_installation(code: str, secret: str, form: Mapping[str, str], now: dt.datetime) -> int | None:
    """The portal's id when the installation was accepted or its refusal is on record; None for a stranger."""
    row = PortalApplication.objects.select_for_update().filter(portal__code=code).first()
    expected = row.install_secret if row else ""
    if row is None or not expected or not compare_digest(secret.encode(), expected.encode()):
        return None
    if form.get("event", "").upper() != INSTALLED:
        return None
    row.refusal = _refusal(row, form)
    if row.refusal:
        row.save(update_fields=["refusal"])
    else:
        _accept(row, form, now)
    return row.portal_id


def _refusal(row: PortalApplication, form: Mapping[str, str]) -> str:
    endpoint = form.get("auth[client_endpoint]", "")
    if _host(endpoint) != _host(row.address):
        return ANOTHER_PORTAL.format(found=_host(endpoint)[:100] or "адрес не указан", wanted=_host(row.address))
    given = [form.get(f"auth[{name}]", "") for name in ("access_token", "refresh_token", "application_token", "member_id")]
    longest = LONGEST_TOKEN_CHARS, LONGEST_TOKEN_CHARS, LONGEST_TOKEN_CHARS, LONGEST_MEMBER_ID_CHARS
    return "" if all(0 < len(one) <= most for one, most in zip(given, longest, strict=True)) else WITHOUT_TOKENS


def _accept(row: PortalApplication, form: Mapping[str, str], now: dt.datetime) -> None:
    named = oauth.origin_of(form.get("auth[server_endpoint]", ""))
    row.oauth_server = row.oauth_server or (named if named in SERVERS else SERVERS[0])
    row.member_id, row.application_token = form["auth[member_id]"], form["auth[application_token]"]
    row.access_token, row.refresh_token = form["auth[access_token]"], form["auth[refresh_token]"]
    row.access_ends_at = now + dt.timedelta(seconds=oauth.seconds_of(form.get("auth[expires_in]")))
    row.install_secret = row.lost = row.events = row.connector = ""
    row.installed_at = row.refreshed_at = now
    row.renewal_sent_at = row.gone_at = row.verified_at = row.events_checked_at = None
    row.fetching = False
    row.save()
    Portal.objects.filter(pk=row.portal_id).update(swept_at=None, problem="")


def _origin(given: str, before: str, option: str, example: str, *, needed: bool = True) -> str:
    if not given:
        if needed and not before:
            raise WrongAddressError(f"Укажите {option}, например {option} {example}")
        return before
    origin = oauth.origin_of(given)
    if not origin:
        raise WrongAddressError(f"{option}: нужен адрес вида {example} (только https)")
    return origin


def _host(address: str) -> str:
    try:
        return urlsplit(address).netloc.lower()
    except ValueError:
        return ""
