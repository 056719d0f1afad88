"""Reading many things of the portal at once: commands packed into batches, asked again when the answer was lost."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any, TypeVar

from uzel.bitrix24.batch import Chain, Command, Done, pack
from uzel.bitrix24.client import PortalClient
from uzel.bitrix24.entities import client_card, product_row, requisite
from uzel.bitrix24.entities.client_card import KnownCard
from uzel.bitrix24.entities.product_row import DealRow
from uzel.bitrix24.errors import Unavailable

T = TypeVar("T")
IDS_A_COMMAND = 50  # rows of a list's page
DEALS_A_ROWS_COMMAND = 10  # their rows mostly fit into one page


def read_all(client: PortalClient, commands: Sequence[Command]) -> dict[str, Any]:
    """Results of reading commands by key; a command that the portal refused is left out."""
    found: dict[str, Any] = {}
    chains = [Chain((command,)) for command in commands]
    for _, outcomes in client.batches(pack(chains, cost=client.cost, spread=client.spread), repeatable=True):
        for key, outcome in outcomes.items():
            if isinstance(outcome, Done):
                found[key] = outcome.result
    return found


def read_cards(client: PortalClient, kind: str, entity_ids: Sequence[int]) -> list[KnownCard]:
    """Contacts or companies with their requisites and addresses; those that are gone are left out."""
    parts = list(chunks(entity_ids, IDS_A_COMMAND))
    commands: list[Command] = []
    for place, ids in enumerate(parts):
        commands += [
            client_card.of_ids(f"cards{place}", kind, ids),
            requisite.of_cards(f"legal{place}", kind, ids),
            requisite.addresses_of_cards(f"addresses{place}", kind, ids),
        ]
    found = _pages(client, commands)
    cards: list[KnownCard] = []
    for place in range(len(parts)):
        legal = requisite.read_legal(
            chain.from_iterable(found[f"legal{place}"]), chain.from_iterable(found[f"addresses{place}"])
        )
        cards += client_card.read_cards(found[f"cards{place}"][0], kind, legal)
    return cards


def _pages(client: PortalClient, commands: Sequence[Command]) -> dict[str, list[Any]]:
    """Pages of lists by key. A list that is not read whole must not look like cards without a requisite."""
    pages: dict[str, list[Any]] = {command.key: [] for command in commands}
    waiting = list(commands)
    while waiting:
        found = read_all(client, waiting)
        for command in waiting:
            if command.key not in found:
                raise Unavailable("NOT_READ", "карточки клиентов не прочитаны")
            pages[command.key].append(found[command.key])
        waiting = [
            replace(command, params={**command.params, "start": IDS_A_COMMAND * len(pages[command.key])})
            for command in waiting
            if isinstance(found[command.key], list) and len(found[command.key]) == IDS_A_COMMAND
        ]
    return pages


def read_rows(client: PortalClient, deal_ids: Sequence[int]) -> dict[int, tuple[DealRow, ...]]:
    """Product rows of deals; a deal without rows has an empty tuple."""
    rows: list[Any] = []
    for ids in chunks(dict.fromkeys(deal_ids), DEALS_A_ROWS_COMMAND * 50):  # a deal asked for twice would have every row twice
        rows += _rows_of(client, ids)
    return dict.fromkeys(deal_ids, ()) | product_row.read_rows_by_deal(rows)


def _rows_of(client: PortalClient, deal_ids: Sequence[int]) -> Iterator[Any]:
    waiting = [(list(ids), 0) for ids in chunks(deal_ids, DEALS_A_ROWS_COMMAND)]
    while waiting:
        commands = [product_row.of_deals(f"rows{place}", ids, start) for place, (ids, start) in enumerate(waiting)]
        found = read_all(client, commands)
        further = []
        for place, (ids, start) in enumerate(waiting):
            if f"rows{place}" not in found:
                raise Unavailable("NOT_READ", "товарные позиции сделок не прочитаны")
            page = found[f"rows{place}"]["productRows"]
            yield from page
            if len(page) == IDS_A_COMMAND:
                further.append((ids, start + len(page)))
        waiting = further


def chunks(values: Iterable[T], size: int) -> Iterator[list[T]]:
    """Lists of at most ``size``."""
    listed = list(values)
    for start in range(0, len(listed), size):
        yield listed[start : start + size]
