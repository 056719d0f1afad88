"""New orders and updates drained under a portal's real limits: by the hub, by fast-bitrix24, by a loop of single calls.

All do the same work on the same emulated portal at its own prices, each on a fresh one: 5,000 orders of as many new buyers
become contacts, deals and rows, and 20,000 deals that are there change their comment. One answer of a hundred is lost on the
way. The ceiling (bench/ceiling.py) is what no client could beat for the least commands that this work needs. A loop would
be at it for five hours of the portal: the others do a part of the work and are measured by the ceiling of that part.

``--speed`` divides the portal's time and not ours: at speed 10 a second that the hub itself needs counts as ten.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bench.ceiling import ceiling
from bench.drain import drain_all
from bench.home import in_a_home_of_its_own
from bench.made_orders import doubled_phones, due, make_base, make_orders, receive
from bench.portal_process import arm, ask, connect_hub, forget_calls, portal_process, set_limits
from bench.rivals import RIVALS
from uzel.emulators.onec_base.records import Order

LOST_EVERY = 100  # requests: the answer of one of so many is lost
WANTED_SHARE = 0.95
PACKAGE_ORDERS = 1000
EDIT = "правка"
RESULT = "result.json"
COLUMNS: Mapping[str, str] = {
    "requests": "requests", "unanswered": "answers lost", "rejected": "rejected", "lost": "lost", "doubled": "doubled",
    "stale": "not changed", "bare": "without rows",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Task:
    """What everybody is given: fields of new orders, and changes of deals by their ids."""

    fresh: Sequence[Mapping[str, Any]]
    updates: Sequence[tuple[int, Mapping[str, Any]]]


def main(argv: Sequence[str]) -> int:
    """The worst exit status of the hub's run; what the others did wrong is printed, not held against us."""
    parser = argparse.ArgumentParser(prog="bench load", description=__doc__)
    parser.add_argument("--new", type=int, default=5000)
    parser.add_argument("--updates", type=int, default=20000)
    parser.add_argument("--speed", type=float, default=10.0, help="time scale of the emulated portal")
    parser.add_argument("--rivals-part", type=int, default=10, help="the others do one of so many parts of the work")
    parser.add_argument("--only", choices=["hub", *RIVALS], default="", help="one of them")
    options = parser.parse_args(argv)
    statuses, results = {}, []
    for who in [options.only] if options.only else ["hub", *RIVALS]:
        part = 1 if who == "hub" else options.rivals_part
        with tempfile.TemporaryDirectory(prefix="uzel-bench-") as home:
            words = (str(max(1, options.new // part)), str(max(1, options.updates // part)), str(options.speed), who)
            statuses[who] = in_a_home_of_its_own("bench.load", home, *words)
            if (Path(home) / RESULT).exists():
                results.append(json.loads((Path(home) / RESULT).read_bytes()) | {"part": part})
    _print_together(results)
    return statuses.get("hub", 0)


def _print_together(results: Sequence[Mapping[str, Any]]) -> None:
    """Side by side; whoever did a part of the work is measured by the ceiling of that part."""
    print(f"  {'':14} part  of the ceiling  {'  '.join(COLUMNS.values())}")
    for one in results:
        counts = "  ".join(f"{one[name]:>{len(title)}}" for name, title in COLUMNS.items())
        print(f"  {one['who']:14} 1/{one['part']:<2}  {one['share']:14.3f}  {counts}")


def measure(new: int, updates: int, speed: float, who: str) -> int:
    """Fill the portal without limits, then let one of them do the work under limits."""
    with portal_process(Path(os.environ["UZEL_HOME"]), speed) as url:
        set_limits(url, False)
        portal_id, base = connect_hub(url, speed), make_base()
        orders = make_orders(base, updates)
        _hand_over(base, orders)
        drain_all(portal_id, len(orders))
        edited = [base.shop.edit(order.document_id, comment=f"{EDIT} {place}") for place, order in enumerate(orders)]
        fresh = make_orders(base, new, updates)
        _hand_over(base, [*edited, *fresh])
        set_limits(url, True)
        arm(url, {"kind": "lose_answer", "method": "batch" if who != "loop" else "", "every": LOST_EVERY, "times": 10**6})
        forget_calls(url)
        seconds, failed = _work(url, portal_id, who, fresh, edited, speed)
        counters, state = ask(url, "calls")["counters"], ask(url, "state")
    return _print(who, speed, seconds, counters, judge(state, fresh, edited), failed)


def _work(
    url: str, portal_id: int, who: str, fresh: Sequence[Order], edited: Sequence[Order], speed: float
) -> tuple[float, int]:
    """Seconds that it took, and calls that ended in an error which the caller was told of."""
    if who == "hub":
        return drain_all(portal_id, due(portal_id)), 0
    task = _task(portal_id, fresh, edited)
    webhook, started = ask(url, "about")["webhook"], time.monotonic()
    failed = RIVALS[who](webhook, task, speed)
    return time.monotonic() - started, failed


def _task(portal_id: int, fresh: Sequence[Order], edited: Sequence[Order]) -> Task:
    """The same fields that the hub would write, taken from its own mapping: nobody has to think them out."""
    from uzel.flows.portal.portal_job import jobs_of
    from uzel.hub.models import Delivery

    due_now = Delivery.objects.filter(order__node__portal=portal_id, target="portal").select_related(
        "order__node__portal", "order__client"
    )
    jobs = {job.row.document_id: job for job in jobs_of(due_now.iterator())}
    buyers = {order.document_id: order for order in fresh}
    new = [_fresh(key, jobs[key], buyers[key]) for key in buyers]
    return Task(new, [(int(jobs[order.document_id].row.deal_id or 0), {"comments": order.comment}) for order in edited])


def _fresh(key: str, job: Any, order: Order) -> dict[str, Any]:
    lines = [{"productName": line.name, "price": str(line.price), "quantity": str(line.quantity)} for line in job.order.lines]
    buyer = job.order.counterparty
    deal = {
        "title": f"Заказ {order.number_in_1c}",
        "originatorId": "uzel:bench",
        "originId": key,
        "opportunity": str(order.total),
        "isManualOpportunity": "Y",
        "comments": order.comment,
    }
    return {"contact": {"NAME": buyer.name, "PHONE": [{"VALUE": buyer.phones[0]}]}, "deal": deal, "rows": lines}


def _hand_over(base: Any, orders: Sequence[Order]) -> None:
    for start in range(0, len(orders), PACKAGE_ORDERS):
        receive(base, orders[start : start + PACKAGE_ORDERS])


@dataclass(frozen=True, slots=True)
class Judgement:
    """Orders without a deal, second deals of an order and cards of a buyer, deals without the change, deals without rows."""

    lost: int
    doubled: int
    stale: int
    bare: int


def judge(state: Mapping[str, Any], fresh: Sequence[Order], edited: Sequence[Order]) -> Judgement:
    """What the portal lacks in the end."""
    deals: dict[str, list[Any]] = {}
    for deal in state["deals"]:
        deals.setdefault(str(deal["originId"]), []).append(deal)
    found = Counter({key: len(listed) for key, listed in deals.items()})
    return Judgement(
        lost=sum(not found[order.document_id] for order in fresh),
        doubled=sum(max(0, found[order.document_id] - 1) for order in (*fresh, *edited))
        + sum(times - 1 for times in doubled_phones(state["contacts"]).values()),
        stale=sum(deals[order.document_id][0]["comments"] != order.comment for order in edited),
        bare=sum(not deals[order.document_id][0]["rows"] for order in fresh if found[order.document_id]),
    )


def least_work(new: int, updates: int) -> dict[str, tuple[int, float]]:
    """The fewest commands that the work needs, at the emulator's own prices."""
    from uzel.emulators.bitrix24_portal import Options

    cost = Options().cost_s
    return {
        "crm.contact.add": (new, cost("crm.contact.add")),
        "crm.item.add": (new, cost("crm.item.add", "2")),
        "crm.item.productrow.set": (new, cost("crm.item.productrow.set")),
        "crm.item.update": (updates, cost("crm.item.update", "2")),
    }


def _print(who: str, speed: float, seconds: float, counters: Mapping[str, Any], found: Judgement, failed: int) -> int:
    new, updates = int(sys.argv[1]), int(sys.argv[2])
    bound = ceiling(least_work(new, updates), speed=speed)
    share, rejected = bound.seconds / seconds, sum(counters["rejected"].values())
    print(f"load: {new} new orders and {updates} updates by {who}, portal at speed {speed:g}, 1 answer of {LOST_EVERY} lost")
    print(f"  time       {seconds:8.1f} s of ours, {seconds * speed:8.0f} s of the portal's")
    print(f"  ceiling    {bound.seconds:8.1f} s of ours, bound by {bound.binds}")
    print(f"  share of the ceiling        {share:6.3f}   (wanted of the hub: at least {WANTED_SHARE})")
    unanswered = counters["by_status"].get("0", 0)
    print(f"  requests, answers lost      {counters['requests']:6d} {unanswered:6d}")
    print(f"  rejected requests, commands {rejected:6d}")
    print(f"  lost, doubled               {found.lost:6d} {found.doubled:6d}")
    print(f"  not changed, without rows   {found.stale:6d} {found.bare:6d}")
    print(f"  errors given to the caller  {failed:6d}")
    for method, calls in sorted(counters["commands"].items()):
        print(f"    {method:28} {calls:6d}")
    wrong = rejected + found.lost + found.doubled + found.stale + found.bare
    result = {"who": who, "share": round(share, 3), "seconds": round(seconds, 1), "wrong": wrong}
    print(json.dumps(result))
    result |= {"requests": counters["requests"], "unanswered": unanswered, "rejected": rejected, **asdict(found)}
    (Path(os.environ["UZEL_HOME"]) / RESULT).write_text(json.dumps(result))
    return 0 if not wrong else 1


if __name__ == "__main__":
    sys.exit(measure(int(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), sys.argv[4]))
