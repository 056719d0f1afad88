"""The line to a portal: one process speaks at a time, on one budget that survives it.

The line is a lock of the database session, so a killed process lets go of it at once. Who drains gives it up between two
waves when somebody waits for it: the database hands it to the first in the queue.
"""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import OperationalError, connection, transaction
from psycopg.errors import LockNotAvailable

from uzel.bitrix24 import wire
from uzel.bitrix24.client import PortalClient
from uzel.bitrix24.errors import PortalError
from uzel.bitrix24.learned import Settings
from uzel.bitrix24.limits import Governor
from uzel.flows.portal.portal_access import client_of, remember_address
from uzel.hub.models import Portal

log = logging.getLogger("uzel.portal_line")
LINE = 7402  # class of the advisory lock; the portal's id is its object
SILENT_WAIT_S = 1.0  # seconds; whoever waits longer is told for whom
LONGEST_WAIT_S = 300.0  # seconds; a drain gives way after each wave, a set-up by hand takes a minute or two
WAITS = (
    "С порталом сейчас говорит другой процесс: фоновый обработчик (uzel worker) или команда в другом окне. "
    "Ждём очереди: обработчик уступает между порциями записи, обычно через полминуты. Дольше %.0f мин ждать не будем."
)
BUSY = (
    "Портал занят уже {:.0f} мин: с ним говорит другой процесс и не уступает. Ничего не сделано. "
    "Посмотрите, не выполняется ли команда в другом окне, или остановите uzel worker и повторите"
)
_AWAITED = """
SELECT EXISTS (
    SELECT FROM pg_locks JOIN pg_database ON pg_database.oid = pg_locks.database
    WHERE datname = current_database() AND locktype = 'advisory' AND objsubid = 2 AND NOT granted
      AND classid = %s::oid AND objid = %s::oid
)"""  # 2: a lock of two numbers


class LineBusyError(PortalError):
    """Somebody else speaks with the portal, and a person has waited long enough."""


@contextmanager
def portal_line(portal: Portal, *, wait: bool = False) -> Iterator[PortalClient | None]:
    """A client for the portal, or ``None`` while another process speaks (``wait``: its turn is waited for).

    LineBusyError where the turn did not come. ConnectionLost where there is no way into the portal: not connected yet, or
    the application was removed.
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


def is_awaited(portal: Portal) -> bool:
    """Whether somebody waits for the line."""
    return bool(_ask(_AWAITED, portal.pk))


def _take(portal_id: int, wait: bool) -> bool:
    taken = bool(_ask("SELECT pg_try_advisory_lock(%s, %s)", portal_id))
    if wait and not taken and not _taken_within(SILENT_WAIT_S, portal_id):
        log.warning(WAITS, LONGEST_WAIT_S / 60)
        if not _taken_within(LONGEST_WAIT_S, portal_id):
            raise LineBusyError("", BUSY.format(LONGEST_WAIT_S / 60))
    return taken or wait


def _taken_within(seconds: float, portal_id: int) -> bool:
    """Stand in the queue so long; a lock of the session outlives the transaction it was taken in."""
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('lock_timeout', %s, true)", [f"{seconds * 1000:.0f}ms"])
            _ask("SELECT pg_advisory_lock(%s, %s)", portal_id)
    except OperationalError as error:
        if isinstance(error.__cause__, LockNotAvailable):
            return False
        raise
    return True


def _ask(sql: str, portal_id: int) -> object:
    with connection.cursor() as cursor:
        cursor.execute(sql, [LINE, portal_id])
        return cursor.fetchone()[0]
