"""``uzel employee add|list|import|export|check``: personnel numbers and portal users."""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from uzel.commands import staff_check
from uzel.commands.output import CommandError, setup, show, the_node, the_portal
from uzel.commands.table_files import feed_file, tell_done, write_file
from uzel.console import Titles

LIST: Titles = {
    "personnel_number": "табельный номер", "full_name": "имя в базе", "node": "база", "user_id": "сотрудник портала",
    "user": "имя", "by": "откуда известно",
}  # fmt: skip
WORDS = {"said": "сказал администратор", "portal_field": "поле портала", "learned": "найден по имени"}
UNMAPPED: Titles = {
    "node__code": "база", "personnel_number": "табельный номер", "full_name": "имя", "first_seen_at": "ждут с",
    "last_seen_at": "последний заказ", "orders": "ждут заказов", "listed": "заказы",
}  # fmt: skip
DISMISSED: Titles = {
    "personnel_number": "табельный номер", "user_id": "сотрудник портала", "full_name": "имя", "word": "в портале",
    "open_orders": "открытых заказов", "listed": "заказы",
}  # fmt: skip
IN_PORTAL = {"dismissed": "уволен", "unknown": "нет такого"}
REFUSED: Titles = {"line": "строка", "number": "табельный номер", "reason": "почему не принята"}
DOUBTED: Titles = {"line": "строка", "number": "табельный номер", "reason": "предупреждение"}
LISTED = 10  # orders named in a table


def register(groups: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the group to the command line."""
    verbs = groups.add_parser("employee", aliases=["employees"], help="кто есть кто").add_subparsers(
        dest="verb", required=True, metavar="VERB"
    )
    add = verbs.add_parser("add", help="связать табельный номер с сотрудником портала")
    add.add_argument("number", nargs="?", default="", help="табельный номер")
    add.add_argument("--portal-user", type=int, required=True, metavar="ID")
    add.add_argument("--node", default="", metavar="CODE", help="только в этой базе")
    add.add_argument("--name", default="", help="как его называет база, если номера не даёт")
    add.set_defaults(run=_add)
    listing = verbs.add_parser("list", help="сопоставленные сотрудники или те, кому заказы не достаются")
    which = listing.add_mutually_exclusive_group()
    which.add_argument("--unmapped", action="store_true", help="названные базой и никем не сопоставленные")
    which.add_argument("--dismissed", action="store_true", help="те, чей сотрудник портала уволен")
    listing.add_argument("--json", action="store_true")
    listing.set_defaults(run=_list)
    feed = verbs.add_parser("import", help="связать всех, кто назван в файле CSV")
    feed.add_argument("file", type=Path)
    feed.add_argument("--json", action="store_true")
    feed.set_defaults(run=_import)
    sheet = verbs.add_parser("export", help="записать сопоставленных сотрудников в файл CSV")
    sheet.add_argument("file", type=Path)
    sheet.set_defaults(run=_export)
    staff_check.register(verbs)


def _add(options: argparse.Namespace) -> None:
    setup()
    from uzel.flows.staff.import_employees import doubt_of
    from uzel.flows.staff.map_employee import map_employee
    from uzel.hub.queries import users_of
    from uzel.mapping.employees import numbers_in_portal

    portal, number, name = the_portal(), options.number.strip(), options.name.strip()
    if bool(number) == bool(name):
        raise CommandError("назовите табельный номер или, если база его не передаёт, имя сотрудника в базе: --name")
    node = the_node(options.node) if options.node else None
    orders = map_employee(portal, number, options.portal_user, node=node, full_name=name)
    whom = f"Табельный номер {number}" if number else f"«{name}»"
    where = f" базы {node.code}" if node else ""
    print(f"{whom}{where} → сотрудник {options.portal_user}; заказов к переназначению: {orders}")
    if doubt := doubt_of(number, options.portal_user, numbers_in_portal(users_of(portal))):
        print(f"Внимание: {doubt}")


def _list(options: argparse.Namespace) -> None:
    setup()
    from uzel.flows.staff.employee_list import dismissed_employees, known_employees, unmapped_employees

    if options.unmapped:
        found = unmapped_employees()
        show((one if options.json else {**one, "listed": _few(one["numbers"], one["orders"])} for one in found),
             UNMAPPED, as_json=options.json)  # fmt: skip
    elif options.dismissed:
        gone = dismissed_employees(the_portal())
        show((one if options.json else _gone(one) for one in gone), DISMISSED, as_json=options.json)
    else:
        known = known_employees(the_portal())
        show((one if options.json else {**one, "by": WORDS[one["word"]]} for one in known), LIST, as_json=options.json)


def _gone(one: Mapping[str, Any]) -> dict[str, Any]:
    numbers = [order["number"] for order in one["orders"]]
    return {**one, "word": IN_PORTAL[one["in_portal"]], "listed": _few(numbers, one["open_orders"])}


def _few(numbers: Sequence[str], total: int) -> str:
    """The first of many orders."""
    shown = numbers[:LISTED]
    return ", ".join(shown) + (f" и ещё {total - len(shown)}" if total > len(shown) else "")


def _import(options: argparse.Namespace) -> None:
    setup()
    from uzel.flows.staff.import_employees import import_employees

    portal = the_portal()
    done = feed_file(options.file, lambda data: import_employees(portal, data))
    summary = f"Связано: {done.mapped}, уже было: {done.unchanged}; заказов к переназначению: {done.orders}"
    lists = [("Не приняты", done.refused, REFUSED), ("Приняты, но проверьте", done.doubted, DOUBTED)]
    tell_done(done, summary, lists, as_json=options.json)


def _export(options: argparse.Namespace) -> None:
    setup()
    from uzel.flows.staff.employee_list import as_csv

    write_file(options.file, as_csv(the_portal()))
