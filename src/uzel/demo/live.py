"""``uzel demo``: the town lives until Ctrl+C; the terminal shows what the exchange does, the browser shows the deals."""

import random
import time
from pathlib import Path

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from uzel.console import Titles, table
from uzel.demo.town import Town, open_town
from uzel.emulators.onec_base import ExchangeError
from uzel.emulators.onec_base.catalogue import GOODS
from uzel.emulators.onec_base.random_life import NAMES_RU, random_action

STEP_S = 1.0  # seconds between two events of the town
REFRESH_S = 0.5
LOG_LINES = 12
LEDGER: Titles = {
    "title": "база", "received": "принято", "orders": "заказов", "deals": "сделок", "to_portal": "→портал", "to_node": "→базе",
    "conflicts": "конфл.", "problems": "ошибок",
}  # fmt: skip


def live(home: Path, *, orders: int, port: int, speed: float, seed: int, duration: float | None) -> None:
    """Orders appear and change in the shops; a person may edit the deals in the browser."""
    console = Console()
    with open_town(home, portal_port=port, hub_port=port + 1, speed=speed, seed=seed, say=console.print) as town:
        console.print(f"\n[bold]Сделки портала: {town.portal.url}[/bold]   (откройте в браузере и правьте)")
        console.print(f"Страница обмена: {town.hub_url}/1c/<узел>/   Папка: {home}   Конец: Ctrl+C\n")
        day = _Day(town, random.Random(seed))
        day.goods_in()
        for place in range(orders):
            day.order_in(list(town.bases)[place % len(town.bases)])
        try:
            _run(day, duration)
        except KeyboardInterrupt:
            console.print("Останавливаемся…")


def _run(day: "_Day", duration: float | None) -> None:
    end = None if duration is None else time.monotonic() + duration
    with Live(day.picture(), refresh_per_second=1 / REFRESH_S) as screen:
        while end is None or time.monotonic() < end:
            day.step()
            screen.update(day.picture())
            time.sleep(STEP_S)


class _Day:
    """One event a step: an order, an edit, or the exchange of the next base."""

    def __init__(self, town: Town, rng: random.Random) -> None:
        self.town, self._rng = town, rng
        self._log: list[str] = []
        self._turn = 0

    def goods_in(self) -> None:
        """The source of the catalogue gives its goods."""
        shop = next(shop for shop in self.town.shops.values() if shop.catalog_source)
        report = self.town.bases[shop.code].give_catalogue()
        self._say(shop.code, report.error or f"выгружены товары: {len(GOODS)}")

    def order_in(self, code: str) -> None:
        """A new order in a base."""
        order = self.town.bases[code].shop.new_order()
        self._say(code, f"заказ {order.number_in_1c}: новый, {order.total} ₽")

    def step(self) -> None:
        """What happens now."""
        codes = list(self.town.bases)
        code = self._rng.choice(codes)
        if self._turn % 2 == 0:
            self._exchange(codes[self._turn // 2 % len(codes)])
        elif self._rng.random() < 0.4:
            self.order_in(code)
        else:
            happened = random_action(self.town.bases[code].shop)
            if happened:
                self._say(code, f"заказ {happened[1].number_in_1c}: {NAMES_RU[happened[0]]}")
        self._turn += 1

    def picture(self) -> Group:
        """The ledger and the last events."""
        from uzel.hub.ledger import ledger

        shown = table([row.as_json() for row in ledger()], LEDGER, title="Журнал обмена")
        return Group(shown, Text("\n".join(self._log[-LOG_LINES:])))

    def _exchange(self, code: str) -> None:
        try:
            report = self.town.bases[code].exchange()
        except ExchangeError as error:
            self._say(code, f"обмен не удался: {error}")
            return
        if report.error:
            self._say(code, f"обмен: {report.error}")
        elif report.sent or report.loaded:
            self._say(code, f"обмен: отдано {len(report.sent)}, принято из портала {len(report.loaded)}")

    def _say(self, code: str, text: str) -> None:
        self._log.append(f"{time.strftime('%H:%M:%S')}  {self.town.shops[code].title}: {text}")
