"""The steps of a set-up carried out: looked at, decided, done, looked at again until nothing changes.

Before a create is sent it is on record. A create whose answer was lost, or whose process was killed, is looked for before it
is sent again; what the portal lets exist but once (fields, numbers of smart processes) cannot be doubled at all, for the rest
we wait until the lost create must have ended.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import connection

from uzel.bitrix24.batch import Command
from uzel.bitrix24.client import PortalClient
from uzel.bitrix24.entities import deal_fields, employee_field, pipeline, product_property, smart_process
from uzel.bitrix24.entities.deal_fields import DealField
from uzel.bitrix24.entities.pipeline import WantedStage
from uzel.bitrix24.entities.smart_process import NODES, SMART_PROCESSES, KnownProcess
from uzel.bitrix24.errors import OutcomeUnknown, PortalError, Refused
from uzel.bitrix24.setup_plan import LIST, PROCESS, Action, Found, FoundProcess, Kind, Step, Wanted, link_of, plan
from uzel.flows.clients.find_clients import EXECUTION_LIMIT_S
from uzel.flows.setup.look_at_portal import look_at_portal
from uzel.hub.models import MadeInPortal, Node, Portal
from uzel.hub.queries import rules_of
from uzel.mapping.requisites import CONVERTERS, extra_rows
from uzel.mapping.stages import wanted_stages

ROUNDS = 4  # looks at the portal in one set-up; each but the last may still change something
PROCESSES_REFUSED = "CREATE_DYNAMIC_TYPE_RESTRICTED"  # the portal's plan has no smart processes, or no more of them
THERE = "есть"
_TEXTS = {Action.CREATE: "создано", Action.EXTEND: "добавлено в список"}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a step. ``passed``: it is as it should be, ``refused``: not to be asked again in this set-up."""

    step: Step
    passed: bool
    text: str
    refused: bool = False


class WaitError(Exception):
    """Not now: the portal may still be carrying out what was asked of it before."""


def build_portal(
    portal: Portal,
    client: PortalClient,
    now: dt.datetime,
    *,
    lists_only: bool = False,
    kinds: frozenset[Kind] = frozenset(Kind),
) -> list[Outcome]:
    """Do what is lacking, of the given kinds; an outcome for each step in the order of the plan."""
    outcomes: dict[tuple[Kind, str], Outcome] = {}
    refused = ""
    for _ in range(ROUNDS):
        found = look_at_portal(client, refused)
        settle_unanswered(portal, found)
        wanted = wanted_of(portal, lists_only=lists_only)
        builder = Builder(portal, client, now, found, link_of(wanted, found), wanted)
        steps = [step for step in plan(wanted, found) if step.kind in kinds]
        before, outcomes = outcomes, {}
        for step in steps:
            outcomes[step.kind, step.name] = _outcome(builder, step, before.get((step.kind, step.name)))
        refused = builder.found.refused
        remember(portal, builder.found, builder.link)
        if not builder.touched:
            break
    return list(outcomes.values())


def wanted_of(portal: Portal, *, lists_only: bool = False) -> Wanted:
    """What the nodes of the portal need."""
    nodes = Node.objects.filter(portal=portal).select_related("portal").order_by("pk")
    chosen = portal.setup.get("node_field", deal_fields.NODE if portal.setup.get("nodes") else "")
    link = "" if not chosen else LIST if chosen == deal_fields.NODE else PROCESS
    return Wanted(
        tuple((node.code, str(node)) for node in nodes), link, lists_only, _own_fields(nodes),
        goods=any(node.catalog_source for node in nodes), stages=stages_of(nodes),
    )  # fmt: skip


def stages_of(nodes: Iterable[Node]) -> tuple[WantedStage, ...]:
    """Stages that the status tables name; of a shared one the first base says what it is called."""
    found: dict[str, WantedStage] = {}
    for node in nodes:
        for one in wanted_stages(rules_of(node)):
            found.setdefault(one.code, one)
    return tuple(found.values())


def _own_fields(nodes: Iterable[Node]) -> tuple[DealField, ...]:
    """Fields of deals that the nodes' tables of requisites name, each as the first of them wants it."""
    found: dict[str, DealField] = {}
    for node in nodes:
        for row in extra_rows(rules_of(node)).values():
            one = DealField(row.field, CONVERTERS[row.converter].user_type, row.names[0], "extras")
            found.setdefault(row.field, one)
    return tuple(found.values())


