"""The governor against a portal with real limits, in virtual time: nothing is rejected, and little time is lost."""

import json
import random
import threading
from collections.abc import Callable
from typing import Any

import pytest

from tests.bitrix24.portal_model import EPOCH, LATENCY_S, Model, Run, Work
from uzel.bitrix24.bucket import BucketRules
from uzel.bitrix24.errors import MethodBlocked
from uzel.bitrix24.learned import ENTERPRISE, Settings
from uzel.bitrix24.limits import Governor, Ticket, Wait
from uzel.bitrix24.limits_kept import Rules
from uzel.bitrix24.operating import Spent

ORDER = (("crm.contact.add", 0.2), ("crm.item.add", 0.25), ("crm.item.productrow.set", 0.15))
Cost = Callable[[float], float]  # share of the work done → factor of the cost


def work_of(chains: int, chain: Work, per_batch: int, *, noise: float = 0.0, factor: Cost = lambda share: 1.0) -> list[Work]:
    """Batches of so many chains; costs vary by a log-normal noise of mean 1."""
    chance = random.Random(7)
    costs = [
        [(method, cost * factor(n / chains) * chance.lognormvariate(-noise * noise / 2, noise)) for method, cost in chain]
        for n in range(chains)
    ]
    return [[command for one in costs[n : n + per_batch] for command in one] for n in range(0, chains, per_batch)]


