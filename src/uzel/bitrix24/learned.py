"""What limits of a portal are believed, and why: what people set, what the portal's answers taught (bitrix24-rest B1, B2).

Pure. All moments are in portal seconds.

    plan       set by hand ─ else what the licence says ─ else what a probe showed ─ else the smaller one
    refusal    a request refused far below the level we believed in means less than that, for an hour; a large plan that refuses
               already where the small one would is no large plan, for a day
    operating  a method refused below the limit we believed in shows the limit, for a day
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from uzel.bitrix24.bucket import BucketRules
from uzel.bitrix24.limits_kept import Rules, numbers
from uzel.bitrix24.operating import BASKET_S, Budget, OperatingRules

AUTO, STANDARD, ENTERPRISE = "auto", "standard", "enterprise"
PLANS: Mapping[str, tuple[float, float]] = {STANDARD: (2.0, 50.0), ENTERPRISE: (5.0, 250.0)}  # requests a second, at once
BY_HAND, BY_LICENCE, BY_PROBE, BY_REFUSAL, BY_DEFAULT = "hand", "licence", "probe", "refusal", "default"
LEVEL_KEPT_S, REFUSAL_KEPT_S, OPERATING_KEPT_S = 3600.0, 86_400.0, 86_400.0
LEAST_LEVEL, LEAST_OPERATING_S = 10.0, 60.0  # nothing teaches us to stand still
TEXTS = ("plan", "plan_by", "licence")
BELOW = 0.97  # of the limit: a refusal above that is our own, by an estimate


@dataclass(frozen=True, slots=True)
class Settings:
    """What people set of a portal. ``reserve_operating`` is a part of each method's time; both reserves are for others.

    ``since``: what was learned before that does not count.
    """

    plan: str = AUTO
    reserve_requests: float = 3.0
    reserve_operating: float = 0.0
    since: float = 0.0


@dataclass(frozen=True, slots=True)
class Learned:
    """What answers taught, each with its moment. ``licence`` is the portal's own word for its plan."""

    plan: str = ""
    plan_by: str = ""
    plan_at: float = 0.0
    licence: str = ""
    level: float = 0.0
    level_at: float = 0.0
    operating_s: float = 0.0
    operating_at: float = 0.0


@dataclass(frozen=True, slots=True)
class Believed:
    """The rules to go by and why: ``plan_by`` is one of the BY_ names."""

    rules: Rules
    plan: str
    plan_by: str
    less_by_refusal: bool
    less_operating: bool


def believed(settings: Settings, learned: Learned, now: float) -> Believed:
    """The limits to keep to at ``now``."""
    plan, plan_by = _plan(settings, learned, now)
    rate, burst = PLANS[plan]
    is_level = bool(learned.level) and _counts(learned.level_at, LEVEL_KEPT_S, settings, now)
    is_operating = bool(learned.operating_s) and _counts(learned.operating_at, OPERATING_KEPT_S, settings, now)
    reserve = max(settings.reserve_requests, burst - rate - learned.level if is_level else 0.0)
    requests = BucketRules(rate, burst, min(reserve, burst - rate - LEAST_LEVEL))
    operating = OperatingRules(reserve=settings.reserve_operating)
    if is_operating:
        operating = replace(operating, limit=min(operating.limit, learned.operating_s))
    return Believed(Rules(requests, operating), plan, plan_by, is_level, is_operating)


def _plan(settings: Settings, learned: Learned, now: float) -> tuple[str, str]:
    if learned.plan_by == BY_REFUSAL and _counts(learned.plan_at, REFUSAL_KEPT_S, settings, now):
        return STANDARD, BY_REFUSAL
    if settings.plan in PLANS:
        return settings.plan, BY_HAND
    if learned.plan_by in (BY_LICENCE, BY_PROBE) and learned.plan in PLANS:
        return learned.plan, learned.plan_by
    return STANDARD, BY_DEFAULT


def _counts(moment: float, kept_s: float, settings: Settings, now: float) -> bool:
    return max(settings.since, now - kept_s) < moment <= now


def with_licence(learned: Learned, licence: str, now: float) -> Learned:
    """The portal named its plan: ``ru_ent250`` and the like are Enterprise. A refusal since then stays what it is."""
    plan = ENTERPRISE if licence.rpartition("_")[2].startswith("ent") else STANDARD
    if learned.plan_by == BY_REFUSAL and licence == learned.licence:
        return learned
    return replace(learned, plan=plan, plan_by=BY_LICENCE, plan_at=now, licence=licence)


def with_probe(learned: Learned, plan: str, now: float) -> Learned:
    """More requests at once were sent than the smaller plan takes, and this is how it ended."""
    return replace(learned, plan=plan, plan_by=BY_PROBE, plan_at=now, level=0.0)


def after_refusal(learned: Learned, rules: Rules, level: float, now: float) -> Learned:
    """A request was refused while we believed the bucket to stand at ``level``: others are there too, or it is smaller."""
    small = PLANS[STANDARD][1]
    if rules.requests.burst > small and level <= small:
        return replace(learned, plan=STANDARD, plan_by=BY_REFUSAL, plan_at=now)
    if level > rules.requests.usable + 1:
        return learned  # full by our own count: one more refusal of the same moment
    return replace(learned, level=max(LEAST_LEVEL, level - rules.requests.rate), level_at=now)


def after_block(learned: Learned, rules: Rules, budget: Budget, now: float) -> Learned:
    """A method was refused: what was spent of it by a report of just now is the limit, when it is below the believed one."""
    spent_s = budget.spent(now, rules.operating)
    if now - budget.reported_at > BASKET_S or not LEAST_OPERATING_S <= spent_s < rules.operating.limit * BELOW:
        return learned
    return replace(learned, operating_s=spent_s, operating_at=now)


def learned_to_json(learned: Learned) -> dict[str, Any]:
    """As it is kept."""
    return asdict(learned)


def learned_from_json(kept: Any) -> Learned:
    """What was kept, read with distrust."""
    kept = kept if isinstance(kept, Mapping) else {}
    texts = {name: str(kept[name]) for name in TEXTS if isinstance(kept.get(name), str)}
    amounts = {name: number for name, number in numbers(kept).items() if name in Learned.__slots__ and name not in TEXTS}
    return Learned(**texts, **amounts)  # type: ignore[arg-type]
