"""Plans by values: who is told what after news, confirmations and lost answers."""

from dataclasses import replace
from decimal import Decimal

from tests.sync.attempts import with_attempt
from uzel.model import Counterparty, LegalDetails, Order, OrderLine
from uzel.sync.ownership import ownership
from uzel.sync.plan import (
    Plan,
    States,
    news_from_node,
    news_from_portal,
    node_confirmed,
    portal_confirmed,
    replan,
)  # fmt: skip

OWNERS = ownership({}, posted=False)
POSTED = ownership({}, posted=True)
GUID = "1a2b3c4d-0000-4000-8000-00000000000{}"
A = Order(GUID.format(1), number="17", comment="a", promo_code="", status="N", total=Decimal(5))
B, C, D = (replace(A, comment=text) for text in "bcd")
SYNCED = States(in_node=A, in_portal=A, agreed=A, merged=A)


def merged(plan: Plan) -> Order:
    assert plan.states.merged is not None
    return plan.states.merged


def test_a_new_order_of_the_node_goes_to_the_portal_alone() -> None:
    plan = news_from_node(States(), A, OWNERS)
    assert (plan.portal_due, plan.node_due, plan.moved, plan.conflicts) == (True, False, True, ())
    done = portal_confirmed(plan.states, A, OWNERS)
    assert (done.portal_due, done.node_due, done.moved) == (False, False, False)
    assert done.states == SYNCED


def test_a_new_order_of_the_portal_goes_to_the_node_alone() -> None:
    plan = news_from_portal(States(), A, OWNERS)
    assert (plan.portal_due, plan.node_due) == (False, True)
    assert node_confirmed(replace(plan.states, offered=(A,)), A, OWNERS).states == SYNCED


def test_what_1c_alone_can_know_is_put_back_before_it_has_spoken() -> None:
    plan = news_from_portal(States(), A, OWNERS)
    edited = news_from_portal(plan.states, replace(A, number_in_node="77", paid=True, comment="b"), OWNERS)
    assert merged(edited) == B
    assert (edited.portal_due, edited.node_due) == (True, True)
    assert {(one.field, one.lost, one.reason) for one in edited.conflicts} == {
        ("number_in_node", "77", "owned_by_node"), ("paid", True, "owned_by_node"),
    }  # fmt: skip


def test_what_the_node_said_is_kept_when_it_confirms_an_offer_before_the_portal_was_told() -> None:
    """The base's comment is on its way to the portal while the portal's promo code is confirmed by the base."""
    plan = news_from_node(SYNCED, B, OWNERS)
    plan = news_from_portal(plan.states, replace(A, promo_code="P"), OWNERS)
    offer = merged(plan)
    assert (offer.comment, offer.promo_code) == ("b", "P")
    plan = node_confirmed(replace(plan.states, offered=(offer,)), offer, OWNERS)
    assert merged(plan) == offer
    assert (plan.portal_due, plan.node_due) == (True, False)


def test_what_the_portal_said_is_kept_when_it_confirms_a_write_before_the_node_was_told() -> None:
    plan = news_from_portal(SYNCED, replace(A, promo_code="P"), OWNERS)
    plan = news_from_node(plan.states, B, OWNERS)
    plan = portal_confirmed(plan.states, merged(plan), OWNERS)
    assert (merged(plan).comment, merged(plan).promo_code) == ("b", "P")
    assert (plan.portal_due, plan.node_due) == (False, True)


def test_a_base_that_shows_its_own_edit_again_does_not_lose_it_to_an_unanswered_offer() -> None:
    plan = news_from_node(SYNCED, B, OWNERS)
    offered = replace(plan.states, offered=(replace(B, promo_code="P"),))
    assert merged(news_from_node(offered, replace(B, status="P"), OWNERS)).comment == "b"


def test_an_offer_without_success_is_not_an_edit_of_the_base_that_took_it() -> None:
    states = replace(news_from_portal(SYNCED, B, OWNERS).states, offered=(B,))
    states = news_from_portal(states, C, OWNERS).states
    plan = news_from_node(states, B, OWNERS)
    assert (merged(plan).comment, plan.conflicts, plan.node_due) == ("c", (), True)


def test_any_of_several_unanswered_offers_may_have_been_taken() -> None:
    states = news_from_portal(SYNCED, B, OWNERS).states
    states = replace(states, offered=with_attempt(states.offered, B))
    states = news_from_portal(states, C, OWNERS).states
    states = replace(states, offered=with_attempt(states.offered, C))
    for taken in (B, C):
        plan = news_from_node(states, taken, OWNERS)
        assert (merged(plan).comment, plan.conflicts) == ("c", ())


def test_an_edit_over_the_first_of_two_unanswered_offers_of_a_new_order_is_a_conflict() -> None:
    """The base took B, its user made D of it; meanwhile the portal made C of B. Nothing may vanish."""
    states = replace(news_from_portal(States(), B, OWNERS).states, offered=(B,))
    states = news_from_portal(states, C, OWNERS).states
    plan = news_from_node(replace(states, offered=(B, C)), D, OWNERS)
    assert [(one.field, one.lost) for one in plan.conflicts] == [("comment", "c")]


