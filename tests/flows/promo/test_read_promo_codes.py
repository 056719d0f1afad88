"""The directory follows the cards by each sweep, and reads them whole only when they say something new."""

from collections.abc import Iterator

import pytest
from django.utils import timezone

from tests.flows import promo_cards
from tests.flows.portal_town import ORDER, Hub, open_hub
from uzel.bitrix24.client import PortalClient
from uzel.bitrix24.entities import smart_process
from uzel.bitrix24.errors import Unavailable
from uzel.flows.portal.portal_line import open_line
from uzel.flows.portal.sweep_portal import SWEEP_S
from uzel.flows.promo import read_promo_codes
from uzel.flows.promo.read_promo_codes import PROMO_S
from uzel.hub.models import Portal, PromoCodeRow

pytestmark = pytest.mark.django_db


@pytest.fixture
def hub() -> Iterator[Hub]:
    with open_hub(lists_only=False) as found:
        Portal.objects.update(speed=1000.0, swept_at=None)  # nobody waits for the budget
        promo_cards.add(found.emulator, "Весна10")
        found.sweep()
        yield found


def known() -> set[str]:
    return set(PromoCodeRow.objects.filter(deleted=False).values_list("content__code", flat=True))


def reads(hub: Hub) -> bool:
    """Whether the next sweep reads the cards whole; the directory stands a little before its time."""
    before = hub.now
    Portal.objects.update(promo_read_at=before)
    hub.pass_time(0.01)
    hub.sweep()
    return Portal.objects.get().promo_read_at != before


def test_a_change_of_people_is_found_by_the_next_sweep_without_any_event(hub: Hub) -> None:
    first = promo_cards.cards(hub.emulator)[0]["id"]
    assert not reads(hub)
    promo_cards.add(hub.emulator, "Лето")
    assert (reads(hub), known()) == (True, {"Весна10", "Лето"})
    promo_cards.change(hub.emulator, first, UZEL_CODE="Осень")
    assert (reads(hub), known()) == (True, {"Осень", "Лето"})
    assert not reads(hub)


def test_one_that_is_deleted_is_found_when_it_is_time(hub: Hub) -> None:
    promo_cards.delete(hub.emulator, promo_cards.cards(hub.emulator)[0]["id"])
    assert (reads(hub), known()) == (False, {"Весна10"})
    hub.pass_time(PROMO_S)
    hub.sweep()
    assert known() == set()


def test_what_we_write_sets_off_no_reading(hub: Hub) -> None:
    hub.receive(ORDER)
    hub.pass_time(1)
    hub.drain()
    hub.drain()
    assert int(promo_cards.cards(hub.emulator)[0][promo_cards.process().code("UZEL_USED")]) == 1
    assert not reads(hub)


@pytest.mark.parametrize("code", ["ВЕСНА10", "я" * 300])
def test_a_card_that_is_nobodys_sets_off_no_reading(hub: Hub, code: str) -> None:
    promo_cards.add(hub.emulator, code, "Вторая")
    assert (reads(hub), known()) == (False, {"Весна10"})


def test_a_smart_process_that_is_gone_is_asked_for_when_it_is_time(hub: Hub) -> None:
    for card in promo_cards.cards(hub.emulator):
        promo_cards.delete(hub.emulator, card["id"])
    promo_cards.ask(hub.emulator, smart_process.delete_type("gone", promo_cards.process().type_id))
    hub.pass_time(SWEEP_S)
    hub.sweep()
    hub.emulator.forget_calls()
    hub.pass_time(0.01)
    hub.sweep()
    assert (hub.emulator.calls()["counters"]["command_errors"], known()) == ({}, {"Весна10"})


def test_a_reading_that_was_cut_off_is_begun_again(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise Unavailable("503", "портал недоступен")

    portal = Portal.objects.get()
    Portal.objects.update(promo_read_at=None)
    monkeypatch.setattr(PortalClient, "walk", fail)
    with open_line(portal) as client, pytest.raises(Unavailable):
        read_promo_codes.read_promo(portal, client, timezone.now())
    assert Portal.objects.get().promo_read_at is None
