"""The items of «Узлы обмена» show how the exchange of each base goes: written between waves, rarely, and only what is news."""

import datetime as dt

from django.db.models import F, Q

from uzel.bitrix24.batch import Done, Failed
from uzel.bitrix24.client import PortalClient
from uzel.bitrix24.entities import smart_process
from uzel.bitrix24.entities.smart_process import NODES, KnownProcess
from uzel.hub.models import Node, Portal
from uzel.hub.node_status import status_of
from uzel.hub.queries import known_process, node_field_of
from uzel.mapping.node_item import is_news, note_of, values_of

PAUSE_S = 300  # portal seconds between two writes of one node's item
MOST_NODES = 50  # written at once: one batch


def show_nodes(portal: Portal, client: PortalClient, now: dt.datetime) -> None:
    """Write the items of nodes whose status is news and whose pause is over. Costs nothing otherwise."""
    process = nodes_process(portal)
    if process is None:
        return
    items: dict[str, int] = portal.setup.get("nodes", {})
    nodes = _rested(portal, set(items), now)
    news = {one.code: one for one in status_of(list(nodes.values()), now) if is_news(one, nodes[one.code].shown)}
    outcomes = client.batch(
        smart_process.update_item(f"n{nodes[code].pk}", process, items[code], one.title, values_of(one))
        for code, one in news.items()
    )
    for code, node in nodes.items():
        outcome = outcomes.get(f"n{node.pk}")
        if isinstance(outcome, Done):
            node.shown = note_of(news[code])
        elif isinstance(outcome, Failed) and outcome.code.upper() == "NOT_FOUND":  # deleted by people: the next drain makes it
            del portal.setup["nodes"][code]
            portal.save(update_fields=["setup"])
        node.shown_at = now
    Node.objects.bulk_update(nodes.values(), ["shown", "shown_at"])


def _rested(portal: Portal, codes: set[str], now: dt.datetime) -> dict[str, Node]:
    """Nodes that were not looked at for a while, those longest first."""
    rested = Q(shown_at=None) | Q(shown_at__lte=now - dt.timedelta(seconds=PAUSE_S / portal.speed))
    nodes = Node.objects.filter(rested, portal=portal, code__in=codes)
    return {node.code: node for node in nodes.order_by(F("shown_at").asc(nulls_first=True), "pk")[:MOST_NODES]}


def nodes_process(portal: Portal) -> KnownProcess | None:
    """The smart process of nodes, where deals name their node by it."""
    process = known_process(portal, NODES)
    return process if process and node_field_of(portal) == process.child_field else None
