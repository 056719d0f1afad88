"""The items of «Промокоды» show how often a code was used: written between waves, rarely, and only what is news."""

import datetime as dt
from typing import Any

from django.db.models import Count, F, Max, Q

from uzel.bitrix24.batch import Done, Failed, Outcome
from uzel.bitrix24.client import PortalClient
from uzel.bitrix24.entities import smart_process
from uzel.bitrix24.entities.smart_process import PROMO_CODES
from uzel.hub.models import OrderRow, Portal, PromoCodeRow
from uzel.hub.promo_book import living
from uzel.hub.queries import known_process

PAUSE_S = 300  # portal seconds between two counts of one code
MOST_CODES = 50  # counted at once: one batch
Use = tuple[int, dt.date | None]  # in how many orders, the day of the newest
NEVER: Use = (0, None)


def show_promo(portal: Portal, client: PortalClient, now: dt.datetime) -> None:
    """Write the items of codes whose use has moved. Costs no call otherwise; what is not written comes with the next count."""
    process = known_process(portal, PROMO_CODES)
    if process is None:
        return
    rows = _rested(portal, now)
    uses = _uses(portal, [row.key for row in rows])
    news = {f"p{row.pk}": row for row in rows if uses.get(row.key, NEVER) != (row.used or 0, row.used_on)}
    outcomes = client.batch(
        smart_process.update_item(key, process, row.entity_id or 0, None, _values(uses.get(row.key, NEVER)))
        for key, row in news.items()
    )
    for key, row in news.items():
        if _is_settled(outcomes.get(key)):
            row.used, row.used_on = uses.get(row.key, NEVER)
    for row in rows:
        row.counted_at = now
    PromoCodeRow.objects.bulk_update(rows, ["used", "used_on", "counted_at"])


def _is_settled(outcome: Outcome | None) -> bool:
    """A card that people deleted is written no more: the next look at the cards notices it."""
    return isinstance(outcome, Done) or (isinstance(outcome, Failed) and outcome.code.upper() == "NOT_FOUND")


def _rested(portal: Portal, now: dt.datetime) -> list[PromoCodeRow]:
    """Codes with an item that were not counted for a while, those longest first."""
    rested = Q(counted_at=None) | Q(counted_at__lte=now - dt.timedelta(seconds=PAUSE_S / portal.speed))
    codes = living(portal).filter(rested, entity_id__isnull=False)
    return list(codes.order_by(F("counted_at").asc(nulls_first=True), "pk")[:MOST_CODES])


def _uses(portal: Portal, keys: list[str]) -> dict[str, Use]:
    """Orders that were called off use no code."""
    orders = OrderRow.objects.exclude(promo_key="").filter(promo_key__in=keys, node__portal=portal, called_off=False)
    counted = orders.values("promo_key").annotate(orders=Count("pk"), newest=Max("ordered_on")) if keys else ()
    return {one["promo_key"]: (one["orders"], one["newest"]) for one in counted}


def _values(use: Use) -> dict[str, Any]:
    orders, newest = use
    return {"UZEL_USED": orders, "UZEL_USED_ON": newest.isoformat() if newest else ""}
