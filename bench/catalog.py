"""A catalogue from files to rows: seen for the first time, again unchanged, and with 1 % of the items at a new price.

Beside it, in the same run, bare lxml over the same files, which builds no records. The database is an embedded one in a
folder that is thrown away; memory is the peak of the loading process, the database's own not counted.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from bench.home import in_a_home_of_its_own, open_database, seconds_of, store_file

DEFAULT_ITEMS = 50_000
WANTED_MEGABYTES = 150  # of memory


def main(argv: Sequence[str]) -> int:
    """Measure in a process of its own, because a home and its database belong to one process tree."""
    parser = argparse.ArgumentParser(prog="bench catalog", description=__doc__)
    parser.add_argument("--items", type=int, default=DEFAULT_ITEMS, help="items of the made-up catalogue")
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="uzel-bench-") as home:
        return in_a_home_of_its_own("bench.catalog", home, str(options.items))


def measure(items: int) -> int:
    """Load the catalogue three times, print what that took; 1 when it took more memory than is wanted."""
    open_database()
    from bench.catalog_file import CHANGED, WITH_VARIANTS, write_catalog_files
    from bench.reader import peak_megabytes

    home = Path(os.environ["UZEL_HOME"])
    *paths, offers = write_catalog_files(home, items)
    node, rows = _node(), items + len(range(0, items, WITH_VARIANTS)) * 2
    megabytes = sum(path.stat().st_size for path in paths) / 1e6
    seconds = {"first load": _load(node, paths)}
    _must_be(_due(), rows, "rows due after the first load")
    _confirm()
    seconds["second load, nothing changed"] = _load(node, paths)
    _must_be(_due(), 0, "rows due after the second load")
    write_catalog_files(home, items, changed=True)
    seconds["load with 1 % at a new price"] = _load(node, paths)
    due = _due()
    priced_by_variants = len([number for number in range(0, items, CHANGED) if number % WITH_VARIANTS == 0])
    _must_be(due, len(range(0, items, CHANGED)) + priced_by_variants, "rows due after 1 % changed")
    memory = peak_megabytes()
    seconds["limit: only read into entries"] = seconds_of(lambda: _read(paths), time.process_time)
    seconds["limit: bare lxml.iterparse"] = seconds_of(lambda: bare_lxml(paths), time.process_time)
    print(f"catalog: {items} items, {offers} offers, {megabytes:.0f} MB")
    for name, took in seconds.items():
        print(f"  {name:32} {took:7.2f} s {megabytes / took:8.1f} MB/s {items / took:9.0f} items/s")
    print(f"  due: {rows} rows after the first load, 0 after the second, {due} after 1 % changed")
    reached = memory <= WANTED_MEGABYTES
    print(f"  peak memory {memory:.0f} MB, wanted at most {WANTED_MEGABYTES}: {'reached' if reached else 'NOT REACHED'}")
    return 0 if reached else 1


def _node() -> Any:
    from uzel.hub.models import Node, Portal

    fields = {"portal": Portal.objects.create(sealed_webhook=""), "catalog_source": True}
    return Node.objects.create(code="bench", title="Проба", login="bench", password_hash="", **fields)


def _load(node: Any, paths: Sequence[Path]) -> float:
    """The real path from archived files to rows, in seconds; what was refused makes the figure worthless."""
    from django.utils import timezone

    from uzel.flows.files.read_in_turn import read_in_turn
    from uzel.hub.models import Package

    packages = []
    for path in paths:
        feed = store_file(path)
        packages.append(Package.objects.create(node=node, file_name=path.name, feed=feed, state=Package.State.WAITING))
    took = seconds_of(lambda: read_in_turn(packages[-1].pk, timezone.now()))
    for package in packages:
        package.refresh_from_db()
        refused = sum(counts.get("refused", 0) for counts in (package.catalog or {}).values())
        _must_be((package.state, refused), ("done", 0), f"state and refused of {package.file_name}")
    return took


def _due() -> int:
    from django.db.models import F

    from uzel.hub.models import NomenclatureRow

    return NomenclatureRow.objects.filter(wanted__gt=F("confirmed")).count()


def _confirm() -> None:
    """As if the portal showed everything."""
    from django.db.models import F

    from uzel.hub.models import NomenclatureRow

    NomenclatureRow.objects.update(confirmed=F("wanted"))


def _read(paths: Sequence[Path]) -> None:
    from bench.reader import chunks
    from uzel.commerceml.catalog.reader import read_catalog

    for path in paths:
        for _ in read_catalog(chunks(str(path))):
            pass


def bare_lxml(paths: Sequence[Path]) -> None:
    """Go through the files and keep nothing."""
    from lxml import etree

    for path in paths:
        for _, element in etree.iterparse(path, events=("end",), tag=("{*}Товар", "{*}Предложение")):
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]


def _must_be(found: object, expected: object, what: str) -> None:
    if found != expected:
        raise SystemExit(f"{what}: {found}, not {expected}")


if __name__ == "__main__":
    sys.exit(measure(int(sys.argv[1])))
