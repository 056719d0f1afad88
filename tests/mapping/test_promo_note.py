"""Notes on promo codes, by values."""

import datetime as dt

import pytest

from uzel.mapping.promo_note import note_of
from uzel.model.promo import PromoCode

DAY = dt.date(2026, 3, 2)
SPRING = PromoCode("ВЕСНА10", valid_from=dt.date(2026, 3, 1), valid_until=dt.date(2026, 3, 31), nodes=("shop",), active=True)


@pytest.mark.parametrize(
    ("promo", "day", "node", "note"),
    [
        (None, DAY, "shop", "неизвестен"),
        (SPRING, DAY, "shop", ""),
        (SPRING, None, "shop", ""),
        (SPRING, dt.date(2026, 2, 28), "shop", "ещё не действует"),
        (SPRING, dt.date(2026, 4, 1), "shop", "истёк"),
        (SPRING, DAY, "arbat", "не для этого магазина"),
        (PromoCode("ЛЕТО"), DAY, "shop", "выключен"),
    ],
)
def test_a_note_says_why_a_code_does_not_count(promo: PromoCode | None, day: dt.date | None, node: str, note: str) -> None:
    assert note_of(promo, day, node) == note
