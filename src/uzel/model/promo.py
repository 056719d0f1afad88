"""Promo codes: the portal keeps them, shops give discounts by them."""

import datetime as dt
from dataclasses import dataclass

#: Characters: of the key that stands for a code, of its title, and of its other texts, as the portal's card holds them.
KEY_CHARACTERS, TITLE_CHARACTERS, TEXT_CHARACTERS = 255, 250, 255


@dataclass(frozen=True, slots=True)
class PromoCode:
    """A promo code as the portal keeps it. ``nodes``: codes of the shops in which it counts, none named: in all.

    Both days of ``valid_from`` and ``valid_until`` are within; ``None``: open.
    """

    code: str
    title: str = ""
    discount: str = ""
    valid_from: dt.date | None = None
    valid_until: dt.date | None = None
    nodes: tuple[str, ...] = ()
    source: str = ""
    active: bool = False

    @property
    def key(self) -> str:
        """What makes two spellings the same code."""
        return key_of(self.code)


def key_of(code: str) -> str:
    """A code as it is compared: people type it by hand, so case and outer spaces mean nothing."""
    return code.strip().casefold()
