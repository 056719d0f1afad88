"""What people read in a terminal: tables with Russian heads that fit, and the ledger with its conclusion."""

import datetime as dt
import sys
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

Titles = Mapping[str, str]
EMPTY = "— пусто —"
NUMBERS = (int, float, Decimal)

#: Verdicts in words, in the order of ``uzel.model.Verdict``.
VERDICTS: Titles = {
    "created": "создан",
    "updated": "изменён",
    "unchanged": "без изменений",
    "duplicate": "повтор",
    "held": "отложен",
    "conflict": "с конфликтом",
    "rejected": "отклонён",
}
#: What came of the entries of a catalogue file, and the kinds of entries.
OUTCOMES: Titles = {"created": "создано", "changed": "изменено", "unchanged": "без изменений", "refused": "отклонено"}
CATALOGUE_KINDS: Titles = {
    "section": "группы", "price_type": "виды цен", "warehouse": "склады", "unit": "единицы измерения", "item": "товары",
    "offer": "предложения", "document": "документы",
}  # fmt: skip
LEDGER: Titles = {
    "title": "база", "received": "документов", "became": "что с ними стало", "deals": "сделок", "waits": "в работе",
    "attention": "внимание",
}  # fmt: skip
DAYS: Titles = {"day": "день", **{name: LEDGER[name] for name in ("title", "received", "became")}, "balanced": "сходится"}
ATTENTION: Titles = {
    "conflicts": "конфликтов", "awaiting": "ждут заказа", "problems": "портал не принял", "failed_packages": "битых файлов",
    "unfinished_packages": "не разобрано",
}  # fmt: skip
WAITS: Titles = {"to_portal": "в портал", "to_node": "в базу"}
UNBROKEN = 16  # characters: a column of short values is not wrapped
PIPE_WIDTH = 140  # characters, where the output is no terminal


def stdout() -> Console:
    """The terminal, or a pipe, which has a width of its own."""
    return Console() if sys.stdout.isatty() else Console(width=PIPE_WIDTH)


def print_table(rows: Iterable[Mapping[str, Any]], titles: Titles, *, title: str = "", console: Console | None = None) -> None:
    """Rows of equal keys; only those named in ``titles`` are shown, in that order."""
    listed = list(rows)
    (console or stdout()).print(table(listed, titles, title=title) if listed else EMPTY)


def table(rows: Sequence[Mapping[str, Any]], titles: Titles, *, title: str = "") -> Table:
    """The table itself. Numbers stand to the right; short values are not wrapped, long ones take the room that is left."""
    made = Table(title=title or None, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0))
    for name, head in titles.items():
        values = [row.get(name) for row in rows]
        number = all(isinstance(value, NUMBERS) and not isinstance(value, bool) for value in values)
        short = max((len(_cell(value)) for value in values), default=0) <= UNBROKEN
        made.add_column(head, justify="right" if number else "left", no_wrap=short, overflow="fold")
    for row in rows:
        made.add_row(*(Text(_cell(row.get(name))) for name in titles))
    return made


def print_ledger(rows: Sequence[Mapping[str, Any]], *, console: Console | None = None) -> None:
    """The ledger and, under it, what it comes to. ``rows`` as ``LedgerRow.as_json`` gives them."""
    out = console or stdout()
    print_table(map(ledger_row, rows), LEDGER, title="Журнал обмена", console=out)
    for text, style in conclusions(rows):
        out.print(Text(text, style=style))


def ledger_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """One base in words; what is zero is not said."""
    judged = sum(row["verdicts"].values())
    lost = "" if row["received"] == judged else f"НЕ СХОДИТСЯ: вердиктов {judged}; "
    return {
        "title": row["title"],
        "received": row["received"],
        "became": lost + _became(row),
        "deals": f"{row['deals']} из {row['orders']}",
        "waits": _said({title: row[name] for name, title in WAITS.items()}),
        "attention": _said({title: row[name] for name, title in ATTENTION.items()}),
    }


def day_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """One base on one day in words."""
    return {**row, "became": _became(row)}


def _became(row: Mapping[str, Any]) -> str:
    return _said({VERDICTS[name]: count for name, count in row["verdicts"].items()})


def _said(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{title} {count}" for title, count in counts.items() if count)


def conclusions(rows: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    """Sentences and their colours: red only where somebody has to do something."""
    received, judged = sum(row["received"] for row in rows), sum(sum(row["verdicts"].values()) for row in rows)
    if received != judged:
        return [(f"НЕ СХОДИТСЯ: получено {received}, а вердиктов {judged}", "bold red")]
    said = [(f"Сходится: получено документов {received}, вердиктов {judged}", "green")]
    waiting = sum(row["to_portal"] + row["to_node"] + row["unfinished_packages"] for row in rows)
    troubles = (
        ("problems", "Ждут человека: записей, которые портал не принял, — {}"),
        ("failed_packages", "Не прочитано до конца файлов — {} (uzel calls list)"),
    )
    said += [(f"В работе: {waiting}", "yellow")] if waiting else []
    return said + [
        (text.format(sum(row[name] for row in rows)), "red") for name, text in troubles if any(row[name] for row in rows)
    ]


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "да" if value else "нет"
    if isinstance(value, float):
        return f"{value:.0f}"
    if isinstance(value, dt.datetime):
        return value.astimezone().strftime("%d.%m.%y %H:%M:%S")
    if isinstance(value, dt.date):
        return value.strftime("%d.%m.%y")
    return str(value)
