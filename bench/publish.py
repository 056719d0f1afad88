"""A catalogue from files into the portal: the first time, again unchanged, and with 1 % of the items at a new price.

The emulated portal has its limits off; what the same commands would take under them is computed (bench/ceiling.py).
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from bench.catalog_file import raised_offers, write_catalog_files
from bench.ceiling import ceiling
from bench.home import in_a_home_of_its_own, store_file
from bench.portal_process import ask, connect_hub, forget_calls, portal_process, set_limits
from bench.reader import peak_megabytes

DEFAULT_ITEMS = 50_000
SPEED = 1000.0  # so that the hub's own limits do not hold it back either
WANTED_MEGABYTES = 150  # of memory
WRITES = ("add", "update", "modify", "delete")


def main(argv: Sequence[str]) -> int:
    """Exit status 0 when nothing was written twice or for nothing, and memory stayed flat."""
    parser = argparse.ArgumentParser(prog="bench publish", description=__doc__)
    parser.add_argument("--items", type=int, default=DEFAULT_ITEMS, help="items of the made-up catalogue")
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="uzel-bench-") as home:
        return in_a_home_of_its_own("bench.publish", home, str(options.items))


def measure(items: int) -> int:
    """Load and publish three times, print what that took."""
    home = Path(os.environ["UZEL_HOME"])
    with portal_process(home, SPEED) as url:
        set_limits(url, False)
        portal_id = connect_hub(url, SPEED)
        first = _publish(url, portal_id, write_catalog_files(home, items)[:-1])
        again = _publish(url, portal_id, write_catalog_files(home, items)[:-1])
        changed = _publish(url, portal_id, write_catalog_files(home, items, changed=True)[:-1])
        memory = peak_megabytes()  # before the whole state of the portal is read
        products = [one["xmlId"] for one in ask(url, "state")["products"]]
    from uzel.hub.models import NomenclatureRow

    rows, doubled = NomenclatureRow.objects.count(), len(products) - len(set(products))
    print(f"publish: {items} items, {rows} products and variations, portal without limits")
    for name, (seconds, written) in {"first load": first, "second load": again, "1 % at a new price": changed}.items():
        print(f"  {name:20} {seconds:7.1f} s {sum(written.values()):8d} commands that write")
    print(f"  prices that went up {raised_offers(items):9d}   (wanted: as many commands and no other)")
    print(f"  commands a product at first {sum(first[1].values()) / rows:6.2f}")
    bound = ceiling({name: (times, _cost(name)) for name, times in first[1].items()})
    print(f"  under real limits at least {bound.seconds / 3600:6.2f} h, bound by {bound.binds}")
    print(f"  lost, doubled {rows - len(set(products)):6d} {doubled:6d}   (wanted: 0 0)")
    print(f"  peak memory {memory:.0f} MB, wanted at most {WANTED_MEGABYTES}")
    new_prices = {"catalog.price.modify": raised_offers(items)}
    wrong = doubled or rows != len(set(products)) or again[1] or changed[1] != new_prices
    return 1 if wrong or memory > WANTED_MEGABYTES else 0


def _publish(url: str, portal_id: int, paths: Sequence[Path]) -> tuple[float, Mapping[str, int]]:
    """Seconds of the drain, and what it wrote into the catalogue."""
    from django.db.models import F
    from django.utils import timezone

    from uzel.flows.files.read_in_turn import read_in_turn
    from uzel.flows.portal.drain_portal import drain
    from uzel.hub.models import Node, NomenclatureRow, Package

    Node.objects.update(catalog_source=True)
    node = Node.objects.get()
    for path in paths:
        feed = store_file(path)
        package = Package.objects.create(node=node, file_name=path.name, feed=feed, state=Package.State.WAITING)
        read_in_turn(package.pk, timezone.now())
    forget_calls(url)
    started = time.monotonic()
    while NomenclatureRow.objects.filter(wanted__gt=F("confirmed"), problem_code="").exists():
        drain(portal_id)
    written = {
        name: times
        for name, times in ask(url, "calls")["counters"]["commands"].items()
        if name.startswith("catalog.") and name.rpartition(".")[2] in WRITES
    }
    return time.monotonic() - started, written


def _cost(method: str) -> float:
    from uzel.emulators.bitrix24_portal import Options

    return Options().cost_s(method)


if __name__ == "__main__":
    sys.exit(measure(int(sys.argv[1])))
