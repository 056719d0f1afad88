"""Promo codes of the portal's smart process, read whole: so those that somebody deleted are noticed too, and withdrawn."""

import datetime as dt
import logging

from uzel.bitrix24.client import PortalClient
from uzel.bitrix24.entities import smart_process
from uzel.bitrix24.entities.promo_item import read_promo_codes
from uzel.bitrix24.entities.smart_process import PROMO_CODES, KnownProcess
from uzel.bitrix24.errors import Refused, Unavailable
from uzel.flows.setup.look_at_portal import walk
from uzel.hub.models import Portal
from uzel.hub.promo_book import Entry, keep_all
from uzel.hub.queries import known_process
from uzel.model.promo import KEY_CHARACTERS

PROMO_S = 600  # seconds between two looks at the promo codes
TOO_MANY = "TOO_MANY"

log = logging.getLogger(__name__)


def read_promo(portal: Portal, client: PortalClient, now: dt.datetime) -> None:
    """Look at the promo codes if it is time; a portal without smart processes has none."""
    process = known_process(portal, PROMO_CODES)
    if process is None or (portal.promo_read_at and portal.promo_read_at > now - dt.timedelta(seconds=PROMO_S / portal.speed)):
        return
    try:
        keep_all(portal, _listed(client, process))
    except (Refused, Unavailable) as error:  # a process that somebody deleted, or too full: orders do not wait for it
        if isinstance(error, Unavailable) and error.code != TOO_MANY:
            raise
        log.warning("promo codes were not read, the known ones stay: %s", error)
    portal.promo_read_at = now
    portal.save(update_fields=["promo_read_at"])


def _listed(client: PortalClient, process: KnownProcess) -> dict[str, Entry]:
    """By key. Of two items with one code the older counts; an item that says no code is nobody's."""
    found: dict[str, Entry] = {}
    for item_id, promo in walk(
        client,
        lambda key, start: smart_process.list_items(key, process, start),
        lambda result: read_promo_codes(result, process),
    ):
        if promo.code and len(promo.key) <= KEY_CHARACTERS:
            found.setdefault(promo.key, Entry(promo, item_id))
    return found
