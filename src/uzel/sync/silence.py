"""Whether a base is silent against its own rhythm, judged from the pauses between its calls.

A base's rhythm is what it did at the same hour of other weeks: a shop that closes at night and on Sundays pauses then, a
scheduler never does. So a pause is measured by the pauses seen around this moment in the last weeks. A base whose
pauses would often have been called silence has no rhythm, and nothing is said of it. Weeks are of 168 hours: where clocks
are put forward or back, the slack of an hour takes it.
"""

import datetime as dt
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

WEEK = dt.timedelta(weeks=1)
HOUR = dt.timedelta(hours=1)
SHORTEST_PAUSE = dt.timedelta(minutes=20)  # what is shorter is no pause and is not kept
KEPT = 6 * WEEK  # for so long a pause is remembered
LEAST_SLACK = HOUR  # shops open and close a little earlier or later
SLACK_PART = 12  # and who pauses for days may be late by a part of his pause
LEAST_MARGIN = dt.timedelta(minutes=30)  # beyond the usual pause; half of it when that is more
WEEKS_COMPARED = 4  # those nearest
LEAST_WEEKS = 2  # a base is known after so many
MOST_FALSE_ALARMS = 3  # in all weeks that are remembered: outages, holidays; more is no rhythm
MOST_MOMENTS = 200  # of one past pause that are looked at


@dataclass(frozen=True, slots=True)
class Pause:
    """Between two calls of a base."""

    began: dt.datetime
    ended: dt.datetime


@dataclass(frozen=True, slots=True)
class Rhythm:
    """What is known of a base: its pauses in order, between the moments since and until which it was watched."""

    pauses: tuple[Pause, ...]
    known_from: dt.datetime
    last_call: dt.datetime


def is_silent(rhythm: Rhythm, now: dt.datetime, counted_from: dt.datetime) -> bool:
    """Whether the pause that lasts now is beyond the base's rhythm; it counts from the last call, or a later moment."""
    return _rings(rhythm, Pause(counted_from, now), now) and _has_rhythm(rhythm)


def usual_pause(rhythm: Rhythm, pause: Pause, moment: dt.datetime) -> dt.timedelta | None:
    """The longest pause to be expected at a moment, seen from outside ``pause``; None: too little is known.

    Of three weeks and more the worst one does not count: an outage once must not hide the next.
    """
    slack = max(LEAST_SLACK, (moment - pause.began) / SLACK_PART)
    seen = sorted(
        (_longest_between(rhythm.pauses, other - slack, other + slack) for other in _other_weeks(rhythm, pause, moment, slack)),
        reverse=True,
    )
    if len(seen) < LEAST_WEEKS:
        return None
    return max(SHORTEST_PAUSE, seen[1] if len(seen) > LEAST_WEEKS else seen[0])


def _rings(rhythm: Rhythm, pause: Pause, moment: dt.datetime) -> bool:
    usual = usual_pause(rhythm, pause, moment)
    return usual is not None and moment - pause.began > usual + max(LEAST_MARGIN, usual / 2)


def _has_rhythm(rhythm: Rhythm) -> bool:
    """Whether few of the pauses that ended by themselves would have been called silence."""
    alarms = 0
    for pause in rhythm.pauses:
        alarms += any(_rings(rhythm, pause, moment) for moment in _moments(pause))
        if alarms > MOST_FALSE_ALARMS:
            return False
    return True


def _moments(pause: Pause) -> Iterator[dt.datetime]:
    hours = min(int((pause.ended - pause.began) / HOUR), MOST_MOMENTS)
    yield from (pause.began + number * HOUR for number in range(1, hours + 1))
    yield pause.ended


def _other_weeks(rhythm: Rhythm, pause: Pause, moment: dt.datetime, slack: dt.timedelta) -> list[dt.datetime]:
    """The same hour of the nearest weeks that are known whole and are not within the pause itself."""
    moments = (moment + sign * number * WEEK for number in range(1, int(KEPT / WEEK) + 1) for sign in (-1, 1))
    known = [
        other
        for other in moments
        if rhythm.known_from <= other - slack and other + slack <= rhythm.last_call
        and (other + slack <= pause.began or pause.ended <= other - slack)
    ]  # fmt: skip
    return known[:WEEKS_COMPARED]


def _longest_between(pauses: Sequence[Pause], first: dt.datetime, last: dt.datetime) -> dt.timedelta:
    """The longest pause as it was seen between two moments."""
    longest = dt.timedelta()
    for pause in pauses[bisect_right(pauses, first, key=lambda one: one.ended) :]:
        if pause.began >= last:
            break
        longest = max(longest, min(pause.ended, last) - pause.began)
    return longest
