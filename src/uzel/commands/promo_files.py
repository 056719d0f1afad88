"""``uzel promo import|export``: the directory of promo codes as a CSV file."""

import argparse
from pathlib import Path

from uzel.commands.output import setup, the_portal
from uzel.commands.table_files import feed_file, tell_done, write_file
from uzel.console import Titles

REFUSED: Titles = {"line": "строка", "code": "код", "reason": "почему не принята"}


def register(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verbs to their group."""
    feed = verbs.add_parser("import", help="взять промокоды из файла CSV")
    feed.add_argument("file", type=Path)
    feed.add_argument("--json", action="store_true")
    feed.set_defaults(run=_import)
    sheet = verbs.add_parser("export", help="записать промокоды в файл CSV")
    sheet.add_argument("file", type=Path)
    sheet.set_defaults(run=_export)


def _import(options: argparse.Namespace) -> None:
    setup()
    from django.utils import timezone

    from uzel.flows.promo.promo_table import import_codes

    done = feed_file(options.file, lambda data: import_codes(the_portal(), data, timezone.now()))
    summary = f"Новых промокодов: {done.new}, изменено: {done.changed}, без изменений: {done.unchanged}"
    if done.left:
        summary += f"\nВедутся в портале, измените их там: {', '.join(done.left)}"
    tell_done(done, summary, [("Не приняты", done.refused, REFUSED)], as_json=options.json)


def _export(options: argparse.Namespace) -> None:
    setup()
    from uzel.flows.promo.promo_table import as_csv

    write_file(options.file, as_csv(the_portal()))
