"""Orders a second from a stored file to committed verdicts: seen for the first time, and sent again unchanged.

Beside them, in the same run, what no receiving can beat: the file only read into records, and rows of the same number
and weight only copied into the same PostgreSQL. The database is an embedded one in a folder that is thrown away.
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from bench.home import in_a_home_of_its_own, open_database, seconds_of, store_file

DEFAULT_MEGABYTES = 20
COPIED_TABLES = 3  # an order, its verdict and its delivery


def main(argv: Sequence[str]) -> int:
    """Measure in a process of its own, because a home and its database belong to one process tree."""
    parser = argparse.ArgumentParser(prog="bench receive", description=__doc__)
    parser.add_argument("--megabytes", type=int, default=DEFAULT_MEGABYTES, help="size of the made-up file")
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="uzel-bench-") as home:
        return in_a_home_of_its_own("bench.receive", home, str(options.megabytes))


def measure(megabytes: int) -> None:
    """Fill an empty hub twice with one file and print what that took."""
    open_database()
    _print(*_measured(Path(os.environ["UZEL_HOME"]), megabytes))


def _measured(home: Path, megabytes: int) -> tuple[int, int, dict[str, float]]:
    """How many orders and bytes, and the seconds of each way."""
    from bench.order_file import write_order_file

    path = home / "orders.xml"
    documents = write_order_file(path, megabytes)
    feed = store_file(path)
    node = _node()
    seconds = {
        "first": seconds_of(lambda: _receive(node, feed, {"created": documents})),
        "again": seconds_of(lambda: _receive(node, feed, {"unchanged": documents})),
        "read": seconds_of(lambda: _read(feed)),
        "copy": seconds_of(lambda: _copy(documents)),
    }
    return documents, feed.size, seconds


def _node() -> Any:
    from uzel.hub.models import Node, Portal

    portal = Portal.objects.create(sealed_webhook="")
    return Node.objects.create(portal=portal, code="bench", title="Проба", login="bench", password_hash="")


def _receive(node: Any, feed: Any, expected: dict[str, int]) -> None:
    """The real path: a waiting package read to its end; wrong verdicts make the figure worthless, so they stop it."""
    from django.utils import timezone

    from uzel.flows.files.receive_package import process_package
    from uzel.hub.models import DocumentVerdict, Package

    package = Package.objects.create(node=node, file_name="orders.xml", feed=feed, state=Package.State.WAITING)
    process_package(package.pk, timezone.now())
    verdicts = DocumentVerdict.objects.filter(package=package).values_list("verdict", flat=True)
    counted = {word: sum(1 for verdict in verdicts if verdict == word) for word in set(verdicts)}
    if counted != expected:
        raise SystemExit(f"the verdicts are {counted}, not {expected}")


def _read(feed: Any) -> None:
    from uzel.commerceml.reader import read_documents
    from uzel.hub import feed_store

    for _ in read_documents(feed_store.open_feed(feed)):
        pass


def _copy(documents: int) -> None:
    """COPY rows like those of the orders into tables without an index, in transactions of the same size."""
    from django.db import connection

    from uzel.flows.files.receive_package import CHUNK_DOCUMENTS
    from uzel.hub.models import OrderRow

    merged = json.dumps(OrderRow.objects.values_list("merged", flat=True)[0], ensure_ascii=False)
    connection.ensure_connection()
    bare = connection.connection
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bare_order (id bigint, document text, in_node jsonb, merged jsonb)")
        cursor.execute("CREATE TABLE bare_row (id bigint, word text, number text)")
    for first, last in _ranges(documents, CHUNK_DOCUMENTS):
        with bare.transaction(), bare.cursor() as cursor:
            with cursor.copy("COPY bare_order FROM STDIN") as copy:
                for place in range(first, last):
                    copy.write_row((place, str(place), merged, merged))
            for _ in range(COPIED_TABLES - 1):
                with cursor.copy("COPY bare_row FROM STDIN") as copy:
                    for place in range(first, last):
                        copy.write_row((place, "created", str(place)))


def _ranges(count: int, size: int) -> Iterator[tuple[int, int]]:
    return ((first, min(count, first + size)) for first in range(0, count, size))


def _print(documents: int, size: int, seconds: dict[str, float]) -> None:
    names = {
        "first": "received for the first time",
        "again": "sent again unchanged",
        "read": "limit: only read into records",
        "copy": "limit: only COPY of such rows",
    }
    print(f"receive: {documents} orders, {size / 1e6:.1f} MB")
    for key, name in names.items():
        print(f"  {name:32} {documents / seconds[key]:8.0f} orders/s  {seconds[key]:7.2f} s")
    limit = seconds["read"] + seconds["copy"]
    print(f"  share of the limit (read + COPY), first time: {limit / seconds['first']:.2f}")
    print(f"  share of the limit (read), again:             {seconds['read'] / seconds['again']:.2f}")


if __name__ == "__main__":
    measure(int(sys.argv[1]))
