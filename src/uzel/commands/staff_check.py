"""``uzel employee check``: whether the staff is known, and, by an employee's own webhook, whether he sees his deals alone."""

import argparse
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from uzel.commands.output import CommandError, ask_secret, setup, show, show_json, the_portal
from uzel.console import Titles

if TYPE_CHECKING:
    from uzel.flows.staff.check_employees import Finding
    from uzel.hub.models import Portal

STDIN = "-"
FINDINGS: Titles = {"what": "что", "verdict": "итог", "text": "подробно"}
WORDS = {"good": "хорошо", "wrong": "плохо", "unknown": "не проверено"}
LONGEST_ADDRESS = 2000  # characters


def register(verbs: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the verb to the group."""
    check = verbs.add_parser("check", help="известны ли сотрудники, видит ли сотрудник только свои сделки")
    whom = check.add_mutually_exclusive_group()
    whom.add_argument("number", nargs="?", default="", help="табельный номер: проверить только этого сотрудника")
    whom.add_argument("--portal-user", type=int, metavar="ID", help="то же, по номеру сотрудника портала")
    check.add_argument("--webhook", choices=(STDIN,), help="«-»: спросить его вебхук или прочитать со стандартного ввода")
    check.add_argument("--json", action="store_true")
    check.set_defaults(run=_check)


def _check(options: argparse.Namespace) -> None:
    setup()
    from uzel.flows.staff.check_employees import check_employees

    portal = the_portal()
    user_id = _user_of(portal, options.number) if options.number else options.portal_user
    if options.webhook:
        _check_webhook(portal, user_id, as_json=options.json)
        return
    findings = check_employees(portal, user_id)
    _tell(findings, as_json=options.json)


def _user_of(portal: "Portal", number: str) -> int:
    from uzel.flows.staff.employee_list import known_employees

    found = {one["user_id"] for one in known_employees(portal) if one["personnel_number"] == number.strip()}
    if not found:
        raise CommandError(f"табельный номер «{number}» ни за кем не записан (список: uzel employee list)")
    if len(found) > 1:
        ids = ", ".join(map(str, sorted(found)))
        raise CommandError(f"табельный номер «{number}» у нескольких сотрудников ({ids}): назовите одного, --portal-user ID")
    return int(found.pop())


def _check_webhook(portal: "Portal", user_id: int | None, *, as_json: bool) -> None:
    from uzel.bitrix24.errors import PortalError
    from uzel.flows.portal.connect_portal import BadAddressError
    from uzel.flows.staff.check_access import WrongEmployeeError, check_access

    try:
        access = check_access(portal, ask_secret("Вебхук сотрудника: ", LONGEST_ADDRESS), user_id)
    except (BadAddressError, WrongEmployeeError, PortalError) as error:
        raise CommandError(str(error)) from error
    if not as_json:
        print(f"Сотрудник портала: {access.user.full_name} (id {access.user.user_id})")
    _tell(access.findings, as_json=as_json)


def _tell(findings: "Sequence[Finding]", *, as_json: bool) -> None:
    if as_json:
        show_json([asdict(one) for one in findings])
    else:
        show(({**asdict(one), "verdict": WORDS[one.verdict]} for one in findings), FINDINGS, as_json=False)
    wrong = sum(one.verdict == "wrong" for one in findings)
    if wrong:
        raise CommandError(f"плохо: {wrong}, см. таблицу")
