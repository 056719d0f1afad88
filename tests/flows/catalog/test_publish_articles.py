"""Articles in the portal: set-up makes the property, goods bear it, undo takes it away."""

from typing import Any

import pytest

from tests.flows.catalogue import goods, item, load, offer, offers, price_type
from tests.flows.portal_town import Hub, in_a_hurry, open_hub
from uzel.bitrix24 import client as portal_client
from uzel.bitrix24.entities import product_property
from uzel.flows.portal.portal_line import open_line
from uzel.flows.setup.build_portal import build_portal
from uzel.flows.setup.set_up_portal import set_up
from uzel.flows.setup.undo_setup import undo_setup
from uzel.hub.models import MadeInPortal, Portal

pytestmark = pytest.mark.django_db
TYPES = f"<ТипыЦен>{price_type('t')}</ТипыЦен>"
CHAIR = goods(item("i", inside="<Артикул>СТ-1</Артикул>"))
RED = offers(offer("i#r", "<Артикул>СТ-1К</Артикул>", "красный"), offer("i#g", "", "зелёный"), head=TYPES)
PRODUCTS, VARIATIONS = 23, 24


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(portal_client, "RETRY_DELAYS_S", ())


def call(hub: Hub, method: str, **params: Any) -> Any:
    with in_a_hurry(hub.portal), open_line(hub.portal) as client:
        return client.call(method, params).result


def articles(hub: Hub) -> dict[str, str]:
    """What managers read beside goods, by external id."""
    found = {}
    for one in hub.emulator.state()["products"]:
        values = [value["value"] for name, value in one.items() if name.startswith("property") and value]
        found[one["xmlId"]] = values[0] if values else ""
    return found


def made(hub: Hub) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for one in call(hub, "catalog.productProperty.list", filter={"=propertyType": "S"})["productProperties"]:
        found.setdefault(one["iblockId"], []).append(one["name"])
    return found


def forget(hub: Hub) -> None:
    """As if the set-up had been made by an older release: it ran when the town was opened."""
    for one in call(hub, "catalog.productProperty.list", filter={"=propertyType": "S"})["productProperties"]:
        call(hub, "catalog.productProperty.delete", id=one["id"])
    MadeInPortal.objects.filter(kind="article").delete()


def test_set_up_makes_the_property_once_and_goods_bear_their_articles() -> None:
    with open_hub(catalog_source=True) as hub:
        set_up(hub.portal)
        set_up(hub.portal)
        assert made(hub) == {PRODUCTS: ["Артикул"], VARIATIONS: ["Артикул"]}
        load(hub.node, CHAIR)
        load(hub.node, RED)
        hub.drain()
        assert articles(hub) == {"i": "СТ-1", "i#r": "СТ-1К", "i#g": "СТ-1"}, "a variant without one is found by its item's"
        load(hub.node, goods(item("i", inside="<Артикул>СТ-2</Артикул>")))
        hub.drain()
        assert articles(hub) == {"i": "СТ-2", "i#r": "СТ-1К", "i#g": "СТ-2"}
        load(hub.node, goods(item("i", inside="<Артикул></Артикул>")))
        hub.drain()
        assert articles(hub) == {"i": "", "i#r": "СТ-1К", "i#g": ""}


def test_without_a_source_nothing_is_made() -> None:
    with open_hub() as hub:
        set_up(hub.portal)
        assert made(hub) == {}


def test_goods_that_were_written_before_get_it_once() -> None:
    with open_hub(catalog_source=True) as hub:
        forget(hub)
        load(hub.node, CHAIR)
        load(hub.node, goods(item("j")))
        hub.drain()
        assert articles(hub) == {"i": "", "j": ""}
        set_up(hub.portal)
        hub.emulator.forget_calls()
        load(hub.node, goods(item("j", "Стол")))
        hub.drain()
        hub.drain()
        assert articles(hub) == {"i": "СТ-1", "j": ""}
        assert hub.commands()["catalog.product.update"] == 2


@pytest.mark.parametrize("known", [{"code": "ARTNUMBER", "name": "Код товара"}, {"code": "VENDOR", "name": "Артикул"}])
def test_a_property_of_people_is_taken_and_stays(known: dict[str, str]) -> None:
    with open_hub(catalog_source=True) as hub:
        forget(hub)
        for block in (PRODUCTS, VARIATIONS):
            call(hub, "catalog.productProperty.add", fields={"iblockId": block, "propertyType": "S", **known})
        set_up(hub.portal)
        assert made(hub) == {PRODUCTS: [known["name"]], VARIATIONS: [known["name"]]}
        load(hub.node, CHAIR)
        hub.drain()
        assert articles(hub) == {"i": "СТ-1"}
        with in_a_hurry(hub.portal):
            undo_setup(hub.portal, with_data=True)
        assert made(hub) == {PRODUCTS: [known["name"]], VARIATIONS: [known["name"]]}


def test_undo_takes_away_what_we_made_unless_goods_are_there() -> None:
    with open_hub(catalog_source=True) as hub:
        set_up(hub.portal)
        load(hub.node, CHAIR)
        hub.drain()
        with in_a_hurry(hub.portal):
            left = {one.title: one.text for one in undo_setup(hub.portal) if not one.removed}
        assert left["Свойство товаров «Артикул»"] == "в каталоге есть товары: 1; удалить и так: --yes"
        assert made(hub) == {PRODUCTS: ["Артикул"]}
        with in_a_hurry(hub.portal):
            undo_setup(hub.portal, with_data=True)
        assert made(hub) == {}
        assert not MadeInPortal.objects.filter(kind="article").exists()


def test_a_lost_answer_makes_no_second_property() -> None:
    with open_hub(catalog_source=True) as hub:
        forget(hub)
        hub.emulator.faults.lose_answer("catalog.productProperty.add", times=2)
        with in_a_hurry(hub.portal), open_line(hub.portal) as client:
            for _ in range(2):
                build_portal(hub.portal, client, hub.now)
        assert made(hub) == {PRODUCTS: ["Артикул"], VARIATIONS: ["Артикул"]}


def test_a_portal_that_shows_no_properties_for_once_changes_nothing() -> None:
    with open_hub(catalog_source=True) as hub:
        set_up(hub.portal)
        load(hub.node, CHAIR)
        hub.drain()
        known = Portal.objects.get().setup["articles"]
        hub.emulator.faults.fail_next(error="INVALID_CREDENTIALS", method="catalog.productProperty.list")
        load(hub.node, goods(item("i", "Кресло")))
        hub.drain()
        assert (Portal.objects.get().setup["articles"], articles(hub)) == (known, {"i": "СТ-1"})


def test_the_property_of_the_code_goes_before_that_of_the_name() -> None:
    shown = [
        {"id": 5, "iblockId": 23, "code": "X", "name": "Артикул", "propertyType": "S", "multiple": "N"},
        {"id": 7, "iblockId": 23, "code": "ARTNUMBER", "name": "Код", "propertyType": "S", "multiple": "N"},
        {"id": 4, "iblockId": 24, "code": "ARTNUMBER", "name": "Артикул", "propertyType": "S", "multiple": "Y"},
        {"id": 3, "iblockId": 24, "code": "ARTNUMBER", "name": "Артикул", "propertyType": "L", "multiple": "N"},
    ]
    assert product_property.read_articles([{"productProperties": shown[:2]}, {"productProperties": shown[2:]}]) == {23: 7}
