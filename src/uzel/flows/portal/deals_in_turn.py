"""Deals that are looked at although nothing is said of them: those of open orders every few minutes, finished ones once a week.

A deal that is deleted is in no list of changes, and an edit of rows alone may not touch it ([?] of bitrix24-rest G1).
"""

import datetime as dt

from django.db.models import F, Q

from uzel.hub.models import OrderRow, Portal

TURN_S = 60  # seconds between two turns, however often events make the sweep look
IN_TURN = 500  # deals in a turn: ten lists of them and fifty of their rows
OPEN_S = 300  # seconds from one look at the deal of an open order to the next
FINISHED_S = 7 * 86_400  # of one that is over
OLD_DAYS = 90  # an order counts as over then, wherever its deal stands: final stages may be of people's own making
FINAL = ("WON", "LOSE", "APOLOGY")  # stages that every pipeline has, behind the prefix of its own
TURN = "turn"  # in `Portal.swept_until`: when the last turn was


def next_look(row: OrderRow, now: dt.datetime, speed: float) -> dt.datetime:
    """When to look at the deal of an order again, of which nothing more is heard."""
    return now + dt.timedelta(seconds=(FINISHED_S if _is_over(row, now) else OPEN_S) / speed)


def _is_over(row: OrderRow, now: dt.datetime) -> bool:
    if row.called_off or (row.merged.get("shipped") and row.merged.get("paid")):
        return True
    if row.ordered_on is not None and row.ordered_on < now.date() - dt.timedelta(days=OLD_DAYS):
        return True
    return str((row.deal or {}).get("stage_id", "")).rpartition(":")[2] in FINAL


def deals_in_turn(portal: Portal, since: dict[str, str], now: dt.datetime) -> list[int]:
    """Deals whose time has come, the longest overdue first; their next look is on record at once."""
    last = since.get(TURN)
    if last and now < dt.datetime.fromisoformat(last) + dt.timedelta(seconds=TURN_S / portal.speed):
        return []
    since[TURN] = now.isoformat()
    living = OrderRow.objects.filter(node__portal=portal, deal_id__isnull=False, deal_deleted=False)
    due = living.filter(Q(deal_look_at=None) | Q(deal_look_at__lte=now))
    rows = list(due.order_by(F("deal_look_at").asc(nulls_first=True), "pk")[:IN_TURN])
    for row in rows:
        row.deal_look_at = next_look(row, now, portal.speed)
    OrderRow.objects.bulk_update(rows, ["deal_look_at"], batch_size=IN_TURN)
    return [row.deal_id for row in rows if row.deal_id is not None]
