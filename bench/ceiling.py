"""The least time that any client could need for a workload on a portal: the yardstick of the portal benches.

Three lower bounds from a cold start, the greatest of them counts (bitrix24-rest B1, B2, J):

    requests    the bucket lets ``burst`` go at once and ``rate`` a second after that
    execution   the portal works at most ``parallel`` requests of ours at a time
    operating   a method gets ``operating`` seconds of execution in any ``window``; the first window's share goes at once
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

Work = Mapping[str, tuple[int, float]]  # method → (calls, seconds each)


@dataclass(frozen=True, slots=True)
class Limits:
    """Limits of the portal, in its own seconds."""

    rate: float = 2.0
    burst: int = 50
    batch: int = 50
    operating: float = 480.0
    window: float = 600.0
    parallel: int = 4


@dataclass(frozen=True, slots=True)
class Ceiling:
    """``seconds`` by the bench's clock, ``binds``: which bound that is, ``bounds``: all of them."""

    seconds: float
    binds: str
    bounds: Mapping[str, float]


def ceiling(work: Work, limits: Limits | None = None, speed: float = 1.0) -> Ceiling:
    """The bounds of a workload; ``speed`` divides every duration of the portal."""
    known = limits or Limits()
    requests = math.ceil(sum(calls for calls, _ in work.values()) / known.batch)
    bounds = {
        "requests": max(0.0, (requests - known.burst) / known.rate),
        "execution": sum(calls * cost for calls, cost in work.values()) / known.parallel,
    }
    for method, (calls, cost) in work.items():
        bounds[f"operating {method}"] = _operating(calls * cost, known)
    binds = max(bounds, key=lambda name: bounds[name])
    return Ceiling(bounds[binds] / speed, binds, {name: bound / speed for name, bound in bounds.items()})


def _operating(seconds: float, limits: Limits) -> float:
    windows = max(0, math.ceil(seconds / limits.operating) - 1)  # that must pass before the last share
    return windows * limits.window + (seconds - windows * limits.operating) / limits.parallel
