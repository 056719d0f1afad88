"""Cards of clients that people changed: touched ones, those whose requisite was, and a few read in turn.

A requisite that is saved does not touch its card, and an address has no date at all: only reading it tells (bitrix24-rest C6).
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from django.db.models import F

from uzel.bitrix24.client import PortalClient
from uzel.bitrix24.entities import client_card, requisite
from uzel.flows.clients.receive_card import receive_card
from uzel.flows.clients.write_cards import CardKey
from uzel.flows.portal.attend_application import NEW_REQUISITE, REQUISITE
from uzel.flows.portal.portal_changes import Changes, item_moments
from uzel.flows.portal.portal_reading import read_cards
from uzel.hub.models import CounterpartyBinding, Portal

IN_TURN = 200  # cards read at a time although nothing is said of them
TURN_S = 60  # seconds between two such readings, however often events make the sweep look


def touched_cards(portal: Portal) -> list[Changes]:
    """Lists of contacts, companies and requisites that somebody else touched last."""
    ours = portal.exchange_user_id or 0
    cards = [
        Changes(kind, partial(client_card.changed_since, kind, kind, not_by=ours), item_moments) for kind in client_card.TYPE_ID
    ]
    stamps = {REQUISITE: requisite.MODIFIED, NEW_REQUISITE: requisite.CREATED}
    return cards + [
        Changes(
            kind,
            partial(requisite.stamped_since, kind, stamp, not_by=ours),
            partial(requisite.moments, stamp=stamp),
            spare=True,
        )
        for kind, stamp in stamps.items()
    ]


def receive_cards(portal: Portal, client: PortalClient, pages: Mapping[str, Sequence[Any]], now: dt.datetime) -> None:
    """Read those of the touched cards that are somebody's, and a few others in turn, and take their news."""
    touched = {(kind, one.entity_id) for kind in client_card.TYPE_ID for one in _cards(pages[kind], kind)}
    for page in (*pages[REQUISITE], *pages[NEW_REQUISITE]):
        touched.update(requisite.read_owners(page))
    touched.update(_in_turn(portal, now))
    for kind in client_card.TYPE_ID:
        ids = [entity_id for its_kind, entity_id in touched if its_kind == kind]
        bound = CounterpartyBinding.objects.filter(portal=portal, kind=kind, entity_id__in=ids)
        for known in read_cards(client, kind, sorted({binding.entity_id for binding in bound if binding.entity_id})):
            receive_card(portal, known)


def _cards(pages: Sequence[Any], kind: str) -> list[client_card.KnownCard]:
    return [known for page in pages for known in client_card.read_cards(page, kind)]


def _in_turn(portal: Portal, now: dt.datetime) -> list[CardKey]:
    """Clients of bases that receive changes; what nobody is told of need not be looked for."""
    bound = CounterpartyBinding.objects.filter(portal=portal, entity_id__isnull=False, node__receives_changes=True)
    if bound.filter(checked_at__gt=now - dt.timedelta(seconds=TURN_S / portal.speed)).exists():
        return []
    by_age = bound.order_by(F("checked_at").asc(nulls_first=True), "pk")
    rows = list(by_age.values_list("pk", "kind", "entity_id")[:IN_TURN])
    CounterpartyBinding.objects.filter(pk__in=[pk for pk, _, _ in rows]).update(checked_at=now)
    return [(kind, entity_id) for _, kind, entity_id in rows if entity_id is not None]
