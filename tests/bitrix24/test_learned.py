"""What is believed of a portal's limits: set, told, probed, taught by refusals; and when it is forgotten again."""

from dataclasses import replace

import pytest

from tests.bitrix24.portal_model import EPOCH, Model, Run
from tests.bitrix24.scripted_portal import Portal
from tests.bitrix24.test_limits import ORDER, work_of
from uzel.bitrix24.bucket import BucketRules
from uzel.bitrix24.learned import (
    AUTO,
    ENTERPRISE,
    LEAST_LEVEL,
    LEVEL_KEPT_S,
    OPERATING_KEPT_S,
    REFUSAL_KEPT_S,
    STANDARD,
    Learned,
    Settings,
    after_block,
    after_refusal,
    believed,
    learned_from_json,
    learned_to_json,
    with_licence,
    with_probe,
)  # fmt: skip
from uzel.bitrix24.limits import Governor
from uzel.bitrix24.operating import Budget
from uzel.flows.portal.portal_limits import learn_licence

NOW = EPOCH
NONE = Learned()


def belief(settings: Settings, learned: Learned, now: float = NOW) -> tuple[str, str]:
    found = believed(settings, learned, now)
    return found.plan, found.plan_by


def test_the_smaller_plan_unless_something_says_otherwise() -> None:
    assert belief(Settings(), NONE) == (STANDARD, "default")
    assert belief(Settings(ENTERPRISE), NONE) == (ENTERPRISE, "hand")
    assert belief(Settings(), with_probe(NONE, ENTERPRISE, NOW)) == (ENTERPRISE, "probe")
    assert belief(Settings(STANDARD), with_licence(NONE, "ru_ent250", NOW)) == (STANDARD, "hand")


@pytest.mark.parametrize(
    ("licence", "plan"),
    [("ru_ent250", ENTERPRISE), ("de_ent10000", ENTERPRISE), ("ru_pro100", STANDARD), ("ru_std", STANDARD), ("", STANDARD)],
)
def test_the_licence_names_the_plan(licence: str, plan: str) -> None:
    assert belief(Settings(), with_licence(NONE, licence, NOW)) == (plan, "licence")


def test_a_large_plan_that_refuses_where_the_small_one_would_is_none_for_a_day() -> None:
    settings = Settings(ENTERPRISE)
    learned = after_refusal(NONE, believed(settings, NONE, NOW).rules, 48.0, NOW)
    assert belief(settings, learned) == (STANDARD, "refusal")
    assert belief(settings, with_licence(replace(learned, licence="ru_ent250"), "ru_ent250", NOW + 1)) == (STANDARD, "refusal")
    assert belief(settings, learned, NOW + REFUSAL_KEPT_S) == (ENTERPRISE, "hand")
    assert belief(replace(settings, since=NOW + 1), learned, NOW + 2) == (ENTERPRISE, "hand"), "a person has said it again"


def test_a_refusal_at_a_low_level_keeps_us_lower_for_an_hour() -> None:
    rules = believed(Settings(), NONE, NOW).rules
    learned = after_refusal(NONE, rules, 30.0, NOW)
    lower = believed(Settings(), learned, NOW)
    assert (lower.rules.requests.usable, lower.less_by_refusal) == (28.0, True)
    assert believed(Settings(), learned, NOW + LEVEL_KEPT_S).rules == rules
    again = after_refusal(learned, lower.rules, 20.0, NOW + 1)
    assert believed(Settings(), again, NOW + 1).rules.requests.usable == 18.0
    least = after_refusal(again, rules, 0.0, NOW)
    assert believed(Settings(), least, NOW).rules.requests.usable == LEAST_LEVEL


def test_refusals_of_one_moment_teach_once() -> None:
    rules = believed(Settings(), NONE, NOW).rules
    learned = after_refusal(NONE, rules, 30.0, NOW)
    assert after_refusal(learned, rules, rules.requests.burst, NOW) == learned


def test_a_method_refused_below_the_limit_shows_it() -> None:
    rules = believed(Settings(), NONE, NOW).rules
    budget = Budget().with_report(300.5, NOW - 1, 0.0, rules.operating)
    learned = after_block(NONE, rules, budget, NOW)
    lower = believed(Settings(), learned, NOW)
    assert (lower.rules.operating.limit, lower.less_operating) == (300.5, True)
    assert believed(Settings(), learned, NOW + OPERATING_KEPT_S).rules == rules
    old, little = (
        Budget().with_report(300.5, NOW - 100, 0.0, rules.operating),
        Budget().with_report(20, NOW, 0.0, rules.operating),
    )
    for unsure in (old, little, Budget()):
        assert after_block(NONE, rules, unsure, NOW) == NONE


def test_what_was_learned_survives_and_nonsense_does_not() -> None:
    learned = with_licence(replace(NONE, level=7.0, level_at=NOW), "ru_ent250", NOW)
    assert learned_from_json(learned_to_json(learned)) == learned
    assert learned_from_json({"plan": 1, "level": "x", "operating_s": float("nan"), "foreign": 3}) == NONE
    assert learned_from_json("x") == NONE


@pytest.mark.parametrize("limit", [480.0, 420.0, 300.0, 120.0])
def test_a_lower_limit_of_execution_is_learned_from_one_block(limit: float) -> None:
    run = Run(lambda clock, sleep: Governor(clock=clock, sleep=sleep), Model(limit=limit))
    run.drive(work_of(2500, ORDER, 16), blocks=True)
    refused = run.model.rejected_commands
    assert (refused == 0) is (limit == 480.0)
    run.model.rejected_commands = 0
    run.drive(work_of(2500, ORDER, 16), blocks=True)
    assert run.model.rejected_commands == 0, "it is known now"


def test_a_portal_that_is_not_what_was_set_refuses_once() -> None:
    run = Run(lambda clock, sleep: Governor(settings=Settings(ENTERPRISE), clock=clock, sleep=sleep), Model())
    run.drive(work_of(400, (("crm.item.get", 0.01),), 1), parallel=1)
    assert run.model.rejected_requests == 1
    assert run.governor.believed.plan == STANDARD


@pytest.mark.parametrize(("model", "given"), [(Model(), Settings()), (Model(rate=5, burst=250), Settings(ENTERPRISE))])
def test_neither_plan_rejects_a_request_in_a_long_drain(model: Model, given: Settings) -> None:
    run = Run(lambda clock, sleep: Governor(settings=given, clock=clock, sleep=sleep), model)
    run.drive(work_of(400, (("crm.item.get", 0.03),), 1))
    assert run.model.rejected_requests == 0
    assert run.governor.learned == NONE


def test_a_reserve_of_time_is_left() -> None:
    run = Run(lambda clock, sleep: Governor(settings=Settings(AUTO, 3, 0.5), clock=clock, sleep=sleep), Model())
    run.drive(work_of(1500, (("crm.item.add", 0.25),), 25))
    assert run.now - EPOCH > 600, "375 s of the method, of which 230 are ours in ten minutes"


def test_an_application_is_told_the_plan_and_a_webhook_is_not() -> None:
    portal = Portal({"result": {"LICENSE": "ru_ent500", "LICENSE_TYPE": "ent500"}})
    learn_licence(portal.client)
    assert portal.governor.rules.requests == BucketRules(5, 250)
    webhook = Portal({"error": "ACCESS_DENIED", "error_description": "Access denied! Application context required"})
    learn_licence(webhook.client)
    assert webhook.governor.rules.requests == BucketRules()
