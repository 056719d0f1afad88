"""mode=success: only what this very session was given counts as taken."""

import pytest

from tests.exchange.talk import make_node
from tests.flows.calls.test_offer_to_node import given
from tests.flows.due_orders import NOW, change_in_portal, delivery_of, due_order, session_of
from uzel.flows.calls.confirm_from_node import confirm
from uzel.hub.models import Delivery, ExchangeSession, Node, OrderRow
from uzel.hub.queries import states_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Node:
    return make_node("shop", receives_changes=True)


@pytest.fixture
def session(shop: Node) -> ExchangeSession:
    return session_of(shop)


def confirmed(row: OrderRow) -> tuple[int, int]:
    delivery = delivery_of(row)
    return delivery.confirmed, delivery.wanted


def test_what_was_given_is_taken(shop: Node, session: ExchangeSession) -> None:
    row = due_order(shop)
    given(shop, session)
    assert confirm(session) == 1
    row.refresh_from_db()
    states = states_of(row)
    assert states.in_node == states.in_portal == states.merged == states.agreed
    assert states.offered == ()
    assert confirmed(row) == (1, 1)
    assert given(shop, session) == []


def test_without_a_query_nothing_is_confirmed(shop: Node, session: ExchangeSession) -> None:
    row = due_order(shop)
    assert confirm(session) == 0
    assert confirmed(row) == (0, 1)


def test_a_second_success_confirms_nothing(shop: Node, session: ExchangeSession) -> None:
    first = due_order(shop, "1")
    given(shop, session)
    second = due_order(shop, "2")
    assert [confirm(session), confirm(session)] == [1, 0]
    assert (confirmed(first), confirmed(second)) == ((1, 1), (0, 1))


def test_a_crash_before_success_gives_the_same_orders_again(shop: Node, session: ExchangeSession) -> None:
    row = due_order(shop)
    assert given(shop, session) == ["7"]
    later = session_of(shop)
    assert confirm(later) == 0, "the new session was given nothing yet"
    assert given(shop, later) == ["7"]
    assert confirm(later) == 1
    assert confirmed(row) == (1, 1)


def test_success_of_a_session_confirms_what_that_session_was_given(shop: Node, session: ExchangeSession) -> None:
    first = due_order(shop, "1")
    given(shop, session)
    second = due_order(shop, "2")
    other_session = session_of(shop)
    given(shop, other_session)
    confirm(session)
    assert (confirmed(first), confirmed(second)) == ((1, 1), (0, 1))
    confirm(other_session)
    assert confirmed(second) == (1, 1)


def test_an_order_that_changed_meanwhile_is_given_again(shop: Node, session: ExchangeSession) -> None:
    row = due_order(shop)
    given(shop, session)
    change_in_portal(row, comment="после запроса")
    assert confirm(session) == 1
    assert confirmed(row) == (1, 2)
    row.refresh_from_db()
    states = states_of(row)
    assert states.in_node is not None
    assert states.in_node.comment == ""
    assert given(shop, session) == ["7"]
    confirm(session)
    assert confirmed(row) == (2, 2)
    row.refresh_from_db()
    assert row.in_node == row.merged == row.in_portal


def test_success_that_comes_late_does_not_take_back_a_newer_one(shop: Node, session: ExchangeSession) -> None:
    row = due_order(shop)
    given(shop, session)
    change_in_portal(row, comment="новее")
    newer = session_of(shop)
    given(shop, newer)
    confirm(newer)
    assert confirm(session) == 1
    row.refresh_from_db()
    assert row.in_node["comment"] == "новее"
    assert confirmed(row) == (2, 2)


def test_a_confirmed_order_makes_nothing_due_for_the_portal(shop: Node, session: ExchangeSession) -> None:
    due_order(shop)
    given(shop, session)
    confirm(session)
    assert not Delivery.objects.filter(target=Delivery.Target.PORTAL).exists()


def test_sessions_of_other_bases_are_not_touched(shop: Node, session: ExchangeSession) -> None:
    other = make_node("other", receives_changes=True)
    foreign, foreign_session = due_order(other, "9"), session_of(other, now=NOW)
    given(other, foreign_session)
    due_order(shop)
    given(shop, session)
    confirm(session)
    assert confirmed(foreign) == (0, 1)
    foreign_session.refresh_from_db()
    assert list(foreign_session.offered or {}) == [str(foreign.pk)]
