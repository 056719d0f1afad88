"""The ledger: received = sum of verdicts, base by base, whatever became of the packages."""

from typing import Any

import pytest

from tests.exchange.talk import make_node, order, package
from tests.flows.due_orders import NOW
from uzel.flows.files import receive_package
from uzel.flows.files.receive_package import process_package
from uzel.hub import feed_store
from uzel.hub.ledger import LedgerRow, ledger
from uzel.hub.models import Conflict, Delivery, Node, OrderRow, Package

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Node:
    return make_node("shop", receives_changes=True)


def receive(node: Node, data: bytes) -> Package:
    made = Package.objects.create(node=node, file_name="o.xml", feed=feed_store.store_bytes(data), state=Package.State.WAITING)
    process_package(made.pk, NOW)
    return made


def test_an_empty_hub_has_no_rows_and_a_silent_base_a_row_of_nothing(shop: Node) -> None:
    row = ledger()[0]
    assert (row.node, row.packages, row.received, sum(row.verdicts.values()), row.balanced) == ("shop", 0, 0, 0, True)
    Node.objects.all().delete()
    assert ledger() == []


def test_every_base_for_itself(shop: Node) -> None:
    receive(shop, package(order("a"), order("b"), order("")))
    receive(shop, package(order("a")))
    receive(make_node("other"), package(order("a")))
    other, mine = ledger()
    assert (other.node, other.received, other.orders, other.verdicts["created"]) == ("other", 1, 1, 1)
    assert (mine.received, mine.packages, mine.orders) == (4, 2, 2)
    assert {word: count for word, count in mine.verdicts.items() if count} == {"created": 2, "rejected": 1, "unchanged": 1}
    assert ledger("shop") == [mine]
    assert ledger("нет такой") == []


def test_a_broken_package_counts_what_was_read(shop: Node) -> None:
    receive(shop, package(order("a"), order("b"))[:-60])
    row = ledger()[0]
    assert (row.failed_packages, row.balanced, row.received == sum(row.verdicts.values())) == (1, True, True)


def test_a_package_in_the_middle_and_after_it_was_resumed(shop: Node, monkeypatch: Any) -> None:
    monkeypatch.setattr(receive_package, "CHUNK_DOCUMENTS", 2)
    data = feed_store.store_bytes(package(*(order(str(n)) for n in range(5))))
    made = Package.objects.create(node=shop, file_name="o.xml", feed=data, state=Package.State.WAITING)

    def killed(_count: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        process_package(made.pk, NOW, advance=killed)
    row = ledger()[0]
    assert (row.unfinished_packages, row.received, sum(row.verdicts.values()), row.orders) == (1, 0, 0, 2)
    process_package(made.pk, NOW)
    row = ledger()[0]
    assert (row.unfinished_packages, row.received, row.verdicts["created"], row.balanced) == (0, 5, 5, True)


def test_a_lost_verdict_is_seen(shop: Node) -> None:
    made = receive(shop, package(order("a"), order("b")))
    made.documentverdict_set.filter(position=1).delete()
    row = ledger()[0]
    assert (row.received, row.balanced, row.as_json()["balanced"]) == (2, False, False)


def test_what_is_still_to_be_done(shop: Node) -> None:
    receive(shop, package(order("a", "1"), order("b", "2"), order("c", "3")))
    one, two, _ = OrderRow.objects.order_by("number")
    OrderRow.objects.filter(pk=one.pk).update(deal_id=7)
    Delivery.objects.filter(order=one).update(confirmed=1)
    Delivery.objects.filter(order=two).update(problem_code="refused")
    Delivery.objects.create(order=one, target="node", wanted=1)
    Conflict.objects.create(order=one, field="comment", winner="node", reason="both_moved")
    row = ledger()[0]
    assert (row.orders, row.deals, row.to_portal, row.to_node, row.problems, row.conflicts) == (3, 1, 2, 1, 1, 1)
    Node.objects.update(receives_changes=False)
    assert ledger()[0].to_node == 0


def test_the_number_of_queries_does_not_grow_with_the_bases(shop: Node, django_assert_num_queries: Any) -> None:
    for n in range(5):
        receive(make_node(f"n{n}"), package(order("a")))
    with django_assert_num_queries(9):
        assert all(isinstance(row, LedgerRow) for row in ledger())
