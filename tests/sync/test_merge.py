"""The merge by values, and its laws by Hypothesis."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from uzel.model import Counterparty, Order, OrderLine
from uzel.sync.merge import acknowledge, merge
from uzel.sync.ownership import Owner, ownership

BASE = Order("1", comment="a", status="N", total=Decimal(10))
OWNERS = ownership({}, posted=False)


@pytest.mark.parametrize(
    ("node", "portal", "result", "reason"),
    [
        ("a", "a", "a", None),
        ("b", "a", "b", None),
        ("a", "c", "c", None),
        ("b", "b", "b", None),
        ("b", "c", "b", "both_moved"),
    ],
)
def test_one_field(node: str, portal: str, result: str, reason: str | None) -> None:
    merged = merge(replace(BASE, comment=node), replace(BASE, comment=portal), BASE, OWNERS)
    assert merged.order.comment == result
    assert [(c.field, c.reason, c.in_portal) for c in merged.conflicts] == ([("comment", reason, portal)] if reason else [])


def test_a_field_of_the_node_is_not_moved_by_the_portal_and_the_losing_value_is_kept() -> None:
    merged = merge(BASE, replace(BASE, paid=True), BASE, OWNERS)
    assert merged.order.paid is False
    assert [(c.field, c.in_portal, c.reason, c.winner) for c in merged.conflicts] == [("paid", True, "owned_by_node", "node")]


def test_posted_documents_own_lines_and_total() -> None:
    line = OrderLine("g", "Чай", Decimal(1), Decimal(5), Decimal(5))
    portal = replace(BASE, lines=(line,), total=Decimal(5))
    assert merge(BASE, portal, BASE, ownership({}, posted=False)).order.lines == (line,)
    posted = merge(BASE, portal, BASE, ownership({}, posted=True))
    assert (posted.order.lines, posted.conflicts[0].field) == ((), "goods")


def test_a_node_may_give_a_field_to_the_portal() -> None:
    owners = ownership({"responsible": "portal", "unknown": "node"}, posted=True)
    assert owners["responsible"] is Owner.PORTAL
    assert "unknown" not in owners


def test_attributes_of_the_counterparty_merge_apart() -> None:
    node = replace(BASE, counterparty=Counterparty(name="Иван"))
    portal = replace(BASE, counterparty=Counterparty(phones=("+7900",)))
    merged = merge(node, portal, BASE, OWNERS)
    assert merged.order.counterparty == Counterparty(name="Иван", phones=("+7900",))
    assert merged.conflicts == ()


def test_a_lost_answer_is_not_a_conflict() -> None:
    first, second, third = (replace(BASE, comment=text) for text in ("v1", "v2", "v3"))
    assert merge(third, second, first, OWNERS).conflicts != ()
    agreed = acknowledge(first, (second,), before=first, seen=second)
    assert merge(third, second, agreed, OWNERS) == merge(third, second, second, OWNERS)
    assert merge(third, second, agreed, OWNERS).conflicts == ()


def test_showing_what_a_write_was_to_leave_alone_proves_nothing() -> None:
    """The node's own comment was part of the offer, but the portal has not got it yet."""
    agreed = acknowledge(
        BASE, (replace(BASE, comment="b", promo_code="P"),), before=replace(BASE, comment="b"), seen=replace(BASE, comment="b")
    )
    assert agreed == BASE


orders = st.builds(
    Order,
    document_id=st.just("1"),
    comment=st.sampled_from("abc"),
    status=st.sampled_from("NPF"),
    total=st.integers(0, 2).map(Decimal),
    paid=st.booleans(),
)


@given(orders, orders, orders, st.booleans())
def test_merging_again_after_both_sides_took_the_result_changes_nothing(a: Order, b: Order, base: Order, posted: bool) -> None:
    owners = ownership({}, posted=posted)
    first = merge(a, b, base, owners)
    again = merge(first.order, first.order, first.agreed, owners)
    assert again.order == first.order == again.agreed
    assert again.conflicts == ()


@given(orders, orders)
def test_the_side_that_did_not_move_yields(side: Order, base: Order) -> None:
    assert merge(side, base, base, OWNERS).order == side
