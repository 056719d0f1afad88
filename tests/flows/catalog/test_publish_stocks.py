"""Stocks in the portal: written where its inventory accounting is off, left to it where it is on."""

import pytest

from tests.flows.catalogue import goods, item, load, offer, offers, price_type, quantity, row
from tests.flows.portal_town import Hub, open_hub
from uzel.emulators.bitrix24_portal import Options
from uzel.flows.portal.portal_status import portal_status
from uzel.hub.models import Portal

pytestmark = pytest.mark.django_db
TYPES = f"<ТипыЦен>{price_type('t')}</ТипыЦен>"
GOODS = goods(item())
STOCK = offers(offer("i", quantity("7")), head=TYPES)


def amounts(hub: Hub) -> dict[str, float]:
    return {one["xmlId"]: float(one["quantity"] or 0) for one in hub.emulator.state()["products"]}


def test_a_quantity_is_written_and_follows_the_base() -> None:
    with open_hub(Options(inventory_accounting=False), catalog_source=True) as hub:
        load(hub.node, GOODS)
        load(hub.node, STOCK)
        hub.drain()
        assert amounts(hub) == {"i": 7.0}
        load(hub.node, offers(offer("i", quantity("2.5")), head=TYPES))
        hub.drain()
        assert amounts(hub) == {"i": 2.5}
        assert portal_status(Portal.objects.get(), hub.now).inventory_accounting is False


def test_variants_have_their_own_quantity_and_their_item_none() -> None:
    with open_hub(Options(inventory_accounting=False), catalog_source=True) as hub:
        load(hub.node, GOODS)
        load(hub.node, offers(offer("i#r", quantity("3"), name="красный"), head=TYPES))
        hub.drain()
        assert amounts(hub) == {"i": 0.0, "i#r": 3.0}


def test_a_portal_that_counts_itself_is_asked_for_nothing_and_gives_nothing_up() -> None:
    with open_hub(Options(inventory_accounting=True), catalog_source=True) as hub:
        load(hub.node, GOODS)
        load(hub.node, STOCK)
        hub.drain()
        hub.emulator.forget_calls()
        load(hub.node, offers(offer("i", quantity("8")), head=TYPES))
        hub.drain()
        assert "catalog.product.update" not in hub.commands()
        assert (row().confirmed, row().problem, amounts(hub)) == (row().wanted, "", {"i": 0.0})
        assert portal_status(Portal.objects.get(), hub.now).inventory_accounting is True


def test_quantities_are_written_once_the_accounting_is_seen_to_be_off() -> None:
    with open_hub(Options(inventory_accounting=False), catalog_source=True) as hub:
        load(hub.node, GOODS)
        load(hub.node, STOCK)
        hub.drain()
        shown = row().shown
        assert shown is not None
        del shown["fields"]["quantity"]
        row().__class__.objects.update(shown=shown)
        Portal.objects.update(inventory_accounting=True)
        load(hub.node, goods(item("other")))
        hub.drain()  # the setting is seen with this
        hub.drain()
        assert row().shown["fields"]["quantity"] == "7"  # type: ignore[index]
