"""mode=query: what a base is given, what is left out, and why."""

import datetime as dt

import pytest
from lxml import etree

from tests.exchange.talk import make_node
from tests.flows.due_orders import NOW, change_in_portal, delivery_of, due_order, session_of
from uzel.exchange.commands import Init
from uzel.flows.calls import offer_to_node
from uzel.flows.calls.confirm_from_node import confirm
from uzel.flows.calls.offer_to_node import dialect_of, offer
from uzel.flows.calls.open_session import init_session
from uzel.hub.models import Delivery, ExchangeSession, Node, OrderRow, Package

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Node:
    return make_node("shop", receives_changes=True)


@pytest.fixture
def session(shop: Node) -> ExchangeSession:
    return session_of(shop)


def numbers(answer: bytes) -> list[str]:
    """Numbers of the orders in an answer."""
    return [element.findtext("Номер") or "" for element in etree.fromstring(answer).iter("Документ")]


def given(node: Node, session: ExchangeSession) -> list[str]:
    return numbers(offer(node, session, NOW))


def test_due_orders_are_given_oldest_change_first(shop: Node, session: ExchangeSession) -> None:
    rows = [due_order(shop, number) for number in ("1", "2", "3")]
    rows[0].save()  # changed last
    assert given(shop, session) == ["2", "3", "1"]
    session.refresh_from_db()
    assert session.offered is not None
    assert {key: value[0] for key, value in session.offered.items()} == {str(row.pk): 1 for row in rows}


def test_a_base_that_does_not_receive_changes_is_given_nothing(session: ExchangeSession) -> None:
    due_order(session.node)
    Node.objects.update(receives_changes=False)
    session.node.refresh_from_db()
    assert given(session.node, session) == []
    session.refresh_from_db()
    assert session.offered == {}


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1251"])
def test_nothing_due_is_an_empty_root_in_the_bases_encoding(shop: Node, session: ExchangeSession, encoding: str) -> None:
    shop.encoding = encoding
    answer = offer(shop, session, NOW)
    assert answer.startswith(f'<?xml version="1.0" encoding="{encoding}"?>'.encode())
    root = etree.fromstring(answer)
    assert (root.tag, len(root), root.nsmap) == ("КоммерческаяИнформация", 0, {})
    assert root.get("ДатаФормирования") == "2026-01-10T12:00:00", "local time of the base, without a zone"


def test_orders_of_another_base_are_never_given(shop: Node, session: ExchangeSession) -> None:
    due_order(make_node("other", receives_changes=True))
    assert given(shop, session) == []


def test_the_same_orders_come_again_until_they_are_confirmed(shop: Node, session: ExchangeSession) -> None:
    due_order(shop)
    assert given(shop, session) == ["7"]
    assert given(shop, session) == ["7"]
    assert given(shop, session_of(shop)) == ["7"]
    assert len(OrderRow.objects.get().offered) == 1, "one version is one attempt"


def test_a_full_answer_leaves_the_rest_for_the_next(shop: Node, session: ExchangeSession) -> None:
    shop.orders_per_query = 2
    for number in ("1", "2", "3"):
        due_order(shop, number)
    assert given(shop, session) == ["1", "2"]
    confirm(session)
    assert given(shop, session) == ["3"]
    confirm(session)
    assert given(shop, session) == []


