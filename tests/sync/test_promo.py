"""How a promo code stands."""

import datetime as dt

import pytest

from uzel.model.promo import PromoCode
from uzel.sync.promo import ALL_SHOPS, Offer, Standing, offer, shops_of, standing

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
