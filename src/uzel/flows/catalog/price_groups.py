"""Kinds of price of the source bases in the portal: met by external id, the first is the base one, others are made."""

import datetime as dt
from collections.abc import Callable

from uzel.bitrix24.client import PAGE_ITEMS, PortalClient
from uzel.bitrix24.entities import catalog
from uzel.bitrix24.entities.catalog import Shelf
from uzel.bitrix24.errors import OutcomeUnknown, Refused, WrongCredentials
from uzel.flows.catalog.catalog_book import want
from uzel.flows.portal.portal_job import count_refusal
from uzel.hub.models import NomenclatureRow, Portal, PriceTypeRow
from uzel.model import PriceType
from uzel.model.codec import from_json

NAMED = ("entity_id", "confirmed", "attempts", "retry_at", "problem_code", "problem")


def price_groups(portal: Portal, client: PortalClient, shelf: Shelf, now: dt.datetime) -> dict[str, int]:
    """Ид of a kind of price → the portal's kind. One that people deleted in the portal is found or made anew."""
    by_xml_id = {group.xml_id: group.group_id for group in shelf.groups if group.xml_id}
    base = next((group.group_id for group in shelf.groups if group.is_base), 0)
    is_there = _presence(shelf)
    known: dict[str, int] = {}
    for row in PriceTypeRow.objects.filter(portal=portal, content__isnull=False).order_by("pk"):
        group_id = row.entity_id if row.entity_id and is_there(row.entity_id) else by_xml_id.get(row.xml_id)
        group_id = group_id or (base if base not in known.values() else 0) or _new_group(portal, client, row, now)
        if not group_id:
            continue
        known[row.xml_id] = group_id
        if (row.entity_id, row.confirmed) != (group_id, row.wanted):
            _met(row, group_id)
    return known


def _presence(shelf: Shelf) -> Callable[[int], bool]:
    """Whether the portal still has a kind of price; of more of them than a page holds nobody can say that one is gone."""
    there = {group.group_id for group in shelf.groups}
    return lambda group_id: group_id in there or len(there) >= PAGE_ITEMS


def _met(row: PriceTypeRow, group_id: int) -> None:
    """Goods that were written without this price meanwhile, or into a kind that is gone, are written again."""
    moved = row.entity_id != group_id
    row.entity_id, row.confirmed, row.attempts, row.retry_at = group_id, row.wanted, 0, None
    row.problem_code = row.problem = ""
    row.save(update_fields=NAMED)
    if moved:
        want(NomenclatureRow.objects.filter(portal=row.portal_id, confirmed__gt=0, prices__has_key=row.xml_id))


def _new_group(portal: Portal, client: PortalClient, row: PriceTypeRow, now: dt.datetime) -> int:
    """0: the portal refuses to have one more kind of price; goods go on without it, and it is tried again a few times.

    One whose answer was lost is met by its external id then.
    """
    if row.problem_code or (row.retry_at is not None and row.retry_at > now):
        return 0
    command = catalog.add_group(from_json(PriceType, row.content).name, row.xml_id)
    try:
        return catalog.read_group(client.call(command.method, command.params).result)
    except (Refused, WrongCredentials, OutcomeUnknown) as error:
        count_refusal(row, error.code, f"Портал не принял вид цен: {error}", now, portal.speed)
        row.save(update_fields=NAMED)
        return 0
