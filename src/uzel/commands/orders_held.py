"""``uzel orders held``: payments, shipments and refunds that came before their orders and wait for them."""

import argparse
from collections.abc import Iterator
from typing import Any

from uzel.commands.output import setup, show
from uzel.console import Titles

HELD: Titles = {
    "held_at": "ждёт с", "node": "база", "operation": "документ", "number": "номер", "date": "дата", "total": "сумма",
    "waits_for": "Ид заказа", "file": "файл",
}  # fmt: skip


def register(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command to its group."""
    held = verbs.add_parser("held", help="оплаты и отгрузки, которые ждут своих заказов, старые сверху")
    held.add_argument("--node", default="", metavar="CODE")
    held.add_argument("--limit", type=int, default=50)
    held.add_argument("--json", action="store_true")
    held.set_defaults(run=_held)


def _held(options: argparse.Namespace) -> None:
    setup()
    from uzel.hub.models import HeldDocument

    rows = HeldDocument.objects.order_by("pk").select_related("node", "package")
    if options.node:
        rows = rows.filter(node__code=options.node)
    show(_facts(rows[: options.limit]), HELD, as_json=options.json, title="Ждут своих заказов")


def _facts(rows: Any) -> Iterator[dict[str, Any]]:
    for row in rows:
        said = {name: row.said[name] for name in ("document_id", "number", "date", "operation", "total")}
        yield {
            "held_at": row.held_at, "node": row.node.code, **said, "waits_for": row.waits_for,
            "file": row.package.file_name,
        }  # fmt: skip
