"""What the tables tell of a base after real conversations with the exchange page."""

import datetime as dt

import pytest
from django.utils import timezone

from tests.exchange.talk import Talk, make_node, order, package
from tests.flows.due_orders import due_order
from uzel.flows.doctor.node_record import ObservedNode
from uzel.flows.doctor.observe_node import observe_node
from uzel.hub.models import Call, Delivery, Node, Package, UnmappedEmployee

pytestmark = pytest.mark.django_db
PERSON = {"Ответственный": "Орлов", "Табельный номер ответственного": "7", "Промокод": "ЛЕТО", "Статуса заказа ИД": "Z"}


@pytest.fixture
def shop() -> Node:
    return make_node("shop", receives_changes=True, encoding="utf-8")


def observed(node: Node, days: int = 14) -> ObservedNode:
    node.refresh_from_db()
    return observe_node(node, timezone.now(), days)


def test_calls_are_seen_with_cookie_token_and_refusal(shop: Node) -> None:
    base = Talk().open()
    base.ask("query")
    base.sessid, base.cookie = "", ""
    base.ask("rollback")
    seen = observed(shop)
    assert [(one.mode, one.cookie, one.sessid, one.problem) for one in seen.calls] == [
        ("rollback", False, False, "unknown_command"), ("query", True, True, ""), ("checkauth", False, False, ""),
    ]  # fmt: skip
    assert seen.ever_called_at is not None
    assert [one.mode for one in seen.sessions(seen.calls).popitem()[1]] == ["checkauth", "query", "rollback"]


def test_a_silence_that_was_noticed_is_seen(shop: Node) -> None:
    moment = timezone.now()
    Node.objects.update(silent_since=moment)
    assert observed(shop).silent_since == moment


def test_strangers_at_its_door_are_seen_and_those_of_others_are_not(shop: Node) -> None:
    make_node("shop2")
    for code in ("shop", "shop2"):
        Talk(code, authorization="").ask("checkauth")
        Talk(code, authorization="Basic eDp5").ask("checkauth")
    assert [one.status for one in observed(shop).strangers] == [200, 401]


def test_the_name_of_the_program_is_kept(shop: Node) -> None:
    from django.test import Client

    Client(headers={"User-Agent": "1C+Enterprise/8.3" + "x" * 200}).get("/1c/shop/?type=sale&mode=checkauth")
    (call,) = observed(shop).strangers
    assert call.agent.startswith("1C+Enterprise/8.3")
    assert len(call.agent) == 100


def test_files_orders_and_people_are_counted(shop: Node) -> None:
    base = Talk().open()
    base.ask("init")
    base.send(package(order("a", "1", requisites=PERSON), order("b", "1"), order("", "3")))
    base.send(b"<html/>", "page.xml")
    seen = observed(shop)
    assert [(one.name, one.problem, one.old_protocol, one.formed, one.encoding) for one in seen.files] == [
        ("page.xml", "not_commerceml", True, "", ""), ("orders.xml", "", True, "2026-01-10T10:00:00", "utf-8"),
    ]  # fmt: skip
    found = seen.orders
    assert (found.documents, found.orders, found.with_number, found.with_counterparty) == (3, 2, 2, 2)
    assert (found.with_person, found.with_number_of_person, found.with_promo_code) == (1, 1, 1)
    assert (found.statuses, found.twice, found.without_id) == (("Z",), ("1",), 1)
    assert [count for _, count in found.rejected] == [1]
    assert UnmappedEmployee.objects.filter(node=shop).count() == len(found.unmapped) == 1


def test_what_waits_for_the_base_and_what_was_given_up(shop: Node) -> None:
    due_order(shop, "7")
    held = due_order(shop, "8")
    held.hold = "по отметке"
    held.save()
    Delivery.objects.create(order=held, target=Delivery.Target.PORTAL, wanted=1, problem_code="portal_refused")
    found = observed(shop).orders
    assert (found.waits, found.held, found.given_up) == (1, 1, 1)
    assert found.waits_since is not None


def test_payments_without_their_orders_are_counted(shop: Node) -> None:
    base = Talk().open()
    base.ask("init")
    said = "<Ид>p</Ид><ХозОперация>Выплата наличных денег</ХозОперация><Сумма>1</Сумма><Основание>z</Основание>"
    base.send(package(f"<Документ>{said}</Документ>"))
    found = observed(shop).orders
    assert (found.orderless, found.orderless_since is not None) == (1, True)


def test_older_calls_and_files_and_those_fed_by_hand_do_not_count(shop: Node) -> None:
    Talk().open().send(package(order("a")))
    Package.objects.create(node=shop, file_name="by-hand.xml")
    Call.objects.update(at=timezone.now() - dt.timedelta(days=3))
    Package.objects.update(received_at=timezone.now() - dt.timedelta(days=3))
    assert observed(shop, days=2).calls == observed(shop, days=2).files == ()
    assert [one.name for one in observed(shop, days=4).files] == ["orders.xml"]
    assert len(observed(shop, days=4).calls) == 2
