"""``uzel promo report``: what promo codes have brought, by code, source, base and currency."""

import argparse
import datetime as dt
from dataclasses import asdict
from pathlib import Path
from typing import Any

from uzel.commands.output import CommandError, setup, show_json, the_node, the_portal
from uzel.commands.table_files import write_file
from uzel.console import Titles, print_table

COLUMNS: Titles = {
    "code": "код", "source": "откуда покупатели", "said": "справочник", "node": "база", "orders": "заказов",
    "canceled": "из них отменено", "deals": "сделок", "revenue": "выручка", "paid_by_bonus": "бонусами", "currency": "валюта",
}  # fmt: skip
SOURCES: Titles = {"said": "откуда покупатели", **{name: COLUMNS[name] for name in (
    "orders", "canceled", "deals", "revenue", "paid_by_bonus", "currency"
)}}  # fmt: skip
UNKNOWN = "нет в справочнике"
NO_SOURCE = "не указано"


def register(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verb to its group."""
    report = verbs.add_parser("report", help="сделки и выручка по промокодам, источникам и базам")
    report.add_argument("--node", default="", metavar="CODE", help="только этой базы")
    report.add_argument("--from", dest="since", type=dt.date.fromisoformat, metavar="DATE", help="заказы с этого дня")
    report.add_argument("--until", type=dt.date.fromisoformat, metavar="DATE", help="заказы по этот день")
    form = report.add_mutually_exclusive_group()
    form.add_argument("--json", action="store_true")
    form.add_argument("--csv", type=Path, metavar="FILE", help="записать таблицу в файл для Excel")
    report.set_defaults(run=_report)


def _report(options: argparse.Namespace) -> None:
    setup()
    from uzel.hub.promo_report import promo_report, totals_by_source

    if options.since and options.until and options.since > options.until:
        raise CommandError("первый день периода позже последнего")
    node = the_node(options.node).code if options.node else ""
    lines = promo_report(the_portal(), node, options.since, options.until)
    rows = [{**asdict(line), "said": "" if line.known else UNKNOWN} for line in lines]
    totals = [
        {**asdict(total), "said": (total.source or NO_SOURCE) if total.known else UNKNOWN} for total in totals_by_source(lines)
    ]
    if options.csv:
        write_file(options.csv, _as_csv(rows))
    elif options.json:
        show_json({"codes": rows, "sources": totals})
    else:
        print_table(rows, COLUMNS, title="Заказы с промокодами")
        print_table(totals, SOURCES, title="Итого по источникам")


def _as_csv(rows: list[dict[str, Any]]) -> str:
    from uzel.flows.csv_table import Shape, write_rows

    shape = Shape({name: (title,) for name, title in COLUMNS.items()}, (), "")
    return write_rows(shape, (tuple(row[name] for name in COLUMNS) for row in rows))
