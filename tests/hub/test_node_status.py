"""Counts of nodes for their cards in the portal."""

import datetime as dt
from typing import Any

import pytest

from tests.flows.portal_town import NOW
from uzel.hub.models import Delivery, DocumentVerdict, Node, OrderRow, Package
from uzel.hub.node_status import status_of
from uzel.model import Verdict

pytestmark = pytest.mark.django_db


def node(code: str, **more: Any) -> Node:
    return Node.objects.create(code=code, title=code.title(), login=code, password_hash="x", **more)


def order(of: Node, number: str, *, hold: str = "", portal: int = 1, base: int = 1) -> None:
    row = OrderRow.objects.create(node=of, document_id=number, number=number, merged={}, hold=hold, version=1)
    Delivery.objects.create(order=row, target=Delivery.Target.PORTAL, wanted=1, confirmed=portal)
    Delivery.objects.create(order=row, target=Delivery.Target.NODE, wanted=1, confirmed=base)


def verdict(of: Node, position: int, word: Verdict, at: dt.datetime) -> None:
    package, _ = Package.objects.get_or_create(node=of, file_name="x.xml")
    DocumentVerdict.objects.create(package=package, node=of, position=position, verdict=word, at=at)


def test_orders_are_counted_by_what_they_wait_for() -> None:
    shop, arbat, empty = node("shop", receives_changes=True), node("arbat"), node("empty")
    order(shop, "1", portal=0)
    order(shop, "2", base=0, hold="менеджер")
    order(shop, "3")
    order(arbat, "4", portal=0, base=0)
    found = {one.code: (one.orders, one.to_portal, one.to_node, one.held) for one in status_of([shop, arbat, empty], NOW)}
    assert found == {"shop": (3, 1, 1, 1), "arbat": (1, 1, 0, 0), "empty": (0, 0, 0, 0)}


def test_only_todays_rejections_count() -> None:
    shop = node("shop", last_call_at=NOW)
    verdict(shop, 0, Verdict.REJECTED, NOW)
    verdict(shop, 1, Verdict.REJECTED, NOW - dt.timedelta(days=1))
    verdict(shop, 2, Verdict.CREATED, NOW)
    (found,) = status_of([shop], NOW)
    assert (found.rejected, found.called_at, found.title) == (1, NOW, "Shop (shop)")


def test_no_nodes_are_no_status() -> None:
    assert status_of([], NOW) == []
