"""``uzel nomenclature report|match|import|export``: how goods of orders meet products of the portal."""

import argparse
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from uzel.commands.output import CommandError, setup, show, show_json, the_node
from uzel.commands.table_files import feed_file, tell_done, write_file
from uzel.console import Titles

if TYPE_CHECKING:
    from uzel.flows.catalog.nomenclature_report import Report

COUNTS: Titles = {
    "node": "база", "id": "по Ид", "hand": "вручную", "article": "по артикулу", "barcode": "по штрихкоду",
    "missing": "нет товара", "ambiguous": "неоднозначно", "not_yet": "ещё не в портале", "refused": "портал не принял",
    "drifted": "разошлись",
}  # fmt: skip
WAITING: Titles = {
    "item_id": "Ид в базе", "name": "товар", "article": "артикул", "barcode": "штрихкод", "reason": "почему",
    "orders": "заказов", "listed": "заказы",
}  # fmt: skip
DRIFTED: Titles = {"item_id": "Ид в базе", "said": "в заказах", "now": "в каталоге", "product": "Ид товара"}
REFUSED: Titles = {"line": "строка", "item_id": "Ид в базе", "reason": "почему не принята"}
REASONS = {
    "missing": "нет такого товара", "ambiguous": "подходит несколько", "not_yet": "ещё не в портале",
    "refused": "портал не принял товар",
}  # fmt: skip


def register(groups: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the group to the command line."""
    verbs = groups.add_parser("nomenclature", help="номенклатура и товары").add_subparsers(
        dest="verb", required=True, metavar="VERB"
    )
    report = verbs.add_parser("report", help="что сопоставлено, не найдено, неоднозначно, разошлось")
    report.add_argument("node", nargs="?", default="", metavar="NODE", help="одна база")
    report.add_argument("--json", action="store_true")
    report.set_defaults(run=_report)
    match = verbs.add_parser("match", help="сказать, какой товар — номенклатура базы")
    match.add_argument("node", metavar="NODE")
    match.add_argument("item_id", metavar="ITEM_ID", help="Ид номенклатуры в базе")
    match.add_argument("xml_id", nargs="?", default="", metavar="XML_ID", help="Ид товара в каталоге")
    match.add_argument("--forget", action="store_true", help="снять сопоставление")
    match.set_defaults(run=_match)
    feed = verbs.add_parser("import", help="сопоставить всё, что названо в файле CSV")
    feed.add_argument("node", metavar="NODE")
    feed.add_argument("file", type=Path)
    feed.add_argument("--json", action="store_true")
    feed.set_defaults(run=_import)
    sheet = verbs.add_parser("export", help="записать таблицу сопоставления базы в файл CSV")
    sheet.add_argument("node", metavar="NODE")
    sheet.add_argument("file", type=Path)
    sheet.set_defaults(run=_export)


def _report(options: argparse.Namespace) -> None:
    setup()
    from uzel.flows.catalog.nomenclature_report import report
    from uzel.hub.models import Node

    nodes = [the_node(options.node)] if options.node else list(Node.objects.order_by("code"))
    told = [report(node) for node in nodes]
    if options.json:
        show_json([asdict(one) for one in told])
        return
    show([_counts(one) for one in told], COUNTS, as_json=False, title="Товары заказов")
    for one in told:
        if one.waiting:
            show(list(_waiting(one)), WAITING, as_json=False, title=f"{one.node}: не связаны с товарами портала")
        if one.drifted:
            show([asdict(row) for row in one.drifted], DRIFTED, as_json=False, title=f"{one.node}: разошлись с каталогом")


def _counts(one: "Report") -> Mapping[str, Any]:
    empty = dict.fromkeys(COUNTS, 0)
    return {**empty, **one.matched, **one.unmatched, "node": one.node, "drifted": len(one.drifted)}


def _waiting(one: "Report") -> Iterator[Mapping[str, Any]]:
    for row in one.waiting:
        yield asdict(row) | {"reason": REASONS.get(row.reason, row.reason), "listed": ", ".join(row.numbers)}


def _match(options: argparse.Namespace) -> None:
    setup()
    from uzel.flows.catalog.match_items import UnknownProductError, forget_match, match_item

    node = the_node(options.node)
    if options.forget:
        if not forget_match(node, options.item_id):
            raise CommandError(f"для {options.item_id} в базе «{node.title}» ничего не указано")
        print("Забыто. Связанные строки сделок остались; новые заказы ищут товар заново.")
        return
    if not options.xml_id:
        raise CommandError("укажите Ид товара в каталоге или --forget")
    try:
        count = match_item(node, options.item_id, options.xml_id)
    except UnknownProductError as error:
        raise CommandError(str(error)) from error
    print(f"Связано. Заказов, чьи строки получат товар: {count}.")


def _import(options: argparse.Namespace) -> None:
    setup()
    from uzel.flows.catalog.match_table import import_matches

    node = the_node(options.node)
    done = feed_file(options.file, lambda data: import_matches(node, data))
    summary = f"Связано: {done.matched}, уже было: {done.unchanged}, без товара: {done.left}; заказов: {done.orders}"
    tell_done(done, summary, [("Не приняты", done.refused, REFUSED)], as_json=options.json)


def _export(options: argparse.Namespace) -> None:
    setup()
    from uzel.flows.catalog.match_table import as_csv

    write_file(options.file, as_csv(the_node(options.node)))
