"""Promo codes both ways: emulated portal, hub and two bases with their extensions, over real HTTP."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest
from pytest_django.live_server_helper import LiveServer

from tests.exchange.talk import PASSWORD, make_node
from tests.flows.portal_town import NOW, Hub, in_a_hurry, open_hub
from uzel.bitrix24.entities import smart_process
from uzel.bitrix24.entities.smart_process import PROMO_CODES
from uzel.emulators.onec_base import ExchangeError
from uzel.emulators.onec_base.extension import PromoExtension
from uzel.flows.files.read_in_turn import read_in_turn
from uzel.flows.portal.portal_line import open_line
from uzel.flows.promo.promo_delta import behind
from uzel.hub.models import Call, Node, Package
from uzel.hub.passwords import hash_password
from uzel.hub.queries import known_process

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_jobs")]


@dataclass
class Story:
    """A portal, the hub, and what two bases hear."""

    hub: Hub
    tverskaya: PromoExtension
    arbat: PromoExtension

    def manager(self, command: Any) -> Any:
        with in_a_hurry(self.hub.portal), open_line(self.hub.portal) as client:
            return client.call(command.method, command.params).result

    def look(self) -> None:
        """The hub reads the cards, then the bases ask."""
        self.hub.pass_time(601)
        self.hub.sweep()
        self.tverskaya.poll()
        self.arbat.poll()


def worker(_: float) -> None:
    for package in Package.objects.filter(state=Package.State.WAITING):
        read_in_turn(package.pk, NOW)


@pytest.fixture
def story(live_server: LiveServer) -> Iterator[Story]:
    with open_hub(lists_only=False) as hub, httpx2.Client(trust_env=False) as client:
        Node.objects.filter(pk=hub.node.pk).update(login="shop-login", password_hash=hash_password(PASSWORD))
        make_node("arbat", portal=hub.portal)
        bases = [
            PromoExtension(f"{live_server.url}/1c/{code}/", f"{code}-login", PASSWORD, client, sleep=worker)
            for code in ("shop", "arbat")
        ]
        yield Story(hub, *bases)


def test_codes_go_both_ways_and_only_where_they_count(story: Story) -> None:
    process = known_process(story.hub.portal, PROMO_CODES)
    assert process
    put = {"UZEL_CODE": "ВЕСНА10", "UZEL_DISCOUNT": "10 %", "UZEL_SHOPS": ["shop"], "UZEL_ACTIVE": "Y"}
    card = smart_process.read_item_id(story.manager(smart_process.add_item("a", process, "", "Весна", put)))
    story.look()
    assert story.tverskaya.codes["весна10"]["discount"] == "10 %"
    assert story.arbat.codes == {}
    node = Node.objects.get(code="shop")
    assert (node.promo_version, behind(node)) == (1, 0)

    assert story.arbat.give([{"Промокод": "АРБАТ5", "Скидка": "5 %"}]) == "success"
    story.hub.drain()
    cards = story.manager(smart_process.list_items("all", process))["items"]
    assert [item["title"] for item in cards] == ["Весна", "АРБАТ5"]
    story.look()
    assert set(story.arbat.codes) == {"арбат5"}
    assert set(story.tverskaya.codes) == {"весна10"}

    story.manager(smart_process.delete_item("delete", process.entity_type_id, card))
    story.look()
    assert story.tverskaya.codes == {}
    assert set(story.arbat.codes) == {"арбат5"}


def test_a_base_that_knows_all_is_told_so_in_no_words(story: Story) -> None:
    story.tverskaya.poll()
    story.tverskaya.poll()
    assert list(Call.objects.filter(kind="promocodes", mode="query").order_by("pk").values_list("status", flat=True)) == [
        200,
        304,
    ]


def test_other_directories_are_named_to_the_base(story: Story) -> None:
    answer = story.arbat.give([{"Наименование": "ELEAF"}], directory="Бренды")
    assert answer.startswith("success\nСправочник «Бренды»: не используется")


def test_a_stranger_gets_nothing(story: Story, live_server: LiveServer) -> None:
    with httpx2.Client(trust_env=False) as client, pytest.raises(ExchangeError, match="Неверный логин или пароль"):
        PromoExtension(f"{live_server.url}/1c/shop/", "shop-login", "нет", client).poll()
