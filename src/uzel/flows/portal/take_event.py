"""What an event of the portal means for us: it may come late, twice or not at all, so it only makes something due."""

from collections.abc import Callable, Mapping

from django.db.models import F
from django.utils import timezone

from uzel.bitrix24.entities.events import CARD_EVENTS, DEAL_EVENTS, GONE_EVENTS, OFFLINE_EVENTS
from uzel.flows.portal.portal_access import GONE
from uzel.hub.models import DealNotice, Portal, PortalApplication


def take_event(portal: Portal, event: str, entity_id: int | None) -> bool:
    """Note it; False: it is not for us, or says nothing."""
    take = TAKE.get(event.upper())
    return take is not None and take(portal, entity_id)


def _deal(portal: Portal, deal_id: int | None) -> bool:
    """Make the deal due for a look; any number of events is one look."""
    if deal_id is None:
        return False
    DealNotice.objects.get_or_create(portal=portal, deal_id=deal_id, defaults={"noticed": 0})
    DealNotice.objects.filter(portal=portal, deal_id=deal_id).update(noticed=F("noticed") + 1)
    return True


def sweep_soon(portal: Portal) -> None:
    """Something changed and nobody knows what: the sweep will find it."""
    Portal.objects.filter(pk=portal.pk).update(swept_at=None)


def _sweep(portal: Portal, _: int | None) -> bool:
    sweep_soon(portal)
    return True


def _fetch(portal: Portal, _: int | None) -> bool:
    Portal.objects.filter(pk=portal.pk).update(events_wait=True)
    return True


def _gone(portal: Portal, _: int | None) -> bool:
    """Its tokens are dead from now on; everything else stays for the next connection."""
    here = PortalApplication.objects.filter(portal=portal, installed_at__isnull=False, gone_at=None)
    dead = {"sealed_access_token": "", "sealed_refresh_token": "", "events": ""}
    if here.update(gone_at=timezone.now(), **dead):
        Portal.objects.filter(pk=portal.pk).update(problem=GONE)
    return True


TAKE: Mapping[str, Callable[[Portal, int | None], bool]] = {
    **dict.fromkeys(DEAL_EVENTS, _deal),
    **dict.fromkeys(CARD_EVENTS, _sweep),
    **dict.fromkeys(OFFLINE_EVENTS, _fetch),
    **dict.fromkeys(GONE_EVENTS, _gone),
}
