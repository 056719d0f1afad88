"""What an event of the portal means for us: it may come late, twice or not at all, so it only makes something due."""

from collections.abc import Callable, Mapping

from django.db.models import F
from django.utils import timezone

from uzel.bitrix24.entities.events import (
    CARD_EVENTS,
    DEAL_EVENTS,
    GONE_EVENTS,
    ITEM_EVENTS,
    ITEM_GONE_EVENTS,
    OFFLINE_EVENTS,
    Subject,
)
from uzel.bitrix24.entities.smart_process import PROMO_CODES
from uzel.flows.portal.portal_access import GONE
from uzel.flows.promo.read_promo_codes import walk_soon
from uzel.hub.models import DealNotice, Portal, PortalApplication, PromoCodeRow
from uzel.hub.queries import known_process


def take_event(portal: Portal, event: str, subject: Subject) -> bool:
    """Note it; False: it is not for us, or says nothing."""
    take = TAKE.get(event.upper())
    return take is not None and take(portal, subject)


def _deal(portal: Portal, subject: Subject) -> bool:
    """Make the deal due for a look; any number of events is one look."""
    deal_id = subject.entity_id
    if deal_id is None:
        return False
    DealNotice.objects.get_or_create(portal=portal, deal_id=deal_id, defaults={"noticed": 0})
    DealNotice.objects.filter(portal=portal, deal_id=deal_id).update(noticed=F("noticed") + 1)
    return True


def sweep_soon(portal: Portal) -> None:
    """Something changed and nobody knows what: the sweep will find it."""
    Portal.objects.filter(pk=portal.pk).update(swept_at=None)


def _sweep(portal: Portal, _: Subject) -> bool:
    sweep_soon(portal)
    return True


def _item(portal: Portal, subject: Subject) -> bool:
    """The sweep looks for changed promo codes. Other smart processes are none of ours, or written by nobody but us."""
    process = known_process(portal, PROMO_CODES)
    if process is None or subject.type_id not in (None, process.entity_type_id):
        return False
    sweep_soon(portal)
    return True


def _item_gone(portal: Portal, subject: Subject) -> bool:
    """What is no more is in no list of changes: it is looked for."""
    if not _item(portal, subject):
        return False
    if subject.entity_id is None:
        walk_soon(portal)
    PromoCodeRow.objects.filter(portal=portal, entity_id=subject.entity_id, deleted=False).update(doubted=True)
    return True


def _fetch(portal: Portal, _: Subject) -> bool:
    Portal.objects.filter(pk=portal.pk).update(events_wait=True)
    return True


def _gone(portal: Portal, _: Subject) -> bool:
    """Its tokens are dead from now on; everything else stays for the next connection."""
    here = PortalApplication.objects.filter(portal=portal, installed_at__isnull=False, gone_at=None)
    dead = {"sealed_access_token": "", "sealed_refresh_token": "", "events": ""}
    if here.update(gone_at=timezone.now(), **dead):
        Portal.objects.filter(pk=portal.pk).update(problem=GONE)
    return True


TAKE: Mapping[str, Callable[[Portal, Subject], bool]] = {
    **dict.fromkeys(DEAL_EVENTS, _deal),
    **dict.fromkeys(CARD_EVENTS, _sweep),
    **dict.fromkeys(ITEM_EVENTS, _item),
    **dict.fromkeys(ITEM_GONE_EVENTS, _item_gone),
    **dict.fromkeys(OFFLINE_EVENTS, _fetch),
    **dict.fromkeys(GONE_EVENTS, _gone),
}