def least_seconds(batches: list[Work], model: Model, parallel: int) -> float:
    """No client could be quicker: requests, work in parallel, and 480 s of a method in each ten minutes."""
    total = sum(cost for batch in batches for _, cost in batch)
    bounds = [(len(batches) - model.burst) / model.rate, (total + len(batches) * 2 * LATENCY_S) / parallel]
    for method in {method for batch in batches for method, _ in batch}:
        mine = sum(cost for batch in batches for name, cost in batch if name == method)
        windows = max(0, -(-mine // model.limit) - 1)
        bounds.append(windows * model.window + (mine - windows * model.limit) / parallel * total / mine)
    return max(bounds)


def new_run(model: Model | None = None, **options: Any) -> Run:
    return Run(lambda clock, sleep: Governor(clock=clock, sleep=sleep, **options), model or Model())


def thrice_dearer(share: float) -> float:
    return 3.0 if share > 0.3 else 1.0


WORKLOADS: dict[str, tuple[list[Work], int]] = {
    "two thousand orders": (work_of(2000, ORDER, 16), 4),
    "five thousand orders": (work_of(5000, ORDER, 16), 4),
    "costs vary wildly": (work_of(3000, ORDER, 16, noise=1.0), 4),
    "one method for all": (work_of(3000, (("crm.item.add", 0.2), ("crm.item.add", 0.25)), 25), 4),
    "the portal slows down": (work_of(2500, ORDER, 12, factor=thrice_dearer), 4),
    "a dear method": (work_of(900, (("crm.item.add", 1.5),), 12, noise=0.5), 4),
    "a method not known": (work_of(3000, (("some.unknown.method", 0.4),), 25), 4),
    "cheap reads": (work_of(10_000, (("crm.item.get", 0.001),), 50), 4),
    "single calls": (work_of(200, (("crm.item.get", 0.03),), 1), 4),
    "one at a time": (work_of(1500, ORDER, 16), 1),
    "eight at a time": (work_of(3000, ORDER, 16), 8),
}


@pytest.mark.parametrize("name", WORKLOADS)
def test_nothing_is_rejected_and_the_limits_are_used(name: str) -> None:
    batches, parallel = WORKLOADS[name]
    run = new_run()
    seconds = run.drive(batches, parallel)
    assert (run.model.rejected_requests, run.model.rejected_commands) == (0, 0)
    assert least_seconds(batches, run.model, parallel) / seconds >= 0.95


@pytest.mark.parametrize(
    ("model", "rules"),
    [
        (Model(aligned=True), None),
        (Model(phase=0.0), None),
        (Model(phase=0.95), None),
        (Model(rate=5, burst=250), Rules(requests=BucketRules(5, 250))),
    ],
)
@pytest.mark.parametrize("name", ["two thousand orders", "single calls"])
def test_whatever_the_portal_leaves_undocumented(model: Model, rules: Rules | None, name: str) -> None:
    batches, parallel = WORKLOADS[name]
    run = new_run(Model(model.rate, model.burst, model.phase, aligned=model.aligned), rules=rules)
    seconds = run.drive(batches, parallel)
    assert (run.model.rejected_requests, run.model.rejected_commands) == (0, 0)
    assert least_seconds(batches, run.model, parallel) / seconds >= 0.95


@pytest.mark.parametrize(("times", "least_share"), [(True, 0.95), (False, 0.9)])
def test_a_portal_that_does_not_report_is_counted_by_duration_or_by_usual_cost(times: bool, least_share: float) -> None:
    batches, parallel = WORKLOADS["two thousand orders"]
    run = new_run()
    run.reports, run.times = False, times
    seconds = run.drive(batches, parallel)
    assert (run.model.rejected_requests, run.model.rejected_commands) == (0, 0)
    assert least_seconds(batches, run.model, parallel) / seconds >= least_share


def test_others_may_use_the_reserve_and_spend_the_budget_too() -> None:
    run = new_run()

    def other() -> None:
        run.model.spend("crm.item.add", 0.5, run.now)
        assert run.model.request(run.now)
        run.at(run.now + 5.0, other)

    run.at(EPOCH, other)
    run.drive(WORKLOADS["five thousand orders"][0])
    assert (run.model.rejected_requests, run.model.rejected_commands) == (0, 0)


def test_a_new_process_goes_on_where_the_last_one_stopped() -> None:
    batches, _ = WORKLOADS["two thousand orders"]
    first = new_run()
    first.drive(batches)
    kept = json.loads(json.dumps(first.governor.to_json()))
    second = Run(lambda clock, sleep: Governor.from_json(kept, clock=clock, sleep=sleep), first.model)
    second.now = first.now
    seconds = second.drive(batches)
    assert (second.model.rejected_requests, second.model.rejected_commands) == (0, 0)
    assert seconds > 500
    assert second.governor.cost("crm.item.add") == pytest.approx(0.25, rel=0.01)


def test_a_start_without_memory_learns_from_the_first_refusals() -> None:
    run = new_run()
    for _ in range(50):
        run.model.request(EPOCH)
    run.drive(work_of(30, (("crm.item.get", 0.01),), 1))
    assert 0 < run.model.rejected_requests <= 8
    assert run.governor.snapshot()["rejected"] == {"requests": run.model.rejected_requests}


class Hands:
    """A governor with a clock in the test's hands."""

    def __init__(self, **options: Any) -> None:
        self.now = EPOCH
        self.naps: list[float] = []
        self.governor = Governor(clock=lambda: self.now, sleep=self.sleep, **options)

    def sleep(self, seconds: float) -> None:
        self.naps.append(seconds)
        self.now += seconds

    def ticket(self, *methods: str) -> Ticket:
        got = self.governor.try_take(methods)
        assert isinstance(got, Ticket)
        return got


def test_what_is_in_flight_is_set_aside_and_given_back() -> None:
    hands = Hands()
    tickets = [hands.ticket(*["CRM.Item.add"] * 50) for _ in range(28)]
    assert isinstance(hands.governor.try_take(["crm.item.add"] * 50), Wait)
    assert isinstance(hands.governor.try_take(["crm.item.update"] * 50), Ticket)
    hands.governor.not_executed(tickets.pop())
    hands.ticket(*["crm.item.add"] * 50)
    for ticket in tickets:
        hands.governor.lost(ticket)
        hands.governor.lost(ticket)
        hands.governor.answered(ticket, [Spent("crm.item.add", 100.0)])
    assert hands.governor.snapshot()["methods"]["crm.item.add"]["spent_s"] == pytest.approx(27 * 12.5)


def test_take_sleeps_in_short_naps_until_there_is_room() -> None:
    hands = Hands()
    for _ in range(45):
        hands.governor.not_executed(hands.ticket("a"))
    hands.governor.too_many_requests()
    assert isinstance(hands.governor.take(["a"]), Ticket)
    assert sum(hands.naps) == pytest.approx(4.0), "three, and one for what the refusal has taught"
    assert max(hands.naps) <= 1.0


def test_patience_has_an_end() -> None:
    hands = Hands(patience_s=30.0)
    until = hands.governor.block("crm.item.add")
    with pytest.raises(MethodBlocked) as caught:
        hands.governor.take(["crm.item.get", "crm.item.add"])
    assert (caught.value.method, caught.value.until) == ("crm.item.add", pytest.approx(until))
    assert until == pytest.approx(EPOCH + 60)
    assert hands.naps == []
    assert isinstance(hands.governor.take(["crm.item.get"]), Ticket)


def test_durations_of_a_quick_portal_are_counted_in_its_own_seconds() -> None:
    hands = Hands(speed=10.0)
    ticket = hands.ticket("crm.item.add")
    hands.governor.answered(ticket, [Spent("crm.item.add", 0.05, EPOCH, 7.5, EPOCH + 60)])
    shown = hands.governor.snapshot()["methods"]["crm.item.add"]
    assert shown["spent_s"] == 7.5
    assert 0.25 < shown["cost_s"] < 0.5
    assert hands.governor.block("crm.item.add") == pytest.approx(EPOCH + 60)
    hands.now += 61
    assert isinstance(hands.governor.try_take(["crm.item.add"]), Ticket)
    for _ in range(100):
        hands.governor.take(["b"])
    assert 0 < sum(hands.naps) < 6
    assert max(hands.naps) <= 0.1


def test_the_state_keeps_what_is_in_flight_as_spent() -> None:
    hands = Hands()
    hands.ticket(*["crm.item.add"] * 40)
    again = Governor.from_json(hands.governor.to_json(), clock=lambda: EPOCH + 1)
    assert again.snapshot()["methods"]["crm.item.add"]["spent_s"] == pytest.approx(10.0)
    assert again.snapshot()["level"] == 0.0
    assert again.snapshot()["in_flight"] == 0


def test_what_was_learned_is_kept_and_given_rules_win() -> None:
    first = Governor(settings=Settings(plan=ENTERPRISE), clock=lambda: EPOCH)
    first.learn_licence("ru_std")
    first.too_many_requests()
    state = json.loads(json.dumps(first.to_json()))
    again = Governor.from_json(state, settings=Settings(plan=ENTERPRISE), clock=lambda: EPOCH + 1)
    assert (again.learned, again.believed.plan_by) == (first.learned, "refusal")
    assert Governor.from_json(state, rules=Rules(requests=BucketRules(5, 250))).rules.requests == BucketRules(5, 250)


@pytest.mark.parametrize(
    "state",
    [
        None,
        [],
        "x",
        {"bucket": 5, "budgets": [], "costs": {"a": "x", "b": -1, "c": True}, "rejected": None, "learned": []},
        {
            "speed": 1.0,
            "budgets": {"m": None, "n": {"slots": [[1], [1, 2, 3], ["a", "b"], 7]}},
            "bucket": {"level": float("inf")},
        },
        {"learned": {"plan": 7, "plan_by": "probe", "level": -3, "level_at": EPOCH, "operating_s": "много", "other": 1}},
    ],
)
def test_a_spoilt_state_is_forgotten(state: Any) -> None:
    governor = Governor.from_json(state, clock=lambda: EPOCH)
    assert governor.rules == Rules()
    assert isinstance(governor.try_take(["m", "n", "a"]), Ticket)
    json.dumps(governor.to_json())
    governor.snapshot()


def test_a_state_from_the_future_or_of_another_speed_does_not_block_for_ever() -> None:
    hands = Hands()
    hands.now += 10**9
    hands.governor.block("m")
    state = hands.governor.to_json()
    later = Governor.from_json(state, clock=lambda: EPOCH)
    wait = later.try_take(["m"])
    assert isinstance(wait, Wait)
    assert wait.seconds <= 600
    assert isinstance(Governor.from_json(state, speed=2.0, clock=lambda: EPOCH).try_take(["m"]), Ticket)


def test_many_threads_share_one_governor() -> None:
    governor = Governor(rules=Rules(requests=BucketRules(rate=1000.0, burst=2000.0, reserve=0.0)))
    taken: list[int] = []

    def work() -> None:
        for _ in range(50):
            ticket = governor.take(["crm.item.get"])
            taken.append(ticket.number)
            governor.answered(ticket, [Spent("crm.item.get", 0.01)])

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(taken)) == 400
    shown = governor.snapshot()
    assert shown["in_flight"] == 0
    assert shown["methods"]["crm.item.get"]["spent_s"] == pytest.approx(4.0)
