"""What a base changed in a counterparty goes into his card; what people keep in the card stays."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from uzel.bitrix24.batch import Chain, Done, pack
from uzel.bitrix24.client import PortalClient
from uzel.bitrix24.entities import client_card
from uzel.bitrix24.entities.client_card import ClientCard, KnownCard
from uzel.flows.portal_job import Job
from uzel.flows.portal_reading import read_cards
from uzel.flows.receive_card import receive_card
from uzel.hub.models import CounterpartyBinding, Portal
from uzel.mapping.counterparty_card import key_of, moved, with_values
from uzel.model.codec import to_json

LEGAL = ("inn", "kpp", "full_name")


def update_clients(portal: Portal, client: PortalClient, jobs: Sequence[Job]) -> None:
    """Write changed cards: the latest word about each, read before it is written over."""
    changed = {(job.client.kind, job.client.entity_id): job for job in jobs if _changes(job)}
    for kind in client_card.TYPE_ID:
        known = read_cards(client, kind, [entity_id for its_kind, entity_id in changed if its_kind == kind])
        for one in known:  # what people changed before we write over it
            receive_card(portal, one)
        rows = [(one, changed[kind, one.entity_id]) for one in known]
        _write(client, [(one, job, _final(one.card, job)) for one, job in rows])


def _changes(job: Job) -> dict[str, Any]:
    """Attributes that the base changed since the portal last knew; another counterparty is no change of this one."""
    if job.meant is None or not job.client.entity_id or key_of(job.meant.counterparty) != key_of(job.order.counterparty):
        return {}
    return moved(job.meant.counterparty, job.order.counterparty)


def _final(card: ClientCard, job: Job) -> dict[str, Any]:
    assert job.meant is not None
    changes = with_values(card, _changes(job), job.meant.counterparty)
    return {name: value for name, value in changes.items() if value != getattr(card, name)}


def _write(client: PortalClient, rows: Sequence[tuple[KnownCard, Job, dict[str, Any]]]) -> None:
    chains, by_key = [], {}
    for place, (known, job, changes) in enumerate(rows):
        if changes:
            chains.append(_chain(f"u{place}", known, changes))
            by_key[f"u{place}"] = (job, replace(known.card, **changes))
    for sent, outcomes in client.batches(pack(chains, cost=client.cost)):
        for chain in sent:
            key = chain.commands[0].key.partition("_")[0]
            if all(isinstance(outcomes.get(command.key), Done) for command in chain.commands):
                _remember(*by_key[key])


def _chain(key: str, known: KnownCard, changes: dict[str, Any]) -> Chain:
    card, commands = replace(known.card, **changes), []
    if set(changes) - set(LEGAL):
        commands.append(client_card.update(f"{key}_card", known, changes))
    if set(changes) & set(LEGAL) and known.requisite_id:
        commands.append(client_card.update_requisite(f"{key}_legal", known.requisite_id, card))
    return Chain(tuple(commands))


def _remember(job: Job, card: ClientCard) -> None:
    bindings = CounterpartyBinding.objects.filter(kind=job.client.kind, entity_id=job.client.entity_id)
    bindings.filter(portal=job.row.node.portal_id).update(shown=to_json(card))
