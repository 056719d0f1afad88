"""``uzel promo list``: the portal's promo codes and how they stand."""

import argparse
import datetime as dt
import sys
from collections.abc import Iterator, Mapping
from typing import Any

from uzel.commands import promo_files, promo_nodes, promo_report
from uzel.commands.output import setup, show, the_node, the_portal
from uzel.console import Titles

COLUMNS: Titles = {
    "code": "код", "title": "название", "discount": "скидка", "valid_from": "с", "valid_until": "по", "shops": "магазины",
    "source": "откуда покупатели", "said": "сейчас", "problem": "что мешает",
}  # fmt: skip
SAID = {
    "ok": "действует", "inactive": "выключен", "not_for_this_shop": "не для этого магазина", "not_yet": "ещё не начался",
    "expired": "истёк",
}  # fmt: skip


def register(groups: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the group to the command line."""
    verbs = groups.add_parser("promo", help="промокоды").add_subparsers(dest="verb", required=True, metavar="VERB")
    listed = verbs.add_parser("list", help="промокоды портала и действуют ли они")
    listed.add_argument("--node", default="", metavar="CODE", help="как они действуют в магазине этой базы")
    listed.add_argument(
        "--date", type=dt.date.fromisoformat, metavar="DATE", help="как они действуют в этот день; обычно сегодня"
    )
    listed.add_argument("--json", action="store_true")
    listed.set_defaults(run=_list)
    promo_files.register(verbs)
    promo_nodes.register(verbs)
    promo_report.register(verbs)


def _list(options: argparse.Namespace) -> None:
    setup()
    if options.node:
        the_node(options.node)
    rows = list(_rows(options.date or dt.datetime.now().astimezone().date(), options.node))
    show(rows, COLUMNS, as_json=options.json, title="Промокоды")
    if problem := the_portal().promo_problem:
        print(problem, file=sys.stderr)


def _rows(day: dt.date, node: str) -> Iterator[Mapping[str, Any]]:
    from uzel.hub.promo_book import living, promo_of
    from uzel.sync.promo import standing

    for row in living(the_portal()):
        promo = promo_of(row)
        stands = standing(promo, day, node).value
        yield {
            "code": promo.code, "title": promo.title, "discount": promo.discount,
            "valid_from": promo.valid_from.isoformat() if promo.valid_from else "",
            "valid_until": promo.valid_until.isoformat() if promo.valid_until else "",
            "shops": ", ".join(promo.nodes), "source": promo.source, "standing": stands, "said": SAID[stands],
            "problem": row.problem,
        }  # fmt: skip
