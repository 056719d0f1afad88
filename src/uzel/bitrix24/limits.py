"""The governor of one portal: nothing is sent before there is room for it under the portal's limits (bitrix24-rest B1, B2, J).

It keeps the leaky bucket of requests, the operating budget of each method and what a command of each method usually costs;
every answer teaches it. Thread-safe; one governor for all threads that call one portal. Inside it everything is in *portal
seconds*: those of a real portal, of which an emulated one at ``speed`` 10 has ten in a second of ours.
"""

import itertools
import math
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from uzel.bitrix24.bucket import Bucket
from uzel.bitrix24.errors import MethodBlocked
from uzel.bitrix24.learned import (
    Believed,
    Learned,
    Settings,
    after_block,
    after_refusal,
    believed,
    learned_from_json,
    learned_to_json,
    with_licence,
    with_probe,
)
from uzel.bitrix24.limits_kept import Rules, budget_from_json, budget_to_json, numbers
from uzel.bitrix24.operating import Budget, Spent

#: Seconds of one command before the portal has shown its own (J); a method not named here costs as the last line.
USUAL_COST_S: Mapping[str, float] = {
    "crm.item.add": 0.25,
    "crm.item.update": 0.25,
    "crm.item.import": 0.2,
    "crm.item.productrow.set": 0.15,
    "crm.contact.add": 0.2,
    "crm.company.add": 0.2,
    "crm.contact.update": 0.2,
    "crm.company.update": 0.2,
    "crm.item.list": 0.05,
    "crm.item.productrow.list": 0.05,
    "crm.item.get": 0.03,
    "": 0.1,
}
COST_WEIGHT = 0.1  # of the newest command in the learned cost
PEAK_FADES = 0.9  # of the slowest commands lately, with each quicker one; each slower one brings it halfway
SHORTEST_COST_S = 0.001
LONGEST_REQUEST_S = 60.0  # and so no command costs more
LONGEST_NAP_S = 1.0  # while waiting, look again: answers of other threads may have made room
PATIENCE_S = 1200.0  # two windows


@dataclass(frozen=True, slots=True)
class Ticket:
    """Leave to send one request; ``estimates`` are the seconds set aside for each method, ``methods`` name its
    commands. Give it back exactly once.
    """

    number: int
    estimates: Mapping[str, float]
    methods: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Wait:
    """No room yet. ``seconds`` by our clock; ``method`` is the one without room, empty when it is the bucket of requests."""

    seconds: float
    method: str = ""


