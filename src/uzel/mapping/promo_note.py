"""What a deal says of its promo code, judged by the directory of the portal."""

import datetime as dt
from collections.abc import Mapping

from uzel.model.promo import PromoCode
from uzel.sync.promo import Standing, standing

UNKNOWN = "неизвестен"
NOTES: Mapping[Standing, str] = {
    Standing.OK: "",
    Standing.NOT_YET: "ещё не действует",
    Standing.EXPIRED: "истёк",
    Standing.INACTIVE: "выключен",
    Standing.NOT_FOR_THIS_SHOP: "не для этого магазина",
}


def note_of(promo: PromoCode | None, day: dt.date | None, node: str) -> str:
    """Why a code that an order of this node bears does not count on the order's own day; "" when it does."""
    return UNKNOWN if promo is None else NOTES[standing(promo, day, node)]
