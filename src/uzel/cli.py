"""``uzel``: parse, call, answer. Every group of commands is one file of ``uzel.commands`` and one line here."""

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any

from uzel import __version__
from uzel.commands.output import CommandError
from uzel.russian_argparse import speak_russian

Register = Callable[["argparse._SubParsersAction[argparse.ArgumentParser]"], None]


def main(arguments: Sequence[str] | None = None) -> int:
    """Entry point of the console script; returns the exit code."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "uzel.settings")
    options = parser().parse_args(arguments)
    try:
        return int(options.run(options) or 0)
    except CommandError as error:
        print(f"uzel: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130


def parser() -> argparse.ArgumentParser:
    """The whole command line, as the docs test reads it."""
    speak_russian()
    root = argparse.ArgumentParser(prog="uzel", description="Узел обмена между порталом Битрикс24 и базами 1С.")
    root.add_argument("--version", action="version", version=f"uzel {__version__}", help="показать версию")
    groups = root.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for register in _groups():
        register(groups)
    return root


def _groups() -> list[Register]:
    from uzel.commands import (
        alerts,
        archive,
        catalog,
        counterparties,
        demo,
        doctor,
        emulate,
        feed,
        nodes,
        nomenclature,
        orders,
        portal,
        promo,
        requisites,
        secrets,
        servers,
        staff,
    )

    modules: list[Any] = [
        demo, servers, portal, nodes, requisites, staff, orders, counterparties, nomenclature, catalog, promo, archive, feed,
        alerts, doctor, secrets, emulate,
    ]  # fmt: skip
    return [module.register for module in modules]


if __name__ == "__main__":
    sys.exit(main())
