"""Packing of chains, and answers of batches in every shape that PHP gives them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uzel.bitrix24.batch import (
    Chain,
    Command,
    Done,
    Failed,
    NotReached,
    Unknown,
    pack,
    prepare,
    read_outcomes,
    read_times,
)
from uzel.bitrix24.operating import Spent

COSTS = {"cheap": 0.1, "dear": 2.0, "dearest": 40.0}


def chain(number: int, *methods: str) -> Chain:
    return Chain(tuple(Command(method, {}, f"c{number}_{place}") for place, method in enumerate(methods)))


def test_fifty_commands_and_twenty_five_seconds_are_the_bounds() -> None:
    cheap = pack([chain(n, "cheap", "cheap", "cheap") for n in range(20)], cost=COSTS.__getitem__)
    assert [len(batch) for batch in cheap] == [16, 4]
    dear = pack([chain(n, "dear") for n in range(15)], cost=COSTS.__getitem__)
    assert [len(batch) for batch in dear] == [12, 3]


def test_a_chain_that_does_not_fit_leaves_its_room_to_a_smaller_one() -> None:
    chains = [chain(1, *["cheap"] * 40), chain(2, *["cheap"] * 20), chain(3, *["cheap"] * 10)]
    assert pack(chains, cost=COSTS.__getitem__) == [(chains[0], chains[2]), (chains[1],)]


def test_a_chain_dearer_than_a_batch_travels_alone() -> None:
    chains = [chain(1, "dearest"), chain(2, "cheap"), chain(3, "dearest")]
    assert pack(chains, cost=COSTS.__getitem__) == [(chains[0],), (chains[1],), (chains[2],)]


def test_chains_that_share_a_key_do_not_share_a_batch() -> None:
    assert len(pack([chain(1, "cheap"), chain(1, "cheap")], cost=COSTS.__getitem__)) == 2


def test_little_work_is_spread_over_what_is_carried_out_at_a_time() -> None:
    chains = [Chain((Command("m", {}, f"k{n}"),)) for n in range(40)]
    assert [len(batch) for batch in pack(chains, cost=lambda _: 0.25, spread=4)] == [10] * 4
    assert [len(batch) for batch in pack(chains[:8], cost=lambda _: 0.25, spread=4)] == [8], "not worth a second request"
    assert max(len(batch) for batch in pack(chains * 1, cost=lambda _: 20.0, spread=4)) == 1
    assert pack([], cost=lambda _: 1.0, spread=4) == []


def test_a_chain_longer_than_a_batch_is_refused() -> None:
    with pytest.raises(ValueError, match="51"):
        pack([chain(1, *["cheap"] * 51)], cost=COSTS.__getitem__)


chains_of_any_kind = st.lists(st.lists(st.sampled_from(sorted(COSTS)), min_size=1, max_size=12), max_size=60).map(
    lambda all_methods: [chain(number, *methods) for number, methods in enumerate(all_methods)]
)


@given(chains_of_any_kind)
def test_nothing_is_lost_doubled_torn_or_too_much(chains: list[Chain]) -> None:
    batches = pack(chains, cost=COSTS.__getitem__)
    assert sorted((one for batch in batches for one in batch), key=chains.index) == chains
    for batch in batches:
        assert batch
        assert [chains.index(one) for one in batch] == sorted(chains.index(one) for one in batch)
        commands = [command for one in batch for command in one.commands]
        assert len(commands) <= 50
        assert len(batch) == 1 or sum(COSTS[command.method] for command in commands) <= 25.0 + 1e-9


A, B, C = Command("crm.contact.add", {}, "a"), Command("crm.item.add", {"x": True}, "b"), Command("crm.item.list", {}, "c")


def test_the_body_of_a_batch() -> None:
    request = prepare([Chain((A,)), B], halt=True)
    assert request.body == {"halt": 1, "cmd": {"a": "crm.contact.add?", "b": "crm.item.add?x=Y"}}
    assert request.commands == (A, B)


@pytest.mark.parametrize(
    "parts",
    [
        [A, A],
        [Chain((A,)), Chain((A,))],
        [Command("batch", {}, "k")],
        [Command("a?b", {}, "k")],
        [Command("a", {}, "k]")],
        [Command("a", {}, "")],
        [Command("a", {}, f"k{n}") for n in range(51)],
    ],
)
def test_what_the_portal_would_misread_is_refused(parts: list[Chain | Command]) -> None:
    with pytest.raises(ValueError, match="batch"):
        prepare(parts)


def answer(**sections: Any) -> dict[str, Any]:
    empty: dict[str, Any] = {name: [] for name in ("result", "result_error", "result_total", "result_next", "result_time")}
    return {"result": empty | sections}


REFUSAL = {"error": "X", "error_description": "нет"}


@pytest.mark.parametrize(
    ("body", "outcomes"),
    [
        (answer(result={"a": 1, "b": {"item": {"id": 2}}, "c": []}), [Done(1), Done({"item": {"id": 2}}), Done([])]),
        (
            answer(result={"a": 1, "c": [3]}, result_error={"b": REFUSAL}, result_total={"c": 120}, result_next={"c": "50"}),
            [Done(1), Failed("X", "нет"), Done([3], 120, 50)],
        ),
        (answer(result={"a": None}, result_error={"b": {"error": 0}}), [Done(None), Failed("0", ""), NotReached()]),
        (
            answer(result_error={"a": {"error": "", "error_description": "пусто"}, "b": "текст", "c": None}),
            [Failed("", "пусто"), Failed("", "текст"), Failed("", "")],
        ),
        (answer(result={"a": 1}, result_error={"a": {"error": 100}}), [Failed("100", ""), NotReached(), NotReached()]),
        (answer(result=[1, 2, 3]), [Done(1), Done(2), Done(3)]),
        (answer(result=[1, 2, 3, 4, 5]), [Done(1), Done(2), Done(3)]),
        (answer(), [NotReached()] * 3),
        ({"result": {"result": {"a": 1}}}, [Done(1), NotReached(), NotReached()]),
        ({"result": {"result": "broken", "result_error": 7}}, [NotReached()] * 3),
    ],
)
def test_outcomes(body: Any, outcomes: list[Any]) -> None:
    assert list(read_outcomes(body, (A, B, C)).values()) == outcomes


def test_a_list_stands_for_numbered_keys() -> None:
    numbered = (Command("m", {}, "1"), Command("m", {}, "0"))
    assert read_outcomes(answer(result=["zero", "one"]), numbered) == {"1": Done("one"), "0": Done("zero")}


@pytest.mark.parametrize("body", [None, [], "", 5, {}, {"result": []}, {"result": None}, {"result": "x"}, {"time": {}}])
def test_an_answer_without_form_says_nothing(body: Any) -> None:
    assert all(isinstance(outcome, Unknown) for outcome in read_outcomes(body, (A, B)).values())
    assert read_times(body, (A, B), {}) == ()


NAMES = ["a", "b", "0", "result", "result_error", "result_total", "result_next", "result_time", "error", "duration"]
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=6),
    max_leaves=20,
)


@given(json_values)
def test_no_answer_breaks_the_reader(body: Any) -> None:
    outcomes = read_outcomes(body, (A, B))
    assert set(outcomes) == {"a", "b"}
    assert len(read_times(body, (A, B), outcomes)) <= 2


def test_times_follow_the_order_of_execution_and_may_be_missing() -> None:
    times = {
        "b": {"duration": 0.5, "finish": 10, "operating": "3.5", "operating_reset_at": 600},
        "a": {"duration": "x", "operating": -1},
    }
    body = answer(result={"a": 1, "b": 1, "c": []}, result_time=times)
    assert read_times(body, (A, B, C), read_outcomes(body, (A, B, C))) == (
        Spent("crm.contact.add"),
        Spent("crm.item.add", 0.5, 10.0, 3.5, 600.0),
        Spent("crm.item.list"),
    )
    failed = answer(result_error={"a": {"error": "X"}})
    assert read_times(failed, (A,), read_outcomes(failed, (A,))) == ()
