"""The ledger of catalogue files: received = created + changed + unchanged + refused."""

import datetime as dt

import pytest

from tests.exchange.talk import make_node, order, package
from tests.flows.catalogue import goods, item, load, offer, offers, price
from tests.flows.due_orders import NOW
from uzel.hub.catalog_ledger import CatalogFile, catalog_ledger
from uzel.hub.ledger import ledger

pytestmark = pytest.mark.django_db


def test_every_entry_is_counted_once() -> None:
    shop = make_node("shop", catalog_source=True)
    load(shop, package(order("a")))
    for data in (goods(item("i"), item("")), goods(item("i"), item("j")), offers(offer("i", price("5"))), b"<x/>"):
        load(shop, data)
    newest, _, oldest = catalog_ledger(NOW.date())
    assert (oldest.received, oldest.outcomes) == (2, {"created": 1, "changed": 0, "unchanged": 0, "refused": 1})
    assert (newest.kinds, newest.balanced, newest.as_json()["changed"]) == ({"offer": {"changed": 1}}, True, 1)
    assert all(file.balanced for file in catalog_ledger(NOW.date(), "shop"))
    assert catalog_ledger(NOW.date() + dt.timedelta(days=1)) == catalog_ledger(NOW.date(), "other") == []
    assert ledger("shop")[0].balanced, "entries of a catalogue are no documents"


def test_what_does_not_add_up_is_seen() -> None:
    file = CatalogFile("shop", "Магазин", 1, "import.xml", NOW, 3, {"item": {"created": 2}})
    assert not file.balanced