def test_a_side_that_may_have_taken_something_is_told_again_even_if_nothing_seems_to_lack() -> None:
    states = replace(news_from_portal(SYNCED, B, OWNERS).states, offered=(B,))
    plan = news_from_portal(states, A, OWNERS)
    assert (merged(plan), plan.node_due) == (A, True)
    states = replace(news_from_node(SYNCED, B, OWNERS).states, sent=(B,))
    plan = news_from_node(states, A, OWNERS)
    assert (merged(plan), plan.portal_due) == (A, True)
    assert not portal_confirmed(plan.states, A, OWNERS).portal_due


def test_a_confirmation_that_is_older_than_what_the_base_has_shown_since_changes_nothing() -> None:
    states = replace(news_from_portal(SYNCED, B, OWNERS).states, offered=(B,))
    shown = news_from_node(states, A, OWNERS).states
    plan = node_confirmed(shown, B, OWNERS)
    assert (plan.states, plan.node_due) == (shown, True)


def test_a_late_confirmation_of_the_first_offer_leaves_the_second_unanswered() -> None:
    states = replace(news_from_portal(SYNCED, C, OWNERS).states, offered=(B, C))
    plan = node_confirmed(states, B, OWNERS)
    assert (plan.states.in_node, plan.states.offered, plan.node_due) == (B, (C,), True)


def test_a_conflict_is_reported_once() -> None:
    states = news_from_portal(SYNCED, C, OWNERS).states
    first = news_from_node(states, B, OWNERS)
    assert [(one.field, one.lost, one.winner, one.reason) for one in first.conflicts] == [
        ("comment", "c", "node", "both_moved")
    ]
    again = news_from_node(first.states, replace(D, promo_code="P"), OWNERS)
    assert (again.conflicts, merged(again).comment) == ((), "d")
    newer = news_from_portal(again.states, replace(A, comment="e"), OWNERS)
    assert [one.lost for one in newer.conflicts] == ["e"]


def test_posting_a_document_over_an_edit_of_the_portal_is_a_conflict() -> None:
    edited = replace(A, lines=(OrderLine("", "Чай", Decimal(1), Decimal(7), Decimal(7)),), total=Decimal(7))
    states = news_from_portal(SYNCED, edited, OWNERS).states
    plan = news_from_node(states, replace(A, posted=True), POSTED)
    assert [(one.field, one.reason, one.lost) for one in plan.conflicts] == [
        ("goods", "owned_by_node", (edited.lines, edited.total))
    ]
    assert (merged(plan).total, plan.portal_due) == (Decimal(5), True)


def test_another_buyer_comes_whole_and_the_edit_of_the_former_one_is_kept() -> None:
    buyer = Counterparty(GUID.format(7), "Иван", phones=("+79001",), legal=LegalDetails(inn="7701"))
    known = replace(A, counterparty=buyer)
    states = States(known, known, known, known)
    rung = replace(buyer, phones=("+79002",))
    states = news_from_portal(states, replace(known, counterparty=rung), OWNERS).states
    other = Counterparty(GUID.format(8), "Пётр")
    plan = news_from_node(states, replace(known, counterparty=other), OWNERS)
    assert merged(plan).counterparty == other
    assert [(one.field, one.lost) for one in plan.conflicts] == [("counterparty", rung)]


def test_a_payment_does_not_tell_whether_an_offer_was_taken() -> None:
    states = replace(news_from_portal(SYNCED, B, OWNERS).states, offered=(B,))
    plan = news_from_node(states, replace(A, paid=True), OWNERS, whole=False)
    assert (plan.states.offered, plan.states.agreed, plan.node_due) == ((B,), A, True)
    assert (merged(plan).paid, merged(plan).comment) == (True, "b")


def test_nothing_is_due_for_words_only_1c_uses() -> None:
    line = OrderLine("", "Чай", Decimal(1), Decimal(5), Decimal(5))
    born = replace(A, lines=(line,))
    states = States(born, born, born, born)
    named = replace(born, lines=(replace(line, item_id="g", name="чай чёрный", measure_code="166"),))
    plan = news_from_node(states, replace(named, lines=(replace(named.lines[0], name="Чай"),)), OWNERS)
    assert (plan.node_due, plan.conflicts) == (False, ())
    portal = replace(born, comment="b")
    plan = news_from_node(news_from_portal(states, portal, OWNERS).states, plan.states.in_node or born, OWNERS)
    assert (merged(plan).comment, merged(plan).lines[0].item_id, plan.conflicts) == ("b", "g", ())


def test_a_plan_over_the_same_states_moves_nothing() -> None:
    plan = replan(SYNCED, SYNCED, OWNERS)
    assert plan == Plan(SYNCED)
