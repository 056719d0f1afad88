"""The bucket and the budget of one method, by values and against a portal that drops whole baskets."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.bitrix24.portal_model import Model
from uzel.bitrix24.bucket import Bucket, BucketRules
from uzel.bitrix24.operating import Budget, OperatingRules, Spent

RULES = OperatingRules()
NOW = 1_000_000.0


def spent(*pairs: tuple[float, float]) -> Budget:
    budget = Budget()
    for at, seconds in pairs:
        budget = budget.with_spent(seconds, at, RULES)
    return budget


def test_a_spending_counts_for_ten_minutes() -> None:
    budget = spent((NOW, 10.0), (NOW + 300, 5.0))
    assert budget.spent(NOW + 599, RULES) == 15.0
    assert budget.spent(NOW + 606, RULES) == 5.0
    assert budget.spent(NOW + 906, RULES) == 0.0


def test_room_is_waited_for_until_enough_has_left() -> None:
    budget = spent((NOW, 200.0), (NOW + 100, 200.0))
    assert budget.wait(50.0, 0.0, NOW + 110, RULES) == 0.0
    assert budget.wait(100.0, 0.0, NOW + 110, RULES) == pytest.approx(490, abs=6)
    assert budget.wait(300.0, 0.0, NOW + 110, RULES) == pytest.approx(590, abs=6)
    assert budget.wait(50.0, 20.0, NOW + 110, RULES) > 0.0


def test_what_is_in_flight_is_waited_for_shortly() -> None:
    assert 0 < Budget().wait(100.0, 400.0, NOW, RULES) <= 1.0


def test_a_need_above_the_limit_goes_when_all_else_is_gone() -> None:
    assert Budget().wait(10_000.0, 0.0, NOW, RULES) == 0.0
    assert spent((NOW, 1.0)).wait(10_000.0, 0.0, NOW + 1, RULES) > 0.0


def test_a_report_above_the_log_is_what_others_spent() -> None:
    budget = spent((NOW, 10.0)).with_report(110.0, NOW + 50, 0.0, RULES)
    assert budget.spent(NOW + 50, RULES) == pytest.approx(110.0)
    assert budget.spent(NOW + 610, RULES) == pytest.approx(100.0)
    assert budget.spent(NOW + 656, RULES) == 0.0


def test_a_report_below_the_log_takes_the_oldest_away() -> None:
    budget = spent((NOW, 100.0), (NOW + 60, 100.0)).with_report(100.0, NOW + 570, 0.0, RULES)
    assert budget.spent(NOW + 610, RULES) == pytest.approx(100.0)
    assert budget.spent(NOW + 666, RULES) == 0.0


def test_what_an_earlier_answer_has_reported_already_is_not_counted_twice() -> None:
    budget = Budget().with_report(30.0, NOW + 10, 0.0, RULES)
    assert budget.with_spent(10.0, NOW + 5, RULES) == budget
    assert budget.with_report(5.0, NOW + 5, 0.0, RULES) == budget
    assert budget.with_spent(10.0, NOW + 11, RULES).spent(NOW + 11, RULES) == pytest.approx(40.0)


def test_a_blocked_method_rests_until_the_oldest_basket_leaves() -> None:
    known = Budget().with_report(400.0, NOW, NOW + 250, RULES).blocked(NOW + 1, RULES)
    assert known.wait(1.0, 0.0, NOW + 2, RULES) == 248.0
    assert known.blocked_until == NOW + 250
    unknown = Budget().blocked(NOW, RULES)
    assert unknown.blocked_until == NOW + 60
    assert unknown.spent(NOW, RULES) == pytest.approx(480.0)
    assert unknown.wait(1.0, 0.0, NOW + 66, RULES) == 0.0


def test_when_a_basket_leaves_a_look_is_sent_within_the_margin() -> None:
    full = spent((NOW + 1, 1.0), (NOW + 50, 469.0)).with_report(470.0, NOW + 60, NOW + 601, RULES)
    assert full.wait(3.0, 0.0, NOW + 600.9, RULES) > 0
    assert full.wait(3.0, 0.0, NOW + 601, RULES) == 0.0
    assert full.room(0.0, NOW + 601, RULES) * RULES.caution < RULES.limit * RULES.margin
    assert full.wait(3.0, 3.0, NOW + 601, RULES) > 0, "one look, and no more before its answer"
    assert full.with_report(3.0, NOW + 602, NOW + 1201, RULES).room(0.0, NOW + 602, RULES) > 300


@pytest.mark.parametrize(
    "time", [None, [], "x", {"duration": None, "finish": "x", "operating": float("nan"), "operating_reset_at": -1}]
)
def test_a_spoilt_time_object_tells_nothing(time: object) -> None:
    assert Spent.from_time("m", time) == Spent("m")


gaps = st.lists(st.tuples(st.floats(0.0, 200.0), st.floats(0.01, 60.0)), max_size=80)


@given(gaps, st.booleans())
def test_without_a_report_the_log_never_forgets_before_the_portal_does(steps: list[tuple[float, float]], aligned: bool) -> None:
    model, budget, now = Model(aligned=aligned), Budget(), NOW
    for gap, seconds in steps:
        now += gap
        model.spend("m", seconds, now)
        budget = budget.with_spent(seconds, now, RULES)
        assert budget.spent(now, RULES) >= model.operating("m", now) - 1e-6


@given(gaps, st.booleans())
def test_with_reports_the_log_is_what_the_portal_says(steps: list[tuple[float, float]], aligned: bool) -> None:
    model, budget, now = Model(aligned=aligned), Budget(), NOW
    for gap, seconds in steps:
        now += gap + 0.01
        model.spend("m", seconds, now)
        budget = budget.with_spent(seconds, now, RULES).with_report(
            model.operating("m", now), now, model.reset_at("m", now), RULES
        )
        assert budget.spent(now, RULES) == pytest.approx(model.operating("m", now), abs=1e-6)
        assert len(budget.slots) <= 122


def test_the_bucket_lets_a_burst_go_and_then_the_rate() -> None:
    rules, bucket, now = BucketRules(), Bucket(), NOW
    burst = 0
    while bucket.wait(now, rules) == 0:
        bucket, burst = bucket.taken(now, rules), burst + 1
    assert burst == 45
    assert bucket.wait(now, rules) == pytest.approx(0.5)
    assert bucket.wait(now + 0.5, rules) == 0.0
    assert bucket.overflown(now, rules).wait(now, rules) == pytest.approx(3.0)
    assert bucket.wait(now - 100, rules) == pytest.approx(0.5)


@given(st.floats(0.0, 1.0), st.sampled_from([BucketRules(), BucketRules(5, 250)]), st.integers(0, 10_000))
def test_the_bucket_is_never_below_the_portals_own_by_more_than_a_step(phase: float, rules: BucketRules, seed: int) -> None:
    model, bucket, now = Model(int(rules.rate), int(rules.burst), phase), Bucket(), NOW
    chance = random.Random(seed)
    for _ in range(400):
        now += bucket.wait(now, rules) + (chance.random() * 3 if chance.random() < 0.2 else 0)
        bucket = bucket.taken(now, rules)
        assert model.request(now)
