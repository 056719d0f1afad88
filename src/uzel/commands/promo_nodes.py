"""``uzel promo nodes``: which promo codes each base has."""

import argparse
from collections.abc import Iterator, Mapping
from typing import Any

from uzel.commands.output import setup, show
from uzel.console import Titles

COLUMNS: Titles = {
    "code": "код", "title": "база", "version": "версия в базе", "current": "версия в узле", "behind": "не подтверждено",
}  # fmt: skip


def register(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verb to its group."""
    nodes = verbs.add_parser("nodes", help="какие промокоды есть у каждой базы")
    nodes.add_argument("--json", action="store_true")
    nodes.set_defaults(run=_nodes)


def _nodes(options: argparse.Namespace) -> None:
    setup()
    show(list(_rows()), COLUMNS, as_json=options.json, title="Промокоды в базах")


def _rows() -> Iterator[Mapping[str, Any]]:
    from uzel.flows.promo.promo_delta import behind
    from uzel.hub.models import Node
    from uzel.hub.promo_book import last_revision

    for node in Node.objects.filter(active=True).select_related("portal").order_by("code"):
        yield {
            "code": node.code, "title": node.title, "version": node.promo_version,
            "current": last_revision(node.portal) if node.portal else 0, "behind": behind(node),
        }  # fmt: skip
