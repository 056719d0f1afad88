"""``uzel portal connect|setup|sweep``: the Bitrix24 side."""

import argparse

from uzel.commands.output import CommandError, setup, show


def register(groups: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the group to the command line."""
    verbs = groups.add_parser("portal", help="the Bitrix24 portal").add_subparsers(dest="verb", required=True, metavar="VERB")
    connect = verbs.add_parser("connect", help="remember the incoming webhook of the exchange employee")
    connect.add_argument("url", help="https://…/rest/USER/SECRET/")
    connect.add_argument("--event-token", default="", help="application_token of the portal's outgoing webhook")
    connect.add_argument("--speed", type=float, default=1.0, help="time scale of an emulated portal; leave 1 for a real one")
    connect.set_defaults(run=_connect)
    verbs.add_parser("setup", help="create deal fields, check the exchange employee; safe to repeat").set_defaults(run=_setup)
    verbs.add_parser("sweep", help="look for changed deals now").set_defaults(run=_sweep)


def _connect(options: argparse.Namespace) -> None:
    setup()
    from uzel.flows.connect_portal import connect

    portal, user = connect(options.url, event_token=options.event_token, speed=options.speed)
    print(f"Портал подключён, обмен идёт от имени: {user.full_name} (id {user.user_id}).")
    print(f"Адрес для исходящего вебхука портала: /portal/{portal.code}/events")


def _setup(options: argparse.Namespace) -> None:
    setup()
    from uzel.flows.set_up_portal import set_up

    checks = set_up(_portal())
    show(({"проверка": check.what, "итог": check.outcome, "что сделать": check.advice} for check in checks), as_json=False)
    if any(not check.passed for check in checks):
        raise CommandError("настройка портала не закончена, см. таблицу")


def _sweep(options: argparse.Namespace) -> None:
    setup()
    from django.utils import timezone

    from uzel.flows.sweep_portal import sweep

    print(f"Прочитано изменённых сделок: {sweep(_portal().pk, timezone.now())}")


def _portal():  # type: ignore[no-untyped-def]
    from uzel.hub.models import Portal

    portal = Portal.objects.first()
    if portal is None:
        raise CommandError("портал ещё не подключён: uzel portal connect URL")
    return portal
