"""``uzel doctor node|portal``: what is wrong with the set-up, in plain Russian, and how to mend it."""

import argparse
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

from uzel.commands.output import CommandError, ask_secret, setup, show_json, the_node, the_portal

if TYPE_CHECKING:
    from uzel.flows.doctor.finding import Finding

WORDS = {"ok": "хорошо", "warning": "внимание", "wrong": "ПЛОХО", "unknown": "не проверено"}
MOST_DAYS = 365
STDIN = "-"
LONGEST_PASSWORD = 1000  # characters


def register(groups: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the group to the command line."""
    verbs = groups.add_parser("doctor", help="что не так и как исправить").add_subparsers(
        dest="verb", required=True, metavar="VERB"
    )
    node = verbs.add_parser("node", help="база: путь к странице обмена, её обращения, файлы и заказы")
    node.add_argument("code")
    node.add_argument("--url", default="", help="адрес, который дан базе: страница вызывается по нему")
    node.add_argument("--password", choices=(STDIN,), help="«-»: спросить пароль базы или прочитать его со стандартного ввода")
    node.add_argument("--upload", action="store_true", help="отправить и тела до наибольшего разрешённого размера")
    node.add_argument("--slow", action="store_true", help="подождать и медленного ответа: минуту")
    node.add_argument("--days", type=int, default=14, help="за сколько последних дней смотреть обращения")
    _output(node)
    node.set_defaults(run=_node)
    portal = verbs.add_parser("portal", help="портал: права, тариф, настройка, стадии, сотрудники, очередь, ограничения")
    _output(portal)
    portal.set_defaults(run=_portal)


def _output(command: argparse.ArgumentParser) -> None:
    command.add_argument("--all", action="store_true", help="показать и то, что в порядке")
    command.add_argument("--json", action="store_true")


def _node(options: argparse.Namespace) -> int:
    if not 1 <= options.days <= MOST_DAYS:
        raise CommandError(f"--days: от 1 до {MOST_DAYS}")
    setup()
    from django.utils import timezone

    from uzel.flows.doctor.doctor_node import Asked, doctor_node
    from uzel.flows.doctor.probe_page import WrongUrlError

    node = the_node(options.code)
    password = ask_secret("Пароль базы: ", LONGEST_PASSWORD) if options.password else ""
    asked = Asked(options.days, options.url, password, options.upload, options.slow)
    try:
        findings = doctor_node(node, timezone.now(), asked)
    except WrongUrlError as error:
        raise CommandError(str(error)) from error
    return _tell(findings, options)


def _portal(options: argparse.Namespace) -> int:
    setup()
    from django.utils import timezone

    from uzel.flows.doctor.doctor_portal import doctor_portal

    return _tell(doctor_portal(the_portal(), timezone.now()), options)


def _tell(findings: "Sequence[Finding]", options: argparse.Namespace) -> int:
    from uzel.flows.doctor.finding import exit_code, summary

    if options.json:
        show_json({"summary": summary(findings), "findings": [asdict(one) for one in findings]})
        return exit_code(findings)
    for one in findings:
        if options.all or one.advice:
            print(f"{WORDS[one.grade]:<12}  {one.title}: {one.seen}")
        if one.advice:
            print(f"{'':<12}  → {one.advice}")
    print(summary(findings))
    return exit_code(findings)
