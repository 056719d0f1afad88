"""Rows written many at a time are the rows that were given."""

import datetime as dt
from typing import Any

import pytest
from django.db import DataError, IntegrityError, transaction

from tests.exchange.talk import make_node
from uzel.hub.bulk import insert_rows, insert_values, update_rows, update_values
from uzel.hub.models import DocumentVerdict, Node, OrderRow, Package

pytestmark = pytest.mark.django_db
AWKWARD = {"кавычка": 'он сказал "да"', "черта": "a\\b", "знак": "€𝄞\t\n", "null": None, "вложено": [{"a": "1.50"}]}


@pytest.fixture
def shop() -> Node:
    return make_node("shop")


def row(node: Node, number: str, **columns: Any) -> OrderRow:
    return OrderRow(node=node, document_id=f"id-{number}", number=number, merged=AWKWARD, **columns)


def test_inserted_rows_get_their_keys_and_come_back_as_they_were(shop: Node) -> None:
    rows = [row(shop, "1", in_node=AWKWARD, hold="«да»"), row(shop, "2", born_in_portal=True, deal_id=2**40)]
    insert_rows(rows)
    for given in rows:
        found = OrderRow.objects.get(pk=given.pk)
        for field in OrderRow._meta.concrete_fields:
            assert getattr(found, field.attname) == getattr(given, field.attname), field.name
    assert OrderRow.objects.filter(in_node__isnull=True).count() == 1


def test_keys_are_taken_from_the_sequence(shop: Node) -> None:
    rows = [row(shop, "1"), row(shop, "2")]
    insert_rows(rows)
    after = OrderRow.objects.create(node=shop, document_id="id-3", merged={})
    assert rows[0].pk < rows[1].pk < after.pk


def test_only_the_named_fields_are_written(shop: Node) -> None:
    rows = [row(shop, "1", hold="a"), row(shop, "2", hold="b")]
    insert_rows(rows)
    before = OrderRow.objects.get(number="1")
    for given in rows:
        given.merged, given.hold, given.version, given.in_node = {"новое": 1}, "не пишется", 5, None
    update_rows(rows, ("merged", "version", "in_node", "updated_at"))
    after = OrderRow.objects.get(number="1")
    assert (after.merged, after.version, after.hold, after.in_node) == ({"новое": 1}, 5, "a", None)
    assert (after.created_at, after.updated_at > before.updated_at) == (before.created_at, True)


def test_more_columns_are_set_out_of_what_stands_in_the_row(shop: Node) -> None:
    rows = [row(shop, "1", version=7, hold="100 %"), row(shop, "2", version=3)]
    insert_rows(rows)
    update_values(OrderRow, [{"id": one.pk, "merged": {}} for one in rows], "version = version + 1, hold = ''")
    assert sorted(OrderRow.objects.values_list("version", "hold")) == [(4, ""), (8, "")]


def test_moments_and_foreign_keys(shop: Node) -> None:
    package = Package.objects.create(node=shop, file_name="o.xml")
    at = dt.datetime(2026, 1, 10, 9, 0, 0, 123456, tzinfo=dt.UTC)
    insert_rows([DocumentVerdict(package=package, node=shop, position=3, verdict="held", reason="100 %s", at=at)])
    found = DocumentVerdict.objects.get()
    assert (found.package, found.order, found.position, found.reason, found.at) == (package, None, 3, "100 %s", at)


def test_columns_that_are_not_given_are_as_the_model_has_them(shop: Node) -> None:
    insert_values(OrderRow, [{"node_id": shop.pk, "document_id": "id-1", "number": "1", "merged": AWKWARD, "in_node": None}])
    found, usual = OrderRow.objects.get(), row(shop, "1")
    for field in OrderRow._meta.concrete_fields:
        if not (field.primary_key or field.name in ("created_at", "updated_at")):
            assert getattr(found, field.attname) == getattr(usual, field.attname), field.name


def test_what_the_database_refuses_has_the_name_of_django(shop: Node) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_rows([row(shop, "1"), row(shop, "1")])
    with pytest.raises(DataError), transaction.atomic():
        insert_rows([row(shop, "2", hold="\0")])
    assert not OrderRow.objects.exists()


def test_nothing_is_no_query(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        insert_rows([])
        insert_values(OrderRow, [])
        update_rows([], ("version",))
        update_values(OrderRow, [])
