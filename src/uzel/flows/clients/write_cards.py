"""Cards of clients are made to show what they should; what was written is remembered.

Whoever asks for it has taken what people changed meanwhile (``receive_card``): afterwards nobody could tell it from ours.
"""

from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any

from django.db.models import QuerySet

from uzel.bitrix24.batch import Chain, Command, Done, Outcome, pack
from uzel.bitrix24.client import PortalClient
from uzel.bitrix24.entities import client_card, requisite
from uzel.bitrix24.entities.client_card import ClientCard, KnownCard
from uzel.hub.models import CounterpartyBinding, Portal
from uzel.model.codec import to_json

LEGAL, ADDRESSES = frozenset(requisite.LEGAL_NAMES), frozenset(requisite.ADDRESS_TYPES)

CardKey = tuple[str, int]  # kind and id


def key_of_card(known: KnownCard) -> CardKey:
    """What names a card in its portal."""
    return known.card.kind, known.entity_id


def write_cards(
    portal: Portal, client: PortalClient, cards: Mapping[CardKey, tuple[KnownCard, ClientCard]]
) -> dict[CardKey, Outcome]:
    """Write what each card lacks of what it should show; returns the bad outcomes of those that were not written whole."""
    chains, by_key = [], {}
    for place, (known, wanted) in enumerate(cards.values()):
        commands = tuple(_commands(portal, f"u{place}", known, wanted))
        if commands:
            _mark(portal, known, wanted)
            chains.append(Chain(commands))
            by_key[f"u{place}"] = (known, wanted)
    bad: dict[CardKey, Outcome] = {}
    for sent, outcomes in client.batches(pack(chains, cost=client.cost, spread=client.spread)):
        for chain in sent:
            known, wanted = by_key[chain.commands[0].key.partition("_")[0]]
            failed = [outcome for command in chain.commands if not isinstance(outcome := outcomes[command.key], Done)]
            if failed:
                bad[key_of_card(known)] = failed[0]
            else:
                _bound(portal, known).update(shown=to_json(as_kept(portal, wanted, known.requisite_id)), sent=None)
    return bad


def as_kept(portal: Portal, card: ClientCard, requisite_id: int = 0) -> ClientCard:
    """A card as it shows when it is written whole: where there can be no requisite it shows nothing of one."""
    has_one = requisite_id or (portal.setup.get("presets", {}).get(card.kind) and requisite.is_needed(card))
    return card if has_one else requisite.without(card)


def _bound(portal: Portal, known: KnownCard) -> QuerySet[CounterpartyBinding]:
    return CounterpartyBinding.objects.filter(portal=portal, kind=known.card.kind, entity_id=known.entity_id)


def _mark(portal: Portal, known: KnownCard, wanted: ClientCard) -> None:
    """Whatever of a requisite is about to be sent will be taken for our own, though no answer may come."""
    if _changes(known.card, wanted).keys() & (LEGAL | ADDRESSES):
        _bound(portal, known).update(sent=to_json(wanted))


def _commands(portal: Portal, key: str, known: KnownCard, wanted: ClientCard) -> Iterator[Command]:
    """The card itself, its requisite, which is made where there is none, and the addresses of the requisite."""
    changes = _changes(known.card, wanted)
    if changes.keys() - LEGAL - ADDRESSES:
        yield client_card.update(f"{key}_card", known, changes)
    requisite_id: int | str = known.requisite_id
    legal = {name: value for name, value in changes.items() if name in LEGAL}
    if legal and requisite_id:
        yield requisite.update(f"{key}_legal", known.requisite_id, legal)
    preset = portal.setup.get("presets", {}).get(wanted.kind)
    if not requisite_id and preset and requisite.is_needed(wanted):
        requisite_id = f"$result[{key}_legal]"
        yield requisite.add(f"{key}_legal", wanted, known.entity_id, preset)
    for name in sorted(changes.keys() & ADDRESSES) if requisite_id else ():
        yield requisite.put_address(f"{key}_{name}", requisite_id, name, changes[name], known=name in known.addresses)


def _changes(shown: ClientCard, wanted: ClientCard) -> dict[str, Any]:
    names = (field.name for field in fields(ClientCard))
    return {name: getattr(wanted, name) for name in names if getattr(wanted, name) != getattr(shown, name)}
