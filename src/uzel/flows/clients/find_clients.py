"""Counterparties of orders become contacts and companies: bound, found or created, never multiplied.

    binding of this base ─ what was created but never answered ─ INN ─ phone ─ e-mail ─ a new card

A create leaves its mark (a binding without an entity) before it is sent, so a lost answer or a killed worker
means a search by our external key before anything is created again.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from uzel.bitrix24.batch import Chain, Command, Done, Failed, Outcome, pack
from uzel.bitrix24.client import PortalClient
from uzel.bitrix24.entities import client_card, requisite
from uzel.bitrix24.entities.client_card import ClientCard, KnownCard
from uzel.flows.clients.receive_card import receive_card
from uzel.flows.clients.write_cards import CardKey, as_kept, key_of_card, write_cards
from uzel.flows.portal.portal_job import is_doubtful
from uzel.flows.portal.portal_reading import read_all, read_cards
from uzel.hub.bulk import update_rows
from uzel.hub.models import CounterpartyBinding, CounterpartyNote, Node, Portal
from uzel.mapping.client_match import EMAIL, INN, PHONE, PUBLIC, Decision, Found, claims, decide
from uzel.mapping.counterparty_card import card_of, key_of, lacking
from uzel.mapping.origin import ORIGINATOR, card_origin
from uzel.mapping.remembered import filled
from uzel.model import Counterparty
from uzel.model.codec import to_json

ROUNDS = 10  # of search and create: two new counterparties who may be one wait for each other
CREATED_BEFORE = "создан раньше, ответ портала был потерян"
KEYS_OF_ONE = 3  # phones and e-mails searched for one counterparty
EXECUTION_LIMIT_S = 65  # seconds after which the portal has surely ended a request (bitrix24-rest B2)


@dataclass(slots=True)
class Wanted:
    """A counterparty without a known card; ``failed`` says why he has none after all, ``decision`` why he gets a new one.

    ``card`` is what the order says of him and what is written; ``sought`` has also what a file of counterparties said
    (``told``), and he is looked for by it.
    """

    node: Node
    counterparty: Counterparty
    key: str
    card: ClientCard
    assigned_by_id: int
    binding: CounterpartyBinding | None = None
    failed: Failed | None = None
    decision: str = ""
    sought: ClientCard = field(init=False)
    told: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self.sought = self.card

    @property
    def origin_id(self) -> str:
        """External key of the card that would be created."""
        return card_origin(self.node.code, self.key)


@dataclass(frozen=True, slots=True)
class Search:
    """Cards, by kind and id, that a search by one INN, phone or e-mail gave; without a link: by our external key."""

    link: str
    value: str
    cards: tuple[CardKey, ...]


def wanted_client(node: Node, counterparty: Counterparty, assigned_by_id: int) -> Wanted:
    """What is looked for on behalf of an order."""
    return Wanted(node, counterparty, key_of(counterparty), card_of(counterparty), assigned_by_id)


def find_clients(portal: Portal, client: PortalClient, wanted: Sequence[Wanted], now: Callable[[], dt.datetime]) -> set[int]:
    """Give every counterparty (each named once) a binding with an entity, or a reason; those still open are tried later.

    Returns the orders that moved: of clients whose cards people had changed before they were completed.
    """
    moved: set[int] = set()
    _recall_bindings(wanted)
    _recall_notes([one for one in wanted if not _is_bound(one)])
    for _ in range(ROUNDS):
        waiting = [one for one in wanted if not _is_bound(one) and not one.failed and not _in_flight(one, now())]
        if not waiting:
            break
        moved |= _look_up(portal, client, waiting, now)
        missing = [one for one in waiting if not _is_bound(one) and not _in_flight(one, now())]
        _create(portal, client, _apart(missing), now)
    return moved


def _recall_bindings(wanted: Sequence[Wanted]) -> None:
    keys = {one.key for one in wanted}
    known = {
        (binding.node_id, binding.key): binding
        for binding in CounterpartyBinding.objects.filter(node__in={one.node.pk for one in wanted}, key__in=keys)
    }
    for one in wanted:
        one.binding = known.get((one.node.pk, one.key))
        one.decision = one.binding.decision if one.binding else ""


def _recall_notes(wanted: Sequence[Wanted]) -> None:
    """What files of counterparties told is used where the order is silent."""
    keys, nodes = {one.key for one in wanted}, {one.node.pk for one in wanted}
    told = {(note.node_id, note.key): note.told for note in CounterpartyNote.objects.filter(node__in=nodes, key__in=keys)}
    for one in wanted:
        one.sought, one.told = filled(one.card, told.get((one.node.pk, one.key), {}))


def _is_bound(one: Wanted) -> bool:
    return one.binding is not None and one.binding.entity_id is not None


def _in_flight(one: Wanted, now: dt.datetime) -> bool:
    return one.binding is not None and one.binding.retry_at is not None and one.binding.retry_at > now


def _apart(missing: Iterable[Wanted]) -> list[Wanted]:
    """Those who cannot be one another; the others are searched again when these exist."""
    taken: set[tuple[str, str]] = set()
    chosen = []
    for one in missing:
        claimed = claims(one.card)
        if not claimed & taken:
            taken |= claimed
            chosen.append(one)
    return chosen


# --- searching --------------------------------------------------------------------------------------------------------


def _look_up(portal: Portal, client: PortalClient, waiting: Sequence[Wanted], now: Callable[[], dt.datetime]) -> set[int]:
    """Bind whoever the portal has already, his card completed; where no answer came to that, it is looked for again."""
    matches = _matches(client, waiting)
    completed = _completed(matches)
    moved = set[int]().union(*(receive_card(portal, known) for known, _ in completed.values()))
    bad = write_cards(portal, client, completed)
    lost = {key for key, outcome in bad.items() if is_doubtful(outcome)}
    for one, known in matches:
        key = key_of_card(known)
        if key not in lost:
            _bind(portal, one, known, completed[key][1], whole=key not in bad)
    _mark(portal, [one for one, known in matches if key_of_card(known) in lost], now)
    return moved


def _matches(client: PortalClient, waiting: Sequence[Wanted]) -> list[tuple[Wanted, KnownCard]]:
    """Each is decided with the cards as those before him have completed them: two strangers do not both take a nameless one."""
    found = _searches(client, waiting)
    keys = {key for _, searches in found for search in searches for key in search.cards}
    there: dict[CardKey, KnownCard] = {}
    for kind in client_card.TYPE_ID:
        known = read_cards(client, kind, sorted(entity_id for its_kind, entity_id in keys if its_kind == kind))
        there |= {key_of_card(one): one for one in known}
    now = dict(there)
    matches: list[tuple[Wanted, KnownCard]] = []
    for one, searches in found:
        decision = _decide(one, searches, now)
        one.decision = decision.text
        if decision.known is not None:
            key = key_of_card(decision.known)
            now[key] = replace(now[key], card=replace(now[key].card, **lacking(one.card, now[key].card)))
            matches.append((one, there[key]))
    return matches


def _decide(one: Wanted, searches: Sequence[Search], cards: Mapping[CardKey, KnownCard]) -> Decision:
    """What was created by us is taken without a question; any other card must fit."""
    ours = next((cards[key] for search in searches for key in search.cards if not search.link and key in cards), None)
    if ours is not None:
        return Decision(ours, one.decision or CREATED_BEFORE)
    decision = decide(
        one.sought,
        [
            Found(
                search.link, search.value, tuple(cards[key] for key in search.cards if key in cards),
                public=search.link != INN and len(search.cards) >= PUBLIC,
            )
            for search in searches
        ],
    )  # fmt: skip
    return replace(decision, text=f"{decision.text} (из файла контрагентов: {', '.join(one.told)})") if one.told else decision


def _completed(matches: Iterable[tuple[Wanted, KnownCard]]) -> dict[CardKey, tuple[KnownCard, ClientCard]]:
    """Found cards with all that they lack of the counterparties who are them."""
    cards: dict[CardKey, tuple[KnownCard, ClientCard]] = {}
    for one, match in matches:
        known, card = cards.get(key_of_card(match), (match, match.card))
        cards[key_of_card(known)] = known, replace(card, **lacking(one.card, card))
    return cards


def _searches(client: PortalClient, waiting: Sequence[Wanted]) -> list[tuple[Wanted, list[Search]]]:
    asked = [(one, list(_search_commands(f"c{place}", one))) for place, one in enumerate(waiting)]
    outcomes = read_all(client, [command for _, commands in asked for command, _, _ in commands])
    return [
        (one, [Search(link, value, _found(command, outcomes.get(command.key), one)) for command, link, value in commands])
        for one, commands in asked
    ]


def _search_commands(key: str, one: Wanted) -> Iterator[tuple[Command, str, str]]:
    """Commands with the link of the chain and the value that each looks for."""
    kind, card = one.card.kind, one.sought
    if one.binding is not None:  # created once, never answered
        yield client_card.of_origin(f"{key}_origin", kind, ORIGINATOR, one.origin_id), "", ""
    if card.inn and card.kpp:  # of very many branches, this one may be beyond the page of the next search
        yield requisite.by_inn(f"{key}_branch_inn", card.inn, card.kpp), INN, card.inn
    if card.inn:
        yield requisite.by_inn(f"{key}_inn", card.inn), INN, card.inn
    for place, phone in enumerate(card.phones[:KEYS_OF_ONE]):
        yield client_card.by_phone(f"{key}_phone{place}", kind, phone), PHONE, phone
    for place, email in enumerate(card.emails[:KEYS_OF_ONE]):
        yield client_card.by_email(f"{key}_email{place}", kind, email), EMAIL, email


def _found(command: Command, result: Any, one: Wanted) -> tuple[CardKey, ...]:
    """A search that the portal refused has found nobody."""
    kind = one.card.kind
    if command.key.endswith("_origin"):
        return tuple((kind, int(item["id"])) for item in (result or {"items": ()})["items"][:1])
    if command.key.endswith("_inn"):
        return tuple(requisite.read_owners(result))
    return tuple((kind, entity_id) for entity_id in client_card.read_found(result, kind))


def _bind(portal: Portal, one: Wanted, known: KnownCard, wanted: ClientCard, *, whole: bool) -> None:
    """To a card as it is completed; of what was written of half of it nobody has told."""
    one.binding, _ = CounterpartyBinding.objects.update_or_create(
        node=one.node,
        key=one.key,
        defaults={
            "portal": portal, "kind": known.card.kind, "entity_id": known.entity_id, "decision": one.decision,
            "shown": to_json(as_kept(portal, wanted, known.requisite_id) if whole else known.card),
            "sent": None if whole else to_json(wanted), "retry_at": None,
        },
    )  # fmt: skip


# --- creating ---------------------------------------------------------------------------------------------------------


def _create(portal: Portal, client: PortalClient, missing: Sequence[Wanted], now: Callable[[], dt.datetime]) -> None:
    by_key = {f"n{place}": one for place, one in enumerate(missing)}
    chains = [Chain(tuple(_create_commands(portal, key, one))) for key, one in by_key.items()]
    packed = pack(chains, cost=client.cost, spread=client.spread)
    for sent, outcomes in client.batches(packed, before=lambda chains: _mark(portal, _named(chains, by_key), now)):
        _created(portal, {chain.commands[0].key: by_key[chain.commands[0].key] for chain in sent}, outcomes)


def _named(chains: Iterable[Chain], by_key: dict[str, Wanted]) -> list[Wanted]:
    return [by_key[chain.commands[0].key] for chain in chains]


def _create_commands(portal: Portal, key: str, one: Wanted) -> Iterator[Command]:
    yield client_card.add(key, one.card, assigned_by_id=one.assigned_by_id, originator_id=ORIGINATOR, origin_id=one.origin_id)
    preset = portal.setup.get("presets", {}).get(one.card.kind)
    if preset and requisite.is_needed(one.card):
        yield requisite.add(f"{key}_requisite", one.card, f"$result[{key}]", preset)
        for name in requisite.ADDRESS_TYPES:
            if line := getattr(one.card, name):
                yield requisite.put_address(f"{key}_{name}", f"$result[{key}_requisite]", name, line, known=False)


def _mark(portal: Portal, wanted: Sequence[Wanted], now: Callable[[], dt.datetime]) -> None:
    """Just before a batch is sent: its creates are on record as unanswered."""
    retry_at = now() + dt.timedelta(seconds=EXECUTION_LIMIT_S / portal.speed)
    marks = [
        CounterpartyBinding(
            portal=portal, node=one.node, key=one.key, kind=one.card.kind, retry_at=retry_at, decision=one.decision
        )
        for one in wanted
    ]
    CounterpartyBinding.objects.bulk_create(
        marks, update_conflicts=True, unique_fields=["node", "key"], update_fields=["kind", "retry_at", "decision"]
    )
    for one, mark in zip(wanted, marks, strict=True):
        one.binding = mark


def _created(portal: Portal, wanted: dict[str, Wanted], outcomes: dict[str, Outcome]) -> None:
    """New cards are bound, refused ones are wanted no more; what is not known to be whole keeps its mark."""
    bound: list[CounterpartyBinding] = []
    for key, one in wanted.items():
        parts = (outcomes.get(f"{key}_{name}", outcomes[key]) for name in ("requisite", *requisite.ADDRESS_TYPES))
        outcome, whole = outcomes[key], all(isinstance(part, Done) for part in parts)
        assert one.binding is not None, "a create is marked before it is sent"
        if isinstance(outcome, Done) and whole:
            one.binding.entity_id, one.binding.retry_at = int(outcome.result), None
            one.binding.shown = to_json(as_kept(portal, one.card))
            bound.append(one.binding)
        elif isinstance(outcome, Failed) and not is_doubtful(outcome):
            one.failed = outcome
            one.binding.delete()
            one.binding = None
    update_rows(bound, ("entity_id", "retry_at", "shown"))
