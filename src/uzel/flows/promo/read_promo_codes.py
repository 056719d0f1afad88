"""Cards of promo codes become the directory: what people change at once, what they delete when nobody finds it any more.

a sweep: cards touched since the last one ─ kept │ cards that may be gone ─ looked for │ a stretch of the walk ─ compared

The walk goes through all cards by their ids, a stretch in a sweep, and rests between two rounds. A code whose card is not
met within its stretch is withdrawn, so a round costs the same however often people change something.
"""

import datetime as dt
import logging
from collections.abc import Iterator, Sequence, Set
from functools import partial

from django.db.models import Q

from uzel.bitrix24.batch import MOST_SECONDS, Chain, Command, Done, Failed
from uzel.bitrix24.client import PortalClient
from uzel.bitrix24.entities import smart_process
from uzel.bitrix24.entities.promo_item import read_promo_codes
from uzel.bitrix24.entities.smart_process import PROMO_CODES, KnownProcess
from uzel.bitrix24.errors import Refused, Unavailable
from uzel.flows.portal.portal_changes import pages_since
from uzel.flows.portal.portal_reading import IDS_A_COMMAND, chunks, read_all
from uzel.hub.models import Portal, PromoCodeRow
from uzel.hub.promo_book import Entry, keep, keep_all, living
from uzel.hub.queries import known_process
from uzel.model.promo import KEY_CHARACTERS, PromoCode

PROMO_S = 600  # seconds between two rounds of the walk
STRETCH_LISTS = 50  # lists of 50 cards in a stretch: one batch
MOST_CARDS = 200_000  # that the directory holds
TOO_MANY = f"Карточек промокодов больше {MOST_CARDS}: остальные обмен читает, только когда их меняют."
KIND = PROMO_CODES.name  # in `Portal.swept_until`: up to when touched cards are known
LONG_AGO = dt.datetime(2000, 1, 1, tzinfo=dt.UTC)
WALK = "promo_walk"  # there: the last id that the walk has passed
Item = tuple[int, PromoCode]  # its id, what it says

log = logging.getLogger(__name__)


def read_promo(portal: Portal, client: PortalClient, now: dt.datetime) -> bool:
    """Follow the cards by one step; whether more touched ones wait. A portal without smart processes has none."""
    process = known_process(portal, PROMO_CODES)
    if process is None:
        return False
    portal.refresh_from_db(fields=["promo_read_at"])  # an event may have asked meanwhile
    more = False
    try:
        if KIND in portal.swept_until:
            more = _follow(portal, client, process)
        if WALK in portal.swept_until or _is_time(portal, now):
            if KIND not in portal.swept_until:  # what people change during the first round is met by the next sweep
                portal.swept_until[KIND] = str(client.call("server.time", {}, repeatable=True).result)
            _walk(portal, client, process, now)
    except Refused as error:  # somebody deleted the process: orders do not wait for it, and what is new in it is not asked for
        portal.swept_until.pop(KIND, None)
        _end_round(portal, now, f"Промокоды портала не читаются, известные остаются: {error}")
        return False
    return more


def walk_soon(portal: Portal) -> None:
    """Cards were deleted and nobody says which: the next round begins with the next sweep."""
    Portal.objects.filter(pk=portal.pk, promo_read_at__isnull=False).update(promo_read_at=LONG_AGO)


def forget_cards(portal: Portal) -> None:
    """The smart process was taken out of the portal on purpose: its codes are withdrawn. The portal is not saved here."""
    keep_all(portal, {})
    portal.promo_read_at, portal.promo_problem = None, ""
    portal.swept_until = {kind: moment for kind, moment in portal.swept_until.items() if kind not in (KIND, WALK)}


def _is_time(portal: Portal, now: dt.datetime) -> bool:
    return portal.promo_read_at is None or portal.promo_read_at <= now - dt.timedelta(seconds=PROMO_S / portal.speed)


def _end_round(portal: Portal, now: dt.datetime, problem: str = "") -> None:
    if problem:
        log.warning("portal %s: %s", portal.code, problem)
    portal.swept_until.pop(WALK, None)
    portal.promo_read_at, portal.promo_problem = now, problem
    portal.save(update_fields=["promo_read_at", "promo_problem", "swept_until"])


# --- what changed -----------------------------------------------------------------------------------------------------


