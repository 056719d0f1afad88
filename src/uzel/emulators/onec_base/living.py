"""A small living shop: orders appear, change and are exchanged, one Russian line per event."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from uzel.emulators.onec_base.base import Base, Report
from uzel.emulators.onec_base.random_life import NAMES_RU, random_action
from uzel.emulators.onec_base.records import Order

MAX_SLEEP_SECONDS = 1.0  # so that the end of the duration is not overslept


def say_aloud(text: str) -> None:
    """A line on the standard output, at once also into a pipe."""
    print(text, flush=True)  # noqa: T201 - this is the command's output


@dataclass(frozen=True, slots=True)
class Conditions:
    """What the shop lives in: the schedule of its exchange, scripted faults (what, step), and the world's clocks.

    ``gives_catalogue``: once, before it begins to live.
    """

    exchange_seconds: float = 15.0
    faults: tuple[tuple[str, str], ...] = ()
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    say: Callable[[str], None] = say_aloud
    gives_catalogue: bool = False


HERE = Conditions()


def run(
    profile: str,
    url: str,
    login: str,
    password: str,
    *,
    orders_per_minute: float = 6.0,
    duration: float | None = None,
    state_file: Path | None = None,
    conditions: Conditions = HERE,
    **options: Any,
) -> None:
    """Live until Ctrl+C or for ``duration`` seconds, with one more exchange at the end of it.

    ``options`` are those of :class:`Base`. The state is taken from ``state_file`` when there is one and written back
    after every exchange.
    """
    base = Base(profile, url, login, password, **{"sleep": conditions.sleep, **options})
    for what, step in conditions.faults:
        base.faults.arm(what, step)
    if state_file is not None and state_file.exists():
        base.load(state_file)
    life = _Life(base, orders_per_minute, state_file, conditions)
    life.say(f"База «{base.title or login}» ({profile}): заказов {len(base.shop.books.orders)}, обмен с {url}")
    try:
        if conditions.gives_catalogue:
            life.give_catalogue()
        life.live(duration)
    except KeyboardInterrupt:
        life.say("База остановлена")
    finally:
        life.keep()
        base.close()


class _Life:
    """The shop's day; every method says what happened."""

    def __init__(self, base: Base, orders_per_minute: float, state_file: Path | None, conditions: Conditions) -> None:
        self.base = base
        self.say = conditions.say
        self._pause = 60 / orders_per_minute if orders_per_minute > 0 else float("inf")
        self._state_file = state_file
        self._conditions = conditions

    def live(self, duration: float | None) -> None:
        """Two clocks: one of the users of the base, one of the scheduled exchange."""
        now, period = self._conditions.monotonic, self._conditions.exchange_seconds
        dice = random.Random(f"{self.base.shop.seed_text}|life")
        end = float("inf") if duration is None else now() + duration
        next_order, next_exchange = now(), now() + period
        while now() < end:
            if now() >= next_order:
                self.work()
                next_order = now() + self._pause * dice.uniform(0.5, 1.5)
            if now() >= next_exchange:
                self.exchange()
                next_exchange = now() + period
            wait = min(next_order, next_exchange, end) - now()
            self._conditions.sleep(min(max(wait, 0.01), MAX_SLEEP_SECONDS))
        self.exchange()

    def work(self) -> None:
        """Something done to one of the orders that are there already, and a new order."""
        happened = random_action(self.base.shop)
        if happened is not None:
            action, order = happened
            self.say(f"Заказ {order.number_in_1c}: {NAMES_RU[action]}")
        order = self.base.shop.new_order()
        self.say(f"Заказ {order.number_in_1c}: {NAMES_RU['new']}, {self._buyer(order)}, {order.total} {order.currency}")

    def exchange(self) -> None:
        """One exchange; its warnings and errors come before its result."""
        self.say(_summary(self._with_journal(self.base.exchange)))
        self.keep()

    def give_catalogue(self) -> None:
        """All goods of the shop, as a full load."""
        report = self._with_journal(self.base.give_catalogue)
        self.say("Каталог выгружен" if report.ok else f"Каталог не выгружен. {report.error}")

    def _with_journal(self, work: Callable[[], Report]) -> Report:
        """Say what went wrong on the way."""
        seen = len(self.base.journal.entries)
        report = work()
        for entry in self.base.journal.entries[seen:]:
            if entry.level != "info":
                self.say(f"Обмен: {entry.text}")
        return report

    def keep(self) -> None:
        """Write the state down, where there is a file for it."""
        if self._state_file is not None:
            self.base.save(self._state_file)

    def _buyer(self, order: Order) -> str:
        return self.base.shop.books.counterparties[order.counterparty_id].name


def _summary(report: Report) -> str:
    done = f"загружено {len(report.loaded)}, пропущено {len(report.skipped)}, выгружено {len(report.sent)}"
    return f"Обмен закончен: {done}" if report.ok else f"Обмен не удался: {done}. {report.error}"