def test_an_answer_ends_before_the_order_that_does_not_fit(
    shop: Node, session: ExchangeSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    comments = {"1": "а" * 1000, "2": "б" * 1000, "3": "в" * 2500, "4": "г" * 1000}
    for number, comment in comments.items():
        due_order(shop, number, comment=comment)
    monkeypatch.setattr(offer_to_node, "ANSWER_BYTES", 17_000)
    answers = []
    for _ in range(4):
        answers.append(offer(shop, session, NOW))
        confirm(session)
    assert [numbers(answer) for answer in answers] == [["1", "2"], ["3"], ["4"], []]
    assert all(delivery.locked_reason == "" for delivery in Delivery.objects.all()), "there is no reason but the size"


@pytest.mark.parametrize(
    ("number", "fields", "columns", "reason"),
    [
        ("7", {}, {"hold": "ждём оплаты"}, "удержан в портале: ждём оплаты"),
        ("7", {}, {"deal_deleted": True}, "сделка удалена в портале"),
        ("", {}, {}, "у заказа нет номера"),
        ("7", {"date": None}, {}, "у заказа нет даты"),
        ("7", {"currency": ""}, {}, "у заказа нет валюты"),
        ("1" * 21, {}, {}, f"номер «{'1' * 21}» длиннее 20 знаков, база его не примет"),
        ("7", {"document_id": "x" * 41}, {}, "Документ 7: Ид длиннее 40 знаков"),
    ],
)
def test_a_locked_order_is_left_out_with_its_reason(
    shop: Node, session: ExchangeSession, number: str, fields: dict[str, object], columns: dict[str, object], reason: str
) -> None:
    locked = due_order(shop, number, **fields)
    OrderRow.objects.filter(pk=locked.pk).update(**columns)
    free = due_order(shop, "8")
    shop.orders_per_query = 1
    assert given(shop, session) == ["8"], "a locked order takes no place in the answer"
    assert delivery_of(locked).locked_reason == reason
    assert delivery_of(free).locked_reason == ""


def test_a_reason_goes_when_the_lock_does(shop: Node, session: ExchangeSession) -> None:
    row = due_order(shop)
    OrderRow.objects.update(hold="x" * 200)
    assert given(shop, session) == []
    assert len(delivery_of(row).locked_reason) == 200
    OrderRow.objects.update(hold="")
    assert given(shop, session) == ["7"]
    assert delivery_of(row).locked_reason == ""


@pytest.mark.parametrize("state", [Package.State.RECEIVING, Package.State.WAITING])
def test_nothing_is_given_while_a_file_of_the_base_is_not_read(shop: Node, session: ExchangeSession, state: str) -> None:
    row = due_order(shop)
    Package.objects.create(node=make_node("other"), file_name="foreign.xml", state=state)
    assert given(shop, session) == ["7"]
    Package.objects.create(node=shop, file_name="orders.xml", state=state)
    assert given(shop, session) == []
    assert delivery_of(row).locked_reason == "файл «orders.xml» этой базы ещё не разобран"
    Package.objects.update(state=Package.State.DONE)
    assert given(shop, session) == ["7"]


def test_every_change_before_the_query_is_one_order(shop: Node, session: ExchangeSession) -> None:
    row = due_order(shop)
    for comment in ("а", "б", "в"):
        change_in_portal(row, comment=comment)
    answer = offer(shop, session, NOW).decode()
    assert answer.count("<Документ>") == 1
    assert "<Комментарий>в</Комментарий>" in answer


@pytest.mark.parametrize(
    ("profile", "version", "cml_version", "schema"),
    [
        ("unf", "", "", "2.05"),
        ("unf", "", "2.10", "2.10"),
        ("unf", "2.09", "2.1", "2.10"),
        ("unf", "", "2.09", "2.05"),
        ("unf", "", "nonsense", "2.05"),
        ("ut", "", "2.10", "2.07"),
        ("bitrix", "", "", "2.05"),
        ("bitrix", "2.09", "", "2.09"),
        ("ut", "2.09", "", "2.07"),
        ("unf", "2.09", "", "2.05"),
        ("bitrix", "3.1", "", "3.1"),
    ],
)
def test_the_dialect_follows_client_and_init(profile: str, version: str, cml_version: str, schema: str) -> None:
    session = session_of(make_node("shop", profile=profile))
    init_session(session, Init(version, cml_version), NOW)
    assert dialect_of(session).schema_version == schema


def test_a_delivery_to_the_portal_is_not_one_to_the_node(shop: Node, session: ExchangeSession) -> None:
    Delivery.objects.filter(order=due_order(shop)).update(target=Delivery.Target.PORTAL)
    assert given(shop, session) == []


def test_many_orders_take_few_questions(shop: Node, session: ExchangeSession, django_assert_max_num_queries: object) -> None:
    for number in range(60):
        due_order(shop, str(number))
    with django_assert_max_num_queries(12):  # type: ignore[operator]
        assert len(given(shop, session)) == 60


def test_the_moment_is_local_even_in_summer(shop: Node, session: ExchangeSession, settings: object) -> None:
    settings.TIME_ZONE = "Asia/Yekaterinburg"  # type: ignore[attr-defined]
    answer = offer(shop, session, dt.datetime(2026, 7, 1, 20, 30, tzinfo=dt.UTC)).decode()
    assert 'ДатаФормирования="2026-07-02T01:30:00"' in answer
