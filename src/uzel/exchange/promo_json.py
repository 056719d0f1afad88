"""Promo codes as JSON for the extension of a base; docs/reference/exchange-page.md describes it."""

import datetime as dt
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from uzel.model.promo import PromoCode


@dataclass(frozen=True, slots=True)
class PromoItem:
    """What a base is told of one code. ``element_id``: of the base's own element, which JSON does not name."""

    promo: PromoCode
    revision: int
    withdrawn: bool
    element_id: str = ""


@dataclass(frozen=True, slots=True)
class PromoDelta:
    """What is newer than the base has. ``full``: codes that are not named are no codes; ``more``: ask again from it."""

    version: int
    full: bool
    more: bool
    items: Sequence[PromoItem]


def write(delta: PromoDelta) -> str:
    """The body of the answer."""
    body = {"version": delta.version, "full": delta.full, "more": delta.more, "items": [_item(item) for item in delta.items]}
    return json.dumps(body, ensure_ascii=False)


def _item(item: PromoItem) -> dict[str, Any]:
    promo = item.promo
    named = {"key": promo.key, "code": promo.code, "revision": item.revision, "withdrawn": item.withdrawn}
    if item.withdrawn:
        return named
    return named | {
        "title": promo.title, "discount": promo.discount, "from": _day(promo.valid_from), "until": _day(promo.valid_until),
        "source": promo.source,
    }  # fmt: skip


def _day(day: dt.date | None) -> str | None:
    return day.isoformat() if day else None
