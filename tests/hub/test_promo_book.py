"""The directory of promo codes: numbers of changes, withdrawn codes that stay, several writers at once."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from uzel.hub.models import Portal, PromoCodeRow
from uzel.hub.promo_book import Entry, keep, keep_all, last_revision, living
from uzel.model.promo import PromoCode

pytestmark = pytest.mark.django_db


def entries(*codes: PromoCode, item: int | None = 7) -> dict[str, Entry]:
    return {code.key: Entry(code, item) for code in codes}


def numbered(rows: Iterable[PromoCodeRow] | None = None) -> dict[str, tuple[int, bool]]:
    return {row.key: (row.revision, row.deleted) for row in rows or PromoCodeRow.objects.all()}


SPRING, SUMMER = PromoCode("Весна", active=True, nodes=("shop",)), PromoCode("Лето", active=True)


@pytest.fixture
def portal() -> Portal:
    made = Portal.objects.create()
    assert last_revision(made) == 0
    keep_all(made, entries(SPRING, SUMMER))
    return made


def test_only_what_changed_gets_the_next_number(portal: Portal) -> None:
    assert numbered() == {"весна": (1, False), "лето": (2, False)}
    keep_all(portal, entries(SPRING, SUMMER))
    assert last_revision(portal) == 2
    keep_all(portal, entries(PromoCode("Весна", "Весна!", active=True, nodes=("shop",)), SUMMER))
    assert numbered() == {"весна": (3, False), "лето": (2, False)}


def test_a_code_that_is_gone_stays_as_withdrawn_and_may_come_back(portal: Portal) -> None:
    keep_all(portal, entries(SUMMER))
    keep_all(portal, entries(SUMMER))
    assert numbered() == {"весна": (3, True), "лето": (2, False)}
    assert [row.key for row in living(portal)] == ["лето"]
    keep_all(portal, entries(SPRING, SUMMER))
    assert numbered() == {"весна": (4, False), "лето": (2, False)}


def test_another_item_with_the_same_words_is_no_news_for_the_bases(portal: Portal) -> None:
    keep_all(portal, entries(SPRING, SUMMER, item=8))
    assert set(PromoCodeRow.objects.values_list("revision", "entity_id")) == {(1, 8), (2, 8)}


def test_codes_that_only_the_hub_has_are_not_missed_in_the_portal(portal: Portal) -> None:
    keep(portal, entries(PromoCode("Зима"), item=None))
    keep_all(portal, entries(SPRING, SUMMER))
    assert numbered()["зима"] == (3, False)


def test_shops_in_which_a_code_ever_counted_are_remembered(portal: Portal) -> None:
    keep(portal, entries(PromoCode("Весна", active=True, nodes=("arbat",))))
    keep(portal, entries(PromoCode("Весна")))
    assert PromoCodeRow.objects.get(key="весна").counted_in == ["arbat", "shop"]
    assert PromoCodeRow.objects.get(key="лето").counted_in == [""]


def test_items_that_bear_their_codes_no_more_are_withdrawn_and_the_others_stay(portal: Portal) -> None:
    keep_all(portal, {"весна": Entry(SPRING, 1), "лето": Entry(SUMMER, 2)})
    keep(portal, {"зима": Entry(PromoCode("Зима"), 1)}, gone=[1])
    assert numbered() == {"весна": (4, True), "лето": (2, False), "зима": (3, False)}


def test_directories_of_two_portals_do_not_meet(portal: Portal) -> None:
    other = Portal.objects.create(code="other")
    keep_all(other, entries(SPRING))
    assert (last_revision(portal), last_revision(other)) == (2, 1)
    assert not PromoCodeRow.objects.filter(deleted=True).exists()


@pytest.mark.django_db(transaction=True)
def test_two_writers_never_take_one_number() -> None:
    portal = Portal.objects.create()

    def write(number: int) -> None:
        try:
            keep(portal, entries(PromoCode(f"код {number}")))
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(12)))
    assert sorted(PromoCodeRow.objects.values_list("revision", flat=True)) == list(range(1, 13))
