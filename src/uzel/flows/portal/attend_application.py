"""What our application in the portal needs besides the exchange itself: a first call, events bound, events fetched."""

import datetime as dt

from uzel.bitrix24.client import PortalClient
from uzel.bitrix24.entities import client_card
from uzel.bitrix24.entities import user as users
from uzel.bitrix24.entities.user import User
from uzel.flows.portal.follow_events import follow_events, is_check_due
from uzel.flows.portal.portal_access import application_of
from uzel.flows.portal.portal_limits import learn_licence
from uzel.flows.portal.pull_events import pull_events
from uzel.hub.models import Node, Portal, PortalApplication

DEAL, REQUISITE, NEW_REQUISITE = "deal", "requisite", "new_requisite"  # in `Portal.swept_until`, beside the kinds of cards
OWNER_COLUMNS = ("exchange_user_id", "user_name", "connected_at", "swept_until", "problem")


def attend_application(portal: Portal, client: PortalClient, now: dt.datetime) -> None:
    """On an open line; nothing for a webhook."""
    row = application_of(portal)
    if row is None:
        return
    if row.verified_at is None:
        _verify(portal, row, client, now)
    if is_check_due(row, now):
        follow_events(row, client, now)
    if row.events == PortalApplication.OFFLINE:
        pull_events(portal, row, client)


def _verify(portal: Portal, row: PortalApplication, client: PortalClient, now: dt.datetime) -> None:
    """The first call succeeds: from now on this is the way in, and a webhook that was used before is forgotten."""
    learn_owner(portal, client, now)
    learn_licence(client)  # at once: by the hourly look a portal of a large plan would run on small limits until then
    portal.sealed_webhook = portal.sealed_event_token = ""
    portal.save(update_fields=[*OWNER_COLUMNS, "sealed_webhook", "sealed_event_token"])
    row.verified_at = now
    row.save(update_fields=["verified_at"])
    Node.objects.filter(portal=None).update(portal=portal)


def learn_owner(portal: Portal, client: PortalClient, now: dt.datetime) -> User:
    """In whose name we call, and from which moment on changes count; the portal is not saved here."""
    owner = users.read_user(client.call("user.current", {}, repeatable=True).result)
    portal.exchange_user_id, portal.user_name, portal.connected_at = owner.user_id, owner.full_name[:200], now
    if not portal.swept_until:  # deals older than this are nobody's order
        moment = str(client.call("server.time", {}, repeatable=True).result)
        portal.swept_until = dict.fromkeys((DEAL, *client_card.TYPE_ID, REQUISITE, NEW_REQUISITE), moment)
    portal.problem = ""
    return owner
