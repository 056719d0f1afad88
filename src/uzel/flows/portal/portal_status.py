"""``uzel portal status``: which way into the portal is used, whether it works, and what is wrong."""

import datetime as dt
from dataclasses import dataclass

from uzel.bitrix24.oauth import REFRESH_LIFE_DAYS
from uzel.flows.portal.portal_access import application_of
from uzel.flows.portal.portal_words import APPLICATION, NONE, OUTGOING, WEBHOOK
from uzel.flows.portal.renew_token import NO_KEYS
from uzel.hub.models import Portal, PortalApplication

WARN_DAYS = 30  # before the refresh token ends


@dataclass(frozen=True, slots=True)
class Status:
    """Moments are None where the thing has not happened. ``warnings`` are for the administrator, in Russian."""

    portal: str
    way: str
    address: str
    user_id: int | None
    user_name: str
    connected_at: dt.datetime | None
    events: str
    last_event_at: dt.datetime | None
    swept_at: dt.datetime | None
    awaits_installation: bool
    access_ends_at: dt.datetime | None
    refreshed_at: dt.datetime | None
    refresh_days_left: int | None
    inventory_accounting: bool | None
    problem: str
    promo_problem: str
    warnings: tuple[str, ...]


def portal_status(portal: Portal, now: dt.datetime) -> Status:
    """As the tables have it; the portal is not called."""
    row = PortalApplication.objects.filter(portal=portal).first()
    used = application_of(portal)
    return Status(
        portal=portal.code,
        way=APPLICATION if used else WEBHOOK if portal.sealed_webhook else NONE,
        address=row.address if row else "",
        user_id=portal.exchange_user_id,
        user_name=portal.user_name,
        connected_at=portal.connected_at,
        events=_events(portal, used),
        last_event_at=portal.last_event_at,
        swept_at=portal.swept_at,
        awaits_installation=bool(row and row.sealed_install_secret),
        access_ends_at=used.access_ends_at if used else None,
        refreshed_at=used.refreshed_at if used else None,
        refresh_days_left=refresh_days_left(used, now),
        inventory_accounting=portal.inventory_accounting,
        problem=(used.lost if used else "") or portal.problem,
        promo_problem=portal.promo_problem,
        warnings=tuple(_warnings(row, used, now)),
    )


def refresh_days_left(row: PortalApplication | None, now: dt.datetime) -> int | None:
    """Whole days of the refresh token; None where there is none."""
    if row is None or row.refreshed_at is None or row.gone_at is not None:
        return None
    return max(0, (row.refreshed_at + dt.timedelta(days=REFRESH_LIFE_DAYS) - now).days)


def token_warning(row: PortalApplication | None, now: dt.datetime) -> str:
    """What to do about keys that come to their end; "" while nothing."""
    left = refresh_days_left(row, now)
    if row is None or left is None:
        return ""
    if not row.client_id or not row.sealed_client_secret:
        return NO_KEYS
    if left >= WARN_DAYS:
        return ""
    return (
        f"Ключ обновления приложения доживает последние дни (осталось: {left}): запустите обмен (uzel worker), и он сменится "
        "сам; после конца срока приложение придётся подключать заново."
    )


def _events(portal: Portal, used: PortalApplication | None) -> str:
    if used is not None:
        return used.events or NONE
    return OUTGOING if portal.sealed_webhook and portal.last_event_at else NONE


def _warnings(row: PortalApplication | None, used: PortalApplication | None, now: dt.datetime) -> list[str]:
    found = [token_warning(used, now), row.refusal if row else ""]
    if used is not None and used.renewal_sent_at is not None:
        found.append("На последнее обновление ключей приложения ответа не было; обмен попробует прежний ключ ещё раз.")
    return [text for text in found if text]
