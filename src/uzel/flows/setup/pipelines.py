"""A pipeline of its own for a base, with the stages of its status table; and whether the stages of all bases are there."""

import datetime as dt
from collections.abc import Collection

from django.utils import timezone

from uzel.bitrix24.client import PortalClient
from uzel.bitrix24.entities import pipeline
from uzel.bitrix24.setup_plan import Action, Found, Kind, Step, Wanted, plan_stages
from uzel.flows.portal.portal_line import open_line
from uzel.flows.setup.build_portal import Builder, make_stage, settle_unanswered, stages_of
from uzel.flows.setup.look_at_portal import ask
from uzel.hub.models import MadeInPortal, Node, Portal
from uzel.hub.queries import rules_of
from uzel.mapping.stages import wanted_stages


def missing_stages(portal: Portal, client: PortalClient) -> dict[str, tuple[str, ...]]:
    """Stages of every node's status table that the portal does not have, each as deals would need it; one call for all."""
    known = pipeline.read_stages(ask(client, pipeline.list_stages("stages")))
    return {node.code: _missing(node, known) for node in Node.objects.filter(portal=portal).order_by("pk")}


def pipeline_for(portal: Portal, node: Node) -> int:
    """:func:`make_pipeline` on a line of its own."""
    with open_line(portal) as client:
        return make_pipeline(portal, client, node, timezone.now())


def make_pipeline(portal: Portal, client: PortalClient, node: Node, now: dt.datetime) -> int:
    """Give the node a pipeline with all its stages; returns the pipeline's id. Safe to repeat, also after a lost answer."""
    node.category_id = _own_pipeline(portal, client, node, now)
    there = pipeline.read_stages(ask(client, pipeline.list_stages("stages")))
    own = [one for one in stages_of([node]) if one.category_id == node.category_id]  # what rows name elsewhere is the set-up's
    wanted, found = Wanted(stages=tuple(own)), Found(stages=there, pipelines=frozenset((node.category_id,)))
    builder = Builder(portal, client, now, found, "", wanted)
    settle_unanswered(portal, found)
    for step in plan_stages(wanted, found):
        if step.action == Action.CREATE:
            make_stage(builder, step)
    Node.objects.filter(pk=node.pk).update(category_id=node.category_id)
    return node.category_id


def _own_pipeline(portal: Portal, client: PortalClient, node: Node, now: dt.datetime) -> int:
    """The pipeline that bears our key of the node, made if there is none."""
    known = pipeline.read_all(ask(client, pipeline.list_all("pipelines")))
    there = next((one.category_id for one in known if one.origin == node.code), 0)
    if there:
        MadeInPortal.objects.filter(portal=portal, kind=Kind.PIPELINE, name=node.code, made_at=None).update(
            entity_id=there, made_at=now
        )
        return there
    step = Step(Action.CREATE, Kind.PIPELINE, node.code, f"Воронка «{node.title}»")
    command = pipeline.create("pipeline", node.title, node.code)
    return Builder(portal, client, now, Found(), "").make(step, command, pipeline.read_id, single=False)


def _missing(node: Node, known: Collection[str]) -> tuple[str, ...]:
    return tuple(one.code for one in wanted_stages(rules_of(node)) if one.code not in known)