class Governor:
    """See the module. ``clock`` gives unix time, ``sleep`` takes seconds; both by our clock."""

    def __init__(
        self, *, settings: Settings | None = None, rules: Rules | None = None, speed: float = 1.0,
        clock: Callable[[], float] = time.time, sleep: Callable[[float], None] = time.sleep, patience_s: float = PATIENCE_S,
    ) -> None:  # fmt: skip
        self.settings = settings or Settings()
        self.learned = Learned()
        self._given = rules
        self.speed = speed
        self.clock = clock
        self._sleep = sleep
        self._patience_s = patience_s
        self._lock = threading.Lock()
        self._bucket = Bucket()
        self._budgets: dict[str, Budget] = {}
        self._costs: dict[str, float] = {}
        self._peaks: dict[str, float] = {}
        self._rejected: Counter[str] = Counter()
        self._tickets: dict[int, Ticket] = {}
        self._numbers = itertools.count(1)

    @property
    def rules(self) -> Rules:
        """The limits to keep to: those that were given, else those that are believed."""
        return self._given or self.believed.rules

    def keep_to(self, rules: Rules | None) -> None:
        """Go by these limits whatever is believed; ``None``: by what is believed again."""
        self._given = rules

    @property
    def believed(self) -> Believed:
        """What is believed of the portal's limits, and why."""
        return believed(self.settings, self.learned, self._now())

    def learn_licence(self, licence: str) -> None:
        """The portal named its plan."""
        self.learned = with_licence(self.learned, licence, self._now())

    def learn_plan(self, plan: str) -> None:
        """A probe has shown the plan."""
        self.learned = with_probe(self.learned, plan, self._now())

    def cost(self, method: str) -> float:
        """Portal seconds that one command of the method usually takes, as learned so far."""
        name = method.lower()
        return self._costs.get(name, USUAL_COST_S.get(name, USUAL_COST_S[""]))

    def cautious_cost(self, method: str) -> float:
        """The same as the slowest of the last few commands have it: a portal that slows down shows it at once."""
        return max(self.cost(method), self._peaks.get(method.lower(), 0.0))

    @property
    def has_plenty(self) -> bool:
        """Whether more than half of the requests at once are free."""
        with self._lock:
            rules = self.rules.requests
            return self._bucket.drained(self._now(), rules).level < rules.usable / 2

    def room(self, method: str) -> float:
        """Portal seconds of the method that may be spent without waiting."""
        name = method.lower()
        with self._lock:
            now = self._now()
            return self._budgets.get(name, Budget()).room(self._in_flight(name), now, self.rules.operating)

    def try_take(self, methods: Iterable[str]) -> Ticket | Wait:
        """Take one request and the budgets of its commands (one name per command), or learn how long to wait."""
        needs: dict[str, float] = {}
        names = tuple(method.lower() for method in methods)
        for name in names:
            needs[name] = needs.get(name, 0.0) + self.cost(name)
        with self._lock:
            now = self._now()
            wait = self._longest_wait(needs, now)
            if wait.seconds > 0:
                return Wait(wait.seconds / self.speed, wait.method)
            self._bucket = self._bucket.taken(now, self.rules.requests)
            ticket = Ticket(next(self._numbers), needs, names)
            self._tickets[ticket.number] = ticket
            return ticket

    def take(self, methods: Iterable[str]) -> Ticket:
        """Wait for room, then take it. Raises MethodBlocked when that would last longer than the patience."""
        names = tuple(methods)
        while isinstance(got := self.try_take(names), Wait):
            if got.seconds * self.speed > self._patience_s:
                raise MethodBlocked(got.method, self.clock() + got.seconds)
            self._sleep(self.nap(got.seconds))
        return got

    def nap(self, seconds: float) -> float:
        """How long to sleep before looking again, when the wait is estimated at ``seconds``."""
        return min(seconds, LONGEST_NAP_S / self.speed)

    def answered(self, ticket: Ticket, spent: Iterable[Spent] = (), finish: float | None = None) -> None:
        """The answer has come: ``spent`` in order of execution, ``finish`` of the whole request by the portal's clock."""
        spendings = tuple(spent)
        with self._lock:
            if self._tickets.pop(ticket.number, None) is None:
                return
            now = self._now()
            last = max([finish or 0.0, *(one.finish or 0.0 for one in spendings)])
            for one in spendings:
                self._learn(one, now, last)

    def not_executed(self, ticket: Ticket) -> None:
        """Surely not executed: the budgets are free again. The request itself may have been counted, and stays counted."""
        with self._lock:
            self._tickets.pop(ticket.number, None)

    def lost(self, ticket: Ticket) -> None:
        """No readable answer: take it that everything was executed at its usual cost."""
        with self._lock:
            if self._tickets.pop(ticket.number, None) is None:
                return
            for method, seconds in ticket.estimates.items():
                self._spend(method, seconds, self._now())

    def cut_off(self, ticket: Ticket) -> None:
        """The request ran into the wall of 60 s: its commands cost so much, and the next batches are smaller."""
        with self._lock:
            for method, number in Counter(ticket.methods).items():
                share = ticket.estimates[method] / max(sum(ticket.estimates.values()), SHORTEST_COST_S)
                self._peaks[method] = max(self._peaks.get(method, 0.0), LONGEST_REQUEST_S * share / number)
        self.lost(ticket)

    def too_many_requests(self) -> None:
        """The portal refused a request by its rate."""
        with self._lock:
            now, rules = self._now(), self.rules
            self._rejected["requests"] += 1
            self.learned = after_refusal(self.learned, rules, self._bucket.drained(now, rules.requests).level, now)
            self._bucket = self._bucket.overflown(now, self.rules.requests)

    def block(self, method: str) -> float:
        """The portal refused the method by its operating time. Returns the unix time (our clock) until which it rests."""
        with self._lock:
            name = method.lower()
            self._rejected[name] += 1
            now, budget = self._now(), self._budgets.get(name, Budget())
            self.learned = after_block(self.learned, self.rules, budget, now)
            budget = self._budgets[name] = budget.blocked(now, self.rules.operating)
            return budget.blocked_until / self.speed

    def snapshot(self) -> dict[str, Any]:
        """What to show to people: portal seconds, moments as unix time of our clock."""
        with self._lock:
            now = self._now()
            names = sorted(
                {*self._budgets, *self._costs, *(name for ticket in self._tickets.values() for name in ticket.estimates)}
            )
            return {
                "level": round(self._bucket.drained(now, self.rules.requests).level, 1),
                "burst": self.rules.requests.burst,
                "rate": self.rules.requests.rate,
                "in_flight": len(self._tickets),
                "rejected": dict(self._rejected),
                "methods": {name: self._shown(name, now) for name in names},
            }

    def to_json(self) -> dict[str, Any]:
        """State for the next process; requests still in flight are kept as spent."""
        with self._lock:
            now, rules = self._now(), self.rules.operating
            budgets = dict(self._budgets)
            for name in {name for ticket in self._tickets.values() for name in ticket.estimates}:
                budgets[name] = budgets.get(name, Budget()).with_spent(self._in_flight(name), now, rules)
            return {
                "speed": self.speed,
                "learned": learned_to_json(self.learned),
                "bucket": asdict(self._bucket.drained(now, self.rules.requests)),
                "budgets": {name: budget_to_json(budget) for name, budget in budgets.items()},
                "costs": {name: round(seconds, 4) for name, seconds in self._costs.items()},
                "peaks": {name: round(seconds, 4) for name, seconds in self._peaks.items()},
                "rejected": dict(self._rejected),
            }

    @classmethod
    def from_json(
        cls, state: Any, *, settings: Settings | None = None, rules: Rules | None = None, speed: float = 1.0,
        clock: Callable[[], float] = time.time, sleep: Callable[[float], None] = time.sleep, patience_s: float = PATIENCE_S,
    ) -> "Governor":  # fmt: skip
        """Go on where another process stopped; a spoilt part of the state is forgotten."""
        state = state if isinstance(state, Mapping) else {}
        governor = cls(settings=settings, rules=rules, speed=speed, clock=clock, sleep=sleep, patience_s=patience_s)
        governor._costs = _costs_of(state.get("costs"))
        governor._peaks = _costs_of(state.get("peaks"))
        governor._rejected = Counter({name: int(times) for name, times in numbers(state.get("rejected")).items()})
        if numbers({"speed": state.get("speed")}).get("speed") == speed:  # moments of another time scale mean nothing
            bucket = numbers(state.get("bucket"))
            governor._bucket = Bucket(bucket.get("level", 0.0), bucket.get("at", 0.0))
            governor.learned = learned_from_json(state.get("learned"))
            kept = state.get("budgets")
            for name, budget in kept.items() if isinstance(kept, Mapping) else ():
                governor._budgets[str(name)] = budget_from_json(budget, governor._now(), governor.rules.operating)
        return governor

    def _now(self) -> float:
        return self.clock() * self.speed

    def _longest_wait(self, needs: Mapping[str, float], now: float) -> Wait:
        rules = self.rules
        waits = [Wait(self._bucket.wait(now, rules.requests))]
        for name, need in needs.items():
            budget = self._budgets.get(name, Budget())
            waits.append(Wait(budget.wait(need, self._in_flight(name), now, rules.operating), name))
        return max(waits, key=lambda wait: wait.seconds)

    def _in_flight(self, name: str) -> float:
        return math.fsum(ticket.estimates.get(name, 0.0) for ticket in self._tickets.values())

    def _learn(self, one: Spent, now: float, last: float) -> None:
        """One command's report. Its moment is told from the end of the answer, so the two clocks need not agree.

        An emulated portal's moments and durations are on the wall, ``speed`` times shorter; ``operating`` is its own count.
        """
        name = one.method.lower()
        moment = now - min(max(0.0, last - one.finish) * self.speed, LONGEST_REQUEST_S) if one.finish else now
        seconds = self.cost(name) if one.seconds is None else min(one.seconds * self.speed, LONGEST_REQUEST_S)
        if one.seconds is not None:
            self._costs[name] = self.cost(name) + COST_WEIGHT * (seconds - self.cost(name))
            peak = self._peaks.get(name, 0.0)
            self._peaks[name] = (peak + seconds) / 2 if seconds > peak else max(seconds, peak * PEAK_FADES)
        self._spend(name, seconds, moment)
        if one.operating is not None:
            reset_at = now + (one.reset_at - last) * self.speed if one.reset_at and last else 0.0
            budget = self._budgets.get(name, Budget())
            self._budgets[name] = budget.with_report(one.operating, moment, reset_at, self.rules.operating)

    def _spend(self, name: str, seconds: float, moment: float) -> None:
        self._budgets[name] = self._budgets.get(name, Budget()).with_spent(seconds, moment, self.rules.operating)

    def _shown(self, name: str, now: float) -> dict[str, Any]:
        budget = self._budgets.get(name, Budget())
        return {
            "spent_s": round(budget.spent(now, self.rules.operating), 1),
            "limit_s": self.rules.operating.limit,
            "in_flight_s": round(self._in_flight(name), 1),
            "cost_s": round(self.cost(name), 3),
            "slowest_s": round(self.cautious_cost(name), 3),
            "reset_at": budget.reset_at / self.speed
            if budget.reset_at > now and budget.spent(now, self.rules.operating)
            else None,
            "blocked_until": budget.blocked_until / self.speed if budget.blocked_until > now else None,
            "rejected": self._rejected[name],
        }


def _costs_of(kept: Any) -> dict[str, float]:
    return {name: min(seconds, LONGEST_REQUEST_S) for name, seconds in numbers(kept).items()}
