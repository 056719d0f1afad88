"""``uzel employee add|list``: personnel numbers and portal users."""

import argparse

from uzel.commands.output import CommandError, setup, show
from uzel.console import Titles

LIST: Titles = {"personnel_number": "табельный номер", "user_id": "сотрудник портала", "learned": "найден по имени"}
UNMAPPED: Titles = {
    "node__code": "база", "personnel_number": "табельный номер", "full_name": "имя", "last_seen_at": "последний заказ",
}  # fmt: skip


def register(groups: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the group to the command line."""
    verbs = groups.add_parser("employee", help="who is who").add_subparsers(dest="verb", required=True, metavar="VERB")
    add = verbs.add_parser("add", help="tie a personnel number to a portal user")
    add.add_argument("number", help="personnel number (табельный номер)")
    add.add_argument("--portal-user", type=int, required=True, metavar="ID")
    add.set_defaults(run=_add)
    listing = verbs.add_parser("list", help="mapped employees, or those a base named and nobody mapped")
    listing.add_argument("--unmapped", action="store_true")
    listing.add_argument("--json", action="store_true")
    listing.set_defaults(run=_list)


def _add(options: argparse.Namespace) -> None:
    setup()
    from uzel.flows.map_employee import map_employee
    from uzel.hub.models import Portal

    portal = Portal.objects.first()
    if portal is None:
        raise CommandError("портал ещё не подключён: uzel portal connect URL")
    orders = map_employee(portal, options.number, options.portal_user)
    print(f"Табельный номер {options.number} → сотрудник {options.portal_user}; заказов к переназначению: {orders}")


def _list(options: argparse.Namespace) -> None:
    setup()
    from uzel.hub.models import Employee, UnmappedEmployee

    if options.unmapped:
        columns = ("node__code", "personnel_number", "full_name", "last_seen_at")
        show(UnmappedEmployee.objects.order_by("node", "full_name").values(*columns), UNMAPPED, as_json=options.json)
    else:
        known = Employee.objects.order_by("personnel_number").values("personnel_number", "user_id", "learned")
        show(known, LIST, as_json=options.json)
