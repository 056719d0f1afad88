"""All that is written into the portal, one line a kind, in the order of priority."""

import datetime as dt
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Min, Q, QuerySet

from uzel.bitrix24.client import PortalClient
from uzel.flows.catalog.picture_book import pictures_waiting, take_pictures
from uzel.flows.catalog.publish_catalog import (
    products_waiting,
    publish,
    sections_waiting,
    take_products,
    take_sections,
)
from uzel.flows.catalog.publish_pictures import publish_pictures
from uzel.flows.deals.write_orders import write_orders
from uzel.flows.portal.portal_job import take_orders, waiting_orders
from uzel.flows.promo.write_promo_codes import promo_codes_waiting, take_promo_codes, write_promo_codes
from uzel.hub.models import Delivery, Portal

CarryOut = Callable[[Portal, PortalClient, Sequence[Any], Callable[[], dt.datetime]], None]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of work.

    waiting    the rows that wait, ``retry_at`` in each; ``since`` names the moment from which it waits
    take       as many as asked of those of them that are due, as pieces of work, the longest waiting first
    carry_out  ends each piece: it waits no more, or has a ``retry_at``; kinds with one function travel together
    commands   how many of each method a piece usually takes
    share      part of every wave that is its own whoever else waits
    most_s     portal seconds: it never takes more of one wave
    """

    code: str
    title: str
    share: float
    most_s: float
    commands: Mapping[str, float]
    waiting: Callable[[Portal], QuerySet[Any]]
    take: Callable[[QuerySet[Any], int], Sequence[Any]]
    carry_out: CarryOut
    since: str = "due_since"

    def due(self, portal: Portal, now: dt.datetime) -> QuerySet[Any]:
        """Those that may be tried now."""
        return self.waiting(portal).filter(Q(retry_at=None) | Q(retry_at__lte=now))

    def count(self, portal: Portal, now: dt.datetime, most: int) -> int:
        """How many are due, no further than ``most``."""
        return self.due(portal, now).order_by()[:most].count()

    def oldest(self, portal: Portal) -> dt.datetime | None:
        """Since when the oldest waits."""
        moment: dt.datetime | None = self.waiting(portal).aggregate(oldest=Min(self.since))["oldest"]
        return moment

    def needs(self, cost: Callable[[str], float]) -> dict[str, float]:
        """Portal seconds of each method for one piece."""
        return {method: number * cost(method) for method, number in self.commands.items()}


def _new(portal: Portal) -> QuerySet[Delivery]:
    return waiting_orders(portal).filter(order__deal_id=None, order__node__bulk_load=False)


def _imported(portal: Portal) -> QuerySet[Delivery]:
    return waiting_orders(portal).filter(order__deal_id=None, order__node__bulk_load=True)


def _statuses(portal: Portal) -> QuerySet[Delivery]:
    return waiting_orders(portal).filter(order__deal_id__isnull=False, status_moved=True)


def _changes(portal: Portal) -> QuerySet[Delivery]:
    return waiting_orders(portal).filter(order__deal_id__isnull=False, status_moved=False)


ADD = {"crm.contact.add": 1.0, "crm.item.add": 1.0, "crm.item.productrow.set": 1.0}
READ = {"crm.item.get": 1.0, "crm.item.productrow.list": 1.0}
IMPORT = {"crm.contact.add": 1.0, "crm.item.import": 1.0, "crm.item.productrow.set": 1.0, "crm.item.get": 1.0}
PROMO_CODE = {"crm.item.add": 1.0}
SECTION = {"catalog.section.add": 1.0}
PRODUCT = {"catalog.product.add": 1.0, "catalog.price.modify": 1.0}
PICTURES = {"catalog.productImage.list": 1.0, "catalog.productImage.add": 2.0}
ALL_S = float("inf")  # as much of a wave as the others leave

WORK: tuple[Kind, ...] = (
    Kind("new_orders", "новые заказы", 0.4, ALL_S, ADD, _new, take_orders, write_orders),
    Kind("statuses", "смена статуса", 0.2, ALL_S, READ | {"crm.item.update": 1.0}, _statuses, take_orders, write_orders),
    Kind(
        "changes", "прочие изменения заказов", 0.2, ALL_S, READ | {"crm.item.update": 1.0, "crm.item.productrow.set": 0.5},
        _changes, take_orders, write_orders,
    ),
    Kind("promo_codes", "промокоды", 0.03, 20.0, PROMO_CODE, promo_codes_waiting, take_promo_codes, write_promo_codes),
    Kind("bulk_orders", "массовая загрузка заказов", 0.05, 60.0, IMPORT, _imported, take_orders, write_orders),
    Kind(
        "sections", "разделы каталога", 0.03, 20.0, SECTION,
        sections_waiting, take_sections, publish, "package__received_at",
    ),
    Kind(
        "products", "товары каталога", 0.03, 60.0, PRODUCT,
        products_waiting, take_products, publish, "package__received_at",
    ),
    Kind("pictures", "картинки товаров", 0.02, 30.0, PICTURES, pictures_waiting, take_pictures, publish_pictures),
)  # fmt: skip


def seconds_to_retry(portal_id: int, now: dt.datetime) -> int | None:
    """When the earliest postponed piece of work may be tried again, in whole seconds; ``None``: nothing is postponed."""
    portal = Portal.objects.get(pk=portal_id)
    moments = [kind.waiting(portal).aggregate(first=Min("retry_at"))["first"] for kind in WORK]
    known = [moment for moment in moments if moment is not None]
    return max(1, math.ceil((min(known) - now).total_seconds())) if known else None
