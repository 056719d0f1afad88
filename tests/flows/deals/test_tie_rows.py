"""Rows of orders find their products on the way into an emulated portal, over real HTTP."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.flows.portal_town import CUP, ORDER, TEA, Hub, moved, open_hub
from uzel.bitrix24 import client as portal_client
from uzel.flows.deals import write_deals
from uzel.flows.deals.tie_rows import know_goods, products_appeared
from uzel.flows.portal.portal_job import take_orders, waiting_orders
from uzel.hub.models import Conflict, Node, NomenclatureMatch, NomenclatureRow, UnmatchedLine
from uzel.model import NomenclatureItem, Order, OrderLine
from uzel.model.codec import from_json, to_json

pytestmark = pytest.mark.django_db
MILK = OrderLine("milk", "Молоко", Decimal(2), Decimal(80), Decimal(160))


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    monkeypatch.setattr(portal_client, "RETRY_DELAYS_S", ())
    with open_hub(catalog_source=True) as found:
        yield found


def product(hub: Hub, xml_id: str, product_id: int | None = None, **fields: Any) -> NomenclatureRow:
    """A product of the base's catalogue, in the portal if it has an id there."""
    if product_id:
        hub.emulator.add_product(product_id, f"Товар {product_id}")
    given: dict[str, Any] = {"node": hub.node, "parent": xml_id.partition("#")[0] if "#" in xml_id else ""} | fields
    return NomenclatureRow.objects.create(portal=hub.portal, xml_id=xml_id, entity_id=product_id, **given)


def rows(hub: Hub) -> list[tuple[int, str]]:
    """Products and names of the rows of the only deal."""
    (deal,) = hub.deals()
    return [(row["productId"], row["productName"]) for row in deal["rows"]]


def unmatched(hub: Hub) -> dict[str, str]:
    """What is listed, with its reasons."""
    return dict(UnmatchedLine.objects.filter(order__node__portal=hub.portal).values_list("item_id", "reason_code"))


def written(hub: Hub) -> dict[str, int]:
    """Commands that changed something."""
    return {name: times for name, times in hub.commands().items() if name.rpartition(".")[2] in ("add", "update", "set")}


def test_an_order_becomes_a_deal_with_products_in_its_own_words(hub: Hub) -> None:
    product(hub, "tea", 501, name="Чай по-другому")
    product(hub, "cup")
    product(hub, "cup#red", 502)
    hub.receive(ORDER)
    hub.drain()
    (deal,) = hub.deals()
    shown = [
        (row["productId"], row["productName"], row["price"], row["quantity"], row["discountSum"], row["taxRate"])
        for row in deal["rows"]
    ]
    assert shown == [
        (501, "Чай", Decimal(90), Decimal(3), Decimal(10), Decimal(20)),
        (502, "Кружка", Decimal("390.5"), Decimal(1), Decimal(0), None),
    ]
    assert unmatched(hub) == {}
    assert dict(NomenclatureMatch.objects.values_list("item_id", "way")) == {"tea": "id", "cup#red": "id"}
    hub.emulator.forget_calls()
    hub.sweep()
    hub.drain()
    assert (hub.writes(), Conflict.objects.count()) == (0, 0)


def test_what_has_no_product_goes_in_free_and_is_listed_with_its_order(hub: Hub) -> None:
    product(hub, "tea", None)
    product(hub, "x-1", 510, article="М-1")
    product(hub, "x-2", 511, article="М-1")
    delivery = OrderLine("ORDER_DELIVERY", "Доставка", Decimal(1), Decimal(300), Decimal(300))
    hub.receive(moved(ORDER, lines=(TEA, CUP, replace(MILK, article="М-1"), delivery)))
    hub.drain()
    assert rows(hub) == [(0, "Чай"), (0, "Кружка"), (0, "Молоко"), (0, "Доставка")]
    assert unmatched(hub) == {"tea": "not_yet", "cup#red": "missing", "milk": "ambiguous"}
    hub.receive(moved(ORDER, lines=(TEA,), total=TEA.total))
    hub.drain()
    assert unmatched(hub) == {"tea": "not_yet"}


def test_a_portal_without_a_catalogue_lists_nothing() -> None:
    with open_hub() as hub:
        hub.receive(ORDER)
        hub.drain()
        assert (rows(hub), unmatched(hub)) == ([(0, "Чай"), (0, "Кружка")], {})


