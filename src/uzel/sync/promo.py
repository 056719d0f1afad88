"""Whether a promo code counts in a shop, and on a day."""

import datetime as dt
from collections.abc import Collection
from enum import Enum

from uzel.model.promo import PromoCode

ALL_SHOPS = ""


class Standing(Enum):
    """How a promo code stands."""

    OK = "ok"
    INACTIVE = "inactive"
    NOT_FOR_THIS_SHOP = "not_for_this_shop"
    NOT_YET = "not_yet"
    EXPIRED = "expired"


def standing(promo: PromoCode, day: dt.date | None, node: str = "") -> Standing:
    """The first reason why the code does not count on this day in the shop of this node (none named: in some shop, any day)."""
    if not promo.active:
        return Standing.INACTIVE
    if node and promo.nodes and node not in promo.nodes:
        return Standing.NOT_FOR_THIS_SHOP
    if day and promo.valid_from and day < promo.valid_from:
        return Standing.NOT_YET
    if day and promo.valid_until and day > promo.valid_until:
        return Standing.EXPIRED
    return Standing.OK


def shops_of(promo: PromoCode) -> tuple[str, ...]:
    """Codes of the nodes in whose shops the code counts, whatever the day; ``ALL_SHOPS`` alone: in all."""
    return (promo.nodes or (ALL_SHOPS,)) if promo.active else ()


class Offer(Enum):
    """What a base is to hear of a code."""

    COUNTS = "counts"
    WITHDRAWN = "withdrawn"
    NOTHING = "nothing"


def offer(shops: Collection[str], counted_in: Collection[str], node: str) -> Offer:
    """By the shops in which the code counts and those in which it ever did: no base hears of codes of other shops."""
    here = {ALL_SHOPS, node}
    if here & set(shops):
        return Offer.COUNTS
    return Offer.WITHDRAWN if here & set(counted_in) else Offer.NOTHING
