"""The portal's limits: requests per source address, execution time per method, requests at a time (bitrix24-rest B1, B2).

The bucket and the book of execution time are pure: the moment, in portal seconds, comes in as an argument.
"""

from dataclasses import dataclass
from math import floor

BASKET_S = 60.0


@dataclass(slots=True)
class _Level:
    level: int = 0
    drained_at: int = 0


class LeakyBucket:
    """Counter per source address: +1 a request, -``drain`` at each whole second, blocked above ``threshold``."""

    def __init__(self, threshold: int, drain: int, *, rejected_count: bool = False) -> None:
        self._threshold = threshold
        self._drain = drain
        self._rejected_count = rejected_count
        self._levels: dict[str, _Level] = {}

    def take(self, source: str, now_s: float) -> bool:
        """Count one request; False when it must be answered with 503."""
        state = self._levels.setdefault(source, _Level(drained_at=floor(now_s)))
        steps = floor(now_s) - state.drained_at
        state.level = max(0, state.level - steps * self._drain)
        state.drained_at = floor(now_s)
        fits = state.level + 1 <= self._threshold
        if fits or self._rejected_count:
            state.level += 1
        return fits


@dataclass(slots=True)
class _Basket:
    started_s: float
    spent_s: float


class OperatingBook:
    """Execution time per (who, method) in ten one-minute baskets; a basket leaves ``window`` after its first call."""

    def __init__(self, limit_s: float, window_s: float) -> None:
        self._limit_s = limit_s
        self._window_s = window_s
        self._baskets: dict[tuple[str, str], list[_Basket]] = {}

    def is_blocked(self, key: tuple[str, str], now_s: float) -> bool:
        """Whether the next call is refused. The call that crosses the limit still completes."""
        return self.spent(key, now_s) >= self._limit_s

    def spend(self, key: tuple[str, str], seconds: float, now_s: float) -> None:
        """Write down a call that ended now."""
        baskets = self._live(key, now_s)
        if baskets and now_s - baskets[-1].started_s < BASKET_S:
            baskets[-1].spent_s += seconds
        else:
            baskets.append(_Basket(now_s, seconds))

    def spent(self, key: tuple[str, str], now_s: float) -> float:
        """``operating``: portal seconds of execution in the window."""
        return sum(basket.spent_s for basket in self._live(key, now_s))

    def reset_in_s(self, key: tuple[str, str], now_s: float) -> float:
        """Portal seconds until the oldest basket leaves; a whole window when there is none."""
        baskets = self._live(key, now_s)
        return baskets[0].started_s + self._window_s - now_s if baskets else self._window_s

    def _live(self, key: tuple[str, str], now_s: float) -> list[_Basket]:
        baskets = [basket for basket in self._baskets.get(key, []) if basket.started_s + self._window_s > now_s]
        self._baskets[key] = baskets
        return baskets
