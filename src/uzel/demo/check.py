"""``uzel demo --check``: the story is played, both sides are compared, the ledger is printed; the exit code says it all."""

import random
import time
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console

from uzel.console import Titles, print_ledger, print_table, stdout
from uzel.demo.compare import Comparison
from uzel.demo.quiet import NotQuietError
from uzel.demo.story import Story
from uzel.demo.town import open_town

MOST_ROWS = 40  # differences shown
DIFFERENCES: Titles = {"node": "база", "number": "заказ", "field": "поле", "in_base": "в базе", "in_deal": "в сделке"}


def check(home: Path, *, orders: int, speed: float, seed: int) -> int:
    """Returns 0 only if nothing differs, nothing is lost and nothing is doubled."""
    console, started = stdout(), time.monotonic()

    def say(text: str) -> None:
        console.print(f"[dim]{time.monotonic() - started:6.1f} с[/dim]  {text}")

    with open_town(home, speed=speed, seed=seed, say=say) as town:
        from uzel.hub.ledger import ledger

        story = Story(town, orders, random.Random(seed), say)
        try:
            found = story.play()
        except NotQuietError as error:
            story.problems.append(str(error))
            found = Comparison()
        problems = story.problems + _problems(found, story.both_sided)
        print_ledger([row.as_json() for row in ledger()], console=console)
        _show_differences(console, found)
        _show_requests(console, town.portal.calls()["counters"])
    for problem in problems:
        console.print(f"[red]✗[/red] {problem}")
    if not problems:
        compared = f"{found.orders} заказов, {found.goods} товаров, {found.fields} полей"
        console.print(f"[green]✓[/green] {compared}: всё совпало, ничего не потеряно и не задвоено")
    return 1 if problems else 0


def _problems(found: Comparison, both_sided: int) -> list[str]:
    """What the hub's own books must say beside the comparison."""
    from uzel.hub.ledger import ledger
    from uzel.hub.models import Conflict

    rows = ledger()
    problems = [
        f"{row.node}: получено {row.received}, а вердиктов {sum(row.verdicts.values())}" for row in rows if not row.balanced
    ]
    problems += [f"{row.node}: заказов {row.orders}, сделок {row.deals}" for row in rows if row.orders != row.deals]
    problems += [f"{row.node}: доставок с неустранённой ошибкой {row.problems}" for row in rows if row.problems]
    if found.differences:
        problems.append(f"различий между заказами и сделками: {len(found.differences)}")
    if found.strays:
        problems.append(f"сделки без заказа: {', '.join(map(str, found.strays[:10]))}")
    if not found.orders:
        problems.append("сравнивать нечего")
    comments = Conflict.objects.filter(field="comment", reason="both_moved").values("order").distinct().count()
    if comments < both_sided:
        problems.append(f"правок с двух сторон {both_sided}, а конфликтов записано {comments}")
    return problems


def _show_differences(console: Console, found: Comparison) -> None:
    console.print(
        f"Сравнение: заказов {found.orders}, товаров {found.goods}, полей {found.fields}, различий {len(found.differences)}"
    )
    if found.expected:
        console.print(f"Правки менеджеров, которые базам без права на изменения не отданы: {len(found.expected)}")
    if found.differences:
        print_table((asdict(one) for one in found.differences[:MOST_ROWS]), DIFFERENCES, title="Различия", console=console)


def _show_requests(console: Console, counters: Mapping[str, Any]) -> None:
    rejected = sum(counters["rejected"].values())
    console.print(
        f"Запросов к порталу: {counters['requests']}, команд {sum(counters['commands'].values())}, отказов {rejected}"
    )
