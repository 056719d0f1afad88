"""How a promo code stands, and what a base may say of it."""

import datetime as dt
from dataclasses import replace

import pytest

from uzel.model.promo import PromoCode
from uzel.sync.promo import ALL_SHOPS, KnownCode, Offer, Said, Standing, Take, offer, shops_of, standing, take

SPRING = PromoCode("ВЕСНА10", valid_from=dt.date(2026, 3, 1), valid_until=dt.date(2026, 3, 31), nodes=("shop",), active=True)


@pytest.mark.parametrize(
    ("promo", "day", "node", "expected"),
    [
        (SPRING, dt.date(2026, 3, 1), "shop", Standing.OK),
        (SPRING, dt.date(2026, 3, 31), "", Standing.OK),
        (SPRING, dt.date(2026, 2, 28), "shop", Standing.NOT_YET),
        (SPRING, dt.date(2026, 4, 1), "shop", Standing.EXPIRED),
        (SPRING, dt.date(2026, 3, 5), "arbat", Standing.NOT_FOR_THIS_SHOP),
        (PromoCode("X", active=True), dt.date(1999, 1, 1), "arbat", Standing.OK),
        (PromoCode("X"), dt.date(2026, 3, 5), "arbat", Standing.INACTIVE),
    ],
)
def test_both_days_are_within_and_no_shop_named_means_all(
    promo: PromoCode, day: dt.date, node: str, expected: Standing
) -> None:
    assert standing(promo, day, node) is expected


def test_case_and_outer_spaces_mean_nothing() -> None:
    assert PromoCode(" Весна10 ").key == SPRING.key


def test_shops_of_a_code_do_not_depend_on_the_day() -> None:
    assert shops_of(SPRING) == ("shop",)
    assert shops_of(PromoCode("X", active=True)) == (ALL_SHOPS,)
    assert shops_of(PromoCode("X", nodes=("shop",))) == ()


@pytest.mark.parametrize(
    ("shops", "counted_in", "expected"),
    [
        ((ALL_SHOPS,), (), Offer.COUNTS),
        (("shop", "arbat"), (), Offer.COUNTS),
        (("arbat",), ("shop", "arbat"), Offer.WITHDRAWN),
        ((), (ALL_SHOPS,), Offer.WITHDRAWN),
        (("arbat",), ("arbat",), Offer.NOTHING),
        ((), (), Offer.NOTHING),
    ],
)
def test_a_base_hears_of_codes_that_count_or_once_counted_in_its_shop(
    shops: tuple[str, ...], counted_in: tuple[str, ...], expected: Offer
) -> None:
    assert offer(shops, counted_in, "shop") is expected


HERE = Said(SPRING, "1", "v1")


@pytest.mark.parametrize(
    ("known", "said", "expected"),
    [
        (None, HERE, Take.CREATED),
        (KnownCode(SPRING, bringer="shop", said=HERE), HERE, Take.UNCHANGED),
        (KnownCode(SPRING, bringer="shop", said=HERE), Said(replace(SPRING, discount="5 %"), "1", "v1"), Take.UNCHANGED),
        (KnownCode(SPRING, bringer="shop", said=HERE), Said(replace(SPRING, discount="5 %"), "2", "v1"), Take.CHANGED),
        (KnownCode(SPRING, bringer="shop", said=HERE), Said(replace(SPRING, discount="5 %"), "1", "v2"), Take.CHANGED),
        (KnownCode(SPRING, bringer="shop", said=HERE), Said(replace(SPRING, active=False), "1", "v1"), Take.CHANGED),
        (KnownCode(SPRING, bringer="shop", said=HERE), Said(SPRING, "1", "v2"), Take.UNCHANGED),
        (KnownCode(SPRING, deleted=True), HERE, Take.GONE),
        (KnownCode(SPRING, deleted=True), Said(replace(SPRING, active=False)), Take.UNCHANGED),
        (KnownCode(SPRING), Said(replace(SPRING, discount="5 %")), Take.NOT_OURS),
        (KnownCode(SPRING, bringer="arbat", said=HERE), Said(replace(SPRING, active=False)), Take.OF_ANOTHER),
        # what a base leaves out says nothing, and a title that is the code is none
        (KnownCode(replace(SPRING, title="Весна", discount="5 %")), Said(replace(SPRING, title="ВЕСНА10")), Take.UNCHANGED),
        (KnownCode(replace(SPRING, title="Весна")), Said(replace(SPRING, title="Лето")), Take.NOT_OURS),
        # but a code that does not count in the shop of the base is not as the base says
        (KnownCode(replace(SPRING, nodes=("arbat",))), HERE, Take.NOT_OURS),
    ],
)
def test_a_base_changes_only_what_it_has_brought(known: KnownCode | None, said: Said, expected: Take) -> None:
    how, promo = take(known, said, "shop")
    assert how is expected
    stays = known is not None and how is not Take.CHANGED
    assert promo == (known.promo if known is not None and stays else said.promo)


def test_what_a_manager_changed_stays_unless_the_base_changes_that_very_field() -> None:
    card = replace(SPRING, discount="20 %", source="выставка", nodes=("shop", "arbat"))
    now = Said(replace(SPRING, discount="15 %"), "1", "v2")
    assert take(KnownCode(card, bringer="shop", said=HERE), now, "shop") == (
        Take.CHANGED, replace(card, discount="15 %"),
    )  # fmt: skip
