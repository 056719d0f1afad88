"""Which plan a portal has, found by asking for more than the smaller one gives: the only sign of it that a webhook gets.

Costs one refused request where the plan is the smaller one, so it is made when a person asks for it.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from uzel.bitrix24.bucket import BucketRules
from uzel.bitrix24.errors import TooManyRequests
from uzel.bitrix24.learned import ENTERPRISE, PLANS, STANDARD
from uzel.bitrix24.limits import Governor
from uzel.bitrix24.limits_kept import Rules

MARGIN = 6  # requests beyond what the smaller plan could have taken
LONGEST_S = 60.0  # portal seconds
PARALLEL = 4  # while surely nothing is refused; then one at a time


def probe(governor: Governor, ask: Callable[[], object]) -> str:
    """The plan, by sending ``ask`` quickly; empty when the way to the portal is too slow to tell."""
    governor.keep_to(Rules(BucketRules(*PLANS[ENTERPRISE])))
    try:
        plan = _plan(governor, ask)
    except TooManyRequests:
        plan = STANDARD
    finally:
        governor.keep_to(None)
    if plan:
        governor.learn_plan(plan)
    return plan


def _plan(governor: Governor, ask: Callable[[], object]) -> str:
    rate, burst = PLANS[STANDARD]
    before, started, sent = float(governor.snapshot()["level"]), governor.clock(), 0
    with ThreadPoolExecutor(PARALLEL, "probe") as pool:
        while (passed_s := (governor.clock() - started) * governor.speed) < LONGEST_S:
            surely = sent - rate * (passed_s + 1)  # the smaller plan's bucket would stand at this at least
            if surely > burst + MARGIN:
                return ENTERPRISE
            at_once = PARALLEL if before + sent < burst - PARALLEL else 1
            for answer in [pool.submit(ask) for _ in range(at_once)]:
                answer.result()
            sent += at_once
    return ""
