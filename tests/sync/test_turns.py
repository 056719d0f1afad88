"""Shares of a wave: nobody starves, nobody waits inside it, and the higher goes first."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uzel.sync import turns
from uzel.sync.turns import MOST_PORTION_S, PORTION_S, Pace, Queue, seconds_to_end

WAVE_S = 240.0
NEW = Queue("new", 0, {"add": 0.25, "rows": 0.15, "contact": 0.2}, 0.4, math.inf)
STATUS = Queue("status", 0, {"get": 0.03, "update": 0.25}, 0.2, math.inf)
CHANGES = Queue("changes", 0, {"get": 0.03, "update": 0.25, "rows": 0.08}, 0.1, math.inf)
GOODS = Queue("goods", 0, {"product": 0.2}, 0.05, 40.0)
KINDS = (NEW, STATUS, CHANGES, GOODS)
METHODS = ("add", "rows", "contact", "get", "update", "product")
PLENTY = dict.fromkeys(METHODS, 400.0)
PACE = Pace(method=0.8, parallel=4)


def waiting(new: int = 0, status: int = 0, changes: int = 0, goods: int = 0) -> list[Queue]:
    return [replace(queue, waiting=count) for queue, count in zip(KINDS, (new, status, changes, goods), strict=True)]


def share_out(queues: list[Queue], wave_s: float, room: dict[str, float]) -> dict[str, int]:
    return turns.share_out(queues, wave_s, room, PACE)


def seconds(queues: list[Queue], taken: dict[str, int]) -> float:
    return sum(taken.get(queue.kind, 0) * queue.piece_s for queue in queues)


def test_nothing_waits_nothing_goes() -> None:
    assert share_out(waiting(), WAVE_S, PLENTY) == {}


def test_alone_a_kind_has_the_whole_wave() -> None:
    assert share_out(waiting(status=10_000), WAVE_S, PLENTY)["status"] == int(WAVE_S / STATUS.piece_s)


def test_the_higher_goes_first_and_each_has_its_share() -> None:
    taken = share_out(waiting(1_000, 1_000, 1_000, 1_000), WAVE_S, PLENTY)
    for queue in KINDS[1:]:
        assert 0 <= taken[queue.kind] - int(WAVE_S * queue.share / queue.piece_s) <= 1
    assert taken["new"] * NEW.piece_s > WAVE_S * (1 - 0.2 - 0.1 - 0.05) - NEW.piece_s


def test_a_flood_that_its_method_holds_up_leaves_the_wave_to_methods_that_would_stand_idle() -> None:
    """4,000 orders need 1,000 seconds of a method that gives 400 now and 0.8 a second: the whole wave would not end them."""
    taken = share_out(waiting(new=4_000, status=4_000), WAVE_S, PLENTY)
    paced_s = WAVE_S * PACE.method * NEW.piece_s / NEW.needs["add"] / PACE.parallel
    assert taken["new"] == int(paced_s / NEW.piece_s)
    assert taken["status"] == int((WAVE_S - taken["new"] * NEW.piece_s) / STATUS.piece_s)


def test_a_flood_gets_what_the_others_leave() -> None:
    assert WAVE_S - seconds(waiting(), share_out(waiting(new=4_000), WAVE_S, PLENTY)) < NEW.piece_s
    few = share_out(waiting(new=4_000, status=30), WAVE_S, PLENTY)
    assert few["status"] == 30
    assert WAVE_S - seconds(waiting(), few) < NEW.piece_s


def test_what_its_methods_do_not_hold_up_goes_before_everything_below() -> None:
    taken = share_out(waiting(new=1_000, changes=10_000), WAVE_S, PLENTY)
    assert taken["changes"] == int(WAVE_S * CHANGES.share / CHANGES.piece_s)


def test_a_flood_of_goods_takes_a_small_wave_only() -> None:
    taken = share_out(waiting(goods=50_000), WAVE_S, PLENTY)
    assert taken["goods"] * GOODS.piece_s <= GOODS.most_s


def test_a_method_that_is_used_up_stops_its_kinds_alone() -> None:
    taken = share_out(waiting(100, 100, 100, 100), WAVE_S, PLENTY | {"update": 0.0})
    assert taken == {"new": 100, "goods": 100}


def test_room_is_left_to_gather_unless_all_that_waits_fits() -> None:
    little = PLENTY | {"update": PORTION_S / 2}
    assert share_out(waiting(status=1000), WAVE_S, little) == {}
    assert share_out(waiting(status=3), WAVE_S, little) == {"status": 3}


def test_two_kinds_of_one_dear_method_both_go() -> None:
    slow = [replace(queue, needs={"update": 5.0}) for queue in waiting(status=1000, changes=1000)]
    assert share_out(slow, WAVE_S, {"update": 9.0}) == {}, "else the lower one never had a turn"
    assert share_out(slow, WAVE_S, {"update": 10.0}) == {"status": 1, "changes": 1}


queues = st.builds(
    lambda counts, costs, shares: [
        Queue(str(place), count, dict(zip(METHODS, cost, strict=False)), share, 1000.0)
        for place, (count, cost, share) in enumerate(zip(counts, costs, shares, strict=True))
    ],
    st.lists(st.integers(0, 5000), min_size=4, max_size=4),
    st.lists(st.lists(st.floats(0.01, 60), min_size=1, max_size=3), min_size=4, max_size=4),
    st.lists(st.floats(0.02, 0.25), min_size=4, max_size=4),
)
rooms = st.fixed_dictionaries({method: st.floats(0, 480) for method in METHODS})


@given(queues, st.floats(1, 500), rooms)
def test_a_wave_is_within_its_bounds(some: list[Queue], wave_s: float, room: dict[str, float]) -> None:
    taken = share_out(some, wave_s, room)
    one_of_each = sum(queue.piece_s for queue in some)
    assert seconds(some, taken) <= wave_s + one_of_each + 1e-6
    for method in METHODS:
        spent = sum(taken.get(queue.kind, 0) * queue.needs.get(method, 0) for queue in some)
        assert spent <= room[method] + sum(queue.needs.get(method, 0) for queue in some) + 1e-6
    for queue in some:
        assert 0 <= taken.get(queue.kind, 0) <= queue.waiting


@given(queues, st.floats(1, 500), rooms)
def test_whoever_has_room_has_a_turn_and_its_share(some: list[Queue], wave_s: float, room: dict[str, float]) -> None:
    taken = share_out(some, wave_s, room)
    for queue in some:
        one_of_each = {m: max(MOST_PORTION_S, PORTION_S) for m in queue.needs}
        if queue.waiting and all(room[method] >= one_of_each[method] for method in queue.needs):
            own = [wave_s * queue.share / queue.piece_s, *(room[m] * queue.share / need for m, need in queue.needs.items())]
            assert taken[queue.kind] >= min(queue.waiting, max(1, int(min(own))))


@given(queues, st.floats(1, 500), rooms)
def test_nothing_stands_idle_while_it_fits(some: list[Queue], wave_s: float, room: dict[str, float]) -> None:
    """After a wave is shared out no kind that had its turn could take one piece more: of time, of a method or of its most."""
    taken = share_out(some, wave_s, room)
    for queue in some:
        one_more = {**taken, queue.kind: taken.get(queue.kind, 0) + 1}
        spent = {m: sum(one_more.get(q.kind, 0) * q.needs.get(m, 0) for q in some) for m in queue.needs}
        fits = (
            seconds(some, one_more) <= wave_s - 1e-6
            and one_more[queue.kind] * queue.piece_s <= queue.most_s - 1e-6
            and all(spent[m] <= room[m] - 1e-6 for m in queue.needs)
        )
        assert not (queue.kind in taken and fits and one_more[queue.kind] <= queue.waiting)


@given(
    behind=st.integers(0, 3000), share=st.sampled_from(KINDS[1:]), flood=st.integers(0, 100_000), others=st.integers(0, 100_000)
)
def test_a_flood_delays_nobody_longer_than_his_own_kind_takes(behind: int, share: Queue, flood: int, others: int) -> None:
    """However much of the other kinds keeps coming, the last of ``behind`` + 1 goes after so many waves of its share."""
    kind, left, waves = share.kind, behind + 1, 0
    while left > 0:
        counts = dict.fromkeys((queue.kind for queue in KINDS), others) | {"new": flood, kind: left}
        left -= share_out(waiting(*counts.values()), WAVE_S, PLENTY)[kind]
        waves += 1
    own = min(WAVE_S, PLENTY["update"]) * share.share / share.piece_s
    assert waves <= math.ceil((behind + 1) / max(1, int(own)))


def test_the_end_of_what_waits_is_bound_by_the_scarcest() -> None:
    def end(*some: Queue, room: float = 100.0) -> float:
        return seconds_to_end(some, dict.fromkeys(METHODS, room), PACE)

    assert end() == 0
    few, many = replace(NEW, waiting=100), replace(NEW, waiting=1000)
    assert end(few) == pytest.approx(100 * NEW.piece_s / 4), "room enough: only carrying out takes time"
    assert end(many) == pytest.approx((1000 * 0.25 - 100) / 0.8), "the method binds"
    assert end(many, replace(GOODS, waiting=10_000)) > end(many)
    assert end(many, room=0.0) == pytest.approx(1000 * 0.25 / 0.8)


def test_what_costs_nothing_divides_nothing_by_zero() -> None:
    queue = Queue("free", 7, {"a.list": 0.0}, 0.5, 60.0)
    assert share_out([queue], 30.0, {"a.list": 480.0}) == {"free": 7}
