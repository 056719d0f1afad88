"""New orders written into a portal under its real limits: requests an order, rejected requests, share of the ceiling.

The portal is the emulator in a process of its own; ``--speed`` divides its durations, so that an hour of its limits
is measured in minutes. The ceiling (bench/ceiling.py) is what no client could beat for the very commands that were sent.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from bench.ceiling import Ceiling, ceiling
from bench.home import in_a_home_of_its_own
from bench.made_orders import due, make_base, make_orders, origins, receive
from bench.portal_process import ask, connect_hub, forget_calls, portal_process

WANTED_SHARE = 0.9


def main(argv: Sequence[str]) -> int:
    """Measure in a process of its own, because a home and its database belong to one process tree."""
    parser = argparse.ArgumentParser(prog="bench drain", description=__doc__)
    parser.add_argument("--orders", type=int, default=2000)
    parser.add_argument("--speed", type=float, default=10.0, help="time scale of the emulated portal")
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="uzel-bench-") as home:
        return in_a_home_of_its_own("bench.drain", home, str(options.orders), str(options.speed))


def measure(orders: int, speed: float) -> int:
    """Receive the orders, drain them, ask the portal what it saw. Exit status 0 when nothing was rejected, lost or doubled."""
    home = Path(os.environ["UZEL_HOME"])
    with portal_process(home, speed) as url:
        portal_id, base = connect_hub(url, speed), make_base()
        receive(base, make_orders(base, orders))
        forget_calls(url)
        seconds = drain_all(portal_id, orders)
        counters = ask(url, "calls")["counters"]
        deals = ask(url, "state")["deals"]
    return _print(orders, speed, seconds, counters, origins(deals))


def drain_all(portal_id: int, orders: int) -> float:
    """Seconds until every order is confirmed."""
    from django.utils import timezone
    from rich.progress import Progress

    from uzel.flows.portal.drain_portal import drain
    from uzel.flows.portal.portal_work import seconds_to_retry

    started = time.monotonic()
    with Progress(transient=True) as bar:
        task = bar.add_task("orders", total=orders)
        while True:
            drain(portal_id, advance=lambda count: bar.advance(task, count))
            if not due(portal_id):
                return time.monotonic() - started
            time.sleep(min(1.0, seconds_to_retry(portal_id, timezone.now()) or 0.1))


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
