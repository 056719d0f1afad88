"""``uzel requisite list|set|reset|import|export``: names in 1C and fields of orders and deals."""

import argparse
from dataclasses import asdict
from pathlib import Path

from uzel.commands.output import CommandError, setup, show, the_node
from uzel.commands.table_files import feed_file, tell_done, write_file
from uzel.console import Titles

LIST: Titles = {
    "field": "поле", "name": "реквизит в 1С", "also": "читаются и", "direction": "направление", "converter": "преобразование",
    "own": "",
}  # fmt: skip
REFUSED: Titles = {"line": "строка", "field": "поле", "reason": "почему не принята"}
DIRECTIONS = ("in", "out", "both", "off", "on")


def register(groups: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the group to the command line."""
    verbs = groups.add_parser("requisite", help="реквизиты базы и поля, которые они заполняют").add_subparsers(
        dest="verb", required=True, metavar="VERB"
    )
    listing = verbs.add_parser("list", help="вся таблица базы")
    listing.add_argument("node", metavar="NODE")
    listing.add_argument("--json", action="store_true")
    listing.set_defaults(run=_list)
    change = verbs.add_parser("set", help="задать строку таблицы")
    change.add_argument("node", metavar="NODE")
    change.add_argument("field", metavar="FIELD", help="поле заказа, UF_CRM_… сделки или имя реквизита, который в таблице есть")
    change.add_argument("--name", default="", help="имя реквизита в этой базе")
    change.add_argument(
        "--direction", default="", choices=DIRECTIONS, help="in: из 1С, out: в 1С, off: не участвует, on: как у него принято"
    )
    change.add_argument("--converter", default="", help="как читается и пишется значение")
    change.set_defaults(run=_set)
    reset = verbs.add_parser("reset", help="убрать свою строку таблицы")
    reset.add_argument("node", metavar="NODE")
    reset.add_argument("field", metavar="FIELD")
    reset.set_defaults(run=_reset)
    feed = verbs.add_parser("import", help="задать строки, названные в файле CSV")
    feed.add_argument("node", metavar="NODE")
    feed.add_argument("file", type=Path)
    feed.add_argument("--json", action="store_true")
    feed.set_defaults(run=_import)
    sheet = verbs.add_parser("export", help="записать таблицу базы в файл CSV")
    sheet.add_argument("node", metavar="NODE")
    sheet.add_argument("file", type=Path)
    sheet.set_defaults(run=_export)


def _list(options: argparse.Namespace) -> None:
    setup()
    from uzel.flows.requisite_table import table_of
    from uzel.mapping.requisite_rows import DIRECTIONS
    from uzel.mapping.requisites import CONVERTERS

    rows = [asdict(row) for row in table_of(the_node(options.node))]
    if not options.json:
        rows = [
            row | {
                "also": ", ".join(row["also"]), "direction": DIRECTIONS[row["direction"]],
                "converter": CONVERTERS[row["converter"]].title, "own": "своя строка" if row["own"] else "",
            }
            for row in rows
        ]  # fmt: skip
    show(rows, LIST, as_json=options.json, title=f"Реквизиты базы «{options.node}»")


def _set(options: argparse.Namespace) -> None:
    setup()
    from uzel.flows.requisite_table import BadRequisiteError, set_requisite
    from uzel.mapping.requisites import EXTRA
    from uzel.mapping.rules import OwnRequisite

    node = the_node(options.node)
    try:
        field = set_requisite(node.code, OwnRequisite(options.field, options.name, options.direction, options.converter))
    except BadRequisiteError as error:
        raise CommandError(str(error)) from error
    print("Записано. Действует со следующего документа.")
    if field.startswith(EXTRA):
        print("Если такого поля в сделках ещё нет, его создаст uzel portal setup.")


def _reset(options: argparse.Namespace) -> None:
    setup()
    from uzel.flows.requisite_table import reset_requisite

    if not reset_requisite(the_node(options.node).code, options.field):
        raise CommandError(f"у базы «{options.node}» нет своей строки для {options.field}")
    print("Убрано: действует стандартная строка, если она есть.")


def _import(options: argparse.Namespace) -> None:
    setup()
    from uzel.flows.requisite_table import import_requisites

    node = the_node(options.node)
    done = feed_file(options.file, lambda data: import_requisites(node.code, data))
    summary = f"Изменено строк: {done.changed}, без изменений: {done.unchanged}"
    tell_done(done, summary, [("Не приняты", done.refused, REFUSED)], as_json=options.json)


def _export(options: argparse.Namespace) -> None:
    setup()
    from uzel.flows.requisite_table import as_csv

    write_file(options.file, as_csv(the_node(options.node)))