def settle_unanswered(portal: Portal, found: Found) -> None:
    """What was sent and never answered, and is there now, was made by us."""
    for row in MadeInPortal.objects.filter(portal=portal, made_at=None):
        entity_id = found.id_of(row.kind, row.name)
        if entity_id:
            row.entity_id, row.made_at = entity_id, row.asked_at
            row.save(update_fields=["entity_id", "made_at"])


def remember(portal: Portal, found: Found, link: str) -> None:
    """What the exchange has to know of the set-up. How deals name their node is written down once it can be used."""
    setup = dict(portal.setup)
    processes = {name: one.known for name, one in found.processes.items()}
    setup["processes"] = {name: ids_of(one) for name, one in processes.items()}
    if link == PROCESS and NODES.name in processes:
        setup["node_field"] = processes[NODES.name].child_field
    elif link == LIST and deal_fields.NODE in found.deal_fields:
        setup["node_field"] = deal_fields.NODE
    items = found.node_items(link)
    codes = Node.objects.filter(portal=portal).values_list("code", flat=True)
    setup["nodes"] = {code: items[code] for code in codes if code in items}
    if setup != portal.setup:
        portal.setup = setup
        portal.save(update_fields=["setup"])


def ids_of(process: KnownProcess) -> dict[str, int]:
    """How a smart process is remembered; :func:`uzel.hub.queries.known_process` reads it."""
    return {"id": process.type_id, "entityTypeId": process.entity_type_id}


def _outcome(builder: "Builder", step: Step, before: Outcome | None) -> Outcome:
    if step.action == Action.CANNOT:
        return Outcome(step, step.optional, step.why)
    if step.action == Action.KEEP:
        return Outcome(step, True, _TEXTS.get(before.step.action, before.text) if before else THERE)
    if before is not None and before.refused:
        return before
    try:
        _DOERS[step.kind](builder, step)
    except Refused as error:
        if step.kind == Kind.PROCESS and error.code == PROCESSES_REFUSED:
            builder.refuse(error.text)
        return Outcome(step, step.optional, f"портал отказал: {error}", refused=True)
    except OutcomeUnknown:
        builder.touched = True
        return Outcome(step, False, "ответ портала потерян: повторите настройку")
    except WaitError as wait:
        return Outcome(step, False, str(wait))
    return Outcome(step, True, _TEXTS[step.action])


@dataclass(slots=True)
class Builder:
    """One round: ``found`` grows by what is made, ``touched``: the portal has to be looked at again."""

    portal: Portal
    client: PortalClient
    now: dt.datetime
    found: Found
    link: str
    wanted: Wanted = field(default_factory=Wanted)
    touched: bool = False
    extended: bool = False

    def refuse(self, why: str) -> None:
        """The portal makes no smart processes: decide again without them."""
        self.found, self.touched = replace(self.found, refused=why), True

    def process(self, name: str) -> KnownProcess:
        """A smart process that must be there by now."""
        if name not in self.found.processes:
            raise WaitError("ждёт своего смарт-процесса")
        return self.found.processes[name].known

    def unanswered(self, kind: Kind, name: str) -> MadeInPortal | None:
        """A create of this thing that was sent and never answered."""
        return MadeInPortal.objects.filter(portal=self.portal, kind=kind, name=name, made_at=None).first()

    def make(
        self, step: Step, command: Command, read: Callable[[Any], int], *, single: bool = True, number: int | None = None
    ) -> int:
        """Create something: on record before it is sent. ``single``: the portal itself lets no second one exist."""
        earlier = self.unanswered(step.kind, step.name)
        if earlier is not None and not single and earlier.asked_at > self.now - self._longest:
            raise WaitError("прежний запрос мог ещё не закончиться: повторите настройку через минуту")
        made, _ = MadeInPortal.objects.update_or_create(
            portal=self.portal, kind=step.kind, name=step.name,
            defaults={"title": step.title, "entity_id": number, "asked_at": self.now, "made_at": None},
        )  # fmt: skip
        try:
            result = self.client.call(command.method, command.params).result
        except OutcomeUnknown:
            raise
        except PortalError:
            if earlier is None:  # surely not made
                made.delete()
            raise
        self.touched = True
        made.entity_id, made.made_at = read(result), self.now
        made.save(update_fields=["entity_id", "made_at"])
        return made.entity_id

    @property
    def _longest(self) -> dt.timedelta:
        return dt.timedelta(seconds=EXECUTION_LIMIT_S / self.portal.speed)


