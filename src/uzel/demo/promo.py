"""Promo codes of the demo: cards of the portal, and what a deal must say of a code that an order bears."""

from collections.abc import Mapping
from typing import Any

ONLY_SHOP = "tverskaya"
#: By code, the values of a card by the suffix of their field. Bases write these codes into their orders.
CARDS: Mapping[str, Mapping[str, Any]] = {
    "ВЕСНА10": {"UZEL_DISCOUNT": "10 %", "UZEL_SOURCE": "рассылка", "UZEL_ACTIVE": "Y"},
    "TEA-2024": {"UZEL_UNTIL": "2024-12-31", "UZEL_SOURCE": "выставка", "UZEL_ACTIVE": "Y"},
    "НОВОСЕЛ": {"UZEL_DISCOUNT": "300 руб.", "UZEL_SHOPS": [ONLY_SHOP], "UZEL_ACTIVE": "Y"},
}


def wanted_note(code: str, shop: str) -> str:
    """What the deal of an order of today must say."""
    if not code or code == "ВЕСНА10" or (code == "НОВОСЕЛ" and shop == ONLY_SHOP):
        return ""
    return {"TEA-2024": "истёк", "НОВОСЕЛ": "не для этого магазина"}.get(code, "неизвестен")
