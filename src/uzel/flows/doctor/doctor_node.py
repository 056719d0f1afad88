"""``uzel doctor node``: observations of a base, then every check over them."""

import datetime as dt
from dataclasses import replace

from uzel.flows.doctor.finding import Finding, examine
from uzel.flows.doctor.node_checks import NODE_CHECKS
from uzel.flows.doctor.observe_node import observe_node
from uzel.hub.models import Node

CODE = "КОД"  # in an advice: the code of the node that is looked at


def doctor_node(node: Node, now: dt.datetime, days: int) -> list[Finding]:
    """What the real calls of the base tell."""
    return [_named(one, node) for one in examine(NODE_CHECKS, observe_node(node, now, days))]


def _named(finding: Finding, node: Node) -> Finding:
    return replace(finding, advice=finding.advice.replace(CODE, node.code))
