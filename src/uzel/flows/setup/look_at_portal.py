"""What the portal has of what the exchange needs: read afresh before anything is decided."""

from collections.abc import Iterator
from typing import Any

from uzel.bitrix24.batch import Command
from uzel.bitrix24.client import PortalClient
from uzel.bitrix24.entities import catalog, deal_fields, employee_field, pipeline, product_property, smart_process
from uzel.bitrix24.entities.deal_fields import KnownField
from uzel.bitrix24.entities.smart_process import NODES, SMART_PROCESSES, KnownProcess
from uzel.bitrix24.errors import Refused
from uzel.bitrix24.setup_plan import BLOCKS, FIELD_SCOPE, Found, FoundProcess

PAGE = 50
MOST_PAGES = 40  # of fields of one smart process


def look_at_portal(client: PortalClient, refused: str = "") -> Found:
    """``refused``: why the portal would make no smart process when it was last asked."""
    scopes = frozenset(ask(client, Command("scope", {}, "scope")))
    fields = deal_fields.read_known(ask(client, deal_fields.list_all("fields")))
    of_employees = employee_field.read(ask(client, employee_field.list_all("fields"))) if employee_field.SCOPE in scopes else {}
    types: list[KnownProcess] = []
    if FIELD_SCOPE in scopes:
        try:
            types = [smart_process.read_type({"type": one}) for one in client.walk("crm.type.list", {}, "types")]
        except Refused as error:  # an edition without smart processes
            refused = error.text
    titles = {process.title: process.name for process in SMART_PROCESSES}
    processes = {titles[one.title]: _process(client, one) for one in reversed(types) if one.title in titles}
    blocks, articles = _articles(client) if catalog.SCOPE in scopes else ({}, {})
    type_ids = frozenset(one.entity_type_id for one in types)
    stages = pipeline.read_stages(ask(client, pipeline.list_stages("stages")))
    pipelines = frozenset(one.category_id for one in pipeline.read_all(ask(client, pipeline.list_all("pipelines"))))
    return Found(scopes, fields, processes, of_employees, type_ids, refused, blocks, articles, stages, pipelines)


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
    """Only cards of nodes are walked through: of promo codes there may be a hundred thousand, none of them the set-up's."""
    prefix = known.code("")
    return FoundProcess(
        known,
        fields={one.code.removeprefix(prefix): one for one in _fields(client, known)},
        items=_node_items(client, known) if known.title == NODES.title else {},
        over_deals=smart_process.is_over_deals(ask(client, smart_process.get_type("type", known.type_id))),
    )


def _node_items(client: PortalClient, known: KnownProcess) -> dict[str, int]:
    """By code of the node; of two cards with one code the older stands for it."""
    listing = smart_process.list_keys(known)
    found: dict[str, int] = {}
    for item_id, key in smart_process.read_keys({"items": list(client.walk(listing.method, listing.params, "items"))}):
        if key:
            found.setdefault(key, item_id)
    return found


def _fields(client: PortalClient, known: KnownProcess) -> Iterator[KnownField]:
    """All of them, page by page: this list knows no condition on ids."""
    for place in range(MOST_PAGES):
        page = smart_process.read_fields(ask(client, smart_process.list_fields("page", known, place * PAGE)))
        yield from page
        if len(page) < PAGE:
            return
    raise Refused("TOO_MANY", f"у смарт-процесса «{known.title}» больше полей, чем обмен готов просмотреть")
