"""Workers killed with SIGKILL at random points of a drain: no order lost, none doubled, no row stuck.

Three workers drain new orders and edits of them into the emulated portal. After a random number of commands the portal has
carried out, a worker chosen by chance is killed and another started in its place, a hundred times over; then the
workers that live finish, and the portal is compared with the base order by order.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from bench.home import in_a_home_of_its_own
from bench.made_orders import doubled_phones, due, make_base, make_orders, origins, receive
from bench.portal_process import ask, connect_hub, portal_process
from uzel.emulators.onec_base import Base
from uzel.emulators.onec_base.records import Order

WORKERS = 3
ORDERS_A_KILL = 12  # new ones that are received while there are fewer than this many due for each kill to come
MOST_COMMANDS_BETWEEN = 120  # that the portal carries out from one kill to the next
PATIENCE_S = 180  # without any progress of the drain


def main(argv: Sequence[str]) -> int:
    """Exit status 0 when nothing was lost, doubled or stuck."""
    parser = argparse.ArgumentParser(prog="bench kills", description=__doc__)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--speed", type=float, default=20.0, help="time scale of the emulated portal")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="uzel-bench-") as home:
        return in_a_home_of_its_own("bench.kills", home, str(options.kills), str(options.speed), str(options.seed))


def measure(kills: int, speed: float, seed: int) -> int:
    """Drain under kills, then judge."""
    rng, home = random.Random(seed), Path(os.environ["UZEL_HOME"])
    with portal_process(home, speed) as url:
        portal_id = connect_hub(url, speed)
        base = make_base()
        orders: dict[str, Order] = {}
        started = time.monotonic()
        with workers(home) as alive:
            for _ in range(kills):
                feed = partial(_feed, base, orders, portal_id, rng)
                _let_work(url, rng.randint(1, MOST_COMMANDS_BETWEEN), feed)
                alive.kill_one(rng)
            _let_finish(portal_id)
        seconds = time.monotonic() - started
        problems = list(judge(ask(url, "state"), orders)) + list(stuck())
        counters = ask(url, "calls")["counters"]
    print(f"{kills} kills -9, {WORKERS} workers, a drain of {len(orders)} orders, {seconds:.0f} s, portal at speed {speed:g}")
    print(f"  commands carried out by the portal {sum(counters['commands'].values()):6d}")
    print(f"  lost, doubled, different or stuck  {len(problems):6d}   (wanted: 0)")
    for problem in problems[:20]:
        print(f"    {problem}")
    return 1 if problems else 0


class Workers:
    """Processes of ``uzel worker``; one that is killed is replaced at once."""

    def __init__(self, home: Path) -> None:
        self._log = (home / "workers.log").open("wb")
        self._processes = [self._start() for _ in range(WORKERS)]

    def kill_one(self, rng: random.Random) -> None:
        place = rng.randrange(WORKERS)
        self._processes[place].kill()
        self._processes[place].wait()
        self._processes[place] = self._start()

    def stop(self) -> None:
        for process in self._processes:
            process.kill()
            process.wait()
        self._log.close()

    def _start(self) -> "subprocess.Popen[bytes]":
        return subprocess.Popen([sys.executable, "-m", "uzel.cli", "worker"], stdout=self._log, stderr=self._log)


@contextmanager
def workers(home: Path) -> Iterator[Workers]:
    alive = Workers(home)
    try:
        yield alive
    finally:
        alive.stop()


def _feed(base: Base, orders: dict[str, Order], portal_id: int, rng: random.Random) -> None:
    """New orders while few are due, and edits of some that are in the portal or on their way."""
    if due(portal_id) >= ORDERS_A_KILL * WORKERS:
        return
    fresh = make_orders(base, ORDERS_A_KILL * WORKERS, len(orders))
    edited = [_edit(base, orders[key], rng) for key in rng.sample(sorted(orders), min(len(orders), ORDERS_A_KILL))]
    for order in (*fresh, *edited):
        orders[order.document_id] = order
    receive(base, (*fresh, *edited))


def _edit(base: Base, order: Order, rng: random.Random) -> Order:
    return base.shop.edit(order.document_id, comment=f"правка {rng.randrange(10**9)}", lines=base.shop.make_lines(rng))


def _let_work(url: str, commands: int, feed: Callable[[], None]) -> None:
    """Until the portal has carried out so many commands more; there is always something to do."""
    begun, end = _carried_out(url), time.monotonic() + PATIENCE_S
    while _carried_out(url) < begun + commands:
        if time.monotonic() > end:
            raise TimeoutError("the drain does not go on")
        feed()
        time.sleep(0.02)


def _carried_out(url: str) -> int:
    return sum(ask(url, "calls")["counters"]["commands"].values())


def _let_finish(portal_id: int) -> None:
    left, end = due(portal_id), time.monotonic() + PATIENCE_S
    while left:
        if time.monotonic() > end:
            return  # what is stuck is told by stuck()
        time.sleep(0.2)
        if (now := due(portal_id)) < left:
            left, end = now, time.monotonic() + PATIENCE_S


def judge(state: dict[str, Any], orders: dict[str, Order]) -> Iterator[str]:
    """What differs between the base and the portal: one deal an order, its sum, comment and rows, one contact a buyer."""
    found: dict[str, list[dict[str, Any]]] = {}
    for deal in state["deals"]:
        found.setdefault(str(deal["originId"]), []).append(deal)
    for key, order in orders.items():
        deals = found.pop(key, [])
        if len(deals) != 1:
            yield f"order {key}: {len(deals)} deals"
        elif (float(deals[0]["opportunity"]), deals[0]["comments"]) != (float(order.total), order.comment):
            yield f"order {key}: {deals[0]['opportunity']} {deals[0]['comments']!r}, not {order.total} {order.comment!r}"
        elif (shown := _rows_of(deals[0])) != (meant := sorted((line.name, float(line.quantity)) for line in order.lines)):
            yield f"order {key}: rows {shown}, not {meant}"
    yield from (f"deal of nobody: {key}" for key in origins([deal for deals in found.values() for deal in deals]))
    yield from (f"{times} contacts with {phone}" for phone, times in doubled_phones(state["contacts"]).items())


def _rows_of(deal: dict[str, Any]) -> list[tuple[str, float]]:
    return sorted((str(row["productName"]), float(row["quantity"])) for row in deal["rows"])


def stuck() -> Iterator[str]:
    """Rows that nobody would ever touch again."""
    from django.db.models import F, Q

    from uzel.hub.models import Delivery

    rows = Delivery.objects.filter(
        Q(wanted__gt=F("confirmed")) | Q(outcome_unknown=True) | ~Q(problem_code=""), target="portal"
    )
    yield from (f"delivery of {row.order_id}: {row.problem_code or 'due'} {row.problem}" for row in rows)


if __name__ == "__main__":
    sys.exit(measure(int(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])))
