"""``uzel emulate portal|base``: both sides without a portal and without a 1C."""

import argparse
from pathlib import Path


def register(groups: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the group to the command line."""
    kinds = groups.add_parser("emulate", help="an emulated portal or base").add_subparsers(dest="kind", required=True)
    portal = kinds.add_parser("portal", help="a Bitrix24 portal with a page of its own")
    portal.add_argument("--port", type=int, default=8024)
    portal.add_argument("--host", default="127.0.0.1")
    portal.add_argument("--speed", type=float, default=1.0, help="divides every duration of the portal")
    portal.add_argument("--no-limits", action="store_true", help="answer at once, without limits and costs")
    portal.set_defaults(run=_portal)
    base = kinds.add_parser("base", help="a small shop with a 1C that drives a real URL")
    base.add_argument("--profile", choices=["unf", "ut", "bitrix"], default="unf")
    base.add_argument("--url", required=True, help="address of the exchange page")
    base.add_argument("--login", required=True)
    base.add_argument("--password", required=True)
    base.add_argument("--orders-per-minute", type=float, default=6.0)
    base.add_argument("--duration", type=float, default=None, help="seconds; without it until Ctrl+C")
    base.add_argument("--state-file", type=Path, default=None)
    base.set_defaults(run=_base)


def _portal(options: argparse.Namespace) -> None:
    from uzel.emulators.bitrix24_portal import run

    run(options.port, host=options.host, speed=options.speed, limits=not options.no_limits)


def _base(options: argparse.Namespace) -> None:
    from uzel.emulators.onec_base import run

    run(
        options.profile,
        options.url,
        options.login,
        options.password,
        orders_per_minute=options.orders_per_minute,
        duration=options.duration,
        state_file=options.state_file,
    )
