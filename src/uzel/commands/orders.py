"""``uzel orders|ledger|calls|import``: looking into the hub and feeding it by hand."""

import argparse
from pathlib import Path
from typing import Any

from uzel.commands.output import CommandError, setup, show, show_one


def register(groups: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the commands to the command line."""
    _orders(groups.add_parser("orders", help="orders and their deals"))
    ledger = groups.add_parser("ledger", help="what was received and what became of it, base by base")
    ledger.add_argument("--node", default="", metavar="CODE")
    ledger.add_argument("--json", action="store_true")
    ledger.set_defaults(run=_ledger)
    _calls(groups.add_parser("calls", help="every call of every base, with its feed"))
    feed = groups.add_parser("import", help="feed a file by hand, on the same path as a base's own")
    feed.add_argument("file", type=Path)
    feed.add_argument("--node", required=True, metavar="CODE")
    feed.add_argument("--json", action="store_true")
    feed.set_defaults(run=_import)


def _orders(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    listing = verbs.add_parser("list", help="orders, newest change first")
    listing.add_argument("--node", default="", metavar="CODE")
    listing.add_argument("--limit", type=int, default=50)
    listing.add_argument("--json", action="store_true")
    listing.set_defaults(run=_list)
    one = verbs.add_parser("show", help="one order: three states, deliveries, verdicts, conflicts")
    one.add_argument("node")
    one.add_argument("number", help="number or Ид")
    one.add_argument("--json", action="store_true", help="the answer is JSON anyway; kept for scripts")
    one.set_defaults(run=_show)


def _calls(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    listing = verbs.add_parser("list", help="calls, newest first")
    listing.add_argument("--node", default="", metavar="CODE")
    listing.add_argument("--limit", type=int, default=50)
    listing.add_argument("--json", action="store_true")
    listing.set_defaults(run=_calls_list)
    one = verbs.add_parser("show", help="one call: what came and what was answered")
    one.add_argument("id", type=int)
    one.add_argument("--body", type=Path, metavar="FILE", help="write the feed into a file")
    one.set_defaults(run=_call_show)


def _list(options: argparse.Namespace) -> None:
    setup()
    from uzel.hub.models import OrderRow

    rows = OrderRow.objects.order_by("-updated_at").select_related("node")
    if options.node:
        rows = rows.filter(node__code=options.node)
    show((_summary(row) for row in rows[: options.limit]), as_json=options.json)


def _summary(row: Any) -> dict[str, Any]:
    merged = row.merged
    return {
        "node": row.node.code,
        "number": row.number,
        "deal": row.deal_id,
        "total": merged["total"],
        "currency": merged["currency"],
        "status": merged["status"],
        "counterparty": merged["counterparty"]["name"],
        "paid": merged["paid"],
        "shipped": merged["shipped"],
        "document_id": row.document_id,
    }


def _show(options: argparse.Namespace) -> None:
    setup()
    from django.db.models import Q

    from uzel.hub.models import OrderRow

    found = OrderRow.objects.filter(Q(number=options.number) | Q(document_id=options.number), node__code=options.node)
    row = found.order_by("-id").first()
    if row is None:
        raise CommandError(f"в узле «{options.node}» нет заказа «{options.number}»")
    states = {name: getattr(row, name) for name in ("merged", "in_node", "in_portal", "agreed")}
    show_one(
        {
            **_summary(row),
            **states,
            "version": row.version,
            "hold": row.hold,
            "deliveries": list(row.delivery_set.values()),
            "verdicts": list(
                row.documentverdict_set.order_by("id").values("verdict", "reason_code", "reason", "at", "package_id")
            ),
            "conflicts": list(row.conflict_set.order_by("id").values()),
        }
    )


def _ledger(options: argparse.Namespace) -> None:
    setup()
    from uzel.hub.ledger import ledger

    rows = ledger(options.node)
    if options.json:
        show((row.as_json() for row in rows), as_json=True)
        return
    show((_flat(row.as_json()) for row in rows), as_json=False, title="Журнал обмена")


def _flat(row: dict[str, Any]) -> dict[str, Any]:
    """The verdicts as columns of their own, the balance as a word."""
    verdicts = row.pop("verdicts")
    balanced = row.pop("balanced")
    head = {name: row.pop(name) for name in ("node", "packages", "received")}
    row.pop("title")
    return {**head, **verdicts, "сходится": "да" if balanced else "НЕТ", **row}


def _calls_list(options: argparse.Namespace) -> None:
    setup()
    from uzel.hub.models import Call

    calls = Call.objects.order_by("-id")
    if options.node:
        calls = calls.filter(node__code=options.node)
    columns = ("id", "at", "node__code", "session_id", "kind", "mode", "status", "duration_ms", "body_size", "reply_line")
    show(calls.values(*columns)[: options.limit], as_json=options.json)


def _call_show(options: argparse.Namespace) -> None:
    setup()
    from django.forms.models import model_to_dict

    from uzel.hub import feed_store
    from uzel.hub.models import Call

    call = Call.objects.select_related("body", "reply", "node").filter(pk=options.id).first()
    if call is None:
        raise CommandError(f"обращения {options.id} нет")
    reply = b"".join(feed_store.open_feed(call.reply)) if call.reply else b""
    body_hash = call.body.sha256 if call.body else None
    show_one({**model_to_dict(call), "body_sha256": body_hash, "reply_text": reply.decode("utf-8", "replace")[:5000]})
    if options.body and call.body:
        with options.body.open("wb") as target:
            target.writelines(feed_store.open_feed(call.body))


def _import(options: argparse.Namespace) -> None:
    setup()
    from django.db.models import Q

    from uzel.flows.import_file import import_file
    from uzel.hub.models import DocumentVerdict, Node

    node = Node.objects.filter(code=options.node).first()
    if node is None:
        raise CommandError(f"узла «{options.node}» нет")
    if not options.file.is_file():
        raise CommandError(f"файла {options.file} нет")
    package, progress = import_file(node, options.file)
    columns = ("position", "operation", "number", "document_id", "verdict", "reason_code", "reason")
    verdicts = DocumentVerdict.objects.filter(Q(package=package) | Q(package__archive=package))
    show(verdicts.order_by("package", "position").values(*columns), as_json=options.json)
    if progress.failed:
        raise CommandError(progress.lines[0])
