"""A base gives its catalogue: through the page and the hub into the emulated portal, under faults too."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from pytest_django.live_server_helper import LiveServer

from tests.emulators.onec_base.test_against_hub import hub, read_waiting
from tests.flows.portal_town import Hub, open_hub
from uzel.bitrix24 import client as portal_client
from uzel.emulators.bitrix24_portal import Options
from uzel.emulators.onec_base import Base
from uzel.emulators.onec_base.catalogue import GOODS
from uzel.hub import feed_store
from uzel.hub.models import CatalogPicture, Node, NomenclatureRow, Portal
from uzel.hub.passwords import hash_password

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_jobs")]
CLIENTS: dict[str, dict[str, Any]] = {
    "unf": {},
    "unf_subordinate": {"profile": "unf", "subordinate_documents": True},
    "ut": {},
    "bitrix": {},
    "bitrix_31": {"profile": "bitrix", "version": "3.1"},
}
__all__ = ["hub"]


def make_base(server: LiveServer, name: str, **options: Any) -> Base:
    habits = {"sleep": read_waiting, **CLIENTS[name], **options}
    profile = habits.pop("profile", name)
    encoding = "windows-1251" if profile == "bitrix" else "utf-8"
    Node.objects.update_or_create(
        code="shop",
        defaults={"login": "shop", "password_hash": hash_password("п"), "profile": profile, "encoding": encoding,
                  "catalog_source": True},
    )  # fmt: skip
    return Base(profile, f"{server.url}/1c/shop", "shop", "п", **habits)


@pytest.fixture
def town(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    monkeypatch.setattr(portal_client, "RETRY_DELAYS_S", ())
    with open_hub(Options(), catalog_source=True) as found:
        Portal.objects.update(plan="enterprise")
        Node.objects.filter(pk=found.node.pk).update(code="shop")
        yield found


def living() -> set[str]:
    """Items that are not marked."""
    return set(NomenclatureRow.objects.filter(active=True, parent="").values_list("xml_id", flat=True))


def ids(goods: Any) -> set[str]:
    return {one.item.item_id for one in goods}


@pytest.mark.parametrize("name", CLIENTS)
def test_goods_prices_stocks_and_pictures_come_whole(hub: LiveServer, town: Hub, name: str) -> None:
    base = make_base(hub, name)
    report = base.give_catalogue()
    base.close()
    assert (report.ok, report.error) == (True, "")
    assert living() == ids(GOODS)
    for one in GOODS:
        item = NomenclatureRow.objects.get(xml_id=one.item.item_id)
        assert (item.name, item.article) == (one.item.name, one.item.article)
        for offer in one.offers:
            row = NomenclatureRow.objects.get(xml_id=offer.offer_id)
            assert (row.name, [Decimal(amount) for amount, _ in row.prices.values()]) == (offer.name, [offer.price])
            assert list(map(Decimal, row.stocks.values())) == [offer.quantity]
        assert feed_store.read_feed(CatalogPicture.objects.get(name=one.picture_name).feed) == one.picture
    town.drain()
    shown = {one["xmlId"]: one["name"] for one in town.emulator.state()["products"]}
    assert shown == {one.item.item_id: one.item.name for one in GOODS} | {
        offer.offer_id: offer.name for one in GOODS for offer in one.offers
    }


@pytest.mark.parametrize("fault", ["lose_answer:file", "lose_answer:import", "lose_answer:init", "post_twice", "split_file"])
@pytest.mark.parametrize("name", ["unf", "ut", "bitrix_31"])
def test_faults_change_nothing(hub: LiveServer, town: Hub, name: str, fault: str) -> None:
    base = make_base(hub, name)
    what, _, step = fault.partition(":")
    base.faults.arm(what, step)
    report = base.give_catalogue()
    base.close()
    assert (report.error, base.faults.pending(), living()) == ("", {}, ids(GOODS))
    assert {picture.feed.size for picture in CatalogPicture.objects.select_related("feed")} == {len(GOODS[0].picture)}


def test_a_full_load_of_the_module_takes_down_what_is_gone_and_changes_do_not(hub: LiveServer, town: Hub) -> None:
    base = make_base(hub, "bitrix_31")
    assert base.give_catalogue().ok
    dearer = replace(GOODS[0], item=replace(GOODS[0].item, price=Decimal("3000.00")))
    assert base.give_catalogue([dearer], only_changes=True).ok
    assert living() == ids(GOODS)
    assert next(iter(NomenclatureRow.objects.get(xml_id=dearer.item.item_id).prices.values()))[0] == "3000"
    NomenclatureRow.objects.update(named_in=None)  # by a load of an earlier second
    assert base.give_catalogue(GOODS[:3]).ok
    base.close()
    town.drain()
    assert living() == ids(GOODS[:3])
    assert {one["xmlId"] for one in town.emulator.state()["products"] if one["active"] == "Y"} == ids(GOODS[:3]) | {
        offer.offer_id for one in GOODS[:3] for offer in one.offers
    }


@pytest.mark.parametrize("name", ["unf", "ut", "bitrix_31"])
def test_a_base_that_is_no_source_reads_why(hub: LiveServer, town: Hub, name: str) -> None:
    base = make_base(hub, name)
    Node.objects.update(catalog_source=False)
    report = base.give_catalogue()
    base.close()
    assert "Эта база не источник каталога" in report.error
    assert not NomenclatureRow.objects.exists()
