"""CSV files of commands: fed to a flow that takes row by row, and written from what a flow has put together."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, TypeVar

from uzel.commands.output import CommandError, show_json
from uzel.console import Titles, print_table

T = TypeVar("T")


def feed_file(path: Path, take: Callable[[bytes], T]) -> T:
    """What the flow makes of the file."""
    from uzel.flows.csv_table import BadTableError

    try:
        return take(path.read_bytes())
    except OSError as error:
        raise CommandError(f"файл {path} не прочитан: {error.strerror or error}") from error
    except BadTableError as error:
        raise CommandError(str(error)) from error


def tell_done(done: Any, summary: str, lists: Iterable[tuple[str, Sequence[Any], Titles]], *, as_json: bool) -> None:
    """What became of the rows: all as JSON, or the lists that are not empty and one line. Refused rows fail the command."""
    if as_json:
        show_json(asdict(done))
    else:
        for title, rows, titles in lists:
            if rows:
                print_table(map(asdict, rows), titles, title=title)
        print(summary)
    if done.refused:
        raise CommandError(f"строк не принято: {len(done.refused)}, остальные приняты")


def write_file(path: Path, sheet: str) -> None:
    """A table as a spreadsheet opens it."""
    try:
        path.write_text(sheet, encoding="utf-8", newline="")
    except OSError as error:
        raise CommandError(f"файл {path} не записан: {error.strerror or error}") from error
    print(f"Записан файл {path}")
