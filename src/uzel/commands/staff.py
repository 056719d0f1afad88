"""``uzel employee add|list|import|export``: personnel numbers and portal users."""

import argparse
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from uzel.commands.output import CommandError, setup, show, show_json
from uzel.console import Titles, print_table

if TYPE_CHECKING:
    from uzel.hub.models import Portal

LIST: Titles = {"personnel_number": "табельный номер", "user_id": "сотрудник портала", "learned": "найден по имени"}
UNMAPPED: Titles = {
    "node__code": "база", "personnel_number": "табельный номер", "full_name": "имя", "last_seen_at": "последний заказ",
    "orders": "ждут заказов",
}  # fmt: skip
DISMISSED: Titles = {
    "personnel_number": "табельный номер", "user_id": "сотрудник портала", "full_name": "имя", "word": "в портале",
    "open_orders": "открытых заказов",
}  # fmt: skip
IN_PORTAL = {"dismissed": "уволен", "unknown": "нет такого"}
REFUSED: Titles = {"line": "строка", "number": "табельный номер", "reason": "почему не принята"}


def register(groups: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the group to the command line."""
    verbs = groups.add_parser("employee", help="who is who").add_subparsers(dest="verb", required=True, metavar="VERB")
    add = verbs.add_parser("add", help="tie a personnel number to a portal user")
    add.add_argument("number", help="personnel number (табельный номер)")
    add.add_argument("--portal-user", type=int, required=True, metavar="ID")
    add.set_defaults(run=_add)
    listing = verbs.add_parser("list", help="mapped employees, or those who get no orders")
    which = listing.add_mutually_exclusive_group()
    which.add_argument("--unmapped", action="store_true", help="those whom a base named and nobody mapped")
    which.add_argument("--dismissed", action="store_true", help="those whose portal user is dismissed")
    listing.add_argument("--json", action="store_true")
    listing.set_defaults(run=_list)
    feed = verbs.add_parser("import", help="tie everybody whom a CSV file names")
    feed.add_argument("file", type=Path)
    feed.add_argument("--json", action="store_true")
    feed.set_defaults(run=_import)
    sheet = verbs.add_parser("export", help="write mapped employees into a CSV file")
    sheet.add_argument("file", type=Path)
    sheet.set_defaults(run=_export)


def _add(options: argparse.Namespace) -> None:
    setup()
    from uzel.flows.map_employee import map_employee

    orders = map_employee(_portal(), options.number, options.portal_user)
    print(f"Табельный номер {options.number} → сотрудник {options.portal_user}; заказов к переназначению: {orders}")


def _list(options: argparse.Namespace) -> None:
    setup()
    from uzel.flows.employee_list import dismissed_employees, unmapped_employees
    from uzel.hub.models import Employee

    if options.unmapped:
        show(unmapped_employees(), UNMAPPED, as_json=options.json)
    elif options.dismissed:
        gone = dismissed_employees(_portal())
        show(
            gone if options.json else ({**one, "word": IN_PORTAL[one["in_portal"]]} for one in gone),
            DISMISSED,
            as_json=options.json,
        )
    else:
        known = Employee.objects.order_by("personnel_number").values("personnel_number", "user_id", "learned")
        show(known, LIST, as_json=options.json)


def _import(options: argparse.Namespace) -> None:
    setup()
    from uzel.flows.import_employees import BadTableError, import_employees

    portal = _portal()
    try:
        done = import_employees(portal, options.file.read_bytes())
    except OSError as error:
        raise CommandError(f"файл {options.file} не прочитан: {error.strerror or error}") from error
    except BadTableError as error:
        raise CommandError(str(error)) from error
    if options.json:
        show_json(asdict(done))
    else:
        if done.refused:
            print_table(map(asdict, done.refused), REFUSED, title="Не приняты")
        print(f"Связано: {done.mapped}, уже было: {done.unchanged}; заказов к переназначению: {done.orders}")
    if done.refused:
        raise CommandError(f"строк не принято: {len(done.refused)}, остальные приняты")


def _export(options: argparse.Namespace) -> None:
    setup()
    from uzel.flows.employee_list import as_csv

    sheet = as_csv(_portal())
    try:
        options.file.write_text(sheet, encoding="utf-8", newline="")
    except OSError as error:
        raise CommandError(f"файл {options.file} не записан: {error.strerror or error}") from error
    print(f"Записан файл {options.file}")


def _portal() -> "Portal":
    from uzel.hub.models import Portal

    portal = Portal.objects.first()
    if portal is None:
        raise CommandError("портал ещё не подключён: uzel portal connect URL")
    return portal
