"""Whether a promo code counts in a shop, and on a day; what a base may say of it."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, replace
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


#: What a base says of a code that it has brought. Not the shops: a manager may let the code count in more of them.
BASE_SAYS = ("code", "title", "discount", "valid_from", "valid_until", "source", "active")


@dataclass(frozen=True, slots=True)
class Said:
    """A code as a base says it: ``version`` and ``element_id`` are the base's own, empty: it does not say."""

    promo: PromoCode
    element_id: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True)
class KnownCode:
    """A code as the directory has it. ``bringer``: the node that brought it, with what it ``said`` last; none: the portal's."""

    promo: PromoCode
    deleted: bool = False
    bringer: str = ""
    said: Said | None = None


class Take(Enum):
    """What becomes of a code that a base names."""

    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"
    NOT_OURS = "promo_code_of_portal"
    OF_ANOTHER = "promo_code_of_another_base"
    GONE = "promo_code_gone"


def take(known: KnownCode | None, said: Said, node: str) -> tuple[Take, PromoCode]:
    """What becomes of the code, and as what it then stands in the directory.

    A base changes what it has brought, field by field: what a manager has changed in the card stays unless the base
    changes that very field. A code of the portal or of another base stays; that is told only if the base says otherwise.
    """
    if known is None:
        return Take.CREATED, said.promo
    if known.deleted:
        return (Take.GONE if said.promo.active else Take.UNCHANGED), known.promo
    if known.bringer != node or known.said is None:
        if not _contradicts(said.promo, known.promo, node):
            return Take.UNCHANGED, known.promo
        return (Take.OF_ANOTHER if known.bringer else Take.NOT_OURS), known.promo
    if _same_version(known.said, said):
        return Take.UNCHANGED, known.promo
    fresh = moved(known.promo, known.said.promo, said.promo)
    return (Take.UNCHANGED if fresh == known.promo else Take.CHANGED), fresh


def moved(promo: PromoCode, before: PromoCode, now: PromoCode) -> PromoCode:
    """A code with what its base has changed since it last said it."""
    return replace(promo, **{name: getattr(now, name) for name in changed_fields(before, now)})


def changed_fields(before: PromoCode, now: PromoCode) -> list[str]:
    """Names of what is different of all that a base may say."""
    return [name for name in BASE_SAYS if getattr(now, name) != getattr(before, name)]


def _same_version(before: Said, now: Said) -> bool:
    """A base that says no version is compared by what it says; a code is on or off whatever the version."""
    told = bool(now.version) and (now.version, now.element_id) == (before.version, before.element_id)
    return told and now.promo.active == before.promo.active


def _contradicts(said: PromoCode, promo: PromoCode, node: str) -> bool:
    """Whether a base says something else; what it leaves out says nothing."""
    if said.active != promo.active or (said.active and promo.nodes and node not in promo.nodes):
        return True
    title = "" if said.title == said.code else said.title
    told = ((title, promo.title), *((getattr(said, name), getattr(promo, name)) for name in BASE_SAYS[2:-1]))
    return any(one and one != other for one, other in told)
