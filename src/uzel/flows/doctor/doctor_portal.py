"""``uzel doctor portal``: the portal is looked at, then every check over what was seen."""

import datetime as dt

from uzel.flows.doctor.checks_of_portal import PORTAL_CHECKS
from uzel.flows.doctor.finding import Finding, examine
from uzel.flows.doctor.observe_portal import observe_portal
from uzel.hub.models import Portal


def doctor_portal(portal: Portal, now: dt.datetime) -> list[Finding]:
    """Every finding of the registry, in its order."""
    return examine(PORTAL_CHECKS, observe_portal(portal, now))
