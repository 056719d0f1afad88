"""``uzel counterparty explain``: which card of the portal a counterparty is, and why."""

import argparse
from typing import Any

from uzel.commands.orders import CLIENTS
from uzel.commands.output import CommandError, setup, show, the_node
from uzel.console import Titles

EXPLAINED: Titles = {
    "key": "контрагент",
    "card": "карточка",
    "name": "имя в карточке",
    "decision": "почему",
    "created_at": "когда",
}
MOST = 50  # explained at once


def register(groups: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the group to the command line."""
    verbs = groups.add_parser("counterparty", help="контрагенты и их карточки").add_subparsers(
        dest="verb", required=True, metavar="VERB"
    )
    explain = verbs.add_parser("explain", help="почему контрагент — эта карточка портала")
    explain.add_argument("node")
    explain.add_argument("what", help="Ид контрагента, номер его заказа или id карточки")
    explain.add_argument("--json", action="store_true")
    explain.set_defaults(run=_explain)


def _explain(options: argparse.Namespace) -> None:
    setup()
    from django.db.models import Q

    from uzel.hub.models import CounterpartyBinding

    node = the_node(options.node)
    meant = Q(key=options.what) | Q(orderrow__number=options.what) | Q(orderrow__document_id=options.what)
    if options.what.isascii() and options.what.isdecimal() and len(options.what) < 16:
        meant |= Q(entity_id=int(options.what))
    found = CounterpartyBinding.objects.filter(meant, node=node).distinct().order_by("pk")
    rows = [_row(one) for one in found[:MOST]]
    if not rows:
        raise CommandError(f"в базе «{options.node}» никто не найден: назовите Ид контрагента, номер заказа или номер карточки")
    show(rows, EXPLAINED, as_json=options.json)


def _row(one: Any) -> dict[str, Any]:
    return {
        "key": one.key,
        "kind": one.kind,
        "entity_id": one.entity_id,
        "card": f"{CLIENTS[one.kind]} {one.entity_id or 'ещё не создан'}",
        "name": (one.shown or {}).get("name", ""),
        "decision": one.decision,
        "created_at": one.created_at,
    }
