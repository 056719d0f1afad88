"""What of the governor outlives a process: its rules and its budgets as JSON, read back with distrust."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from uzel.bitrix24.bucket import BucketRules
from uzel.bitrix24.operating import Budget, OperatingRules


@dataclass(frozen=True, slots=True)
class Rules:
    """The limits of the portal's plan: for Enterprise ``BucketRules(rate=5, burst=250)``."""

    requests: BucketRules = field(default_factory=BucketRules)
    operating: OperatingRules = field(default_factory=OperatingRules)


def budget_to_json(budget: Budget) -> dict[str, Any]:
    """Slots as pairs of (moment, seconds)."""
    return asdict(budget) | {"slots": [[at, round(seconds, 3)] for at, seconds in budget.slots]}


def budget_from_json(kept: Any, now: float, rules: OperatingRules) -> Budget:
    """The budget again; what is spoilt in it is forgotten, and no moment lies in the future, whatever the clock was then."""
    kept = kept if isinstance(kept, Mapping) else {}
    moments, slots = numbers(kept), kept.get("slots")
    pairs = (numbers(dict(enumerate(slot))) for slot in (slots if isinstance(slots, list) else ()) if isinstance(slot, list))
    return Budget(
        tuple(sorted((min(pair["0"], now), pair["1"]) for pair in pairs if len(pair) == 2)),
        reported_at=min(moments.get("reported_at", 0.0), now),
        reported=moments.get("reported", 0.0),
        reset_at=moments.get("reset_at", 0.0),
        blocked_until=min(moments.get("blocked_until", 0.0), now + rules.window),
    )


def numbers(kept: Any) -> dict[str, float]:
    """The finite numbers of a kept mapping, none below zero."""
    if not isinstance(kept, Mapping):
        return {}
    good = {str(name): value for name, value in kept.items() if isinstance(value, int | float) and not isinstance(value, bool)}
    return {name: float(value) for name, value in good.items() if math.isfinite(value) and value >= 0}
