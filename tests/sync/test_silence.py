"""Silence of bases that live by different schedules, at moments of their seventh week."""

import datetime as dt
import random
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise

import pytest

from uzel.sync.silence import KEPT, SHORTEST_PAUSE, WEEK, Pause, Rhythm, is_silent, usual_pause

MONDAY = dt.datetime(2026, 1, 5, tzinfo=dt.UTC)
SEVENTH = MONDAY + 6 * WEEK
MINUTE, HOUR, DAY = dt.timedelta(minutes=1), dt.timedelta(hours=1), dt.timedelta(days=1)


def rhythm(calls: Iterable[dt.datetime], last: dt.datetime) -> Rhythm:
    """What is kept of the calls up to the last one."""
    moments = [MONDAY, *(call for call in sorted(calls) if MONDAY < call <= last)]
    pauses = [Pause(*pair) for pair in pairwise(moments) if pair[1] - pair[0] >= SHORTEST_PAUSE]
    return Rhythm(tuple(pauses), MONDAY, moments[-1])


def shop(minutes: int = 15, closed: tuple[int, ...] = (6,)) -> Iterator[dt.datetime]:
    """From nine to nine, a little late some days, each so many minutes, not on Sundays."""
    chance = random.Random(7)
    for day in range(50):
        opens = MONDAY + day * DAY + 9 * HOUR + chance.randrange(25) * MINUTE
        if day % 7 not in closed:
            yield from (opens + number * minutes * MINUTE for number in range(12 * 60 // minutes))


def at(day: int, hour: int, minute: int = 0) -> dt.datetime:
    return SEVENTH + day * DAY + hour * HOUR + minute * MINUTE


def silent(known: Rhythm, now: dt.datetime) -> bool:
    return is_silent(known, now, known.last_call)


@pytest.mark.parametrize(
    ("last", "now", "expected"),
    [
        (at(1, 14), at(1, 14, 30), False),
        (at(1, 14), at(1, 15, 10), True),  # in the middle of a day
        (at(1, 23), at(2, 4), False),  # the night
        (at(1, 23), at(2, 9, 40), False),  # it opens late
        (at(1, 23), at(2, 11), True),  # it does not open
        (at(5, 23), at(6, 15), False),  # Sunday
        (at(5, 23), at(7, 9, 30), False),
        (at(5, 23), at(7, 13), True),  # Monday
        (at(3, 20, 20), at(3, 21, 15), False),  # it closes early
    ],
)
def test_a_shop_is_silent_when_it_should_be_open(last: dt.datetime, now: dt.datetime, expected: bool) -> None:
    assert silent(rhythm(shop(), last), now) is expected


def test_a_scheduler_that_never_sleeps_is_missed_within_the_hour_at_any_hour() -> None:
    calls = [MONDAY + number * 15 * MINUTE for number in range(50 * 96)]
    for last in (at(0, 3), at(6, 12), at(2, 18)):
        known = rhythm(calls, last)
        assert not silent(known, last + 50 * MINUTE)
        assert silent(known, last + 51 * MINUTE)


def test_what_is_usual_grows_with_the_schedule() -> None:
    daily = rhythm((MONDAY + day * DAY + 20 * HOUR for day in range(50)), at(2, 20))
    assert usual_pause(daily, Pause(daily.last_call, at(3, 20)), at(3, 20)) == DAY
    assert not silent(daily, at(3, 22))
    assert silent(daily, at(3, 22, 30))
    weekly = rhythm((MONDAY + week * WEEK + 10 * HOUR for week in range(7)), at(0, 10))
    assert not silent(weekly, at(7, 23))
    assert silent(weekly, at(8, 3))


def test_an_outage_hides_no_later_one_and_breaks_no_rhythm() -> None:
    outage = (at(-7, 10), at(-7, 16))
    known = rhythm((call for call in shop() if not outage[0] < call < outage[1]), at(0, 13))
    assert silent(known, at(0, 14, 10))


def test_who_was_never_regular_raises_nothing() -> None:
    for seed in range(20):
        chance = random.Random(seed)
        calls, moment = [], MONDAY
        while moment < SEVENTH:
            moment += chance.expovariate(1 / 300) * MINUTE
            calls.append(moment)
        known = rhythm(calls, SEVENTH)
        assert not any(silent(known, known.last_call + hours * HOUR) for hours in range(1, 72))


def test_a_base_is_judged_when_two_weeks_of_it_are_known() -> None:
    known, now = rhythm(shop(), at(1, 14)), at(1, 15, 10)
    for known_from, expected in ((now - 2 * WEEK, False), (now - 2 * WEEK - HOUR, True)):
        pauses = tuple(pause for pause in known.pauses if pause.began >= known_from)
        assert silent(replace(known, known_from=known_from, pauses=pauses), now) is expected


def test_a_pause_counts_from_when_the_hub_could_hear() -> None:
    known = rhythm(shop(), at(1, 14))
    assert not is_silent(known, at(1, 16), at(1, 15, 30))
    assert is_silent(known, at(1, 16, 30), at(1, 15, 30))


def test_a_long_silence_is_no_evidence_of_its_own() -> None:
    known = rhythm(shop(), at(-14, 14))
    assert silent(known, at(-14, 14) + 10 * DAY)
    assert KEPT >= 6 * WEEK
