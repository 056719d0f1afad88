"""The catalogue of a source base in the portal: written once, changed by what changed, never doubled."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.exchange.talk import zipped
from tests.flows.catalogue import classifier, goods, item, load, offer, offers, price, price_type, row, section
from tests.flows.portal_town import ORDER, TEA, Hub, moved, open_hub
from uzel.bitrix24 import client as portal_client
from uzel.emulators.bitrix24_portal import Options
from uzel.flows.catalog import publish_catalog
from uzel.flows.catalog.catalog_status import retry
from uzel.hub.models import NomenclatureRow, Portal, PriceTypeRow, SectionRow

pytestmark = pytest.mark.django_db
GROUPS = classifier(f"<Группы>{section('g1', 'Мебель', section('g2', 'Стулья'))}</Группы>")
IN_CHAIRS = "<Группы><Ид>g2</Ид></Группы><БазоваяЕдиница Код='796'>шт</БазоваяЕдиница>"
TYPES = f"<ТипыЦен>{price_type('t', 'Розничная')}{price_type('w', 'Оптовая')}</ТипыЦен>"
BOTH = (price("990.50") + price("700", "w")).replace("</Цены><Цены>", "")  # of both kinds
CHAIR = goods(item("i", "Стул", IN_CHAIRS), classifier=GROUPS)


OTHERWISE = {
    "catalog_product_sees_all": True, "parent_product_in_row": "accepted", "row_xml_id": "product",
    "section_delete_takes_products": True,
}  # fmt: skip


@pytest.fixture(params=[OTHERWISE, {}], ids=["the plain list sees all", "each list sees its own"])
def hub(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    monkeypatch.setattr(portal_client, "RETRY_DELAYS_S", ())
    with open_hub(Options(**request.param), catalog_source=True) as found:
        Portal.objects.update(plan="enterprise")  # more requests at once than the tests need
        yield found


def show(hub: Hub, *files: bytes) -> None:
    for file in files:
        load(hub.node, file)
    hub.drain()


def products(hub: Hub) -> dict[str, dict[str, Any]]:
    """By external id; two of one id would be seen by their number."""
    listed = hub.emulator.state()["products"]
    assert len({one["xmlId"] for one in listed}) == len(listed), "doubled"
    return {one["xmlId"]: one for one in listed}


def prices(hub: Hub, xml_id: str = "i") -> dict[int, tuple[str, str]]:
    product_id = products(hub)[xml_id]["id"]
    own = [one for one in hub.emulator.state()["prices"] if one["productId"] == product_id]
    return {one["catalogGroupId"]: (str(one["price"]), one["currency"]) for one in own}


def writes(hub: Hub) -> dict[str, int]:
    words = ("add", "update", "modify", "delete")
    return {
        name: times for name, times in hub.commands().items() if name.startswith("catalog") and name.rpartition(".")[2] in words
    }


def test_sections_goods_and_prices_appear_under_our_ids(hub: Hub) -> None:
    show(hub, CHAIR, offers(offer("i", BOTH), head=TYPES))
    chairs = next(one for one in hub.emulator.state()["sections"] if one["xmlId"] == "g2")
    furniture = next(one for one in hub.emulator.state()["sections"] if one["xmlId"] == "g1")
    assert chairs["iblockSectionId"] == furniture["id"]
    chair = products(hub)["i"]
    assert (chair["name"], chair["iblockSectionId"], chair["active"], chair["type"]) == ("Стул", chairs["id"], "Y", 1)
    assert row().entity_id == chair["id"]
    kinds = {one["xmlId"]: one["id"] for one in hub.emulator.state()["price_types"]}
    assert {int(kind): float(value) for kind, (value, _) in prices(hub).items()} == {kinds["BASE"]: 990.5, kinds["w"]: 700.0}
    assert not NomenclatureRow.objects.exclude(problem="").exists()


def test_the_same_files_again_write_nothing_and_a_new_price_one_command(hub: Hub) -> None:
    files = CHAIR, offers(offer("i", price("990")), head=TYPES)
    show(hub, *files)
    hub.emulator.forget_calls()
    show(hub, *files)
    assert writes(hub) == {}
    show(hub, offers(offer("i", price("1200")), head=TYPES))
    assert writes(hub) == {"catalog.price.modify": 1}
    assert [float(value) for value, _ in prices(hub).values()] == [1200.0]
    show(hub, goods(item("i", "Стул белый", IN_CHAIRS), classifier=GROUPS))
    assert writes(hub) == {"catalog.price.modify": 1, "catalog.product.update": 1}
    assert products(hub)["i"]["name"] == "Стул белый"


def test_variants_stand_under_their_item_and_rows_of_orders_name_them(hub: Hub) -> None:
    hub.receive(moved(ORDER, lines=(replace(TEA, item_id="i#red"),)))
    hub.drain()
    assert hub.deals()[0]["rows"][0]["productId"] == 0
    show(hub, CHAIR, offers(offer("i#red", price("500"), name="красный"), head=TYPES))
    red = products(hub)["i#red"]
    assert (red["name"], int(red["parentId"]["value"])) == ("Стул (красный)", products(hub)["i"]["id"])
    assert products(hub)["i"]["type"] == 3, "a product with variations is their parent"
    hub.drain()
    assert hub.deals()[0]["rows"][0]["productId"] == red["id"]
    show(hub, goods(item("i", "Кресло", IN_CHAIRS), classifier=GROUPS))
    assert (products(hub)["i"]["name"], products(hub)["i#red"]["name"]) == ("Кресло", "Кресло (красный)")
    show(hub, goods(item("i", "Кресло", f"{IN_CHAIRS}<ПометкаУдаления>true</ПометкаУдаления>"), classifier=GROUPS))
    assert products(hub)["i#red"]["active"] == "N", "a variant goes down with its item"


RED = offers(offer("i#red", price("500"), name="красный"), head=TYPES)


@pytest.mark.parametrize("rule", ["makes_a_parent", "refused"])
@pytest.mark.parametrize("sees_all", [True, False])
def test_what_has_variants_from_the_beginning_is_made_as_their_parent(rule: str, sees_all: bool) -> None:
    options = Options(variation_of_simple_product=rule, catalog_product_sees_all=sees_all)
    with open_hub(options, catalog_source=True) as hub:
        hub.emulator.faults.lose_answer("catalog.product.sku.add")
        load(hub.node, CHAIR)
        show(hub, RED)
        hub.pass_time(700)
        hub.drain()
        assert {xml_id: one["type"] for xml_id, one in products(hub).items()} == {"i": 3, "i#red": 4}
        hub.emulator.forget_calls()
        show(hub, goods(item("i", "Кресло", IN_CHAIRS), classifier=GROUPS))
        assert products(hub)["i"]["name"] == "Кресло"
        assert hub.commands()["catalog.product.sku.update"] == 1


def test_a_portal_that_lets_no_plain_product_have_variants_says_so_and_keeps_the_rest() -> None:
    with open_hub(Options(variation_of_simple_product="refused"), catalog_source=True) as hub:
        show(hub, CHAIR)
        show(hub, RED, goods(item("i", "Кресло", IN_CHAIRS), classifier=GROUPS))
        assert {xml_id: one["name"] for xml_id, one in products(hub).items()} == {"i": "Кресло"}
        assert "Портал не принял" in row("i#red").problem
        assert not row("i").problem


def test_a_deletion_mark_takes_goods_down_and_back(hub: Hub) -> None:
    show(hub, CHAIR)
    for mark, active in (("true", "N"), ("false", "Y")):
        show(hub, goods(item("i", "Стул", f"{IN_CHAIRS}<ПометкаУдаления>{mark}</ПометкаУдаления>"), classifier=GROUPS))
        assert products(hub)["i"]["active"] == active


def test_what_bears_our_id_already_is_met_not_made_again(hub: Hub) -> None:
    show(hub, CHAIR)
    known = products(hub)["i"]["id"]
    NomenclatureRow.objects.update(entity_id=None, shown=None, confirmed=0)
    SectionRow.objects.update(entity_id=None, shown=None, confirmed=0)
    hub.drain()
    assert (row().entity_id, len(hub.emulator.state()["sections"])) == (known, 2)
    assert products(hub)["i"]["id"] == known


@pytest.mark.parametrize("method", ["catalog.product.add", "catalog.section.add"])
@pytest.mark.parametrize("fault", ["lose_answer", "timeout"])
def test_a_lost_answer_doubles_nothing(hub: Hub, method: str, fault: str) -> None:
    load(hub.node, CHAIR)
    hub.emulator.faults.arm(fault, method=method)
    hub.drain()
    for _ in range(4):
        hub.pass_time(70)
        hub.drain()
    assert set(products(hub)) == {"i"}
    assert sorted(one["xmlId"] for one in hub.emulator.state()["sections"]) == ["g1", "g2"]
    assert not NomenclatureRow.objects.filter(outcome_unknown=True).exists()


def test_goods_that_people_deleted_in_the_portal_are_made_anew_when_they_change(hub: Hub) -> None:
    show(hub, CHAIR)
    old = row().entity_id
    portal_client_call(hub, "catalog.product.delete", id=old)
    show(hub, goods(item("i", "Кресло", IN_CHAIRS), classifier=GROUPS))
    assert products(hub)["i"]["id"] == row().entity_id != old


def test_a_refusal_is_told_and_tried_again_until_it_is_given_up(hub: Hub) -> None:
    load(hub.node, CHAIR)
    hub.emulator.faults.arm("fail_next", method="catalog.product.add", error="ACCESS_DENIED", times=10)
    for _ in range(6):
        hub.drain()
        hub.pass_time(7300)
    assert (row().problem_code, row().attempts) == ("ACCESS_DENIED", 6)
    assert row().problem.startswith("Портал не принял:")


def test_a_catalogue_that_is_closed_to_us_stops_no_orders() -> None:
    with open_hub(Options(scopes=("crm", "user", "userfieldconfig", "basic")), catalog_source=True) as hub:
        load(hub.node, CHAIR)
        hub.receive(ORDER)
        assert hub.drain().problem == ""
        assert len(hub.deals()) == 1
        assert "право «Торговый каталог»" in row().problem
        assert row().attempts == 0


def test_an_unanswered_create_waits_too_while_the_catalogue_is_closed() -> None:
    with open_hub(Options(scopes=("crm", "user", "userfieldconfig", "basic")), catalog_source=True) as hub:
        load(hub.node, CHAIR)
        NomenclatureRow.objects.update(outcome_unknown=True, retry_at=hub.now)
        assert hub.drain().problem == ""
        assert (row().outcome_unknown, row().retry_at > hub.now) == (True, True)


def test_a_kind_of_price_that_the_portal_refuses_keeps_back_that_price_alone(hub: Hub) -> None:
    hub.emulator.faults.arm("fail_next", method="catalog.priceType.add", error="ACCESS_DENIED")
    show(hub, CHAIR, offers(offer("i", BOTH), head=TYPES))
    assert hub.drain().problem == ""
    assert sorted(float(value) for value, _ in prices(hub).values()) == [990.5]
    assert PriceTypeRow.objects.get(xml_id="w").problem.startswith("Портал не принял вид цен")
    hub.pass_time(1900)
    show(hub, goods(item("k", "Стол", IN_CHAIRS), classifier=GROUPS))
    hub.drain()
    assert sorted(float(value) for value, _ in prices(hub).values()) == [700.0, 990.5]


def wait_long(hub: Hub, times: int = 6) -> None:
    """Until whatever is refused has been given up."""
    for _ in range(times):
        hub.pass_time(7300)
        hub.drain()


ROUBLES = "<Валюта>BYR</Валюта>"


def test_a_price_that_the_portal_refuses_is_counted_and_named_and_the_goods_stay(hub: Hub) -> None:
    show(hub, CHAIR, offers(offer("i", price("990", currency=ROUBLES)), head=TYPES))
    assert products(hub)["i"]["active"] == "Y"
    assert (row().attempts, row().entity_id, row().problem_code) == (1, products(hub)["i"]["id"], "")
    assert row().problem.startswith("Портал не принял цены: в нём нет валюты BYR.")
    wait_long(hub)
    assert (row().attempts, row().problem_code) == (6, "0")
    hub.emulator.forget_calls()
    wait_long(hub, 1)
    assert writes(hub) == {}
    show(hub, offers(offer("i", price("990")), head=TYPES))
    assert [float(value) for value, _ in prices(hub).values()] == [990.0]
    assert (row().attempts, row().problem, row().confirmed) == (0, "", row().wanted)


def test_a_refused_price_keeps_no_pictures_back(hub: Hub) -> None:
    load(hub.node, zipped({"import.xml": goods(item("i", "Стул", "<Картинка>a.png</Картинка>")), "a.png": b"one"}))
    show(hub, offers(offer("i", price("990", currency=ROUBLES)), head=TYPES))
    assert hub.commands().get("catalog.productImage.add") == 1


def test_a_kind_of_price_that_people_deleted_is_made_anew(hub: Hub) -> None:
    show(hub, CHAIR, offers(offer("i", BOTH), head=TYPES))
    old = PriceTypeRow.objects.get(xml_id="w").entity_id
    portal_client_call(hub, "catalog.priceType.delete", id=old)
    show(hub, offers(offer("i", BOTH.replace("990.50", "1000")), head=TYPES))
    hub.drain()
    assert PriceTypeRow.objects.get(xml_id="w").entity_id != old
    assert sorted(float(value) for value, _ in prices(hub).values()) == [700.0, 1000.0]
    assert (row().attempts, row().problem) == (0, "")


@pytest.mark.parametrize("error", ["ACCESS_DENIED", "INTERNAL_SERVER_ERROR"])
def test_a_kind_of_price_that_is_always_refused_is_given_up_and_stops_nothing_else(hub: Hub, error: str) -> None:
    hub.emulator.faults.arm("fail_next", method="catalog.priceType.add", error=error, times=6)
    show(hub, CHAIR, offers(offer("i", BOTH), head=TYPES))
    for turn in range(7):
        hub.pass_time(7300)
        show(hub, goods(item("i", f"Стул {turn}", IN_CHAIRS), classifier=GROUPS))
        assert hub.drain().problem == ""
    assert products(hub)["i"]["name"] == "Стул 6"
    kind = PriceTypeRow.objects.get(xml_id="w")
    assert (kind.attempts, kind.problem_code != "") == (6, True)
    assert retry(hub.portal) == 1
    hub.drain()
    assert sorted(float(value) for value, _ in prices(hub).values()) == [700.0, 990.5]


def test_goods_that_people_deleted_are_made_anew_by_a_price_alone(hub: Hub) -> None:
    show(hub, CHAIR)
    old = row().entity_id
    portal_client_call(hub, "catalog.product.delete", id=old)
    show(hub, offers(offer("i", price("990")), head=TYPES))
    hub.pass_time(20)
    hub.drain()
    assert products(hub)["i"]["id"] == row().entity_id != old
    assert [float(value) for value, _ in prices(hub).values()] == [990.0]


def test_goods_of_a_section_that_people_deleted_wait_as_after_any_refusal(hub: Hub) -> None:
    show(hub, CHAIR)
    portal_client_call(hub, "catalog.section.delete", id=SectionRow.objects.get(xml_id="g1").entity_id)
    load(hub.node, goods(item("k", "Стол", IN_CHAIRS), classifier=GROUPS))
    assert hub.drain().taken["products"] < 5
    assert row("k").attempts == 1
    wait_long(hub)
    assert row("k").problem_code != ""


def test_a_variant_whose_item_is_given_up_waits_no_more_and_comes_with_it(hub: Hub) -> None:
    for method in ("catalog.product.add", "catalog.product.sku.add"):
        hub.emulator.faults.arm("fail_next", method=method, error="ACCESS_DENIED", times=6)
    show(hub, CHAIR, RED)
    wait_long(hub, 12)
    assert (row("i").problem_code, row("i#red").problem_code) == ("ACCESS_DENIED", "not_yet")
    assert row("i#red").problem.startswith("Ждёт товара")
    hub.emulator.faults.clear()
    show(hub, goods(item("i", "Кресло", IN_CHAIRS), classifier=GROUPS))
    hub.drain()
    assert set(products(hub)) == {"i", "i#red"}
    assert (row("i#red").attempts, row("i#red").problem) == (0, "")


def test_a_section_whose_own_one_is_given_up_waits_no_more_and_comes_with_it(hub: Hub) -> None:
    hub.emulator.faults.arm("fail_next", method="catalog.section.add", error="ACCESS_DENIED", times=6)
    show(hub, goods(classifier=GROUPS))
    wait_long(hub, 12)
    codes = dict(SectionRow.objects.values_list("xml_id", "problem_code"))
    assert codes == {"g1": "ACCESS_DENIED", "g2": "not_yet"}
    show(hub, goods(classifier=GROUPS.replace("Мебель", "Мебель для дома")))
    hub.drain()
    assert not SectionRow.objects.exclude(problem="").exists()
    assert {one["xmlId"] for one in hub.emulator.state()["sections"]} == {"g1", "g2"}


def test_a_base_that_is_no_source_any_more_changes_nothing(hub: Hub) -> None:
    load(hub.node, CHAIR)
    hub.node.__class__.objects.update(catalog_source=False)
    hub.drain()
    assert products(hub) == {}


def portal_client_call(hub: Hub, method: str, **params: Any) -> None:
    import httpx2

    httpx2.post(f"{hub.emulator.webhook}{method}", json=params, trust_env=False).raise_for_status()


def test_a_change_that_comes_while_the_old_content_is_given_up_is_written(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    load(hub.node, CHAIR)
    NomenclatureRow.objects.update(attempts=5)
    hub.emulator.faults.arm("fail_next", method="catalog.product.add", error="ACCESS_DENIED")
    settle = publish_catalog._settle_one

    def meanwhile(*told: Any) -> None:
        if row().wanted == 1 and told[1].row.xml_id == "i":
            load(hub.node, goods(item("i", "Кресло", IN_CHAIRS), classifier=GROUPS))
        settle(*told)

    monkeypatch.setattr(publish_catalog, "_settle_one", meanwhile)
    hub.drain()
    assert (row().problem_code, row().problem, row().confirmed) == ("", "", row().wanted)
    assert products(hub)["i"]["name"] == "Кресло"
