"""The operating budget of one method: execution time spent in the last ten minutes, at most 480 s of it (bitrix24-rest B2).

The portal keeps ten baskets of a minute each and drops a basket 600 s after the first call in it, so what was spent at ``t``
is free again at ``t + 600`` at the latest. Our log of spendings leaves by that rule, which is never too early; what the portal
reports (``operating``) corrects the log at every answer: more than we know of was spent by others, less means that a basket
has left.

All times and durations are in portal seconds; the moment of a spending is by our clock.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

SLOTS_PER_WINDOW = 600  # resolution of the log: a second; what is late in leaving it is lost in every window
SHORTEST_WAIT_S = 0.5
LOOK = 0.5  # of the margin
BASKET_S = 60.0


@dataclass(frozen=True, slots=True)
class OperatingRules:
    """``limit`` seconds of a method in ``window`` seconds. A part ``margin`` stays unused, ``reserve`` is others'."""

    limit: float = 480.0
    window: float = 600.0
    margin: float = 0.02
    reserve: float = 0.0
    caution: float = 1.3  # estimates of commands in flight are multiplied by it: the exact cost is known only afterwards

    @property
    def usable(self) -> float:
        """Seconds that we may spend."""
        return self.limit * (1 - self.margin - self.reserve)

    @property
    def look(self) -> float:
        """Seconds that may go beyond that to learn what has become free."""
        return self.limit * self.margin * LOOK

    @property
    def pace(self) -> float:
        """Seconds of a method in a second, in the long run."""
        return self.usable / self.window


@dataclass(frozen=True, slots=True)
class Spent:
    """What one command cost, as its ``time`` object says; each figure may be missing (B3).

    ``finish`` and ``reset_at`` are unix times of the portal's clock.
    """

    method: str
    seconds: float | None = None
    finish: float | None = None
    operating: float | None = None
    reset_at: float | None = None

    @classmethod
    def from_time(cls, method: str, time: Any) -> "Spent":
        """Read a ``time`` object; anything that is no number is missing."""
        time = time if isinstance(time, Mapping) else {}
        names = ("duration", "finish", "operating", "operating_reset_at")
        seconds, finish, operating, reset_at = (_number(time.get(name)) for name in names)
        return cls(method, seconds, finish, operating, reset_at)


@dataclass(frozen=True, slots=True)
class Budget:
    """The log of one method: ``slots`` are (moment, seconds spent up to it), oldest first.

    ``reported_at`` is the moment of the newest report taken in, ``reported`` what it said was spent, ``reset_at`` what it said
    of the oldest basket.
    """

    slots: tuple[tuple[float, float], ...] = ()
    reported_at: float = 0.0
    reported: float = 0.0
    reset_at: float = 0.0
    blocked_until: float = 0.0

    def spent(self, now: float, rules: OperatingRules) -> float:
        """Seconds that still count at ``now``."""
        return math.fsum(seconds for at, seconds in self.slots if at + rules.window > now)

    def wait(self, need: float, in_flight: float, now: float, rules: OperatingRules) -> float:
        """Seconds until ``need`` more seconds fit beside those in flight; 0 when they fit now.

        With nothing spent and nothing in flight anything fits: waiting longer would not help.
        """
        if self.blocked_until > now:
            return self.blocked_until - now
        excess = (in_flight + need) * rules.caution - self._free(now, rules)
        if excess <= 0 or not (self.spent(now, rules) or in_flight):
            return 0.0
        return max(SHORTEST_WAIT_S, self._free_at(excess, now, rules) - now)

    def room(self, in_flight: float, now: float, rules: OperatingRules) -> float:
        """Estimated seconds that may be spent without waiting."""
        if self.blocked_until > now:
            return 0.0
        return max(0.0, self._free(now, rules) / rules.caution - in_flight)

    def _free(self, now: float, rules: OperatingRules) -> float:
        """Seconds left of the budget. When a basket leaves, by the portal's own word, a part of the margin goes for a look: its
        answer says how much has become free, long before the log would know of all of it.
        """
        look = rules.look if self.reported_at < self.reset_at <= now else 0.0
        return rules.usable + look - self.spent(now, rules)

    def _free_at(self, excess: float, now: float, rules: OperatingRules) -> float:
        """The moment when ``excess`` seconds will have left; ``now`` when only answers of commands in flight can help."""
        for at, seconds in self.slots:
            excess -= seconds if at + rules.window > now else 0
            if excess <= 0:
                return at + rules.window
        return now

    def with_spent(self, seconds: float, at: float, rules: OperatingRules) -> "Budget":
        """One spending more. What finished before the newest report stands in that report already."""
        if at < self.reported_at or seconds <= 0:
            return self
        return replace(self, slots=_put(self._alive(at, rules), seconds, at, rules))

    def with_report(self, operating: float, at: float, reset_at: float, rules: OperatingRules) -> "Budget":
        """Make the log sum up to what the portal says, unless a newer report is known."""
        if at < self.reported_at:
            return self
        alive = self._alive(at, rules)
        excess = math.fsum(seconds for _, seconds in alive) - operating
        slots = _without(alive, excess) if excess > 0 else _put(alive, -excess, at, rules)
        return replace(self, slots=slots, reported_at=at, reported=operating, reset_at=reset_at)

    def blocked(self, now: float, rules: OperatingRules) -> "Budget":
        """The portal refused the method: others spent what we do not know of. It is free when the oldest basket leaves."""
        known = now < self.reset_at <= now + rules.window
        until = max(self.blocked_until, self.reset_at if known else now + BASKET_S)
        unknown = max(0.0, rules.limit - self.spent(now, rules))
        return replace(self, slots=_put(self._alive(now, rules), unknown, until - rules.window, rules), blocked_until=until)

    def _alive(self, now: float, rules: OperatingRules) -> tuple[tuple[float, float], ...]:
        return tuple(slot for slot in self.slots if slot[0] + rules.window > now)


def _put(
    slots: Iterable[tuple[float, float]], seconds: float, at: float, rules: OperatingRules
) -> tuple[tuple[float, float], ...]:
    """Add to the slot that ends at ``at`` or after it."""
    if seconds <= 0:
        return tuple(slots)
    width = rules.window / SLOTS_PER_WINDOW
    sums = dict(slots)
    end = math.ceil(at / width) * width
    sums[end] = sums.get(end, 0.0) + seconds
    return tuple(sorted(sums.items()))


def _without(slots: tuple[tuple[float, float], ...], seconds: float) -> tuple[tuple[float, float], ...]:
    """Take ``seconds`` away, from the oldest on: those are what a basket took with it."""
    kept = []
    for at, spent in slots:
        taken = min(spent, seconds)
        seconds -= taken
        if spent > taken:
            kept.append((at, spent - taken))
    return tuple(kept)


def _number(value: Any) -> float | None:
    """A finite number that is not negative; None for all else."""
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if math.isfinite(number) and number >= 0 else None
