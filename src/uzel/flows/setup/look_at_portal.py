"""What the portal has of what the exchange needs: read afresh before anything is decided."""

from collections.abc import Callable, Iterator
from typing import Any

from uzel.bitrix24.batch import Command
from uzel.bitrix24.client import PortalClient
from uzel.bitrix24.entities import catalog, deal_fields, employee_field, product_property, smart_process
from uzel.bitrix24.entities.smart_process import SMART_PROCESSES, KnownProcess
from uzel.bitrix24.errors import Refused, Unavailable
from uzel.bitrix24.setup_plan import BLOCKS, FIELD_SCOPE, Found, FoundProcess

PAGE = 50
MOST_PAGES = 40  # of smart processes, their fields or items


def look_at_portal(client: PortalClient, refused: str = "") -> Found:
    """``refused``: why the portal would make no smart process when it was last asked."""
    scopes = frozenset(ask(client, Command("scope", {}, "scope")))
    fields = deal_fields.read_known(ask(client, deal_fields.list_all("fields")))
    of_employees = employee_field.read(ask(client, employee_field.list_all("fields"))) if employee_field.SCOPE in scopes else {}
    types: list[KnownProcess] = []
    if FIELD_SCOPE in scopes:
        try:
            types = list(walk(client, smart_process.list_types, smart_process.read_types))
        except Refused as error:  # an edition without smart processes
            refused = error.text
    titles = {process.title: process.name for process in SMART_PROCESSES}
    processes = {titles[one.title]: _process(client, one) for one in reversed(types) if one.title in titles}
    blocks, articles = _articles(client) if catalog.SCOPE in scopes else ({}, {})
    type_ids = frozenset(one.entity_type_id for one in types)
    return Found(scopes, fields, processes, of_employees, type_ids, refused, blocks, articles)


def ask(client: PortalClient, command: Command) -> Any:
    """The result of a command that only reads."""
    return client.call(command.method, command.params, repeatable=True).result


def _articles(client: PortalClient) -> tuple[dict[str, int], dict[str, int]]:
    """Information blocks of the catalogue and their articles; nothing where the catalogue is closed to us."""
    try:
        numbers = catalog.read_blocks(ask(client, Command("catalog.catalog.list", {}, "blocks")))
        known = product_property.read_articles(ask(client, one) for one in product_property.lookups())
    except (Refused, LookupError):
        return {}, {}
    blocks = {name: number for name, number in zip(BLOCKS, numbers, strict=True) if number}
    return blocks, {name: known[number] for name, number in blocks.items() if number in known}


def _process(client: PortalClient, known: KnownProcess) -> FoundProcess:
    prefix = known.code("")
    fields = walk(client, lambda key, start: smart_process.list_fields(key, known, start), smart_process.read_fields)
    items = list(walk(client, lambda key, start: smart_process.list_items(key, known, start), smart_process.read_keys))
    return FoundProcess(
        known,
        fields={one.code.removeprefix(prefix): one for one in fields},
        items={key: item_id for item_id, key in reversed(items) if key},
        filled=bool(items),
        over_deals=smart_process.is_over_deals(ask(client, smart_process.get_type("type", known.type_id))),
    )


def walk(client: PortalClient, command: Callable[[str, int], Command], read: Callable[[Any], list[Any]]) -> Iterator[Any]:
    """All rows of a list, page by page; ``command`` takes a key and where to start."""
    for place in range(MOST_PAGES):
        page = read(ask(client, command("page", place * PAGE)))
        yield from page
        if len(page) < PAGE:
            return
    raise Unavailable("TOO_MANY", "в портале больше записей, чем обмен готов просмотреть")
