"""The directory follows the cards by each sweep, and walks through all of them a stretch at a time."""

from collections.abc import Iterator

import pytest

from tests.flows import promo_cards
from tests.flows.portal_town import NOW, ORDER, Hub, open_hub
from uzel.bitrix24 import client as portal_client
from uzel.bitrix24.entities import smart_process
from uzel.bitrix24.errors import PortalError
from uzel.emulators.bitrix24_portal import start_portal
from uzel.flows.portal import portal_changes
from uzel.flows.portal.sweep_portal import SWEEP_S, is_due
from uzel.flows.promo import read_promo_codes
from uzel.flows.promo.read_promo_codes import PROMO_S, TOO_MANY, WALK, forget_cards
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


def sweep(hub: Hub, seconds: float = SWEEP_S) -> dict[str, int]:
    """The next sweep: what was asked of the portal."""
    hub.emulator.forget_calls()
    hub.pass_time(seconds)
    hub.sweep()
    return hub.commands()


def rests(hub: Hub) -> None:
    """The walk has ended just now, and time stands still."""
    Portal.objects.update(speed=1.0, limits={}, promo_read_at=hub.now)


def rows() -> set[tuple[str, int | None, bool]]:
    return set(PromoCodeRow.objects.values_list("content__code", "entity_id", "deleted"))


def test_what_people_change_is_found_by_the_next_sweep_without_any_event(hub: Hub) -> None:
    rests(hub)
    first = promo_cards.cards(hub.emulator)[0]["id"]
    promo_cards.add(hub.emulator, "Лето")
    sweep(hub)
    assert known() == {"Весна10", "Лето"}
    promo_cards.change(hub.emulator, first, UZEL_CODE="Осень", UZEL_DISCOUNT="5 %")
    sweep(hub)
    assert known() == {"Осень", "Лето"}
    assert sweep(hub)["crm.item.list"] == 4  # deals, contacts, companies, touched cards


def test_cards_that_exchange_their_codes_lose_none(hub: Hub) -> None:
    rests(hub)
    first = promo_cards.cards(hub.emulator)[0]["id"]
    second = promo_cards.add(hub.emulator, "Лето")
    sweep(hub)
    promo_cards.change(hub.emulator, first, UZEL_CODE="Лето")
    promo_cards.change(hub.emulator, second, UZEL_CODE="Весна10")
    sweep(hub)
    assert rows() == {("Лето", first, False), ("Весна10", second, False)}


def test_of_two_cards_with_one_code_the_older_counts_and_then_the_other(hub: Hub) -> None:
    rests(hub)
    first = promo_cards.cards(hub.emulator)[0]["id"]
    second = promo_cards.add(hub.emulator, "ВЕСНА10", "Вторая")
    promo_cards.add(hub.emulator, "я" * 300)  # nobody's
    sweep(hub)
    assert rows() == {("Весна10", first, False)}
    promo_cards.delete(hub.emulator, first)
    sweep(hub, PROMO_S)
    assert rows() == {("ВЕСНА10", second, False)}


def test_one_that_is_deleted_is_found_by_the_walk_or_by_what_the_portal_says(hub: Hub) -> None:
    rests(hub)
    first, second = promo_cards.cards(hub.emulator)[0]["id"], promo_cards.add(hub.emulator, "Лето")
    sweep(hub)
    promo_cards.delete(hub.emulator, first)
    promo_cards.delete(hub.emulator, second)
    PromoCodeRow.objects.filter(entity_id=second).update(doubted=True)
    sweep(hub)
    assert known() == {"Весна10"}
    assert sweep(hub)["crm.item.list"] == 4  # it is not looked for twice
    sweep(hub, PROMO_S)
    assert known() == set()


def test_what_is_said_to_be_gone_and_is_not_stays(hub: Hub) -> None:
    rests(hub)
    PromoCodeRow.objects.update(doubted=True)
    sweep(hub)
    assert (known(), PromoCodeRow.objects.get().doubted) == ({"Весна10"}, False)


