"""Offline events are fetched from the portal's queue: reserved, written down here, and only then confirmed there.

A process that was cut off in between leaves rows reserved under a name that nobody knows; the next one finds them in the
list of the queue. Only one process at a time is here: whoever has the line to the portal.
"""

from collections.abc import Sequence

from django.db import transaction

from uzel.bitrix24.batch import Command
from uzel.bitrix24.client import PortalClient
from uzel.bitrix24.entities import events
from uzel.bitrix24.entities.events import QueueRow
from uzel.bitrix24.errors import Refused
from uzel.flows.portal.take_event import sweep_soon, take_event
from uzel.hub.models import Portal, PortalApplication

MOST_PAGES = 200  # of 50 rows in one look; what is beyond waits for the next


def pull_events(portal: Portal, row: PortalApplication, client: PortalClient) -> None:
    """Take everything that waits."""
    Portal.objects.filter(pk=portal.pk).update(events_wait=False)  # first: a call that comes meanwhile counts
    try:
        if row.fetching:
            _take_over(portal, row, client)
        _mark(row, fetching=True)
        _fetch_all(portal, row, client, errors=False)
        _mark(row, fetching=False)
    except Refused:  # the plan has changed: another way will be found at once
        PortalApplication.objects.filter(pk=row.pk).update(events_checked_at=None)
        sweep_soon(portal)


def _fetch_all(portal: Portal, row: PortalApplication, client: PortalClient, *, errors: bool) -> None:
    for _ in range(MOST_PAGES):
        # Not repeatable: an answer that was lost has reserved its rows, and the list tells of them.
        found = events.read_rows(_ask(client, events.fetch(row.connector, errors=errors), repeatable=False))
        _keep_and_confirm(portal, row, client, found)
        if len(found) < events.PAGE_ROWS:
            return


def _take_over(portal: Portal, row: PortalApplication, client: PortalClient) -> None:
    """Rows that are reserved, and those marked as erroneous by somebody."""
    last = "0"
    for _ in range(MOST_PAGES):
        found = events.read_rows(_ask(client, events.listing(row.connector, last)))
        _keep_and_confirm(portal, row, client, [one for one in found if one.process])
        if len(found) < events.PAGE_ROWS:
            break
        last = found[-1].row_id
    _fetch_all(portal, row, client, errors=True)


def _keep_and_confirm(portal: Portal, row: PortalApplication, client: PortalClient, found: Sequence[QueueRow]) -> None:
    with transaction.atomic():
        for one in found:
            take_event(portal, one.event, one.subject)
            if one.subject.entity_id is None:
                sweep_soon(portal)
    for process in sorted({one.process for one in found}):
        rows = [one.row_id for one in found if one.process == process]
        _ask(client, events.clear(row.connector, process, rows))


def _mark(row: PortalApplication, *, fetching: bool) -> None:
    if row.fetching != fetching:
        row.fetching = fetching
        row.save(update_fields=["fetching"])


def _ask(client: PortalClient, command: Command, *, repeatable: bool = True) -> object:
    return client.call(command.method, command.params, repeatable=repeatable).result
