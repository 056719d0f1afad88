"""Silence of bases as the hub notices and tells it: one alert when it begins, one when it ends, one for many."""

import datetime as dt
from typing import Any

import pytest

from tests.exchange.talk import make_node
from tests.flows.calls.test_take_call import NOW, Told, call, took
from uzel.flows.calls.watch_silence import BETWEEN_ALERTS, HUB_AWAY, REMINDED_AFTER, note_call, watch
from uzel.hub.models import Alert, Node, NodePause, SilenceWatch

pytestmark = pytest.mark.django_db
START = dt.datetime(2026, 3, 2, 9, 0, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)
LOOK = 5 * MINUTE


@pytest.fixture(autouse=True)
def letters(settings: Any) -> None:
    settings.UZEL_MAIL_TO = ["admin@example.com"]


class Life:
    """Time, in which some bases call each five minutes and the hub looks as often."""

    def __init__(self, *codes: str, after: int | None = 30) -> None:
        self.now = START
        for code in codes:
            make_node(code, silence_after_min=after)

    def go(self, minutes: int, *calling: str) -> list[Alert]:
        """Let time pass; the alerts made meanwhile."""
        known = set(Alert.objects.values_list("pk", flat=True))
        for _ in range(0, minutes, 5):
            self.now += LOOK
            for node in Node.objects.filter(code__in=calling):
                note_call(node, self.now)
            watch(self.now)
        return list(Alert.objects.exclude(pk__in=known).order_by("pk"))


def test_a_silence_is_told_once_when_it_begins_and_once_when_it_ends() -> None:
    life = Life("shop", "arbat")
    assert life.go(60, "shop", "arbat") == []
    (began,) = life.go(60 * 5, "arbat")
    assert "молчит" in began.subject
    assert "shop" in began.text
    assert "arbat" not in began.text
    node = Node.objects.get(code="shop")
    assert (node.silent_since, node.silence_told_at is not None) == (node.last_call_at, True)
    (ended,) = life.go(60, "shop", "arbat")
    assert "снова на связи" in ended.subject
    assert Node.objects.get(code="shop").silent_since is None
    assert life.go(60, "shop", "arbat") == []


def test_a_call_ends_the_silence_at_once_and_leaves_its_pause() -> None:
    before = NOW - 60 * MINUTE
    node = make_node("shop", last_call_at=before, silent_since=before)
    took(Told(), call("checkauth"))
    node.refresh_from_db()
    assert node.silent_since is None
    pause = NodePause.objects.get()
    assert (pause.began, pause.ended) == (before, NOW)
    note_call(node, pause.ended + 19 * MINUTE)
    note_call(Node.objects.get(), pause.ended + 21 * MINUTE)
    assert NodePause.objects.count() == 1


def test_two_calls_at_once_leave_one_pause_and_old_ones_are_dropped() -> None:
    node = make_node("shop", last_call_at=START)
    note_call(node, START + 60 * MINUTE)
    note_call(node, START + 60 * MINUTE)
    assert NodePause.objects.count() == 1
    note_call(Node.objects.get(), START + dt.timedelta(weeks=9))
    assert [pause.began for pause in NodePause.objects.all()] == [START + 60 * MINUTE]


def test_many_at_once_are_one_alert_that_says_where_to_look() -> None:
    codes = [f"shop{number}" for number in range(30)]
    life = Life(*codes)
    life.go(60, *codes)
    (alert,) = life.go(60 * 3)
    assert alert.subject == "Узел обмена: молчат базы (30)"
    assert "сразу 30 из 30" in alert.text
    assert "и ещё 10" in alert.text
    (ended,) = life.go(60, *codes)
    assert ended.subject == "Узел обмена: снова на связи базы (30)"


def test_those_that_follow_one_after_another_are_gathered() -> None:
    codes = [f"shop{number}" for number in range(6)]
    life = Life(*codes)
    life.go(60, *codes)
    for left in range(6):
        life.go(5, *codes[left:])
    alerts = life.go(90)
    assert len(alerts) == 2
    assert {code for code in codes if any(code in alert.text for alert in alerts)} == set(codes)
    assert alerts[1].made_at - alerts[0].made_at >= BETWEEN_ALERTS


def test_a_base_that_comes_and_goes_raises_no_storm() -> None:
    life = Life("shop", after=10)
    alerts = [alert for _ in range(24) for alert in (*life.go(15), *life.go(5, "shop"))]
    assert len(alerts) <= dt.timedelta(hours=8) / BETWEEN_ALERTS


def test_it_is_repeated_once_a_day() -> None:
    life = Life("shop")
    life.go(60, "shop")
    assert len(life.go(60)) == 1
    (again,) = life.go(60 * 24)
    assert "Всё ещё молчат" in again.text
    assert again.made_at - Alert.objects.earliest("pk").made_at >= REMINDED_AFTER


def test_a_pause_of_the_hub_is_nobodys_silence() -> None:
    life = Life("shop")
    life.go(60, "shop")
    life.now += dt.timedelta(hours=10)
    assert life.go(30) == []
    assert SilenceWatch.objects.get().up_since > START + dt.timedelta(hours=10)
    assert len(life.go(10)) == 1  # it did not come back when the hub did
    assert HUB_AWAY > 2 * LOOK


@pytest.mark.parametrize("change", [{"active": False}, {"silence_after_min": 0}])
def test_what_is_switched_off_is_not_told_of(change: dict[str, Any]) -> None:
    life = Life("shop")
    life.go(60, "shop")
    life.go(60)
    Node.objects.update(**change)
    assert life.go(60 * 26) == []
    assert Node.objects.get().silent_since is None


def test_who_never_called_or_has_no_rhythm_yet_is_left_alone() -> None:
    make_node("new")
    life = Life("shop", after=None)
    life.go(60, "shop")
    assert life.go(60 * 48) == []


def test_a_base_is_silent_by_its_own_rhythm() -> None:
    known = START - dt.timedelta(weeks=5)
    node = make_node("shop", last_call_at=START)
    Node.objects.update(created_at=known)
    SilenceWatch.objects.create(pk=1, began_at=known, looked_at=START, up_since=known)
    days = [known + dt.timedelta(days=number, hours=12) for number in range(35)]
    NodePause.objects.bulk_create(
        NodePause(node=node, began=day, ended=day + dt.timedelta(hours=12)) for day in days if day < START
    )
    life = Life()
    assert life.go(45) == []
    (alert,) = life.go(15)
    assert "хотя обычно в это время обращаются" in alert.text
    Node.objects.update(last_call_at=START + dt.timedelta(hours=12), silent_since=None, silence_told_at=None)
    life.now = START + dt.timedelta(hours=12)
    assert life.go(60 * 11) == []  # the night


def test_weeks_before_the_watch_are_not_known() -> None:
    make_node("shop", last_call_at=START)
    Node.objects.update(created_at=START - dt.timedelta(weeks=5))
    assert Life().go(60 * 12) == []


def test_looks_that_overlap_tell_once() -> None:
    life = Life("shop")
    life.go(60, "shop")
    life.now += 40 * MINUTE
    SilenceWatch.objects.update(looked_at=life.now - LOOK)
    watch(life.now)
    watch(life.now)
    assert Alert.objects.count() == 1