def _follow(portal: Portal, client: PortalClient, process: KnownProcess) -> bool:
    """Cards that somebody touched since the last sweep, and those that were said to be deleted; whether more wait."""
    more = False
    for page, ends_here in pages_since(client, portal.swept_until, KIND, partial(smart_process.items_since, "page", process)):
        _take(portal, read_promo_codes(page, process))
        portal.save(update_fields=["swept_until"])
        more = ends_here
    doubted = PromoCodeRow.objects.filter(portal=portal, doubted=True)
    for ids in chunks([row.entity_id for row in doubted if row.entity_id], IDS_A_COMMAND):
        found = read_all(client, [smart_process.items_of_ids("items", process, ids)])
        if not found:
            raise Unavailable("NOT_READ", "карточки промокодов не прочитаны")
        items = read_promo_codes(found["items"], process)
        _take(portal, items, gone=set(ids) - {item_id for item_id, _ in items})
        doubted.filter(entity_id__in=ids).update(doubted=False)
    return more


def _take(portal: Portal, items: Sequence[Item], gone: Set[int] = frozenset()) -> None:
    """Put into the directory what cards say. Of two cards with one code the older counts; a renamed one leaves its code."""
    said = {item_id: promo for item_id, promo in sorted(items, key=lambda item: item[0]) if _counts(promo)}
    ids = gone | {item_id for item_id, _ in items}
    rows = list(living(portal).filter(Q(entity_id__in=ids) | Q(key__in={promo.key for promo in said.values()})))
    left = {row.entity_id for row in rows if row.entity_id in ids and _has_left(row, said)}
    elders = {row.key: row.entity_id for row in rows if row.entity_id and row.entity_id not in left}
    found: dict[str, Entry] = {}
    for item_id, promo in said.items():
        if elders.get(promo.key, item_id) >= item_id:
            found.setdefault(promo.key, Entry(promo, item_id))
    keep(portal, found, gone=[entity_id for entity_id in left if entity_id])


def _has_left(row: PromoCodeRow, said: dict[int, PromoCode]) -> bool:
    """Whether the card of the row is gone, or says another code now."""
    promo = said.get(row.entity_id or 0)
    return promo is None or promo.key != row.key


def _counts(promo: PromoCode) -> bool:
    """An item that says no code is nobody's."""
    return bool(promo.code) and len(promo.key) <= KEY_CHARACTERS


# --- the walk ---------------------------------------------------------------------------------------------------------


def _walk(portal: Portal, client: PortalClient, process: KnownProcess, now: dt.datetime) -> None:
    """One stretch; the first round is gone to its end at once, because half a directory would call good codes unknown."""
    lists = 1
    while True:
        passed = int(portal.swept_until.get(WALK, 0))
        here = living(portal).filter(entity_id__gt=passed)
        lists = max(lists, here.count() // IDS_A_COMMAND + 1)
        items, ended = _stretch(client, process, passed, lists)
        if not ended:
            here = here.filter(entity_id__lte=items[-1][0])
        known = {entity_id for entity_id in here.values_list("entity_id", flat=True) if entity_id}
        _take(portal, items, gone=known - {item_id for item_id, _ in items})
        if ended:
            return _end_round(portal, now)
        if living(portal).filter(entity_id__isnull=False).count() >= MOST_CARDS:
            return _end_round(portal, now, TOO_MANY)
        portal.swept_until[WALK] = str(items[-1][0])
        portal.save(update_fields=["swept_until"])
        if portal.promo_read_at is not None:
            return None
        lists = STRETCH_LISTS


def _stretch(client: PortalClient, process: KnownProcess, passed: int, lists: int) -> tuple[list[Item], bool]:
    """Cards with greater ids, oldest first, and whether these are all; lists of a batch take their start from each other."""
    commands = [smart_process.items_after("p0", process, passed)]
    list_s = max(client.cost(commands[0].method), MOST_SECONDS / STRETCH_LISTS)
    lists = min(lists, max(1, int(MOST_SECONDS / list_s)))
    commands += [
        smart_process.items_after(f"p{place}", process, f"$result[p{place - 1}][items][{IDS_A_COMMAND - 1}][id]")
        for place in range(1, lists)
    ]
    items: list[Item] = []
    for page in _pages(client, commands):
        found = read_promo_codes(page, process)
        if found and found[0][0] <= (items[-1][0] if items else passed):
            raise Unavailable("NO_PROGRESS", "портал отдаёт карточки промокодов не по порядку")
        items += found
        if len(found) < IDS_A_COMMAND:  # what follows in the batch had nothing to start from
            return items, True
    return items, False


def _pages(client: PortalClient, commands: Sequence[Command]) -> Iterator[object]:
    """Answers of one batch in their order, up to the first that is none."""
    for _, outcomes in client.batches([(Chain(tuple(commands)),)], repeatable=True):
        for place, command in enumerate(commands):
            outcome = outcomes[command.key]
            if isinstance(outcome, Done):
                yield outcome.result
            elif place:
                return
            elif isinstance(outcome, Failed):
                raise Refused(outcome.code, outcome.text)
            else:
                raise Unavailable("NOT_READ", "карточки промокодов не прочитаны")
