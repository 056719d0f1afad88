"""Orders, deals and revenue by promo code, source and base. Counted by the database; currencies are never added up."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from uzel.hub.models import Node, OrderRow, Portal
from uzel.hub.promo_book import living, promo_of
from uzel.model.promo import PromoCode

ZERO = Decimal(0)
KEPT = Q(called_off=False)


@dataclass(frozen=True, slots=True)
class PromoLine:
    """A code in a base and a currency.

    ``code`` and ``source`` are the directory's; a code that is not ``known`` to it stands by its key.
    ``orders`` are all, ``canceled`` those of them that were called off; ``revenue`` and ``paid_by_bonus`` are of the others.
    """

    code: str
    source: str
    known: bool
    node: str
    currency: str
    orders: int
    canceled: int
    deals: int
    revenue: Decimal
    paid_by_bonus: Decimal


@dataclass(frozen=True, slots=True)
class SourceTotal:
    """What the codes of a source have brought in a currency, over all bases; otherwise as :class:`PromoLine`."""

    source: str
    known: bool
    currency: str
    orders: int
    canceled: int
    deals: int
    revenue: Decimal
    paid_by_bonus: Decimal


def totals_by_source(lines: Iterable[PromoLine]) -> list[SourceTotal]:
    """Lines added up by source and currency; codes that the directory does not know are a source of their own, the last."""
    grouped: dict[tuple[bool, str, str], list[PromoLine]] = {}
    for line in lines:
        grouped.setdefault((not line.known, line.source, line.currency), []).append(line)
    return [_total(grouped[key]) for key in sorted(grouped)]


def _total(lines: Sequence[PromoLine]) -> SourceTotal:
    first = lines[0]
    return SourceTotal(
        first.source, first.known, first.currency,
        orders=sum(line.orders for line in lines),
        canceled=sum(line.canceled for line in lines),
        deals=sum(line.deals for line in lines),
        revenue=sum((line.revenue for line in lines), ZERO),
        paid_by_bonus=sum((line.paid_by_bonus for line in lines), ZERO),
    )  # fmt: skip


def promo_report(
    portal: Portal, node_code: str = "", since: dt.date | None = None, until: dt.date | None = None
) -> list[PromoLine]:
    """Lines by code, base and currency; both days are within, an order without a date is in no period."""
    nodes = dict(Node.objects.filter(portal=portal).values_list("pk", "code"))
    wanted = [pk for pk, code in nodes.items() if node_code in ("", code)]
    known = {row.key: promo_of(row) for row in living(portal)}
    lines = [_line(found, known.get(found["promo_key"]), nodes) for found in counted(wanted, since, until)]
    return sorted(lines, key=lambda line: (line.code.casefold(), line.node, line.currency))


def counted(nodes: list[int], since: dt.date | None, until: dt.date | None) -> QuerySet[Any, Any]:
    """The counts as the database makes them, out of the index of promo codes alone."""
    orders = OrderRow.objects.exclude(promo_key="").filter(node__in=nodes)
    if since:
        orders = orders.filter(ordered_on__gte=since)
    if until:
        orders = orders.filter(ordered_on__lte=until)
    return orders.values("promo_key", "node_id", "currency").annotate(
        orders=Count("pk"),
        canceled=Count("pk", filter=~KEPT),
        deals=Count("deal_id"),
        revenue=Sum("total", filter=KEPT, default=ZERO),
        bonus=Sum("paid_by_bonus", filter=KEPT, default=ZERO),
    )


def _line(found: Mapping[str, Any], promo: PromoCode | None, nodes: Mapping[int, str]) -> PromoLine:
    return PromoLine(
        code=promo.code if promo else found["promo_key"],
        source=promo.source if promo else "",
        known=promo is not None,
        node=nodes[found["node_id"]],
        currency=found["currency"],
        orders=found["orders"],
        canceled=found["canceled"],
        deals=found["deals"],
        revenue=found["revenue"],
        paid_by_bonus=found["bonus"],
    )
