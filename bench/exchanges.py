"""A hundred bases that exchange at once, again and again: the whole conversation of УНФ, УТ and the module of Bitrix.

The bases are emulated ones, threads of this process, over HTTP against ``uzel serve`` with ``uzel worker`` and an emulated
portal beside it; each makes an order before every exchange, and every tenth also listens by ``type=listen``. In the end each
order must have exactly one deal. The limit, in the same run: the same bases and the same traffic against a server that only
writes bodies to the disk (bench/bare_site.py), so that what the bases themselves cost is on both sides.
"""

import argparse
import os
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2

from bench.bare_site import bare_site
from bench.home import in_a_home_of_its_own
from bench.hub_processes import hub_processes
from bench.made_orders import due, origins
from bench.portal_process import ask, connect_hub, portal_process
from uzel.emulators.onec_base import Base
from uzel.emulators.onec_base.records import Order

PROFILES = ("unf", "ut", "bitrix", "unf_30_subordinate", "bitrix_31")
LISTENS = 10  # every so manieth base
PASSWORD = "проба"
LIMIT_PART = 4  # the limit is measured for one part of the time
LISTEN_LIMIT_S = 60  # the protocol's; a later answer is an error
PATIENCE_S = 300  # for the drain, without any progress


@dataclass(slots=True)
class Tally:
    """What the bases met: seconds of the replies by mode, exchanges that went through, errors; and their orders.

    ``in_time``: exchanges that were over before the end; those that were not are finished, and are no gift to a rate.
    """

    replies: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    exchanges: int = 0
    errors: list[str] = field(default_factory=list)
    in_time: int = 0
    orders: dict[str, Order] = field(default_factory=dict)


class _Timed(httpx2.HTTPTransport):
    """A connection that notes how long each reply took."""

    def __init__(self, tally: Tally) -> None:
        super().__init__(verify=False)
        self._tally = tally

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        started = time.monotonic()
        response = super().handle_request(request)
        mode = request.url.params.get("mode") or request.url.params["type"]
        self._tally.replies[mode].append(time.monotonic() - started)
        return response


def main(argv: Sequence[str]) -> int:
    """Exit status 0 without an error, and when no order was lost or doubled."""
    parser = argparse.ArgumentParser(prog="bench exchanges", description=__doc__)
    parser.add_argument("--bases", type=int, default=100)
    parser.add_argument("--seconds", type=float, default=60.0, help="of exchanging")
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="uzel-bench-") as home:
        return in_a_home_of_its_own("bench.exchanges", home, str(options.bases), str(options.seconds))


def measure(bases: int, seconds: float) -> int:
    """The limit first, then the hub."""
    home = Path(os.environ["UZEL_HOME"])
    with bare_site(home) as url:
        limit = exchange_all([f"{url}/1c/base-{place}/" for place in range(bases)], seconds / LIMIT_PART)
    with portal_process(home, 1.0, "--no-limits") as portal:
        portal_id = connect_hub(portal, 1.0)
        _make_nodes(portal_id, bases)
        with hub_processes(home) as hub:
            urls = [f"{hub.url}/1c/base-{place}/" for place in range(bases)]
            with _listeners(urls[::LISTENS]) as heard:
                before = hub.processor_seconds()
                tally = exchange_all(urls, seconds)
                server, worker = (after - earlier for after, earlier in zip(hub.processor_seconds(), before, strict=True))
            started = time.monotonic()
            left = _let_drain(portal_id)
            drained = time.monotonic() - started
        deals = Counter(origins(ask(portal, "state")["deals"]))
    cores = len(os.sched_getaffinity(0))
    print(f"exchanges: {bases} bases at once for {seconds:g} s on {cores} cores, {tally.exchanges} exchanges")
    _print_replies(tally.replies)
    per_minute, bound = tally.in_time / seconds * 60, limit.in_time / seconds * LIMIT_PART * 60
    print(f"  exchanges a minute {per_minute:8.0f}")
    print(f"  limit: bare server {bound:8.0f}")
    print(f"  of the limit       {per_minute / max(1, bound):8.3f}")
    for name, used in (("server", server), ("worker", worker)):
        print(f"  processor of the {name} {used / max(1, tally.exchanges) * 1000:5.0f} ms an exchange")
    print(f"  listened meanwhile {len(urls[::LISTENS]):8d} bases, {heard.exchanges} answers")
    print(f"  all in the portal  {drained:8.0f} s after the last exchange")
    lost, doubled = judge(deals, tally.orders)
    print(f"  orders lost, doubled, waiting {lost:4d} {doubled:4d} {left:4d}   (wanted: 0)")
    errors = [*limit.errors, *heard.errors, *tally.errors]
    print(f"  errors {len(errors)}   (wanted: 0)")
    for error in errors[:20]:
        print(f"    {error}")
    return 1 if errors or lost or doubled or left or not tally.exchanges else 0


