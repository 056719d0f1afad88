"""How commands answer: a table for a person, JSON for a script, one sentence for an error."""

import json
from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import Console
from rich.table import Table


class CommandError(Exception):
    """What the user asked for can't be done; the text says why."""


def setup() -> None:
    """Start Django (and with it the embedded database, if that is the one in use)."""
    import django

    django.setup()


def show(rows: Iterable[Mapping[str, Any]], *, as_json: bool, title: str = "") -> None:
    """Print rows of equal keys."""
    listed = list(rows)
    if as_json:
        print(json.dumps(listed, ensure_ascii=False, indent=1, default=str))
        return
    table = Table(title=title or None, title_justify="left")
    for name in listed[0] if listed else ():
        table.add_column(name, overflow="fold")
    for row in listed:
        table.add_row(*("" if value is None else str(value) for value in row.values()))
    console = Console()
    console.print(table if listed else "— пусто —")


def show_one(value: Mapping[str, Any]) -> None:
    """Print one record as JSON: it is read by people and scripts alike."""
    print(json.dumps(value, ensure_ascii=False, indent=1, default=str))
