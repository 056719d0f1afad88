"""The portal is asked to tell of changes, in the best way that its plan allows; handlers that it lost are bound again.

offline (a queue in the portal, fetched and confirmed) ─ online (a call at once, sent once) ─ none (only the sweep finds them)
"""

import datetime as dt
import logging

from uzel.bitrix24.batch import Command, Done, Failed, Outcome
from uzel.bitrix24.client import PortalClient
from uzel.bitrix24.entities import events
from uzel.bitrix24.entities.events import Binding
from uzel.bitrix24.errors import Unavailable
from uzel.hub.models import PortalApplication

CHECK_S = 600  # seconds between two looks at what is bound: an update of the application takes all of it away
log = logging.getLogger("uzel.events")


def is_check_due(row: PortalApplication, now: dt.datetime) -> bool:
    """Whether nobody has looked at the bindings for a while."""
    return row.events_checked_at is None or row.events_checked_at <= now - dt.timedelta(seconds=CHECK_S)


def follow_events(row: PortalApplication, client: PortalClient, now: dt.datetime) -> None:
    """Bind what is missing, take away what is ours and not wanted."""
    handler = f"{row.hub_address}/portal/{row.portal.code}/events"
    bound = events.read_bindings(client.call("event.get", {}, repeatable=True).result)
    offline, connector = _features(client)
    if offline and not _bind(client, bound, events.wanted(handler, offline=True, connector=connector)):
        offline, bound = False, events.read_bindings(client.call("event.get", {}, repeatable=True).result)
    is_heard = offline or _bind(client, bound, events.wanted(handler, offline=False, connector=""))
    row.events = PortalApplication.OFFLINE if offline else PortalApplication.ONLINE if is_heard else ""
    row.connector, row.events_checked_at = (connector if offline else ""), now
    row.save(update_fields=["events", "connector", "events_checked_at"])


def _features(client: PortalClient) -> tuple[bool, str]:
    """Whether rows of the queue can be reserved (without that a crash loses them), and the source key of our own writes."""
    asked = [events.feature("offline", events.OFFLINE_FEATURE), events.feature("connector", events.CONNECTOR_FEATURE)]
    answers = client.batch(asked)
    given = {key: isinstance(one, Done) and events.has_feature(one.result) for key, one in answers.items()}
    return given["offline"], events.SOURCE_KEY if given["connector"] else ""


def _bind(client: PortalClient, bound: frozenset[Binding], wanted: frozenset[Binding]) -> bool:
    """Whether every wanted event is bound now."""
    missing, needless = _sorted(wanted - bound), _sorted(bound - wanted)
    commands: list[Command] = [events.bind(f"bind{place}", one) for place, one in enumerate(missing)]
    answers = client.batch(commands)
    refused = [one.event for place, one in enumerate(missing) if not _is_done(one, answers[f"bind{place}"])]
    if not refused:  # only then: what is heard now must not be lost for what can't be had
        client.batch([events.unbind(f"unbind{place}", one) for place, one in enumerate(needless)])
    return not refused


def _sorted(bindings: frozenset[Binding]) -> list[Binding]:
    return sorted(bindings, key=lambda one: (one.event, one.is_offline, one.handler))


def _is_done(binding: Binding, outcome: Outcome) -> bool:
    if isinstance(outcome, Failed):
        if events.is_bound_already(outcome.code, outcome.text):
            return True
        log.warning("портал не подписал на %s: %s", binding.event, outcome.text or outcome.code)
        return outcome.code.upper() == "ERROR_EVENT_NOT_FOUND"  # this portal has nothing of the kind to tell of
    if not isinstance(outcome, Done):
        raise Unavailable("NOT_BOUND", "портал не ответил на подписку на события")
    return True