def test_what_we_write_changes_nothing(hub: Hub) -> None:
    hub.receive(ORDER)
    hub.pass_time(1)
    hub.drain()
    hub.drain()
    assert int(promo_cards.cards(hub.emulator)[0][promo_cards.process().code("UZEL_USED")]) == 1
    sweep(hub)
    assert PromoCodeRow.objects.get().revision == 1


def test_a_smart_process_that_is_gone_is_asked_for_when_it_is_time(hub: Hub) -> None:
    for card in promo_cards.cards(hub.emulator):
        promo_cards.delete(hub.emulator, card["id"])
    promo_cards.ask(hub.emulator, smart_process.delete_type("gone", promo_cards.process().type_id))
    sweep(hub)
    sweep(hub, 0.01)
    assert (hub.emulator.calls()["counters"]["command_errors"], known()) == ({}, {"Весна10"})
    assert Portal.objects.get().promo_problem.startswith("Промокоды портала не читаются, известные остаются: ")


def test_thousands_of_cards_are_read_at_once_and_then_walked_by_stretches(hub: Hub) -> None:
    promo_cards.add_many(hub.emulator, 5050)
    hub.portal.refresh_from_db()
    PromoCodeRow.objects.all().delete()
    forget_cards(hub.portal)  # as if they had been there before us
    hub.portal.save()
    sweep(hub)
    assert (len(known()), Portal.objects.get().promo_problem) == (5051, "")
    rests(hub)
    last = promo_cards.add(hub.emulator, "Последний")
    sweep(hub)
    assert len(known()) == 5052
    promo_cards.delete(hub.emulator, last)
    lists = [sweep(hub, seconds)["crm.item.list"] for seconds in (PROMO_S, SWEEP_S, SWEEP_S)]
    assert lists == [4 + 50, 4 + 50, 4 + 2]
    assert (len(known()), WALK in Portal.objects.get().swept_until) == (5051, False)


def test_a_first_round_that_is_cut_off_goes_on_to_its_end(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(portal_client, "RETRY_DELAYS_S", ())
    promo_cards.add_many(hub.emulator, 120)
    hub.portal.refresh_from_db()
    forget_cards(hub.portal)
    hub.portal.save()
    hub.emulator.faults.arm("fail_next", method="batch", status=503)
    hub.pass_time(SWEEP_S)
    with pytest.raises(PortalError):
        hub.sweep()
    assert Portal.objects.get().promo_read_at is None
    sweep(hub)
    assert len(known()) == 121


def test_more_cards_than_the_directory_holds_are_said_on_the_screen(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_promo_codes, "MOST_CARDS", 100)
    promo_cards.add_many(hub.emulator, 170)
    hub.portal.refresh_from_db()
    PromoCodeRow.objects.all().delete()
    forget_cards(hub.portal)
    hub.portal.save()
    monkeypatch.setattr(read_promo_codes, "STRETCH_LISTS", 1)
    sweep(hub)
    assert (len(known()), Portal.objects.get().promo_problem) == (100, TOO_MANY)


def test_a_mass_edit_of_cards_is_taken_a_part_in_each_look(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three pages, a page in a look; what the first look has taken is not read again after the second has failed."""
    monkeypatch.setattr(portal_client, "RETRY_DELAYS_S", ())
    monkeypatch.setattr(portal_changes, "LOOK_PAGES", 1)
    clock = [NOW.timestamp()]
    with start_portal(limits=False, now=lambda: clock[0]) as emulator:
        hub = Hub(emulator, lists_only=False)
        hub.sweep()
        rests(hub)
        for _ in range(6):
            clock[0] += 1
            promo_cards.add_many(emulator, promo_cards.IMPORTED, prefix=f"М{clock[0]:.0f}-")
        sweep(hub, 0)
        seen = [(len(known()), is_due(Portal.objects.get(), hub.now))]
        emulator.faults.arm("fail_next", method="crm.item.list", status=503)
        with pytest.raises(PortalError):
            sweep(hub, 0)
        for _ in range(2):
            sweep(hub, 0)
            seen.append((len(known()), is_due(Portal.objects.get(), hub.now)))
        assert seen == [(50, True), (90, True), (120, False)]
