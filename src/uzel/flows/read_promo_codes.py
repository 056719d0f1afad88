"""Promo codes of the portal's smart process, read whole: so those that somebody deleted are noticed too."""

import datetime as dt
import logging

from django.db import transaction

from uzel.bitrix24.client import PortalClient
from uzel.bitrix24.entities import smart_process
from uzel.bitrix24.entities.promo_item import read_promo_codes
from uzel.bitrix24.entities.smart_process import PROMO_CODES, KnownProcess
from uzel.bitrix24.errors import Refused, Unavailable
from uzel.flows.look_at_portal import walk
from uzel.hub.models import Portal, PromoCodeRow
from uzel.hub.queries import known_process
from uzel.model.codec import to_json
from uzel.model.promo import PromoCode

PROMO_S = 600  # seconds between two looks at the promo codes
TOO_MANY = "TOO_MANY"
KEY_LIMIT = 255  # characters

log = logging.getLogger(__name__)


def read_promo(portal: Portal, client: PortalClient, now: dt.datetime) -> None:
    """Look at the promo codes if it is time; a portal without smart processes has none."""
    process = known_process(portal, PROMO_CODES)
    if process is None or (portal.promo_read_at and portal.promo_read_at > now - dt.timedelta(seconds=PROMO_S / portal.speed)):
        return
    try:
        _keep(portal, _listed(client, process))
    except (Refused, Unavailable) as error:  # a process that somebody deleted, or too full: orders do not wait for it
        if isinstance(error, Unavailable) and error.code != TOO_MANY:
            raise
        log.warning("promo codes were not read, the known ones stay: %s", error)
    portal.promo_read_at = now
    portal.save(update_fields=["promo_read_at"])


def _listed(client: PortalClient, process: KnownProcess) -> dict[str, tuple[int, PromoCode]]:
    """By key. Of two items with one code the older counts; an item that says no code is nobody's."""
    found: dict[str, tuple[int, PromoCode]] = {}
    for item_id, promo in walk(
        client,
        lambda key, start: smart_process.list_items(key, process, start),
        lambda result: read_promo_codes(result, process),
    ):
        if promo.code and len(promo.key) <= KEY_LIMIT:
            found.setdefault(promo.key, (item_id, promo))
    return found


@transaction.atomic
def _keep(portal: Portal, found: dict[str, tuple[int, PromoCode]]) -> None:
    PromoCodeRow.objects.filter(portal=portal).exclude(key__in=list(found)).delete()
    PromoCodeRow.objects.bulk_create(
        [
            PromoCodeRow(portal=portal, key=key, content=to_json(promo), entity_id=item_id)
            for key, (item_id, promo) in found.items()
        ],
        update_conflicts=True,
        unique_fields=["portal", "key"],
        update_fields=["content", "entity_id"],
    )
