"""``uzel ledger|calls``: what was received and what came of it."""

import argparse
import datetime as dt
from pathlib import Path
from typing import Any

from uzel.commands.output import CommandError, setup, show, show_json
from uzel.console import DAYS, OUTCOMES, Titles, day_row, print_ledger, print_table

CALLS: Titles = {
    "id": "№", "at": "когда", "node__code": "база", "asked": "запрос", "duration_ms": "мс", "body_size": "байт",
    "reply_line": "ответ",
}  # fmt: skip
FILES: Titles = {
    "finished_at": "когда",
    "title": "база",
    "file": "файл",
    "received": "записей",
    **OUTCOMES,
    "problem": "почему не до конца",
}
OK = 200
REPLY_CHARACTERS, REPLY_CELL = 5000, 24  # of a reply shown, and of its first line in a list


def register(groups: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the commands to the command line."""
    ledger = groups.add_parser("ledger", help="что получено и что с этим стало, по базам")
    ledger.add_argument("--node", default="", metavar="CODE")
    ledger.add_argument("--by-day", action="store_true", help="строка на каждый день, когда что-то прочитано")
    ledger.add_argument("--catalogue", action="store_true", help="строка на каждый файл каталога")
    ledger.add_argument("--days", type=int, default=14, help="за сколько последних дней")
    ledger.add_argument("--json", action="store_true")
    ledger.set_defaults(run=_ledger)
    _calls(groups.add_parser("calls", help="все обращения всех баз с их файлами"))


def _calls(parser: argparse.ArgumentParser) -> None:
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")
    listing = verbs.add_parser("list", help="обращения, новые сверху")
    listing.add_argument("--node", default="", metavar="CODE")
    listing.add_argument("--limit", type=int, default=50)
    listing.add_argument("--json", action="store_true")
    listing.set_defaults(run=_calls_list)
    one = verbs.add_parser("show", help="одно обращение: что пришло и что отвечено")
    one.add_argument("id", type=int)
    one.add_argument("--body", type=Path, metavar="FILE", help="записать принятый файл на диск")
    one.set_defaults(run=_call_show)


def _ledger(options: argparse.Namespace) -> None:
    setup()
    from django.utils import timezone

    from uzel.hub.catalog_ledger import catalog_ledger
    from uzel.hub.ledger import ledger, ledger_by_day

    since = timezone.localdate() - dt.timedelta(days=options.days)
    if options.catalogue:
        files = [file.as_json() for file in catalog_ledger(since, options.node)]
        show(files, FILES, as_json=options.json, title="Файлы каталога")
        return
    if options.by_day:
        days = [day.as_json() for day in ledger_by_day(since, options.node)]
        show(days if options.json else map(day_row, days), DAYS, as_json=options.json, title="Журнал обмена по дням")
        return
    rows = [row.as_json() for row in ledger(options.node)]
    if options.json:
        show_json(rows)
    else:
        print_ledger(rows)


def _calls_list(options: argparse.Namespace) -> None:
    setup()
    from uzel.hub.models import Call

    calls = Call.objects.order_by("-id")
    if options.node:
        calls = calls.filter(node__code=options.node)
    columns = ("id", "at", "node__code", "session_id", "kind", "mode", "status", "duration_ms", "body_size", "reply_line")
    rows = calls.values(*columns)[: options.limit]
    if options.json:
        show_json(list(rows))
    else:
        print_table(map(_in_short, rows), CALLS)


def _in_short(call: dict[str, Any]) -> dict[str, Any]:
    status = "" if call["status"] == OK else f" HTTP {call['status']}"
    return {**call, "asked": f"{call['kind']} {call['mode']}{status}", "reply_line": call["reply_line"][:REPLY_CELL]}


def _call_show(options: argparse.Namespace) -> None:
    setup()
    from django.forms.models import model_to_dict

    from uzel.hub import feed_store
    from uzel.hub.models import Call

    call = Call.objects.select_related("body", "reply", "node").filter(pk=options.id).first()
    if call is None:
        raise CommandError(f"обращения {options.id} нет")
    reply = feed_store.read_feed(call.reply).decode("utf-8", "replace") if call.reply else ""
    body_hash = call.body.sha256 if call.body else None
    show_json({**model_to_dict(call), "body_sha256": body_hash, "reply_text": reply[:REPLY_CHARACTERS]})
    if options.body and call.body:
        with options.body.open("wb") as target:
            target.writelines(feed_store.open_feed(call.body))
