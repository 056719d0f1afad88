"""``uzel doctor node``: the page is probed, the base's calls are looked at, then every check over what was seen."""

import datetime as dt
from dataclasses import dataclass, field, replace

from django.conf import settings

from uzel.flows.doctor.finding import Finding, examine
from uzel.flows.doctor.node_checks import NODE_CHECKS, WAY_CHECKS
from uzel.flows.doctor.observe_node import observe_node
from uzel.flows.doctor.probe_page import Door, page_address, probe_page
from uzel.hub.models import Node, PortalApplication

CODE = "КОД"  # in an advice: the code of the node that is looked at


@dataclass(frozen=True, slots=True)
class Asked:
    """What the administrator gives. Without a ``url`` the address that the portal knows us by is tried, if there is one."""

    days: int
    url: str = ""
    password: str = field(default="", repr=False)
    whole_limit: bool = False
    slow: bool = False


def doctor_node(node: Node, now: dt.datetime, asked: Asked) -> list[Finding]:
    """The way to the page, where an address is known, then what the real calls tell. WrongUrlError for a senseless address."""
    door = _door(node, asked)
    way = examine(WAY_CHECKS, probe_page(door, now)) if door else []
    return [_named(one, node) for one in (*way, *examine(NODE_CHECKS, observe_node(node, now, asked.days)))]


def _door(node: Node, asked: Asked) -> Door | None:
    known = PortalApplication.objects.values_list("hub_address", flat=True).first() or ""
    given = asked.url or known
    if not given:
        return None
    return Door(
        page_address(given, node.code), node.login, asked.password, node.encoding, settings.UZEL_FILE_LIMIT_BYTES,
        asked.whole_limit, asked.slow,
    )  # fmt: skip


def _named(finding: Finding, node: Node) -> Finding:
    return replace(finding, advice=finding.advice.replace(CODE, node.code))
