"""What changed in the portal: deals it told us of, deals and cards touched since the last look, and a few looked at in turn.

Events get lost, and a change of rows alone may not touch the deal ([?] of bitrix24-rest G1): nothing rests on one of the three.
After a mass edit a look takes a part; the rest is due at once, and what is to be written goes in between.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial

from django.db.models import F, QuerySet

from uzel.bitrix24.client import PortalClient
from uzel.bitrix24.entities import client_card
from uzel.bitrix24.entities import deal as deals
from uzel.bitrix24.entities.deal import Deal, DealState
from uzel.bitrix24.errors import Unavailable
from uzel.flows.clients.sweep_cards import receive_cards, touched_cards
from uzel.flows.deals.receive_deal import Arrived, forget_deal, needs_card, node_of, receive_deal
from uzel.flows.portal.attend_application import DEAL, attend_application
from uzel.flows.portal.deals_in_turn import deals_in_turn
from uzel.flows.portal.portal_changes import Changes, item_moments, read_changes
from uzel.flows.portal.portal_limits import learn_licence
from uzel.flows.portal.portal_line import portal_line
from uzel.flows.portal.portal_reading import chunks, read_all, read_cards, read_rows
from uzel.flows.promo.read_promo_codes import read_promo
from uzel.flows.setup.undo_setup import is_undone
from uzel.flows.staff.follow_staff import read_users
from uzel.hub.models import DealNotice, OrderRow, Portal
from uzel.hub.queries import node_field_of
from uzel.model.codec import from_json

SWEEP_S = 60  # seconds between two sweeps without an event
USERS_S = 3600  # seconds between two looks at the list of employees
PAGE = 50
LOOK_NOTICES = 1000  # deals that the portal told of, in one look
MORE = "more"  # in `Portal.swept_until`: the last look has not come to the end


def sweep(portal_id: int, now: dt.datetime) -> int:
    """Look at the portal now; returns the number of deals read. 0 while another process speaks with it."""
    portal = Portal.objects.get(pk=portal_id)
    with portal_line(portal) as client:
        return 0 if client is None or is_undone(portal) else look(portal, client, now)


def is_due(portal: Portal, now: dt.datetime) -> bool:
    """Whether the portal said something, or nobody has looked for a while."""
    if is_unfinished(portal) or _notices(portal).exists():
        return True
    if Portal.objects.filter(pk=portal.pk, events_wait=True).exists():
        return True
    return portal.swept_at is None or portal.swept_at <= now - dt.timedelta(seconds=SWEEP_S / portal.speed)


def is_unfinished(portal: Portal) -> bool:
    """Whether the last look left something for the next."""
    return MORE in portal.swept_until


def _notices(portal: Portal) -> QuerySet[DealNotice]:
    return DealNotice.objects.filter(portal=portal, noticed__gt=F("handled"))


def look(portal: Portal, client: PortalClient, now: dt.datetime) -> int:
    """One sweep on an open line, which ends in time however much was changed."""
    attend_application(portal, client, now)
    if portal.users_read_at is None or portal.users_read_at <= now - dt.timedelta(seconds=USERS_S):
        read_users(portal, client, now)
        learn_licence(client)
    more_promo = read_promo(portal, client, now)
    notices = list(_notices(portal).order_by("noticed_at", "pk")[:LOOK_NOTICES])
    since = dict(portal.swept_until)
    pages, more = read_changes(client, since, [_touched_deals(portal), *touched_cards(portal)])
    found = (deal for page in pages[DEAL] for deal in deals.read_items(page, node_field_of(portal)))
    changed = {deal.deal_id: deal for deal in found}  # pages overlap by a second
    _receive_all(portal, client, list(changed.values()), now)
    receive_cards(portal, client, pages, now)
    asked = {notice.deal_id for notice in notices} | set(deals_in_turn(portal, since, now))
    look_at(portal, client, sorted(asked - set(changed)), now)
    for notice in notices:
        DealNotice.objects.filter(pk=notice.pk).update(handled=notice.noticed)
    since.pop(MORE, None)
    if more or more_promo or len(notices) == LOOK_NOTICES:
        since[MORE] = now.isoformat()
    portal.swept_until, portal.swept_at = since, now
    portal.save(update_fields=["swept_until", "swept_at"])
    return len(changed) + len(asked)


def look_at(portal: Portal, client: PortalClient, deal_ids: Sequence[int], now: dt.datetime) -> None:
    """Read these deals whole, whoever touched them last; those that are gone are forgotten."""
    found = list(_deals(portal, client, deal_ids))
    _receive_all(portal, client, found, now)
    for deal_id in set(deal_ids) - {deal.deal_id for deal in found}:
        forget_deal(portal, deal_id)


def _deals(portal: Portal, client: PortalClient, deal_ids: Sequence[int]) -> Iterator[Deal]:
    node_field = node_field_of(portal)
    commands = [deals.of_ids(f"deals{place}", node_field, ids) for place, ids in enumerate(chunks(deal_ids, PAGE))]
    found = read_all(client, commands)
    if len(found) < len(commands):  # an unread page must not look like deleted deals
        raise Unavailable("NOT_READ", "сделки не прочитаны")
    for result in found.values():
        yield from deals.read_items(result, node_field_of(portal))


def _touched_deals(portal: Portal) -> Changes:
    """Deals that people touched last. Where we wrote after them, the write itself has read them."""
    command = partial(deals.changed_since, DEAL, node_field_of(portal), not_by=portal.exchange_user_id or 0)
    return Changes(DEAL, command, item_moments)


def _receive_all(portal: Portal, client: PortalClient, found: Sequence[Deal], now: dt.datetime) -> None:
    """Rows and clients are read only of deals that are somebody's order or may become one."""
    shown = _shown(portal, [deal.deal_id for deal in found])
    found = [deal for deal in found if deal.deal_id in shown or node_of(portal, deal.state.node)]
    rows = read_rows(client, [deal.deal_id for deal in found])
    wanted = {card for deal in found for card in needs_card(shown.get(deal.deal_id, DealState()), deal.state)}
    arrived = Arrived(_cards(client, wanted))
    for deal in found:
        receive_deal(portal, replace(deal, state=replace(deal.state, rows=rows[deal.deal_id])), arrived, now)


def _shown(portal: Portal, deal_ids: Iterable[int]) -> dict[int, DealState]:
    rows = OrderRow.objects.filter(node__portal=portal, deal_id__in=list(deal_ids))
    return {
        deal_id: DealState() if shown is None else from_json(DealState, shown)
        for deal_id, shown in rows.values_list("deal_id", "deal")
        if deal_id is not None
    }


def _cards(client: PortalClient, wanted: set[tuple[str, int]]) -> dict[tuple[str, int], client_card.KnownCard]:
    found = {}
    for kind in client_card.TYPE_ID:
        for known in read_cards(client, kind, sorted(entity_id for its_kind, entity_id in wanted if its_kind == kind)):
            found[kind, known.entity_id] = known
    return found
