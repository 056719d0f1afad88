"""``uzel portal connect|setup|sweep``: the Bitrix24 side."""

import argparse

from uzel.commands import portal_limits, portal_setup
from uzel.commands.output import CommandError, setup, the_portal


def register(groups: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the group to the command line."""
    verbs = groups.add_parser("portal", help="the Bitrix24 portal").add_subparsers(dest="verb", required=True, metavar="VERB")
    connect = verbs.add_parser("connect", help="remember the incoming webhook of the exchange employee")
    connect.add_argument("url", help="https://…/rest/USER/SECRET/")
    connect.add_argument("--event-token", default="", help="application_token of the portal's outgoing webhook")
    connect.add_argument("--speed", type=float, default=1.0, help="time scale of an emulated portal; leave 1 for a real one")
    connect.set_defaults(run=_connect)
    portal_setup.register(verbs)
    verbs.add_parser("sweep", help="look for changed deals now").set_defaults(run=_sweep)
    portal_limits.register(verbs)


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


def _sweep(options: argparse.Namespace) -> None:
    setup()
    from django.utils import timezone

    from uzel.bitrix24.errors import PortalError
    from uzel.flows.sweep_portal import sweep

    try:
        print(f"Прочитано сделок: {sweep(the_portal().pk, timezone.now())}")
    except PortalError as error:
        raise CommandError(str(error)) from error
