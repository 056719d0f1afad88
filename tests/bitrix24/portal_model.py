"""A portal's limits and many batches against them, in virtual time: the yardstick of the governor's tests.

Written from the reference alone (B1, B2): the bucket drains in whole steps, a basket of operating time leaves 600 s after its
first call, every command is checked before it starts, and the one that crosses the limit completes.
"""

import heapq
import itertools
import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from uzel.bitrix24.limits import Governor, Ticket
from uzel.bitrix24.operating import Spent

EPOCH = 1_800_000_000.0
LOOK_AHEAD = 4
LATENCY_S = 0.15  # each way
PORTAL_AHEAD = 37.25  # its clock is not ours
Work = Sequence[tuple[str, float]]  # one batch: (method, real cost in seconds) of each command


@dataclass
class Model:
    """One portal. ``aligned`` baskets begin at whole minutes, others with their first call."""

    rate: int = 2
    burst: int = 50
    phase: float = 0.3
    limit: float = 480.0
    window: float = 600.0
    aligned: bool = False
    level: int = 0
    steps: int | None = None
    baskets: dict[str, list[list[float]]] = field(default_factory=lambda: defaultdict(list))
    rejected_requests: int = 0
    rejected_commands: int = 0

    def request(self, now: float) -> bool:
        steps = math.floor(now + self.phase)
        self.level = max(0, self.level - self.rate * (steps - (self.steps or steps)))
        self.steps = steps
        if self.level + 1 > self.burst:
            self.rejected_requests += 1
            return False
        self.level += 1
        return True

    def operating(self, method: str, now: float) -> float:
        self.baskets[method] = [basket for basket in self.baskets[method] if basket[0] + self.window > now]
        return sum(spent for _, spent in self.baskets[method])

    def spend(self, method: str, seconds: float, now: float) -> None:
        self.operating(method, now)
        baskets = self.baskets[method]
        start = math.floor(now / 60) * 60 if self.aligned else now
        if baskets and (baskets[-1][0] == start if self.aligned else now - baskets[-1][0] < 60):
            baskets[-1][1] += seconds
        else:
            baskets.append([start, seconds])

    def reset_at(self, method: str, now: float) -> float:
        self.operating(method, now)
        return (self.baskets[method][0][0] if self.baskets[method] else now) + self.window


class Run:
    """Batches through a governor into a model; ``seconds`` is when the last answer came."""

    def __init__(self, governor_of: Callable[[Callable[[], float], Callable[[float], None]], Governor], model: Model) -> None:
        self.now = EPOCH
        self.model = model
        self.governor = governor_of(lambda: self.now, self._sleep)
        self.reports = True  # whether result_time has operating
        self.times = True  # whether there is a result_time at all
        self.refused: set[str] = set()  # methods since the last answer
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count()

    def _sleep(self, seconds: float) -> None:
        self.now += seconds

    def at(self, moment: float, what: Callable[[], None]) -> None:
        heapq.heappush(self._events, (moment, next(self._order), what))

    def drive(self, batches: Sequence[Work], parallel: int = 4, *, blocks: bool = False) -> float:
        """``blocks``: the governor is told of refused commands, as the client does."""
        waiting, running = list(batches), set[int]()

        def start() -> None:
            pause = 0.0
            for work in waiting[:LOOK_AHEAD]:
                if len(running) >= parallel:
                    return
                ticket = self.governor.try_take(method for method, _ in work)
                if isinstance(ticket, Ticket):
                    waiting.remove(work)
                    running.add(ticket.number)
                    self.at(self.now + LATENCY_S, lambda ticket=ticket, work=work: self._arrive(ticket, work, landed))
                else:
                    pause = min(pause or ticket.seconds, ticket.seconds)
            if waiting:
                self.at(self.now + self.governor.nap(pause or 1.0), start)

        def landed(ticket: Ticket, spent: list[Spent]) -> None:
            running.discard(ticket.number)
            self.governor.answered(ticket, spent)
            for method in {method for method in ticket.methods if blocks and method in self.refused}:
                self.governor.block(method)
            self.refused.clear()
            self.at(self.now, start)

        started = self.now
        self.at(self.now, start)
        while self._events and (waiting or running):
            self.now, _, what = heapq.heappop(self._events)
            what()
        self._events.clear()
        return self.now - started

    def _arrive(self, ticket: Ticket, work: Work, landed: Callable[[Ticket, list[Spent]], None]) -> None:
        if not self.model.request(self.now):
            self.governor.too_many_requests()
            self.governor.not_executed(ticket)
            self.at(self.now + 1, lambda: self._arrive(ticket, work, landed))
            return
        self._execute(iter(work), [], lambda spent: self.at(self.now + LATENCY_S, lambda: landed(ticket, spent)))

    def _execute(self, rest: Iterator[tuple[str, float]], spent: list[Spent], finished: Callable[[list[Spent]], None]) -> None:
        command = next(rest, None)
        if command is None:
            finished(spent)
            return
        method, cost = command
        if self.model.operating(method, self.now) >= self.model.limit:
            self.model.rejected_commands += 1
            self.refused.add(method)
            self._execute(rest, spent, finished)
            return

        def end() -> None:
            self.model.spend(method, cost, self.now)
            operating = self.model.operating(method, self.now) if self.reports else None
            portal_time = self.now + PORTAL_AHEAD
            reset_at = math.ceil(self.model.reset_at(method, self.now) + PORTAL_AHEAD)
            if self.times:
                spent.append(Spent(method, cost, portal_time, operating, reset_at))
            else:
                spent.append(Spent(method))
            self._execute(rest, spent, finished)

        self.at(self.now + cost, end)
