"""The orders of a chunk: found, moved and written together."""

from dataclasses import replace
from typing import Any

import pytest

from tests.exchange.talk import make_node
from tests.flows.due_orders import make_order
from uzel.flows.files.order_book import OrderBook, note_unmapped
from uzel.hub.models import Conflict, Delivery, Node, OrderRow, Package, UnmappedEmployee
from uzel.hub.queries import staff_of
from uzel.mapping.employees import Staff
from uzel.model import Order, Responsible
from uzel.model.codec import to_json
from uzel.sync.ownership import ownership
from uzel.sync.plan import States, news_from_node

pytestmark = pytest.mark.django_db
OWNERS = ownership({}, posted=False)
STAFF = Staff(1, user_by_number={"001": 11})


@pytest.fixture
def shop() -> Node:
    return make_node("shop")


def row_of(node: Node, order: Order, **columns: Any) -> OrderRow:
    written = to_json(order)
    fields = {"in_node": written, "merged": written, "number": order.number, "version": 1, **columns}
    return OrderRow.objects.create(node=node, document_id=order.document_id, **fields)


def save(book: OrderBook) -> Package:
    package = Package.objects.create(node=book.node, file_name="o.xml")
    book.save(package, STAFF)
    return package


def test_find(shop: Node) -> None:
    row_of(shop, make_order("1"))
    row_of(shop, make_order("2", document_id="b24-deal-2"), born_in_portal=True)
    row_of(shop, make_order("3"), born_in_portal=True)  # the base has named it already
    row_of(make_node("other"), make_order("4", document_id="b24-deal-4"), born_in_portal=True)
    book = OrderBook(shop, ["id-1", "", "id-9"], ["1", "2", "3", "4", ""])
    found = {
        key: book.find(*key) for key in (("id-1", "7"), ("id-9", "2"), ("id-9", "1"), ("id-9", "3"), ("id-9", "4"), ("", ""))
    }
    assert {key: entry.number for key, entry in found.items() if entry} == {("id-1", "7"): "1", ("id-9", "2"): "2"}


def test_an_order_of_the_portal_is_bound_once(shop: Node) -> None:
    row_of(shop, make_order("2", document_id="b24-deal-2"), born_in_portal=True)
    book = OrderBook(shop, ["g1", "g2"], ["2"])
    entry = book.find("g1", "2")
    assert entry is not None
    book.take(entry, news_from_node(entry.states(), make_order("2", document_id="g1"), OWNERS))
    assert (book.find("g1"), book.find("g2", "2")) == (entry, None)
    save(book)
    assert OrderRow.objects.get().document_id == "g1"


def test_rows_are_read_whole_only_when_somebody_asks(shop: Node, django_assert_num_queries: Any) -> None:
    for n in range(5):
        row_of(shop, make_order(str(n)))
    ids = [f"id-{n}" for n in range(5)]
    with django_assert_num_queries(1):
        book = OrderBook(shop, ids, [])
        entries = [book.find(key) for key in ids]
        assert [entry and entry.in_node and entry.in_node.number for entry in entries] == list("01234")
    with django_assert_num_queries(1):
        assert all(entry and entry.states().merged for entry in entries)


def test_several_words_about_one_order_are_one_write(shop: Node) -> None:
    known = make_order("1")
    shown = replace(known, comment="Портал", promo_code="A")
    row = row_of(shop, known, in_portal=to_json(shown), agreed=to_json(known), merged=to_json(shown))
    book = OrderBook(shop, ["id-1"], [])
    entry = book.find("id-1")
    assert entry is not None
    for seen in (replace(known, comment="База"), replace(known, comment="База", promo_code="B")):
        book.take(entry, news_from_node(entry.states(), seen, OWNERS))
    package = save(book)
    row.refresh_from_db()
    assert (row.version, row.merged["comment"], row.merged["promo_code"]) == (2, "База", "B")
    assert list(Conflict.objects.order_by("pk").values_list("field", "in_portal", "package")) == [
        ("comment", "Портал", package.pk), ("promo_code", "A", package.pk),
    ]  # fmt: skip


def test_new_and_known_orders_are_written_side_by_side(shop: Node) -> None:
    row_of(shop, make_order("1"))
    Delivery.objects.create(order=OrderRow.objects.get(), target="portal", wanted=1)
    book = OrderBook(shop, ["id-1", "id-2"], [])
    known = book.find("id-1")
    assert known is not None
    book.take(known, news_from_node(known.states(), make_order("1", comment="x"), OWNERS))
    new = book.take(None, news_from_node(States(), make_order("2"), OWNERS))
    again = book.find("id-2")
    assert again is new
    book.take(again, news_from_node(again.states(), make_order("2", comment="y"), OWNERS))
    save(book)
    assert [(row.number, row.version, row.merged["comment"]) for row in OrderRow.objects.order_by("number")] == [
        ("1", 2, "x"), ("2", 1, "y"),
    ]  # fmt: skip
    assert list(Delivery.objects.order_by("order__number").values_list("target", "wanted", "confirmed")) == [
        ("portal", 2, 0), ("portal", 1, 0),
    ]  # fmt: skip
    assert new.order_id == OrderRow.objects.get(number="2").pk


def test_what_the_book_does_not_speak_of_stays(shop: Node) -> None:
    row = row_of(shop, make_order("1"), deal={"stage_id": "NEW"}, deal_id=7, hold="рано")
    book = OrderBook(shop, ["id-1"], [])
    entry = book.find("id-1")
    assert entry is not None
    book.take(entry, news_from_node(entry.states(), make_order("1", comment="x"), OWNERS))
    save(book)
    before = row.updated_at
    row.refresh_from_db()
    assert (row.deal, row.deal_id, row.hold, row.created_at < row.updated_at) == ({"stage_id": "NEW"}, 7, "рано", True)
    assert row.updated_at > before


def test_owner_elsewhere(shop: Node) -> None:
    guid = "1a2b3c4d-0000-4000-8000-000000000001"
    row_of(make_node("other"), make_order("1", document_id=guid))
    row_of(make_node("third"), make_order("1", document_id="36"))
    book = OrderBook(shop, [guid, "36"], [])
    assert (book.owner_elsewhere(guid), book.owner_elsewhere("36"), book.find(guid)) == ("Магазин other", "", None)


def test_unmapped_employees_are_listed_once(shop: Node) -> None:
    people = [Responsible("001", "Гусева"), Responsible("002", "Соколова"), Responsible("002", "Соколова"), Responsible()]
    orders = [None, *(Order("1", responsible=person) for person in people)]
    for _ in range(2):
        note_unmapped(shop, orders, STAFF)
    listed = UnmappedEmployee.objects.get()
    assert (listed.personnel_number, listed.full_name, listed.node) == ("002", "Соколова", shop)
    assert listed.first_seen_at < listed.last_seen_at


def test_nobody_is_missing_where_the_names_are_known(shop: Node) -> None:
    note_unmapped(shop, [Order("1", responsible=Responsible())], staff_of(shop))
    assert not UnmappedEmployee.objects.exists()
