"""The limits of a portal: what its licence says of them, what a probe shows, what people set."""

import datetime as dt

from uzel.bitrix24.client import PortalClient
from uzel.bitrix24.errors import Refused
from uzel.flows.portal.portal_line import open_line
from uzel.hub.models import Portal


def learn_licence(client: PortalClient) -> None:
    """An application is told the portal's plan; a webhook is not."""
    try:
        told = client.call("app.info", repeatable=True).result
    except Refused:
        return
    if isinstance(told, dict) and told.get("LICENSE"):
        client.learn_licence(str(told["LICENSE"]))


def set_limits(
    portal: Portal, now: dt.datetime, *, plan: str = "", reserve_requests: float | None = None,
    reserve_operating: float | None = None,
) -> None:  # fmt: skip
    """What people know better; whatever was learned before it does not count any more."""
    portal.plan = plan or portal.plan
    portal.reserve_requests = portal.reserve_requests if reserve_requests is None else reserve_requests
    portal.reserve_operating = portal.reserve_operating if reserve_operating is None else reserve_operating
    portal.limits_set_at = now
    portal.save(update_fields=["plan", "reserve_requests", "reserve_operating", "limits_set_at"])


def probe_plan(portal: Portal) -> str:
    """See which plan the portal has; at most one request of it is refused."""
    with open_line(portal) as client:
        return client.probe_plan()
