"""Series of batches: several in flight, tried again, ended, recorded before they are sent."""

import json
from typing import Any

import httpx2
import pytest

from tests.bitrix24.scripted_portal import Portal, error, page, sections
from uzel.bitrix24.batch import Chain, Command, Done, Unknown, pack
from uzel.bitrix24.errors import Unavailable, WrongCredentials


def chain(number: int, method: str = "crm.item.add") -> Chain:
    return Chain((Command(method, {"n": number}, f"c{number}"),))


def obliging(request: httpx2.Request) -> Any:
    return httpx2.Response(200, json=sections(result=dict.fromkeys(json.loads(request.content)["cmd"], 1)))


def test_many_batches_in_flight() -> None:
    portal = Portal(obliging)
    packed = [(chain(number),) for number in range(40)]
    landed = sorted(portal.client.batches(iter(packed)), key=lambda pair: packed.index(pair[0]))
    assert landed == [(batch, {batch[0].commands[0].key: Done(1)}) for batch in packed]
    assert len(portal.requests) == 40
    assert portal.in_flight == 0


def test_no_batches_at_all() -> None:
    assert list(Portal(obliging).client.batches([])) == []


def test_a_batch_that_was_surely_not_executed_is_sent_again() -> None:
    portal = Portal(error(503, "QUERY_LIMIT_EXCEEDED"), httpx2.ConnectError("x"), page(503), obliging)
    landed = list(portal.client.batches([(chain(1),), (chain(2),)], parallel=1))
    assert sorted(key for _, outcomes in landed for key in outcomes) == ["c1", "c2"]
    assert all(outcome == Done(1) for _, outcomes in landed for outcome in outcomes.values())
    assert len(portal.requests) == 5


def test_a_batch_of_unknown_outcome_is_sent_again_only_when_it_may_be() -> None:
    portal = Portal(page(502), obliging)
    [(_, outcomes)] = portal.client.batches([(chain(1),)])
    assert isinstance(outcomes["c1"], Unknown)
    assert len(portal.requests) == 1
    portal = Portal(page(502), obliging)
    assert list(portal.client.batches([(chain(1, "crm.item.get"),)], repeatable=True)) == [
        ((chain(1, "crm.item.get"),), {"c1": Done(1)})
    ]
    portal = Portal(page(502))
    [(_, outcomes)] = portal.client.batches([(chain(1),)], repeatable=True)
    assert isinstance(outcomes["c1"], Unknown)
    assert len(portal.requests) == 5


def test_a_portal_that_is_away_ends_the_series_with_its_error() -> None:
    portal = Portal(httpx2.ConnectError("x"))
    with pytest.raises(Unavailable):
        list(portal.client.batches([(chain(number),) for number in range(500)], parallel=2))
    assert len(portal.requests) <= 10
    assert portal.in_flight == 0


def test_what_came_back_before_the_series_ended_is_given() -> None:
    portal = Portal(obliging, error(401, "NO_AUTH_FOUND"))
    series = portal.client.batches([(chain(1),), (chain(2),), (chain(3),)], parallel=1)
    assert next(series) == ((chain(1),), {"c1": Done(1)})
    with pytest.raises(WrongCredentials):
        next(series)
    assert len(portal.requests) == 2


def test_a_blocked_method_does_not_hold_up_another() -> None:
    portal = Portal(obliging)
    portal.governor.block("crm.item.add")
    series = portal.client.batches([(chain(1),), (chain(2, "crm.item.update"),)], parallel=1)
    started = portal.now
    assert next(series)[0] == (chain(2, "crm.item.update"),)
    assert portal.now == started
    assert next(series)[0] == (chain(1),)
    assert portal.now - started >= 60


def test_each_batch_is_told_of_just_before_it_is_sent() -> None:
    portal = Portal(error(503, "QUERY_LIMIT_EXCEEDED"), obliging)
    portal.governor.block("crm.item.add")
    started, told = portal.now, list[tuple[str, float]]()

    def before(batch: tuple[Chain, ...]) -> None:
        told.append((batch[0].commands[0].key, portal.now - started))

    series = portal.client.batches([(chain(1),), (chain(2, "crm.item.update"),)], parallel=1, before=before)
    assert len(list(series)) == 2
    assert [key for key, _ in told] == ["c2", "c2", "c1"]
    assert told[0][1] == 0
    assert told[1][1] >= 1
    assert told[2][1] >= 60


