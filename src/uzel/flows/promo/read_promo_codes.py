"""Promo codes of the portal's smart process, read whole: so those that somebody deleted are noticed too, and withdrawn.

a sweep asks what was touched since the last one ─ does it say what the directory does not know? ─ all items ─ the directory

What we write ourselves into the items says nothing that the directory does not know, so it sets off no reading.
"""

import datetime as dt
import logging
from collections.abc import Iterator, Sequence
from functools import partial

from django.db.models import Q

from uzel.bitrix24.client import PortalClient
from uzel.bitrix24.entities import smart_process
from uzel.bitrix24.entities.promo_item import read_promo_codes
from uzel.bitrix24.entities.smart_process import PROMO_CODES, KnownProcess
from uzel.bitrix24.errors import PortalError, Refused
from uzel.flows.portal.portal_reading import pages_since
from uzel.hub.models import Portal
from uzel.hub.promo_book import Entry, keep_all, living, promo_of
from uzel.hub.queries import known_process
from uzel.model.promo import KEY_CHARACTERS, PromoCode

PROMO_S = 600  # seconds between two readings of which nobody said that they are needed
KIND = PROMO_CODES.name  # in `Portal.swept_until`
Item = tuple[int, PromoCode]  # its id, what it says

log = logging.getLogger(__name__)


def read_promo(portal: Portal, client: PortalClient, now: dt.datetime) -> None:
    """Read the promo codes if something of them is news, or it is time; a portal without smart processes has none."""
    process = known_process(portal, PROMO_CODES)
    if process is None:
        return
    portal.refresh_from_db(fields=["promo_read_at"])  # an event may have asked meanwhile
    try:
        if _is_time(portal, now) or any(_is_news(portal, page) for page in _touched(portal, client, process)):
            _read_whole(portal, client, process, now)
    except PortalError as error:
        if not isinstance(error, Refused):
            _mark(portal, None)
            raise
        # A process that somebody deleted: orders do not wait for it, and what is new in it is not asked for.
        log.warning("promo codes were not read, the known ones stay: %s", error)
        portal.swept_until.pop(KIND, None)
        _mark(portal, now)


def _is_time(portal: Portal, now: dt.datetime) -> bool:
    return portal.promo_read_at is None or portal.promo_read_at <= now - dt.timedelta(seconds=PROMO_S / portal.speed)


def _mark(portal: Portal, moment: dt.datetime | None) -> None:
    portal.promo_read_at = moment
    portal.save(update_fields=["promo_read_at", "swept_until"])


def _read_whole(portal: Portal, client: PortalClient, process: KnownProcess, now: dt.datetime) -> None:
    """What people change meanwhile is told of by an event or by the next sweep: both moments are taken before."""
    if KIND not in portal.swept_until:
        portal.swept_until[KIND] = str(client.call("server.time", {}, repeatable=True).result)
    _mark(portal, now)
    keep_all(portal, _listed(client, process))


def _touched(portal: Portal, client: PortalClient, process: KnownProcess) -> Iterator[list[Item]]:
    """Pages of items that somebody touched since the last sweep."""
    command = partial(smart_process.items_since, "page", process)
    for page in pages_since(client, portal.swept_until, KIND, command) if KIND in portal.swept_until else ():
        yield read_promo_codes(page, process)


def _is_news(portal: Portal, items: Sequence[Item]) -> bool:
    """Whether one of the items says what the directory does not know; a younger item of a known code says nothing."""
    there = Q(entity_id__in=[item_id for item_id, _ in items]) | Q(key__in=[promo.key for _, promo in items])
    rows = list(living(portal).filter(there))
    by_item = {row.entity_id: promo_of(row) for row in rows}
    elders = {row.key: row.entity_id for row in rows if row.entity_id}

    def is_news(item_id: int, promo: PromoCode) -> bool:
        if item_id in by_item:
            return by_item[item_id] != promo
        return _counts(promo) and elders.get(promo.key, item_id) >= item_id

    return any(is_news(item_id, promo) for item_id, promo in items)


def _counts(promo: PromoCode) -> bool:
    """An item that says no code is nobody's."""
    return bool(promo.code) and len(promo.key) <= KEY_CHARACTERS


def _listed(client: PortalClient, process: KnownProcess) -> dict[str, Entry]:
    """By key. Of two items with one code the older counts."""
    found: dict[str, Entry] = {}
    listing = smart_process.list_items("all", process)
    for item_id, promo in read_promo_codes({"items": list(client.walk(listing.method, listing.params, "items"))}, process):
        if _counts(promo):
            found.setdefault(promo.key, Entry(promo, item_id))
    return found
