"""An element of the directory «Промокоды» of a base as a promo code, and back."""

import datetime as dt
import uuid
from collections.abc import Mapping

from uzel.commerceml.references import ReferenceElement, ReferenceEnd
from uzel.commerceml.values import parse_moment
from uzel.model.promo import KEY_CHARACTERS, TEXT_CHARACTERS, TITLE_CHARACTERS, PromoCode, key_of

DIRECTORY = "Промокоды"
#: What each requisite may be called; case and blanks do not count.
REQUISITES: Mapping[str, tuple[str, ...]] = {
    "code": ("промокод", "наименование"),
    "title": ("название",),
    "discount": ("скидка",),
    "valid_from": ("действуетс", "датаначала"),
    "valid_until": ("действуетпо", "датаокончания"),
    "source": ("источник", "откудапокупатели"),
    "active": ("действует",),
}
#: As which of these names we write them.
WRITTEN = ("Промокод", "Название", "Скидка", "ДействуетС", "ДействуетПо", "Источник", "Действует")
IDS = uuid.UUID("6f2b7b1e-3c0a-5d52-9e57-2f1f0c6f7a11")  # namespace of our own element ids
NO = frozenset(("нет", "ложь", "false", "0"))


class UnreadablePromoError(ValueError):
    """Why an element is no promo code, in plain Russian."""


def is_promo(element: ReferenceElement | ReferenceEnd) -> bool:
    """Whether the element, or the end, is of the directory of promo codes."""
    return key_of(element.directory) == key_of(DIRECTORY)


def promo_of(element: ReferenceElement, node: str) -> PromoCode:
    """The code; it counts in the shop of this base, because a base speaks for its own shop only."""
    values = {"".join(name.split()).casefold(): value for name, value in element.values.items()}
    said = {field: next((values[name] for name in names if values.get(name)), "") for field, names in REQUISITES.items()}
    code = said["code"].strip()
    if not code:
        raise UnreadablePromoError("нет кода: нужен реквизит «Промокод» или «Наименование»")
    if len(key_of(code)) > KEY_CHARACTERS:
        raise UnreadablePromoError(f"код длиннее {KEY_CHARACTERS} знаков")
    return PromoCode(
        code=code,
        title=_cut(said["title"] or code, TITLE_CHARACTERS),
        discount=_cut(said["discount"], TEXT_CHARACTERS),
        valid_from=_day(said["valid_from"]),
        valid_until=_day(said["valid_until"]),
        nodes=(node,),
        source=_cut(said["source"], TEXT_CHARACTERS),
        active=not element.deleted and said["active"].casefold() not in NO,
    )


def element_of(promo: PromoCode, version: str, element_id: str = "", *, withdrawn: bool = False) -> ReferenceElement:
    """The element that a base is given. Every requisite is written, so that one which was emptied is emptied there.

    ``element_id`` is the base's own; without one it is made of the code, always the same. Of a withdrawn code nothing is
    told but that it counts no more.
    """
    if withdrawn:
        values = {WRITTEN[0]: promo.code, WRITTEN[-1]: "false"}
    else:
        days = (_moment(promo.valid_from), _moment(promo.valid_until))
        values = dict(zip(WRITTEN, (promo.code, promo.title, promo.discount, *days, promo.source, "true"), strict=True))
    own_id = element_id or str(uuid.uuid5(IDS, promo.key))
    return ReferenceElement(DIRECTORY, own_id, version, withdrawn, values)


def _moment(day: dt.date | None) -> str:
    return f"{day.isoformat()}T00:00:00" if day else ""


def _cut(text: str, characters: int) -> str:
    """No blank at the end: a card of the portal would not show it."""
    return text[:characters].strip()


def _day(text: str) -> dt.date | None:
    try:
        moment = parse_moment(text) if text else None
    except ValueError as error:
        raise UnreadablePromoError(f"«{text[:40]}» не похоже на дату") from error
    return moment.date() if moment else None