def test_a_batch_that_could_not_be_recorded_is_not_sent() -> None:
    portal = Portal(obliging)

    def before(batch: tuple[Chain, ...]) -> None:
        raise RuntimeError("no database")

    with pytest.raises(RuntimeError):
        list(portal.client.batches([(chain(1),)], before=before))
    assert portal.requests == []
    assert portal.in_flight == 0


def test_a_series_that_nobody_asks_on_leaves_nothing_in_flight() -> None:
    portal = Portal(obliging)
    series = portal.client.batches([(chain(number),) for number in range(100)])
    next(series)
    series.close()
    assert portal.in_flight == 0
    assert len(portal.requests) < 20


def test_what_cannot_be_sent_takes_no_room() -> None:
    portal = Portal(obliging)
    wrong = Command("crm.item.add", {"sum": 1.5}, "a")
    for send in (
        lambda: portal.client.call("crm.item.add", wrong.params),
        lambda: portal.client.batch([wrong]),
        lambda: list(portal.client.batches([(Chain((wrong,)),)])),
    ):
        with pytest.raises(TypeError):
            send()
    assert portal.requests == []
    assert portal.in_flight == 0


# --- the wall of 60 seconds -------------------------------------------------------------------------------------------


def timed(request: httpx2.Request, seconds: float) -> httpx2.Response:
    keys = json.loads(request.content)["cmd"]
    times = {key: {"duration": seconds, "finish": 1_800_000_000.0, "operating": 1.0} for key in keys}
    return httpx2.Response(200, json=sections(result=dict.fromkeys(keys, 1), result_time=times))


def sizes(portal: Portal) -> list[int]:
    return [len(json.loads(request.content)["cmd"]) for request in portal.requests]


def packed_by(portal: Portal, chains: int, method: str) -> list[tuple[Chain, ...]]:
    return pack([chain(number, method) for number in range(chains)], cost=portal.client.cost)


def test_a_portal_that_slows_down_shrinks_even_the_batches_that_were_packed_before() -> None:
    portal = Portal(lambda request: timed(request, 0.1), lambda request: timed(request, 2.0))
    packed = packed_by(portal, 200, "crm.item.list")
    assert [len(batch) for batch in packed] == [50] * 4
    landed = list(portal.client.batches(packed, parallel=1))
    assert sizes(portal)[:2] == [50, 50], "nobody could know"
    assert max(sizes(portal)[2:]) <= 13, "25 s of commands of 2 s"
    assert sum(sizes(portal)) == len({key for _, outcomes in landed for key in outcomes}) == 200


def test_one_slow_command_is_soon_forgotten() -> None:
    portal = Portal(lambda request: timed(request, 0.1))
    list(portal.client.batches([(chain(1),)]))
    portal.script = [lambda request: timed(request, 8.0), lambda request: timed(request, 0.1)]
    list(portal.client.batches([(chain(2),)]))
    assert 3 < portal.client.cost("crm.item.add") < 5
    list(portal.client.batches([tuple(chain(number) for number in range(3, 43))], parallel=1))
    assert portal.client.cost("crm.item.add") < 1.0


@pytest.mark.parametrize("wall", [page(504), httpx2.ReadTimeout("x")])
def test_a_batch_that_met_the_wall_is_cut_before_it_is_sent_again(wall: Any) -> None:
    portal = Portal(wall, lambda request: timed(request, 0.05))
    packed = packed_by(portal, 50, "crm.item.list")
    landed = list(portal.client.batches(packed, repeatable=True, parallel=1))
    assert sizes(portal)[0] == 50
    assert max(sizes(portal)[1:]) <= 25
    assert len({key for _, outcomes in landed for key in outcomes}) == 50


def test_a_write_that_met_the_wall_is_unknown_and_the_next_are_smaller() -> None:
    portal = Portal(page(504), lambda request: timed(request, 1.5))
    [(_, outcomes)] = portal.client.batches([tuple(chain(number) for number in range(50))])
    assert all(isinstance(outcome, Unknown) for outcome in outcomes.values())
    assert len(portal.requests) == 1
    assert max(len(batch) for batch in packed_by(portal, 50, "crm.item.add")) <= 20


def test_another_unreadable_answer_says_nothing_of_the_cost() -> None:
    portal = Portal(page(502))
    before = portal.client.cost("crm.item.add")
    list(portal.client.batches([tuple(chain(number) for number in range(50))]))
    assert portal.client.cost("crm.item.add") == before
