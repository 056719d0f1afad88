"""The portal's leaky bucket of requests, as seen from our side (bitrix24-rest B1). All times are in portal seconds."""

from dataclasses import dataclass, replace

ROUNDING = 1e-3  # requests


@dataclass(frozen=True, slots=True)
class BucketRules:
    """``burst`` requests at once, ``rate`` a second after that; ``reserve`` is left to whoever else calls from our address."""

    rate: float = 2.0
    burst: float = 50.0
    reserve: float = 3.0

    @property
    def usable(self) -> float:
        """The level we may reach. The portal drains in steps of a second, so it may stand one step above our smooth level."""
        return max(1.0, self.burst - self.rate - self.reserve)


@dataclass(frozen=True, slots=True)
class Bucket:
    """``level`` requests not yet drained at the moment ``at``."""

    level: float = 0.0
    at: float = 0.0

    def drained(self, now: float, rules: BucketRules) -> "Bucket":
        """The bucket at ``now``; a clock set back drains nothing."""
        return Bucket(max(0.0, self.level - max(0.0, now - self.at) * rules.rate), now)

    def wait(self, now: float, rules: BucketRules) -> float:
        """Seconds until one more request fits; 0 when it fits now."""
        excess = self.drained(now, rules).level + 1 - rules.usable
        return excess / rules.rate if excess > ROUNDING else 0.0

    def taken(self, now: float, rules: BucketRules) -> "Bucket":
        """One request more."""
        bucket = self.drained(now, rules)
        return replace(bucket, level=bucket.level + 1)

    def overflown(self, now: float, rules: BucketRules) -> "Bucket":
        """The portal refused a request: whatever we believed, its bucket is full."""
        return Bucket(max(self.drained(now, rules).level, rules.burst), now)