def _deal_field(builder: Builder, step: Step) -> None:
    wanted = next(one for one in (*deal_fields.DEAL_FIELDS, *builder.wanted.own_fields) if one.code == step.name)
    nodes = builder.wanted.nodes if step.name == deal_fields.NODE else ()
    builder.make(step, deal_fields.create("field", wanted, nodes), deal_fields.read_id)
    forget_shown(builder.portal, wanted.attribute)


def forget_shown(portal: Portal, attribute: str) -> None:
    """A field made anew is empty in every deal, which is nobody's edit: the deals show nothing there as far as we know."""
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, [attribute, portal.pk])


_FORGET = """
    UPDATE hub_orderrow SET deal = deal - %s::text
    WHERE deal IS NOT NULL AND node_id IN (SELECT id FROM hub_node WHERE portal_id = %s)
"""


def _process(builder: Builder, step: Step) -> None:
    wanted = next(one for one in SMART_PROCESSES if one.name == step.name)
    earlier = builder.unanswered(step.kind, step.name)
    number = (earlier.entity_id if earlier else None) or smart_process.free_type_id(builder.found.type_ids)
    builder.found = replace(builder.found, type_ids=builder.found.type_ids | {number})  # taken, whatever the answer
    command = smart_process.create_type("type", wanted, number)
    type_id = builder.make(step, command, lambda result: smart_process.read_type(result).type_id, number=number)
    made = FoundProcess(KnownProcess(type_id, number, wanted.title))
    builder.found = replace(builder.found, processes={**builder.found.processes, step.name: made})


def _process_field(builder: Builder, step: Step) -> None:
    name, _, suffix = step.name.partition(".")
    process = next(one for one in SMART_PROCESSES if one.name == name)
    wanted = next(one for one in process.fields if one.suffix == suffix)
    builder.make(step, smart_process.create_field("field", builder.process(name), wanted), smart_process.read_field_id)


def _node(builder: Builder, step: Step) -> None:
    if builder.link == PROCESS:
        process = builder.process(NODES.name)
        title = dict(builder.wanted.nodes)[step.name]
        command = smart_process.add_item("item", process, step.name, title, {"UZEL_CODE": step.name})
        Node.objects.filter(portal=builder.portal, code=step.name).update(shown=None, shown_at=None)  # a new card shows nothing
        builder.make(step, command, smart_process.read_item_id, single=False)
        return
    known = builder.found.deal_fields.get(deal_fields.NODE)
    if known is not None and not builder.extended:  # otherwise it was made in this round with all its items
        _extend_list(builder, known)


def _extend_list(builder: Builder, known: deal_fields.KnownField) -> None:
    """All new items in one call: it has to name the others, too."""
    items = builder.found.node_items(LIST)
    new = tuple((code, title) for code, title in builder.wanted.nodes if code not in items)
    builder.extended = builder.touched = True
    for code, title in new:
        MadeInPortal.objects.update_or_create(
            portal=builder.portal, kind=Kind.NODE, name=code,
            defaults={"title": f"Узел «{title}»", "asked_at": builder.now, "made_at": None},
        )  # fmt: skip
    command = deal_fields.extend("nodes", known.field_id, known.items, new)
    builder.client.call(command.method, command.params)


def _employee_field(builder: Builder, step: Step) -> None:
    builder.make(step, employee_field.create("field"), deal_fields.read_id)


def _article(builder: Builder, step: Step) -> None:
    block = builder.found.blocks[step.name]
    builder.make(step, product_property.create("property", block), product_property.read_id, single=False)


def make_stage(builder: Builder, step: Step) -> None:
    """Add a stage to its pipeline; the portal lets no second one exist."""
    wanted = next(one for one in builder.wanted.stages if one.code == step.name)
    builder.make(step, pipeline.create_stage("stage", wanted, builder.found.stages), pipeline.read_stage_id)


_DOERS: Mapping[Kind, Callable[[Builder, Step], None]] = {
    Kind.DEAL_FIELD: _deal_field,
    Kind.PROCESS: _process,
    Kind.PROCESS_FIELD: _process_field,
    Kind.NODE: _node,
    Kind.EMPLOYEE_FIELD: _employee_field,
    Kind.ARTICLE: _article,
    Kind.STAGE: make_stage,
}
