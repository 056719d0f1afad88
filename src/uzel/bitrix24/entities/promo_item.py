"""An item of the smart process of promo codes as a promo code."""

import datetime as dt
import hashlib
from typing import Any

from uzel.bitrix24.entities.smart_process import KnownProcess
from uzel.bitrix24.values import as_int, as_text, is_yes
from uzel.model.promo import PromoCode

#: Field of the item in which a field of the code stands; the title is the item's own.
VALUE_OF = {
    "code": "UZEL_CODE", "discount": "UZEL_DISCOUNT", "valid_from": "UZEL_FROM", "valid_until": "UZEL_UNTIL",
    "source": "UZEL_SOURCE", "active": "UZEL_ACTIVE",
}  # fmt: skip


def read_promo_codes(result: Any, process: KnownProcess) -> list[tuple[int, PromoCode]]:
    """(id, promo code) of the items in an answer to a list; an item without a code is its title."""
    return [(as_int(item["id"]), _promo_code(item, process)) for item in result["items"]]


def item_values(promo: PromoCode) -> dict[str, Any]:
    """User fields of the item that stands for a code, by suffix."""
    return {
        "UZEL_CODE": promo.code, "UZEL_DISCOUNT": promo.discount, "UZEL_FROM": _written(promo.valid_from),
        "UZEL_UNTIL": _written(promo.valid_until), "UZEL_SHOPS": list(promo.nodes), "UZEL_SOURCE": promo.source,
        "UZEL_ACTIVE": "Y" if promo.active else "N",
    }  # fmt: skip


def item_key(promo: PromoCode) -> str:
    """Our key of the item: one code, one key, and of a length that the portal takes."""
    return f"uzel-promo-{hashlib.sha256(promo.key.encode()).hexdigest()[:32]}"


def _written(day: dt.date | None) -> str:
    return day.isoformat() if day else ""


def _promo_code(item: Any, process: KnownProcess) -> PromoCode:
    def value(suffix: str) -> Any:
        return item.get(process.code(suffix))

    title = as_text(item.get("title")).strip()
    shops = value("UZEL_SHOPS") or ()
    return PromoCode(
        code=as_text(value("UZEL_CODE")).strip() or title,
        title=title,
        discount=as_text(value("UZEL_DISCOUNT")).strip(),
        valid_from=_day(value("UZEL_FROM")),
        valid_until=_day(value("UZEL_UNTIL")),
        nodes=tuple(code for code in (as_text(shop).strip() for shop in shops) if code),
        source=as_text(value("UZEL_SOURCE")).strip(),
        active=is_yes(value("UZEL_ACTIVE")),
    )


def _day(value: Any) -> dt.date | None:
    """A day of the portal; it is written as the midnight of the portal's own zone, so the zone must not move it."""
    return dt.date.fromisoformat(as_text(value)[:10]) if value else None
