"""The line to a portal: one process speaks at a time, on one budget that survives it.

The line is a lock of the database session, so a killed process lets go of it at once.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

from uzel.bitrix24 import wire
from uzel.bitrix24.client import PortalClient
from uzel.bitrix24.learned import Settings
from uzel.bitrix24.limits import Governor
from uzel.flows.portal.portal_access import client_of, remember_address
from uzel.hub.models import Portal

LINE = 7402  # class of the advisory lock; the portal's id is its object


@contextmanager
def portal_line(portal: Portal, *, wait: bool = False) -> Iterator[PortalClient | None]:
    """A client for the portal, or ``None`` while another process speaks (``wait``: until it has finished).

    ConnectionLost where there is no way into the portal: not connected yet, or the application was removed.
    """
    if not _take(portal.pk, wait):
        yield None
        return
    portal.refresh_from_db()
    governor = Governor.from_json(portal.limits, settings=settings_of(portal), speed=portal.speed)
    try:
        with wire.open_http() as http:
            client = client_of(portal, governor, http)
            address = client.webhook
            try:
                yield client
            finally:
                if client.webhook != address:
                    remember_address(portal, client)
    finally:
        _keep(portal, governor.to_json())
        _ask("SELECT pg_advisory_unlock(%s, %s)", portal.pk)


def settings_of(portal: Portal) -> Settings:
    """What people set of the portal's limits."""
    since = portal.limits_set_at.timestamp() * portal.speed if portal.limits_set_at else 0.0
    return Settings(portal.plan, portal.reserve_requests, portal.reserve_operating, since)


def keep_limits(portal: Portal, client: PortalClient) -> None:
    """What was taken of the portal's limits survives a kill of this process."""
    _keep(portal, client.limits)


def _keep(portal: Portal, limits: dict[str, Any]) -> None:
    Portal.objects.filter(pk=portal.pk).update(limits=limits)


@contextmanager
def open_line(portal: Portal) -> Iterator[PortalClient]:
    """The line for a person's command: it waits for its turn."""
    with portal_line(portal, wait=True) as client:
        assert client is not None, "a line that was waited for is there"
        yield client


def _take(portal_id: int, wait: bool) -> bool:
    if wait:
        _ask("SELECT pg_advisory_lock(%s, %s)", portal_id)
        return True
    return bool(_ask("SELECT pg_try_advisory_lock(%s, %s)", portal_id))


def _ask(sql: str, portal_id: int) -> object:
    with connection.cursor() as cursor:
        cursor.execute(sql, [LINE, portal_id])
        return cursor.fetchone()[0]
