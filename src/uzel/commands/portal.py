"""``uzel portal connect|setup|sweep|budget``: the Bitrix24 side."""

import argparse
import datetime as dt
from collections.abc import Mapping
from dataclasses import asdict
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from uzel.commands.output import CommandError, setup, show, show_json
from uzel.console import Titles, print_table

if TYPE_CHECKING:
    from uzel.hub.models import Portal

CHECKS: Titles = {"what": "проверка", "passed": "в порядке", "outcome": "итог", "advice": "что сделать"}
BUCKET: Titles = {
    "level": "в ведре сейчас", "usable": "держимся до", "burst": "порог портала", "rate": "убывает в секунду",
    "rejected": "отказов по частоте",
}  # fmt: skip
METHODS: Titles = {
    "method": "метод", "spent_s": "занято, с", "limit_s": "предел, с", "cost_s": "одна команда, с", "learned": "измерено",
    "blocked_until": "закрыт до", "rejected": "отказов",
}  # fmt: skip


def register(groups: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the group to the command line."""
    verbs = groups.add_parser("portal", help="the Bitrix24 portal").add_subparsers(dest="verb", required=True, metavar="VERB")
    connect = verbs.add_parser("connect", help="remember the incoming webhook of the exchange employee")
    connect.add_argument("url", help="https://…/rest/USER/SECRET/")
    connect.add_argument("--event-token", default="", help="application_token of the portal's outgoing webhook")
    connect.add_argument("--speed", type=float, default=1.0, help="time scale of an emulated portal; leave 1 for a real one")
    connect.set_defaults(run=_connect)
    setup_ = verbs.add_parser("setup", help="create deal fields, check the exchange employee; safe to repeat")
    setup_.add_argument("--json", action="store_true")
    setup_.set_defaults(run=_setup)
    verbs.add_parser("sweep", help="look for changed deals now").set_defaults(run=_sweep)
    budget = verbs.add_parser("budget", help="how much of the portal's limits is taken, as the last answers left it")
    budget.add_argument("--json", action="store_true")
    budget.set_defaults(run=_budget)


def _connect(options: argparse.Namespace) -> None:
    setup()
    from uzel.bitrix24.errors import PortalError
    from uzel.flows.connect_portal import BadAddressError, connect

    try:
        portal, user = connect(options.url, event_token=options.event_token, speed=options.speed)
    except (BadAddressError, PortalError) as error:
        raise CommandError(str(error)) from error
    print(f"Портал подключён, обмен идёт от имени: {user.full_name} (id {user.user_id}).")
    print(f"Адрес для исходящего вебхука портала: /portal/{portal.code}/events")
    print("Создайте исходящий вебхук на события сделок, контактов и компаний и передайте его токен:")
    print("  uzel portal connect URL --event-token ТОКЕН (без него изменения находит опрос раз в минуту)")


def _setup(options: argparse.Namespace) -> None:
    setup()
    from uzel.bitrix24.errors import PortalError
    from uzel.flows.set_up_portal import set_up

    try:
        checks = set_up(_portal())
    except PortalError as error:
        raise CommandError(str(error)) from error
    show((asdict(check) for check in checks), CHECKS, as_json=options.json)
    if any(not check.passed for check in checks):
        raise CommandError("настройка портала не закончена, см. таблицу")


def _sweep(options: argparse.Namespace) -> None:
    setup()
    from django.utils import timezone

    from uzel.bitrix24.errors import PortalError
    from uzel.flows.sweep_portal import sweep

    try:
        print(f"Прочитано сделок: {sweep(_portal().pk, timezone.now())}")
    except PortalError as error:
        raise CommandError(str(error)) from error


def _budget(options: argparse.Namespace) -> None:
    setup()
    found = _budget_of(_portal())
    if options.json:
        show_json(found)
        return
    requests, methods = found["requests"], found["methods"]
    print_table([_exact(requests)], BUCKET, title=f"Запросы к порталу {found['portal']}")
    print_table(map(_exact, methods), METHODS, title="Время методов за последние десять минут")
    if not methods:
        print("Портал ещё не отвечал: бюджет появится после первой отправки (uzel worker).")


def _budget_of(portal: "Portal") -> dict[str, Any]:
    """What is free again by now is counted as free; a worker notes its state before every batch."""
    from uzel.bitrix24.limits import Governor

    governor = Governor.from_json(portal.limits, speed=portal.speed)
    state, learned = governor.snapshot(), governor.to_json()["costs"]
    methods = [{"method": name, **one, "learned": name in learned} for name, one in state["methods"].items()]
    for one in methods:
        del one["in_flight_s"]  # kept as spent
        until = one["blocked_until"]
        one["blocked_until"] = None if until is None else dt.datetime.fromtimestamp(until, dt.UTC)
    return {
        "portal": portal.code,
        "requests": {
            **{name: state[name] for name in ("level", "burst", "rate")},
            "usable": governor.rules.requests.usable,
            "rejected": state["rejected"].get("requests", 0),
        },
        "methods": methods,
    }


def _exact(row: Mapping[str, Any]) -> dict[str, Any]:
    """Tenths count here: a table would round them."""
    return {name: Decimal(f"{value:g}") if isinstance(value, float) else value for name, value in row.items()}


def _portal() -> "Portal":
    from uzel.hub.models import Portal

    portal = Portal.objects.first()
    if portal is None:
        raise CommandError("портал ещё не подключён: uzel portal connect URL")
    return portal
