"""``uzel portal …``: the Bitrix24 side."""

import argparse

from uzel.commands import portal_connect, portal_limits, portal_setup
from uzel.commands.output import CommandError, setup, the_portal


def register(groups: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the group to the command line."""
    verbs = groups.add_parser("portal", help="портал Битрикс24").add_subparsers(dest="verb", required=True, metavar="VERB")
    portal_connect.register(verbs)
    portal_setup.register(verbs)
    verbs.add_parser("sweep", help="искать изменённые сделки сейчас").set_defaults(run=_sweep)
    portal_limits.register(verbs)


def _sweep(options: argparse.Namespace) -> None:
    setup()
    from django.utils import timezone

    from uzel.bitrix24.errors import PortalError
    from uzel.flows.portal.sweep_portal import sweep

    try:
        print(f"Прочитано сделок: {sweep(the_portal().pk, timezone.now())}")
    except PortalError as error:
        raise CommandError(str(error)) from error
