"""The match table of a base goes out as CSV and comes back with what people filled in."""

import csv
from typing import Any

import pytest

from uzel.flows.catalog.match_table import MATCHES, Imported, Refused, as_csv, import_matches
from uzel.flows.csv_table import BadTableError
from uzel.hub.models import Node, NomenclatureMatch, NomenclatureRow, OrderRow, Portal, UnmatchedLine

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Node:
    """A base with goods of its own; two products in the catalogue, one of them matched, and an item with a variant."""
    portal = Portal.objects.create()
    source = Node.objects.create(portal=portal, code="source", title="Склад", login="source", catalog_source=True)
    shop = Node.objects.create(portal=portal, code="shop", title="Тверская", login="shop")
    tea = put(source, "c-tea", name="Чай", article="Ч-1")
    put(source, "c-milk", name="Молоко")
    put(source, "c-cup")
    put(source, "c-cup#red", parent="c-cup")
    NomenclatureMatch.objects.create(node=shop, item_id="tea", product=tea, way="article", said="Ч-1", decision="по артикулу")
    order = OrderRow.objects.create(node=shop, document_id="d", number="7", merged={}, deal_id=1, version=1)
    UnmatchedLine.objects.create(order=order, item_id="milk", name="Молоко; 1 л", article="М-1", reason_code="missing")
    return shop


def put(node: Node, xml_id: str, **fields: Any) -> NomenclatureRow:
    return NomenclatureRow.objects.create(portal=node.portal, node=node, xml_id=xml_id, content={}, entity_id=1, **fields)


def test_what_goes_out_is_matched_and_what_waits(shop: Node) -> None:
    head, *rows = csv.reader(as_csv(shop).lstrip("\ufeff").splitlines(), delimiter=";")
    assert head == [names[0] for names in MATCHES.heads.values()]
    assert rows == [["tea", "c-tea", "Чай", "Ч-1", "по артикулу"], ["milk", "", "Молоко; 1 л", "М-1", "нет товара"]]


def test_it_comes_back_as_it_went_out(shop: Node) -> None:
    assert import_matches(shop, as_csv(shop).encode()) == Imported(unchanged=1, left=1)
    assert NomenclatureMatch.objects.get().way == "article", "what was found is not said by hand"


def test_what_people_filled_in_ties_the_orders_that_wait(shop: Node) -> None:
    filled = as_csv(shop).replace("milk;;", "milk;c-milk;").encode()
    assert import_matches(shop, filled) == Imported(matched=1, unchanged=1, orders=1)
    match = NomenclatureMatch.objects.get(item_id="milk")
    assert (match.way, match.product.xml_id) == ("hand", "c-milk")
    again = import_matches(shop, filled)
    assert (again.matched, again.unchanged, again.orders) == (0, 2, 0)


@pytest.mark.parametrize(
    ("row", "item_id", "reason"),
    [
        (";c-milk", "", "нет Ид товара в базе"),
        ("x" * 201 + ";c-milk", "x" * 201, "Ид товара в базе длиннее 200 знаков"),
        ("milk;c-none", "milk", "В каталоге нет товара с Ид c-none."),
        ("milk;c-cup", "milk", "У товара c-cup есть характеристики: укажите Ид одной из них (товар#характеристика)."),
        ('"milk;c-milk', "", "строка не разобрана: кавычка не закрыта или стоит не на месте"),
    ],
)
def test_a_bad_row_is_refused_and_the_others_go_on(shop: Node, row: str, item_id: str, reason: str) -> None:
    done = import_matches(shop, f"Ид в базе;Ид в каталоге\n{row}\ncup;c-cup#red\n".encode("windows-1251"))
    assert (done.matched, done.refused) == (1, [Refused(2, item_id, reason)])


def test_two_rows_of_one_item_must_agree(shop: Node) -> None:
    done = import_matches(shop, b"item,product\nmilk,c-milk\nmilk,c-milk\nmilk,c-tea\n")
    reason = "товар уже связан в строке 2 с другим товаром каталога"
    assert (done.matched, done.unchanged, done.refused) == (1, 1, [Refused(4, "milk", reason)])


def test_a_table_without_its_columns_is_refused_whole(shop: Node) -> None:
    with pytest.raises(BadTableError, match="ид в каталоге"):
        import_matches(shop, "Ид в базе;Товар\nmilk;Молоко\n".encode())
