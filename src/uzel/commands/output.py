"""How commands answer: a table for a person, JSON for a script, one sentence for an error."""

import datetime as dt
import getpass
import json
import sys
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from uzel.console import Titles, print_table

if TYPE_CHECKING:
    from uzel.hub.models import Node, Portal


class CommandError(Exception):
    """What the user asked for can't be done; the text says why."""


def setup() -> None:
    """Start Django (and with it the embedded database, if that is the one in use)."""
    import django

    django.setup()


def the_portal() -> "Portal":
    """The portal that is connected."""
    from uzel.hub.models import Portal

    portal = Portal.objects.first()
    if portal is None:
        raise CommandError("портал ещё не подключён: uzel portal connect URL")
    return portal


def the_node(code: str) -> "Node":
    """The base of that code."""
    from uzel.hub.models import Node
    from uzel.hub.queries import no_such_node

    node = Node.objects.filter(code=code).first()
    if node is None:
        raise CommandError(no_such_node(code))
    return node


def ask_secret(prompt: str, longest: int) -> str:
    """From a prompt that shows nothing, or from a pipe; never from the command line, which other users of the machine see."""
    return getpass.getpass(prompt) if sys.stdin.isatty() else sys.stdin.readline(longest).rstrip("\n")


def show(rows: Iterable[Mapping[str, Any]], titles: Titles, *, as_json: bool, title: str = "") -> None:
    """Print rows of equal keys: all of them as JSON, those with a title as a table."""
    if as_json:
        show_json(list(rows))
    else:
        print_table(rows, titles, title=title)


def show_json(value: Any) -> None:
    """Print what a script reads."""
    print(json.dumps(value, ensure_ascii=False, indent=1, default=_written))


def _written(value: Any) -> str:
    """Moments and days in ISO 8601, the rest (money, paths) as it is printed."""
    return value.isoformat() if isinstance(value, dt.date | dt.time) else str(value)
