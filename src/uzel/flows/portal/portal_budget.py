"""What is taken of a portal's limits, what is believed of them and why, what waits and how long that will take."""

import datetime as dt
from typing import Any

from uzel.bitrix24.client import PARALLEL
from uzel.bitrix24.limits import Governor
from uzel.flows.portal.portal_line import settings_of
from uzel.flows.portal.portal_work import WORK, Kind
from uzel.hub.models import Portal
from uzel.sync.turns import Pace, Queue, seconds_to_end


def budget_of(portal: Portal, now: dt.datetime) -> dict[str, Any]:
    """The whole of it. What is free again by now is counted as free; a worker notes its state before every batch."""
    governor = Governor.from_json(portal.limits, settings=settings_of(portal), speed=portal.speed)
    return {
        "portal": portal.code,
        "problem": portal.problem,
        "plan": _plan(portal, governor),
        "requests": _requests(governor),
        "operating": _operating(governor),
        "methods": _methods(governor),
        "work": [_work(portal, governor, place, now) for place in range(len(WORK))],
    }


def _plan(portal: Portal, governor: Governor) -> dict[str, Any]:
    believed = governor.believed
    return {"believed": believed.plan, "why": believed.plan_by, "set": portal.plan, "licence": governor.learned.licence}


def _requests(governor: Governor) -> dict[str, Any]:
    state, rules = governor.snapshot(), governor.rules.requests
    return {
        **{name: state[name] for name in ("level", "burst", "rate")},
        "usable": rules.usable,
        "reserve": rules.reserve,
        "less_by_refusal": governor.believed.less_by_refusal,
        "rejected": state["rejected"].get("requests", 0),
    }


def _operating(governor: Governor) -> dict[str, Any]:
    rules = governor.rules.operating
    return {
        "limit_s": rules.limit,
        "usable_s": round(rules.usable, 1),
        "reserve": rules.reserve,
        "learned": governor.believed.less_operating,
    }


def _methods(governor: Governor) -> list[dict[str, Any]]:
    state, learned = governor.snapshot(), governor.to_json()["costs"]
    methods = [{"method": name, **one, "learned": name in learned} for name, one in state["methods"].items()]
    for one in methods:
        del one["in_flight_s"]  # kept as spent
        for name in ("blocked_until", "reset_at"):
            one[name] = None if one[name] is None else dt.datetime.fromtimestamp(one[name], dt.UTC)
    return methods


def _work(portal: Portal, governor: Governor, place: int, now: dt.datetime) -> dict[str, Any]:
    """One kind of work. ``seconds``, by our clock: until all of it and of the kinds above it is written, at the earliest."""
    kind, operating = WORK[place], governor.rules.operating
    waiting = kind.waiting(portal)
    due = kind.due(portal, now).count()
    above = [_queue(portal, governor, one) for one in WORK[: place + 1]]
    room = {method: governor.room(method) for one in WORK for method in one.commands}
    seconds = seconds_to_end(above, room, Pace(operating.pace, PARALLEL)) if waiting.exists() else 0.0
    return {
        "kind": kind.code,
        "title": kind.title,
        "due": due,
        "postponed": waiting.count() - due,
        "since": kind.oldest(portal),
        "seconds": round(seconds / portal.speed),
    }


def _queue(portal: Portal, governor: Governor, kind: Kind) -> Queue:
    return Queue(kind.code, kind.waiting(portal).count(), kind.needs(governor.cost), kind.share, kind.most_s)