def test_a_product_that_appears_later_ties_its_row_with_one_write_and_no_echo(hub: Hub) -> None:
    tea = product(hub, "tea", None)
    product(hub, "cup#red", 502)
    hub.receive(ORDER)
    hub.drain()
    before = hub.row()
    hub.emulator.add_product(501, "Чай из каталога")
    NomenclatureRow.objects.filter(pk=tea.pk).update(entity_id=501)
    hub.emulator.forget_calls()
    assert products_appeared(hub.portal, ["tea"]) == 1
    hub.drain()
    assert rows(hub) == [(501, "Чай"), (502, "Кружка")]
    assert written(hub) == {"crm.item.productrow.update": 1}
    assert unmatched(hub) == {}
    hub.emulator.forget_calls()
    hub.pass_time(90)
    hub.sweep()
    hub.drain()
    after = hub.row()
    assert (hub.writes(), Conflict.objects.count()) == (0, 0)
    assert (after.merged, after.in_portal, after.in_node) == (before.merged, before.in_portal, before.in_node)
    assert products_appeared(hub.portal, ["tea"]) == 0, "nothing waits any more"


def test_a_match_added_later_ties_the_order_of_a_base_with_ids_of_its_own(hub: Hub) -> None:
    Node.objects.filter(pk=hub.node.pk).update(catalog_source=False)
    source = Node.objects.create(portal=hub.portal, code="source", title="Склад", login="s", catalog_source=True)
    tea = product(hub, "catalog-tea", 501, node=source)
    hub.receive(ORDER)
    hub.drain()
    assert unmatched(hub) == {"tea": "missing", "cup#red": "missing"}
    NomenclatureMatch.objects.create(node=hub.node, item_id="tea", product=tea, way="hand", decision="так указал человек")
    assert products_appeared(hub.portal, ["catalog-tea"]) == 1
    hub.drain()
    assert (rows(hub)[0], unmatched(hub)) == ((501, "Чай"), {"cup#red": "missing"})


def test_what_was_found_by_article_stands_when_articles_change(hub: Hub) -> None:
    other = Node.objects.create(portal=hub.portal, code="source", title="Склад", login="s", catalog_source=True)
    first = product(hub, "s-1", 501, node=other, article="Ч-1")
    second = product(hub, "s-2", 502, node=other, article="Ч-2")
    named = replace(TEA, article="Ч-1")
    hub.receive(moved(ORDER, lines=(named,)))
    hub.drain()
    match = NomenclatureMatch.objects.get()
    assert (match.product, match.way, match.said, match.decision) == (
        first, "article", "Ч-1", "единственный товар с артикулом Ч-1",
    )  # fmt: skip
    NomenclatureRow.objects.filter(pk=first.pk).update(article="Ч-9")
    NomenclatureRow.objects.filter(pk=second.pk).update(article="Ч-1")
    hub.receive(moved(ORDER, lines=(replace(named, quantity=Decimal(5)),)))
    hub.drain()
    assert rows(hub) == [(501, "Чай")]


def test_a_better_way_is_kept_with_its_own_reason_and_a_new_word_with_the_old_one(hub: Hub) -> None:
    other = Node.objects.create(portal=hub.portal, code="source", title="Склад", login="s", catalog_source=True)
    product(hub, "s-1", 501, node=other, article="Ч-1")
    hub.receive(moved(ORDER, lines=(replace(TEA, article="Ч-1"),)))
    hub.drain()
    hub.receive(moved(ORDER, lines=(replace(TEA, article="Ч-7", quantity=Decimal(5)),)))
    hub.drain()
    match = NomenclatureMatch.objects.get()
    assert (match.way, match.said, match.decision) == ("article", "Ч-7", "единственный товар с артикулом Ч-1")
    product(hub, "tea", 502)
    hub.receive(moved(ORDER, lines=(replace(TEA, article="Ч-7", quantity=Decimal(6)),)))
    hub.drain()
    match = NomenclatureMatch.objects.get()
    assert (match.way, match.said, match.decision) == ("id", "", "Ид товара в базе и в каталоге один и тот же")


def test_a_product_that_the_portal_does_not_know_never_keeps_a_deal_from_its_rows(hub: Hub) -> None:
    product(hub, "tea", 501)
    NomenclatureRow.objects.create(portal=hub.portal, node=hub.node, xml_id="cup#red", parent="cup", entity_id=999)
    hub.receive(ORDER)
    hub.drain()
    assert rows(hub) == [(0, "Чай"), (0, "Кружка")]
    assert unmatched(hub) == {"tea": "refused", "cup#red": "refused"}
    delivery = hub.delivery()
    assert (delivery.confirmed, delivery.attempts, delivery.problem) == (hub.row().version, 0, "")
    products_appeared(hub.portal, ["tea"])
    hub.drain()
    assert rows(hub) == [(501, "Чай"), (0, "Кружка")], "one by one only the unknown product is refused"
    assert unmatched(hub) == {"cup#red": "refused"}


