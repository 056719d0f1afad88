"""A pipeline of its own for a base, with the stages of its status table; and whether the stages of all bases are there."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone

from uzel.bitrix24.client import PortalClient
from uzel.bitrix24.entities import pipeline
from uzel.bitrix24.setup_plan import Action, Found, Kind, Step
from uzel.flows.portal.portal_line import open_line
from uzel.flows.setup.build_portal import Builder
from uzel.flows.setup.look_at_portal import ask
from uzel.hub.models import MadeInPortal, Node, Portal
from uzel.hub.queries import rules_of
from uzel.mapping import stages


@dataclass(frozen=True, slots=True)
class StagesOfNode:
    """Stages of a node's status table that the portal does not have, each as deals would need it."""

    code: str
    title: str
    missing: tuple[str, ...] = ()


def check_stages(portal: Portal, client: PortalClient) -> list[StagesOfNode]:
    """Every node's status table beside the pipelines of the portal; one call for all."""
    known = set(pipeline.read_stages(ask(client, pipeline.list_stages("stages"))))
    nodes = Node.objects.filter(portal=portal).order_by("pk")
    return [StagesOfNode(node.code, str(node), tuple(_missing(node, known))) for node in nodes]


def pipeline_for(portal: Portal, node: Node) -> int:
    """:func:`make_pipeline` on a line of its own."""
    with open_line(portal) as client:
        return make_pipeline(portal, client, node, timezone.now())


def make_pipeline(portal: Portal, client: PortalClient, node: Node, now: dt.datetime) -> int:
    """Give the node a pipeline with all its stages; returns the pipeline's id. Safe to repeat, also after a lost answer."""
    node.category_id = _own_pipeline(portal, client, node, now)
    places = pipeline.read_stages(ask(client, pipeline.list_stages("stages")))
    for stage in _missing(node, set(places)):
        own, _, bare = stage.rpartition(":")
        if own == f"C{node.category_id}":  # a stage that a row names in another pipeline is that pipeline's business
            names = {row.stage_id: row.name for row in stages.table(rules_of(node))}
            sort = places.get(f"{own}:{stages.SUCCESS}", 1000) - 1  # among the stages of work in progress
            command = pipeline.create_stage("stage", node.category_id, bare, names.get(bare, bare), sort)
            client.call(command.method, command.params)  # the portal lets no second one exist
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


def _missing(node: Node, known: Iterable[str]) -> list[str]:
    rules = rules_of(node)
    wanted = dict.fromkeys(stages.full_stage(row, rules) for row in stages.table(rules))
    return [stage for stage in wanted if stage not in known]
