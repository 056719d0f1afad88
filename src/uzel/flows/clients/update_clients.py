"""What a base changed in a counterparty goes into his card; what people keep in the card stays."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from uzel.bitrix24.batch import Outcome
from uzel.bitrix24.client import PortalClient
from uzel.bitrix24.entities import client_card
from uzel.bitrix24.entities.client_card import ClientCard, KnownCard
from uzel.flows.clients.receive_card import receive_card
from uzel.flows.clients.write_cards import CardKey, key_of_card, write_cards
from uzel.flows.portal.portal_job import Job, not_written, taken_anew
from uzel.flows.portal.portal_reading import read_cards
from uzel.hub.models import Portal
from uzel.mapping.counterparty_card import key_of, moved, with_values


def update_clients(portal: Portal, client: PortalClient, jobs: Sequence[Job], now: dt.datetime) -> list[Job]:
    """Write changed cards, each read before it is written over; returns the jobs whose cards show what they should.

    What people changed in a card is taken first, into every order of its client: a job must not confirm an older state.
    """
    known = _read(client, [job for job in jobs if _changes(job)])
    jobs = taken_anew(jobs, set[int]().union(*(receive_card(portal, one) for one in known.values())))
    changing = {job.key: job for job in jobs if _changes(job)}
    cards: dict[CardKey, tuple[KnownCard, ClientCard]] = {}
    for job in changing.values():
        key = (job.client.kind, job.client.entity_id)
        if key in known:
            one, card = cards.get(key, (known[key], known[key].card))
            cards[key] = one, _final(card, job)
    bad = write_cards(portal, client, cards)
    return [job for job in jobs if job.key not in changing or _is_written(job, bad, now)]


def _changes(job: Job) -> dict[str, Any]:
    """Attributes that the base changed since the portal last knew; another counterparty is no change of this one."""
    if job.meant is None or not job.client.entity_id or key_of(job.meant.counterparty) != key_of(job.order.counterparty):
        return {}
    return moved(job.meant.counterparty, job.order.counterparty, job.client.kind)


def _read(client: PortalClient, jobs: Sequence[Job]) -> dict[CardKey, KnownCard]:
    found: dict[CardKey, KnownCard] = {}
    for kind in client_card.TYPE_ID:
        ids = sorted({job.client.entity_id for job in jobs if job.client.kind == kind})
        found |= {key_of_card(known): known for known in read_cards(client, kind, ids)}
    return found


def _final(card: ClientCard, job: Job) -> ClientCard:
    assert job.meant is not None
    return replace(card, **with_values(card, _changes(job), job.meant.counterparty))


def _is_written(job: Job, bad: Mapping[CardKey, Outcome], now: dt.datetime) -> bool:
    """Whether the job may go on: an order is not confirmed while its client's card does not show what it should."""
    outcome = bad.get((job.client.kind, job.client.entity_id))
    if outcome is not None:
        not_written(job, outcome, "Портал не принял данные контрагента", now)
    return outcome is None
