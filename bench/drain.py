"""New orders written into a portal under its real limits: requests an order, rejected requests, share of the ceiling.

The portal is the emulator in a process of its own; ``--speed`` divides its durations, so that an hour of its limits
is measured in minutes. The ceiling (bench/ceiling.py) is what no client could beat for the very commands that were sent.
"""

import argparse
import json
import os
import random
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2

from bench.ceiling import Ceiling, ceiling

PARALLEL = 4  # requests the emulated portal works on at once
START_S = 30
WANTED_SHARE = 0.9


def main(argv: Sequence[str]) -> int:
    """Measure in a process of its own, because a home and its database belong to one process tree."""
    parser = argparse.ArgumentParser(prog="bench drain", description=__doc__)
    parser.add_argument("--orders", type=int, default=2000)
    parser.add_argument("--speed", type=float, default=10.0, help="time scale of the emulated portal")
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="uzel-bench-") as home:
        environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        environment |= {"UZEL_HOME": home, "DJANGO_SETTINGS_MODULE": "uzel.settings"}
        command = [sys.executable, "-m", "bench.drain", str(options.orders), str(options.speed)]
        return subprocess.run(command, env=environment, check=False).returncode


def measure(orders: int, speed: float) -> int:
    """Receive the orders, drain them, ask the portal what it saw. Exit status 0 when nothing was rejected, lost or doubled."""
    home = Path(os.environ["UZEL_HOME"])
    with _portal(home, speed) as url:
        portal_id = _connect(url, speed)
        _receive(home, orders)
        httpx2.delete(f"{url}/_emulator/calls", trust_env=False)
        seconds = _drain(portal_id, orders)
        counters = _ask(url, "calls")["counters"]
        deals = [deal for deal in _ask(url, "state")["deals"] if str(deal["originatorId"]).startswith("uzel:")]
    return _print(orders, speed, seconds, counters, [deal["originId"] for deal in deals])


@contextmanager
def _portal(home: Path, speed: float) -> Iterator[str]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    command = [sys.executable, "-m", "uzel.cli", "emulate", "portal", "--port", str(port), "--speed", str(speed)]
    with (home / "portal.log").open("wb") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log)
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_for(url)
        yield url
    finally:
        process.terminate()
        process.wait()


def _wait_for(url: str) -> None:
    end = time.monotonic() + START_S
    while True:
        try:
            _ask(url, "about")
            return
        except httpx2.HTTPError:
            if time.monotonic() > end:
                raise
            time.sleep(0.1)


def _ask(url: str, what: str) -> dict[str, Any]:
    answer = httpx2.get(f"{url}/_emulator/{what}", params={"limit": 0}, timeout=60, trust_env=False)
    return dict(answer.raise_for_status().json())


def _connect(url: str, speed: float) -> int:
    import django

    django.setup()
    from django.core.management import call_command

    from uzel.flows.connect_portal import connect
    from uzel.flows.set_up_portal import set_up
    from uzel.hub.models import Node

    call_command("migrate", verbosity=0)
    portal, _ = connect(_ask(url, "about")["webhook"], speed=speed)
    Node.objects.create(portal=portal, code="bench", title="Проба", login="bench", password_hash="", profile="bitrix")
    if not all(check.passed for check in set_up(portal)):
        raise RuntimeError("the portal could not be set up")
    return int(portal.pk)


def _receive(home: Path, orders: int) -> None:
    """As many orders of as many new buyers, from a file that the emulated base writes."""
    from uzel.emulators.onec_base import Base, Counterparty
    from uzel.emulators.onec_base.write import write_orders
    from uzel.flows.receive_package import process_package
    from uzel.hub import feed_store
    from uzel.hub.models import Node, Package

    base, rng = Base("bitrix", "http://127.0.0.1/", "bench", "bench"), random.Random(1)
    made = []
    for place in range(orders):
        name = f"Покупатель {_word(rng)} {_word(rng)}"
        buyer = Counterparty(f"buyer-{place}", name, name, phone=f"+7916{place:07d}")
        made.append(base.shop.new_order(counterparty=buyer))
    feed = feed_store.store([write_orders(made, base.shop.books, base.settings, base.shop.clock())])
    package = Package.objects.create(node=Node.objects.get(), file_name="orders.xml", feed=feed, state=Package.State.WAITING)
    process_package(package.pk, _now())


def _word(rng: random.Random) -> str:
    return "".join(rng.choice("абвгдежзиклмнопрстуфхцчшэюя") for _ in range(9)).capitalize()


def _now() -> Any:
    from django.utils import timezone

    return timezone.now()


def _drain(portal_id: int, orders: int) -> float:
    """Seconds until every order is confirmed."""
    from rich.progress import Progress

    from uzel.flows.drain_portal import drain
    from uzel.flows.portal_work import seconds_to_retry

    started = time.monotonic()
    with Progress(transient=True) as bar:
        task = bar.add_task("orders", total=orders)
        while True:
            drain(portal_id, advance=lambda count: bar.advance(task, count))
            if not _due(portal_id):
                return time.monotonic() - started
            time.sleep(min(1.0, seconds_to_retry(portal_id, _now()) or 0.1))


def _due(portal_id: int) -> bool:
    from django.db.models import F

    from uzel.hub.models import Delivery

    return Delivery.objects.filter(target="portal", wanted__gt=F("confirmed"), order__node__portal=portal_id).exists()


def _work_of(commands: Mapping[str, int]) -> dict[str, tuple[int, float]]:
    """What was done, at the emulator's own prices."""
    from uzel.emulators.bitrix24_portal import Options

    costs = Options()
    return {method: (calls, costs.cost_s(method, "2")) for method, calls in commands.items()}


def _print(orders: int, speed: float, seconds: float, counters: Mapping[str, Any], origins: Sequence[str]) -> int:
    bound: Ceiling = ceiling(_work_of(counters["commands"]), speed=speed)
    rejected = sum(counters["rejected"].values())
    lost, doubled = orders - len(set(origins)), len(origins) - len(set(origins))
    share = bound.seconds / seconds
    print(f"drain of {orders} new orders of {orders} new buyers, portal at speed {speed:g}")
    print(f"  time       {seconds:8.1f} s of ours, {seconds * speed:8.0f} s of the portal's")
    print(f"  ceiling    {bound.seconds:8.1f} s of ours, bound by {bound.binds}")
    print(f"  share of the ceiling        {share:6.3f}   (wanted: at least {WANTED_SHARE})")
    print(f"  requests an order           {counters['requests'] / orders:6.3f}   ({counters['requests']} requests)")
    print(f"  rejected requests, commands {rejected:6d}   (wanted: 0)")
    print(f"  lost, doubled               {lost:6d} {doubled:6d}   (wanted: 0 0)")
    for method, calls in sorted(counters["commands"].items()):
        print(f"    {method:28} {calls:6d}")
    print(
        json.dumps(
            {"share": round(share, 3), "rejected": rejected, "lost": lost, "doubled": doubled, "seconds": round(seconds, 1)}
        )
    )
    return 0 if not (rejected or lost or doubled) else 1


if __name__ == "__main__":
    sys.exit(measure(int(sys.argv[1]), float(sys.argv[2])))