@pytest.mark.parametrize("lost", [True, False])
def test_a_tie_that_was_not_answered_is_looked_for_first(hub: Hub, lost: bool) -> None:
    tea = product(hub, "tea", None)
    product(hub, "cup#red", 502)
    hub.receive(ORDER)
    hub.drain()
    hub.emulator.add_product(501, "Чай из каталога")
    NomenclatureRow.objects.filter(pk=tea.pk).update(entity_id=501)
    products_appeared(hub.portal, ["tea"])
    method = "crm.item.productrow.update"
    if lost:
        hub.emulator.faults.arm("lose_answer", method=method)
    else:
        hub.emulator.faults.arm("fail_next", method=method, error="INTERNAL_SERVER_ERROR")
    hub.drain()
    hub.emulator.forget_calls()
    hub.pass_time(60)
    hub.drain()
    assert rows(hub) == [(501, "Чай"), (502, "Кружка")]
    assert written(hub) == ({} if lost else {method: 1})
    assert (unmatched(hub), Conflict.objects.count()) == ({}, 0)
    assert hub.delivery().confirmed == hub.row().version


def test_a_tie_that_the_portal_forbids_is_tried_again_and_in_the_end_told(hub: Hub) -> None:
    tea = product(hub, "tea", None)
    hub.receive(ORDER)
    hub.drain()
    NomenclatureRow.objects.filter(pk=tea.pk).update(entity_id=501)
    products_appeared(hub.portal, ["tea"])
    hub.emulator.faults.arm("fail_next", method="crm.item.productrow.update", error="ACCESS_DENIED", times=100)
    for _ in range(7):
        hub.drain()
        hub.pass_time(7200)
    delivery = hub.delivery()
    assert (delivery.problem_code, delivery.confirmed < delivery.wanted) == ("ACCESS_DENIED", True)
    assert delivery.problem.startswith("Портал не связал строку сделки с товаром")


