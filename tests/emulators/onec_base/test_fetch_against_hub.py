"""The story of a common nomenclature: the main base sends its goods, another base fetches them; under faults too."""

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import httpx2
import pytest
from pytest_django.live_server_helper import LiveServer

from tests.emulators.onec_base.test_against_hub import hub, read_waiting
from tests.flows.portal_town import Hub, open_hub
from uzel.bitrix24 import client as portal_client
from uzel.emulators.bitrix24_portal import Options
from uzel.emulators.onec_base import Base
from uzel.emulators.onec_base.catalogue import GOODS
from uzel.emulators.onec_base.catalogue_files import PRICE_TYPE_ID, SECTION_ID
from uzel.emulators.onec_base.fetch import Fetched
from uzel.flows.catalog import give_catalog
from uzel.flows.catalog.match_items import match_item
from uzel.hub.models import Call, Node, NomenclatureMatch, NomenclatureRow, Portal
from uzel.hub.passwords import hash_password

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_jobs")]
SWITCHES: list[dict[str, Any]] = [
    {},
    {"version": "3.1"},
    {"fetch_in_packages": True},
    {"fetch_in_packages": True, "says_package_zero": False},
]
KETTLE = GOODS[0].item
MUG = next(one.item for one in GOODS if one.item.variants)
__all__ = ["hub"]


@pytest.fixture
def town(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    monkeypatch.setattr(portal_client, "RETRY_DELAYS_S", ())
    monkeypatch.setattr(give_catalog, "PIECE_CHARACTERS", 400)  # a few goods a piece
    with open_hub(Options(), catalog_source=True) as found:
        Portal.objects.update(plan="enterprise")
        known = {"login": "main", "password_hash": hash_password("п"), "profile": "unf"}
        Node.objects.filter(pk=found.node.pk).update(code="main", **known)
        yield found


@pytest.fixture
def shop(hub: LiveServer, town: Hub) -> Node:
    """The main base has sent its goods, and this one may fetch them."""
    with closing(Base("unf", f"{hub.url}/1c/main", "main", "п", sleep=read_waiting)) as main:
        assert main.give_catalogue().ok
    return Node.objects.create(
        portal=town.portal, code="shop", title="Лавка", login="shop", password_hash=hash_password("п"), profile="bitrix",
        encoding="windows-1251", receives_catalog=True,
    )  # fmt: skip


def fetch(hub: LiveServer, *faults: str, **options: Any) -> tuple[str, Fetched]:
    with closing(Base("bitrix", f"{hub.url}/1c/shop", "shop", "п", sleep=read_waiting, **options)) as base:
        for fault in faults:
            base.faults.arm(*fault.split(":"))
        report, fetched = base.fetch_catalogue()
        assert report.ok == (not report.error)
        assert base.faults.pending() == {}
    return report.error, fetched


def whole(fetched: Fetched) -> None:
    """Everything that the main base sells, as it sells it."""
    assert {own_id: one.name for own_id, one in fetched.goods.items()} == {one.item.item_id: one.item.name for one in GOODS}
    for one in GOODS:
        told = fetched.goods[one.item.item_id]
        vat = "Без НДС" if one.item.vat_rate is None else format(one.item.vat_rate.normalize(), "f")
        assert (told.article, told.unit, told.vat) == (one.item.article, one.item.measure_code.strip(), vat)
        assert (told.group, told.deleted) == (SECTION_ID, False)
    sold = {offer.offer_id: (offer.name, {PRICE_TYPE_ID: offer.price}) for one in GOODS for offer in one.offers}
    assert fetched.offers == sold


@pytest.mark.parametrize("options", SWITCHES)
def test_the_nomenclature_of_the_main_base_comes_whole(hub: LiveServer, shop: Node, options: dict[str, Any]) -> None:
    error, fetched = fetch(hub, **options)
    assert error == ""
    assert len(fetched.pieces) > 4, "in several pieces of goods and offers"
    whole(fetched)
    calls = Call.objects.filter(node=shop)
    assert calls.count() == len(fetched.pieces) + 3
    assert not calls.exclude(problem_code="").exists()


@pytest.mark.parametrize("step", ["checkauth", "init", "query"])
@pytest.mark.parametrize("options", SWITCHES[:3])
def test_a_lost_answer_changes_nothing(hub: LiveServer, shop: Node, options: dict[str, Any], step: str) -> None:
    error, fetched = fetch(hub, f"lose_answer:{step}", **options)
    assert error == ""
    whole(fetched)


def test_a_package_whose_answer_was_lost_is_asked_for_again(hub: LiveServer, shop: Node) -> None:
    base = Base("bitrix", f"{hub.url}/1c/shop", "shop", "п", sleep=read_waiting, fetch_in_packages=True)
    base.faults.arm("lose_answer", "query", after=2)
    with closing(base):
        report, fetched = base.fetch_catalogue()
    assert (report.ok, base.faults.pending()) == (True, {})
    whole(fetched)
    assert [call.step for call in base.journal.calls].count("checkauth") == 1


def test_what_the_base_knows_is_not_doubled(hub: LiveServer, shop: Node) -> None:
    match_item(shop, "own-kettle", KETTLE.item_id)
    first = MUG.variants[0].variant_id
    match_item(shop, "own-mug#white", f"{MUG.item_id}#{first}")
    error, fetched = fetch(hub)
    assert error == ""
    assert fetched.goods["own-kettle"].name == KETTLE.name
    assert fetched.goods["own-mug"].name == MUG.name
    assert {"own-mug#white", f"own-mug#{MUG.variants[1].variant_id}"} <= fetched.offers.keys()
    assert len(fetched.goods) == len(GOODS)
    assert not {KETTLE.item_id, MUG.item_id} & fetched.goods.keys()
    assert NomenclatureMatch.objects.filter(node=shop).count() == 2


def test_marked_goods_come_with_their_mark(hub: LiveServer, town: Hub, shop: Node) -> None:
    town.drain()
    row = NomenclatureRow.objects.get(xml_id=KETTLE.item_id)
    NomenclatureRow.objects.filter(pk=row.pk).update(active=False, content={**(row.content or {}), "deletion_mark": True})
    assert fetch(hub)[1].goods[KETTLE.item_id].deleted


def test_two_bases_fetch_at_once_and_do_not_disturb_each_other(hub: LiveServer, shop: Node) -> None:
    Node.objects.create(
        portal=shop.portal, code="third", login="third", password_hash=hash_password("п"), receives_catalog=True
    )
    third = httpx2.Client(trust_env=False, auth=("third", "п"), base_url=f"{hub.url}/1c/third")
    with closing(third):
        lines = third.get("/", params={"type": "get_catalog", "mode": "checkauth"}).text.split("\n")
        third.headers["Cookie"] = f"{lines[1]}={lines[2]}"
        third.get("/", params={"type": "get_catalog", "mode": "init"})
        before = third.get("/", params={"type": "get_catalog", "mode": "query"}).text
        whole(fetch(hub)[1])
        after = third.get("/", params={"type": "get_catalog", "mode": "query"}).text
    assert ("<Классификатор>" in before, "<Каталог " in after) == (True, True)


@pytest.mark.parametrize("options", SWITCHES[1:3])
def test_a_base_without_the_right_shows_why(hub: LiveServer, shop: Node, options: dict[str, Any]) -> None:
    Node.objects.filter(pk=shop.pk).update(receives_catalog=False)
    error, fetched = fetch(hub, **options)
    assert "Этой базе каталог не отдаётся" in error
    assert fetched == Fetched()
