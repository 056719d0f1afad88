"""Several batches in flight at once: who may start, who must try again, what came back.

One thread (the caller's) decides and waits; the others only send. So a batch whose methods have no room never stands in
the way of one whose methods have.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, replace
from itertools import islice

from uzel.bitrix24.batch import MOST_SECONDS, Chain, Outcome, Request, Unknown, pack, prepare
from uzel.bitrix24.errors import MethodBlocked, PortalError, TokenExpired, TooManyRequests, Unavailable, pause_s
from uzel.bitrix24.limits import Governor, Ticket, Wait

TOO_DEAR = 1.2  # of the seconds that a batch may last: dearer than that it is cut
LOOK_AHEAD = 8  # batches taken from the caller's series and looked through for one that may start

Batch = tuple[Chain, ...]
Send = Callable[[Ticket, Request], dict[str, Outcome]]
Landed = tuple[Batch, dict[str, Outcome]]


@dataclass(frozen=True, slots=True)
class _Due:
    """A batch that has been sent ``attempt`` times already."""

    batch: Batch
    request: Request
    attempt: int = 0


class Flight:
    """One series. ``send`` sends a batch with its ticket, ``before`` is told of each batch just before it is sent;
    ``delays_s`` are portal seconds before each further attempt, ``renew`` gets a fresh token or raises.
    """

    def __init__(
        self, governor: Governor, send: Send, before: Callable[[Batch], None], delays_s: Sequence[float], *,
        repeatable: bool, sleep: Callable[[float], None], renew: Callable[[TokenExpired], None],
    ) -> None:  # fmt: skip
        self._governor = governor
        self._send = send
        self._before = before
        self._delays_s = delays_s
        self._repeatable = repeatable
        self._sleep = sleep
        self._renew = renew
        self._waiting: list[_Due] = []
        self._running: dict[Future[dict[str, Outcome]], _Due] = {}
        self._not_before = 0.0  # unix time: a portal in trouble is left alone for a while, by all batches
        self._failure: PortalError | None = None

    def run(self, packed: Iterable[Batch], parallel: int) -> Iterator[Landed]:
        """Yield in order of completion; the next batch is started before a finished one is given to the caller."""
        source = iter(packed)
        with ThreadPoolExecutor(parallel, "portal") as pool:
            while True:
                pause = self._start(pool, source, parallel)
                if not self._running and not self._waiting:
                    break
                landed = self._await(pause)
                self._start(pool, source, parallel)
                yield from landed
        if self._failure:
            raise self._failure

    def _start(self, pool: ThreadPoolExecutor, source: Iterator[Batch], parallel: int) -> float:
        """Start all that may start. Returns the seconds until another may."""
        if self._failure:
            self._waiting.clear()
            return 0.0
        self._waiting += (_Due(batch, prepare(batch)) for batch in islice(source, max(0, LOOK_AHEAD - len(self._waiting))))
        pause = max(0.0, self._not_before - self._governor.clock())
        if pause:
            return pause
        for waiting in tuple(self._waiting):
            if len(self._running) >= parallel:
                break
            due = self._cut(waiting)
            ticket = self._governor.try_take(command.method for command in due.request.commands)
            if isinstance(ticket, Wait):
                pause = min(pause or ticket.seconds, ticket.seconds)
                if ticket.method:
                    continue
                break  # no request at all may go now
            self._waiting.remove(due)
            self._running[self._launch(pool, due, ticket)] = due
        return pause

    def _cut(self, due: _Due) -> _Due:
        """A batch that has become too dear since it was packed is sent in parts; the other parts wait in its place."""
        if self._seconds(due.batch) <= MOST_SECONDS * TOO_DEAR:
            return due
        parts = [
            replace(due, batch=batch, request=prepare(batch)) for batch in pack(due.batch, cost=self._governor.cautious_cost)
        ]
        place = self._waiting.index(due)
        self._waiting[place : place + 1] = parts
        return parts[0]

    def _seconds(self, batch: Batch) -> float:
        return sum(self._governor.cautious_cost(command.method) for chain in batch for command in chain.commands)

    def _launch(self, pool: ThreadPoolExecutor, due: _Due, ticket: Ticket) -> Future[dict[str, Outcome]]:
        try:
            self._before(due.batch)
        except BaseException:
            self._governor.not_executed(ticket)
            raise
        return pool.submit(self._send, ticket, due.request)

    def _await(self, pause: float) -> list[Landed]:
        """What has come back; nothing when it is time to look for room again."""
        nap = self._governor.nap(pause) if pause else None
        if not self._running:
            self._sleep(nap or 0.0)
            return []
        finished, _ = wait(self._running, timeout=nap, return_when=FIRST_COMPLETED)
        return [landed for future in finished if (landed := self._land(self._running.pop(future), future)) is not None]

    def _land(self, due: _Due, future: "Future[dict[str, Outcome]]") -> Landed | None:
        """The outcomes of a batch, or None when it goes back to the waiting ones or has ended the series."""
        try:
            outcomes = future.result()
        except (Unavailable, TooManyRequests, MethodBlocked) as problem:
            self._again(due, problem)
            return None
        except TokenExpired as problem:
            self._again_renewed(due, problem)
            return None
        except PortalError as problem:
            self._failure = self._failure or problem
            return None
        if self._repeatable and _is_unknown(outcomes) and due.attempt < len(self._delays_s):
            self._again(due, None)
            return None
        return due.batch, outcomes

    def _again_renewed(self, due: _Due, problem: TokenExpired) -> None:
        """It was not executed: sent again at once with a fresh token, or later when none is to be had now."""
        try:
            self._renew(problem)
        except Unavailable as later:
            self._again(due, later)
        except PortalError as lost:
            self._failure = self._failure or lost
        else:
            if due.attempt < len(self._delays_s):
                self._waiting.insert(0, replace(due, attempt=due.attempt + 1))
            else:
                self._failure = self._failure or problem

    def _again(self, due: _Due, problem: PortalError | None) -> None:
        """Back to the waiting ones, first of them; or the end of the series when it was tried often enough."""
        delays = self._delays_s[due.attempt :]
        pause = pause_s(problem, delays[0], self._governor.speed) if delays else None
        if pause is None:
            self._failure = self._failure or problem
        else:
            self._waiting.insert(0, replace(due, attempt=due.attempt + 1))
            self._not_before = max(self._not_before, self._governor.clock() + pause)


def _is_unknown(outcomes: Mapping[str, Outcome]) -> bool:
    return bool(outcomes) and all(isinstance(outcome, Unknown) for outcome in outcomes.values())