def test_a_deal_of_very_many_rows_is_tied_in_parts(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(write_deals, "TIES_A_CHAIN", 2)
    lines = tuple(replace(TEA, item_id=f"tea-{n}", name=f"Чай {n}") for n in range(5))
    found = [product(hub, line.item_id, None) for line in lines]
    hub.receive(moved(ORDER, lines=lines))
    hub.drain()
    for place, row in enumerate(found):
        hub.emulator.add_product(600 + place, "Чай")
        NomenclatureRow.objects.filter(pk=row.pk).update(entity_id=600 + place)
    assert products_appeared(hub.portal, [row.xml_id for row in found]) == 1
    hub.drain()
    assert rows(hub) == [(600 + n, f"Чай {n}") for n in range(5)]
    assert (unmatched(hub), hub.delivery().confirmed) == ({}, hub.row().version)


def test_an_edit_of_a_manager_while_rows_are_tied_is_not_written_over(hub: Hub) -> None:
    tea = product(hub, "tea", None)
    hub.receive(ORDER)
    hub.drain()
    hub.emulator.add_product(501, "Чай из каталога")
    NomenclatureRow.objects.filter(pk=tea.pk).update(entity_id=501)
    products_appeared(hub.portal, ["tea"])
    (deal,) = hub.deals()
    hub.sweep()  # the edit comes after it
    edited = [{**deal["rows"][0], "quantity": "7"}, deal["rows"][1]]
    hub.emulator.manager_edit(deal["id"], rows=edited)
    hub.drain()
    assert [(row["productId"], row["quantity"]) for row in hub.deals()[0]["rows"]] == [(501, 7), (0, 1)]
    assert [line.quantity for line in merged(hub).lines] == [7, 1]


def merged(hub: Hub) -> Order:
    return from_json(Order, hub.row().merged)


def test_a_product_that_a_manager_adds_is_the_bases_goods(hub: Hub) -> None:
    product(hub, "tea", 501)
    product(hub, "cup#red", 502)
    item = NomenclatureItem("milk", "Молоко 1 л", article="М-1", barcode="4600000000042", measure_code="112", measure_name="л")
    product(hub, "milk", 503, article="М-1", barcode="4600000000042", content=to_json(item))
    hub.receive(ORDER)
    hub.drain()
    (deal,) = hub.deals()
    added = {"productId": 503, "productName": "Молоко 1 л", "price": "80", "quantity": "2", "measureCode": 112, "sort": 30}
    hub.emulator.manager_edit(deal["id"], rows=[*deal["rows"], added, {"productName": "Пакет", "price": "5", "sort": 40}])
    hub.sweep()
    milk, bag = merged(hub).lines[2:]
    assert (milk.item_id, milk.article, milk.barcode, milk.measure_code, milk.measure_name) == (
        "milk", "М-1", "4600000000042", "112", "л",
    )  # fmt: skip
    assert (milk.name, milk.quantity, milk.total, bag.item_id, bag.name) == ("Молоко 1 л", 2, 160, "", "Пакет")
    assert hub.delivery("node").wanted > hub.delivery("node").confirmed
    hub.emulator.forget_calls()
    hub.drain()
    assert written(hub) == {"crm.item.update": 1}, "the sum, and no row"


def test_a_base_hears_its_own_id_of_a_product_that_it_calls_otherwise(hub: Hub) -> None:
    source = Node.objects.create(portal=hub.portal, code="source", title="Склад", login="s", catalog_source=True)
    known = product(hub, "s-1", 501, node=source, article="Ч-1")
    product(hub, "s-2", 502, node=source, article="М-1")
    NomenclatureMatch.objects.create(node=hub.node, item_id="own-7", product=known, way="article", said="Ч-1", decision="")
    hub.receive(ORDER)
    hub.drain()
    (deal,) = hub.deals()
    added = [{"productId": 501, "price": "1", "sort": 30}, {"productId": 502, "price": "2", "sort": 40}]
    hub.emulator.manager_edit(deal["id"], rows=[*deal["rows"], *added])
    hub.sweep()
    assert [(line.item_id, line.article) for line in merged(hub).lines[2:]] == [("own-7", "Ч-1"), ("", "М-1")]


def test_a_manager_ties_a_row_himself(hub: Hub) -> None:
    hub.receive(ORDER)
    hub.drain()
    assert unmatched(hub) == {"tea": "missing", "cup#red": "missing"}
    hub.emulator.add_product(777, "Чай управляющего")
    (deal,) = hub.deals()
    hub.emulator.manager_edit(deal["id"], rows=[{**deal["rows"][0], "productId": 777}, deal["rows"][1]])
    hub.sweep()
    assert (merged(hub), unmatched(hub)) == (ORDER, {"cup#red": "missing"})
    hub.receive(moved(ORDER, lines=(replace(TEA, quantity=Decimal(4)), CUP)))
    hub.drain()
    assert rows(hub)[0] == (777, "Чай"), "the base's news leaves the product"
    assert unmatched(hub) == {"cup#red": "missing"}


def test_a_deal_made_by_a_manager_names_goods_of_the_base(hub: Hub) -> None:
    product(hub, "tea", 501, article="Ч-1")
    fields = {"title": "Звонок", "UF_CRM_UZEL_NODE": hub.emulator.enum_id("UF_CRM_UZEL_NODE", "Тверская (shop)")}
    hub.emulator.manager_create(fields=fields, rows=[{"productId": 501, "price": "90", "quantity": "2"}])
    hub.sweep()
    (line,) = from_json(Order, hub.node.orderrow_set.get().merged).lines
    assert (line.item_id, line.article, line.quantity) == ("tea", "Ч-1", 2)


def test_an_order_whose_deal_is_deleted_waits_for_nothing(hub: Hub) -> None:
    hub.receive(ORDER)
    hub.drain()
    hub.emulator.manager_delete(hub.deals()[0]["id"])
    hub.pass_time(3600)
    hub.sweep()
    assert (unmatched(hub), products_appeared(hub.portal, ["tea"])) == ({}, 0)


def test_a_deal_whose_answer_was_lost_is_found_with_its_products(hub: Hub) -> None:
    product(hub, "tea", 501)
    product(hub, "cup#red", 502)
    hub.receive(ORDER)
    hub.emulator.faults.arm("lose_answer", method="crm.item.productrow.set")
    hub.drain()
    hub.pass_time(7200)
    hub.drain()
    assert rows(hub) == [(501, "Чай"), (502, "Кружка")]
    assert (len(hub.deals()), Conflict.objects.count(), merged(hub)) == (1, 0, ORDER)


def test_a_wave_asks_the_catalogue_a_handful_of_questions(hub: Hub) -> None:
    for n in range(30):
        product(hub, f"tea-{n}", 500 + n, article=f"Ч-{n}")
    for n in range(30):
        lines = (replace(TEA, item_id=f"tea-{n}"), replace(CUP, item_id=f"cup-{n}", article=f"Ч-{n}"))
        hub.receive(moved(ORDER, document_id=f"d{n}", number=f"A-{n}", lines=lines))
    jobs = take_orders(waiting_orders(hub.portal), 100)
    with CaptureQueriesContext(connection) as asked:
        know_goods(hub.portal, jobs)
    assert len(asked) <= 8, [query["sql"][:90] for query in asked]
    tied = {job.order.number: [row.product_id for row in job.wanted.rows] for job in jobs}
    assert tied == {f"A-{n}": [500 + n, 500 + n] for n in range(30)}