def judge(deals: Mapping[str, int], orders: Mapping[str, Order]) -> tuple[int, int]:
    """Orders without a deal, and deals too many."""
    lost = sum(key not in deals for key in orders)
    return lost, sum(times - 1 for times in deals.values()) + sum(key not in orders for key in deals)


def exchange_all(urls: Sequence[str], seconds: float) -> Tally:
    """Every base exchanges until the time is over; an exchange that has begun is finished."""
    tally = Tally()
    end = time.monotonic() + seconds
    with ThreadPoolExecutor(len(urls)) as pool:
        for done in [pool.submit(_live, place, url, end, tally) for place, url in enumerate(urls)]:
            done.result()
    return tally


def _live(place: int, url: str, end: float, tally: Tally) -> None:
    with httpx2.Client(transport=_Timed(tally), trust_env=False) as http:
        base = Base(PROFILES[place % len(PROFILES)], url, f"base-{place}", PASSWORD, client=http)
        while time.monotonic() < end:
            order = base.shop.new_order()
            tally.orders[order.document_id] = order
            report = base.exchange()
            if report.ok and order.document_id in report.sent:
                tally.exchanges += 1
                tally.in_time += time.monotonic() < end
            else:
                tally.errors.append(f"{url}: {report.error or 'the order was not sent'}")


@contextmanager
def _listeners(urls: Sequence[str]) -> Iterator[Tally]:
    """Bases that also wait for news, one call after another."""
    tally, over = Tally(), threading.Event()
    with httpx2.Client(trust_env=False, timeout=httpx2.Timeout(10, read=LISTEN_LIMIT_S), limits=_one_each(urls)) as http:
        for place, url in enumerate(urls):
            login = (f"base-{place * LISTENS}", PASSWORD)
            threading.Thread(target=_listen, args=(http, url, login, tally, over), daemon=True).start()
        yield tally
        over.set()


def _one_each(urls: Sequence[str]) -> httpx2.Limits:
    return httpx2.Limits(max_connections=len(urls))


def _listen(http: httpx2.Client, url: str, login: tuple[str, str], tally: Tally, over: threading.Event) -> None:
    while not over.is_set():
        try:
            answer = http.get(url, params={"type": "listen"}, auth=httpx2.BasicAuth(*login))
        except (httpx2.HTTPError, RuntimeError) as error:
            if not over.is_set():  # at the end the connections are closed under those that wait
                tally.errors.append(f"{url}: listen: {error!r}")
            return
        if answer.status_code in (200, 304):
            tally.exchanges += 1
        else:
            tally.errors.append(f"{url}: listen: HTTP {answer.status_code}")


def _make_nodes(portal_id: int, count: int) -> None:
    """One node a base; the passwords are one, because hashing a hundred is not what is measured."""
    from uzel.hub.models import Node
    from uzel.hub.passwords import hash_password

    hashed = hash_password(PASSWORD)
    for place in range(count):
        kind = PROFILES[place % len(PROFILES)].partition("_")[0]
        fields: dict[str, Any] = {"profile": kind, "encoding": "windows-1251" if kind == "bitrix" else "utf-8"}
        code = f"base-{place}"
        Node.objects.create(portal_id=portal_id, code=code, title=code, login=code, password_hash=hashed, **fields)


def _let_drain(portal_id: int) -> int:
    """Wait while it goes on; what is left."""
    from uzel.hub.models import Package

    def left() -> int:
        return due(portal_id) + Package.objects.filter(state=Package.State.WAITING).count()

    least, end = left(), time.monotonic() + PATIENCE_S
    while least and time.monotonic() < end:
        time.sleep(0.2)
        if (now := left()) < least:
            least, end = now, time.monotonic() + PATIENCE_S
    return least


def _print_replies(replies: Mapping[str, Sequence[float]]) -> None:
    print(f"  {'mode':12} {'replies':>8} {'p50, s':>8} {'p95, s':>8} {'max, s':>8}")
    for mode, seconds in sorted(replies.items()):
        marks = statistics.quantiles([*seconds, max(seconds)], n=20)
        print(f"  {mode:12} {len(seconds):8d} {statistics.median(seconds):8.3f} {marks[-1]:8.3f} {max(seconds):8.3f}")


if __name__ == "__main__":
    sys.exit(measure(int(sys.argv[1]), float(sys.argv[2])))
