"""What the exchange needs in the portal beside what the portal has: a list of steps, decided without a call.

A portal names a deal's exchange node in one of two ways, chosen at the first set-up:

    process   an item of the smart process «Узлы обмена» is the deal's parent
    list      an item of our list field; for portals whose plan has no smart processes
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from uzel.bitrix24.entities import catalog, employee_field, product_property
from uzel.bitrix24.entities.deal_fields import CODE_CHARACTERS, DEAL_FIELDS, NODE, DealField, KnownField
from uzel.bitrix24.entities.pipeline import Stage, WantedStage
from uzel.bitrix24.entities.smart_process import NODES, SMART_PROCESSES, KnownProcess, SmartProcess
from uzel.bitrix24.entities.user import PERSONNEL_NUMBER

LIST, PROCESS = "list", "process"
FIELD_SCOPE = "userfieldconfig"  # user fields of smart processes need it


class Action(StrEnum):
    """What a step does. ``CANNOT``: a person has to do something first."""

    CREATE = "create"
    EXTEND = "extend"
    KEEP = "keep"
    CANNOT = "cannot"


class Kind(StrEnum):
    """What a step is about."""

    DEAL_FIELD = "deal_field"
    PROCESS = "process"
    PROCESS_FIELD = "process_field"
    NODE = "node"
    EMPLOYEE_FIELD = "employee_field"
    PIPELINE = "pipeline"
    ARTICLE = "article"
    STAGE = "stage"


@dataclass(frozen=True, slots=True)
class Step:
    """``name`` is unique within the kind; ``optional``: the exchange works without it, only poorer."""

    action: Action
    kind: Kind
    name: str
    title: str
    why: str = ""
    optional: bool = False


@dataclass(frozen=True, slots=True)
class FoundProcess:
    """A smart process of the portal that bears the title of ours. ``fields`` by suffix, ``items`` of nodes by their code."""

    known: KnownProcess
    fields: Mapping[str, KnownField] = field(default_factory=dict)
    items: Mapping[str, int] = field(default_factory=dict)
    over_deals: bool = True


@dataclass(frozen=True, slots=True)
class Found:
    """What the portal has. ``refused``: why it makes no smart processes.

    ``blocks``: information blocks of its catalogue by our name, ``articles`` their property of the article.
    ``stages``: of all pipelines by their full codes, ``pipelines``: ids of those beside the default one, which is always there.
    """

    scopes: frozenset[str] = frozenset()
    deal_fields: Mapping[str, KnownField] = field(default_factory=dict)
    processes: Mapping[str, FoundProcess] = field(default_factory=dict)
    employee_fields: Mapping[str, KnownField] = field(default_factory=dict)
    type_ids: frozenset[int] = frozenset()
    refused: str = ""
    blocks: Mapping[str, int] = field(default_factory=dict)
    articles: Mapping[str, int] = field(default_factory=dict)
    stages: Mapping[str, Stage] = field(default_factory=dict)
    pipelines: frozenset[int] = frozenset()

    def id_of(self, kind: str, name: str) -> int:
        """Id of a thing in the portal, 0 when it is not there."""
        if kind == Kind.NODE:
            return {**self.node_items(LIST), **self.node_items(PROCESS)}.get(name, 0)
        if kind == Kind.ARTICLE:
            return self.articles.get(name, 0)
        if kind == Kind.STAGE:
            return self.stages[name].stage_id if name in self.stages else 0
        process, _, suffix = name.partition(".")
        there = self.processes.get(process)
        if kind == Kind.PROCESS:
            return there.known.type_id if there else 0
        fields = {
            Kind.DEAL_FIELD: self.deal_fields, Kind.EMPLOYEE_FIELD: self.employee_fields,
            Kind.PROCESS_FIELD: there.fields if there else {},
        }.get(Kind(kind), {})  # fmt: skip
        known = fields.get(suffix or name)
        return known.field_id if known else 0

    def node_items(self, link: str) -> dict[str, int]:
        """What stands for each node in the portal, by code."""
        if link == PROCESS:
            return dict(self.processes[NODES.name].items) if NODES.name in self.processes else {}
        known = self.deal_fields.get(NODE)
        return {title.rpartition("(")[2].rstrip(")"): item_id for item_id, title in known.items} if known else {}


@dataclass(frozen=True, slots=True)
class Wanted:
    """``nodes`` are (code, title with the code), ``link`` what an earlier set-up chose, ``lists_only`` what a person wants.

    ``own_fields``: fields of deals that tables of requisites name; ``goods``: a base is the source of the catalogue;
    ``stages``: those that tables of statuses name, each once however many bases share its pipeline.
    """

    nodes: tuple[tuple[str, str], ...] = ()
    link: str = ""
    lists_only: bool = False
    own_fields: tuple[DealField, ...] = ()
    goods: bool = False
    stages: tuple[WantedStage, ...] = ()


def link_of(wanted: Wanted, found: Found) -> str:
    """How deals name their node. A choice once made stays: deals that are there already speak its language."""
    if wanted.link:
        return wanted.link
    if NODES.name in found.processes:
        return PROCESS
    return LIST if NODE in found.deal_fields or wanted.lists_only or found.refused else PROCESS


def plan(wanted: Wanted, found: Found) -> tuple[Step, ...]:
    """Everything the exchange needs, in the order in which it is done."""
    link = link_of(wanted, found)
    return (
        *_deal_fields(wanted, found, link),
        *(_own_field(one, found.deal_fields.get(one.code)) for one in wanted.own_fields),
        *_processes(wanted, found, link),
        *_nodes(wanted, found, link),
        _employee(found),
        *_articles(wanted, found),
        *plan_stages(wanted, found),
    )


def _deal_fields(wanted: Wanted, found: Found, link: str) -> Iterator[Step]:
    for one in DEAL_FIELDS:
        if one.code == NODE and link == PROCESS:
            continue
        title = f"Поле сделки «{one.label}»"
        yield _field(Kind.DEAL_FIELD, one.code, title, one.user_type, found.deal_fields.get(one.code))


def _own_field(one: DealField, known: KnownField | None) -> Step:
    """A field that people named; the exchange of everything else goes on without it."""
    title = f"Поле сделки {one.code} («{one.label}»)"
    why = ""
    if known is None and len(one.code) > CODE_CHARACTERS:
        why = f"код длиннее {CODE_CHARACTERS} знаков: создайте поле в портале сами или назовите его короче"
    elif known is not None and known.user_type != one.user_type:
        why = f"поле портала другого типа ({known.user_type}, нужен {one.user_type}): выберите другое преобразование реквизита"
    if why:
        return Step(Action.CANNOT, Kind.DEAL_FIELD, one.code, title, why, optional=True)
    return Step(Action.CREATE if known is None else Action.KEEP, Kind.DEAL_FIELD, one.code, title, optional=True)


def _field(kind: Kind, name: str, title: str, user_type: str, known: KnownField | None, *, optional: bool = False) -> Step:
    if known is None:
        return Step(Action.CREATE, kind, name, title, optional=optional)
    if known.user_type != user_type:
        why = f"в портале уже есть поле {known.code} другого типа ({known.user_type}, нужен {user_type}): удалите его"
        return Step(Action.CANNOT, kind, name, title, why, optional)
    return Step(Action.KEEP, kind, name, title, optional=optional)


def _processes(wanted: Wanted, found: Found, link: str) -> Iterator[Step]:
    for process in SMART_PROCESSES:
        optional = not (process is NODES and link == PROCESS)
        title, there = f"Смарт-процесс «{process.title}»", found.processes.get(process.name)
        if process is NODES and link == LIST and not found.refused:
            continue
        why = _obstacle(process, wanted, found, there)
        if why:
            yield Step(Action.CANNOT, Kind.PROCESS, process.name, title, why, optional)
            continue
        yield Step(Action.CREATE if there is None else Action.KEEP, Kind.PROCESS, process.name, title, optional=optional)
        for one in process.fields:
            known = there.fields.get(one.suffix) if there else None
            label = f"«{process.title}»: поле «{one.label}»"
            yield _field(Kind.PROCESS_FIELD, f"{process.name}.{one.suffix}", label, one.user_type, known, optional=optional)


WITHOUT = {
    NODES.name: "узел сделки выбирается из списка «Узел обмена»",
    "promo_codes": "промокоды хранит только сам Узел",
}  # fmt: skip


def _obstacle(process: SmartProcess, wanted: Wanted, found: Found, there: FoundProcess | None) -> str:
    """Why a smart process cannot be had, with what there is instead."""
    instead = WITHOUT[process.name]
    if FIELD_SCOPE not in found.scopes:
        return f"нет права {FIELD_SCOPE} (настройка пользовательских полей): отметьте его в вебхуке и повторите; пока {instead}"
    if there is None and wanted.lists_only:
        return f"по вашему выбору без смарт-процессов: {instead}"
    if there is None and found.refused:
        return f"портал не создаёт смарт-процессы ({found.refused}): {instead}"
    if process.over_deals and there is not None and not there.over_deals:
        return f"в портале есть смарт-процесс «{process.title}» без связи со сделками: включите её в его настройках"
    return ""


def _nodes(wanted: Wanted, found: Found, link: str) -> Iterator[Step]:
    items = found.node_items(link)
    for code, title in wanted.nodes:
        there = code in items
        action = Action.KEEP if there else Action.CREATE if link == PROCESS else Action.EXTEND
        yield Step(action, Kind.NODE, code, f"Узел «{title}»")


def _employee(found: Found) -> Step:
    title = f"Поле сотрудника «{employee_field.LABEL}»"
    if employee_field.SCOPE not in found.scopes:
        why = f"нет права {employee_field.SCOPE}: табельные номера хранит только сам Узел (uzel employee)"
        return Step(Action.CANNOT, Kind.EMPLOYEE_FIELD, PERSONNEL_NUMBER, title, why, optional=True)
    known = found.employee_fields.get(PERSONNEL_NUMBER)
    return _field(Kind.EMPLOYEE_FIELD, PERSONNEL_NUMBER, title, "string", known, optional=True)


#: Information blocks by our name, and what stands in them.
BLOCKS = {"products": "товаров", "variations": "вариаций"}


def _articles(wanted: Wanted, found: Found) -> Iterator[Step]:
    """Managers search goods by their article, so products and variations need a property for it."""
    if not wanted.goods:
        return
    for name, whose in BLOCKS.items():
        title = f"Свойство {whose} «{product_property.NAME}»"
        if catalog.SCOPE not in found.scopes:
            why = f"нет права {catalog.SCOPE} (торговый каталог): товары в портал не попадут"
            yield Step(Action.CANNOT, Kind.ARTICLE, name, title, why, optional=True)
        elif name in found.blocks:
            action = Action.KEEP if name in found.articles else Action.CREATE
            yield Step(action, Kind.ARTICLE, name, title, optional=True)


def plan_stages(wanted: Wanted, found: Found) -> Iterator[Step]:
    """Stages that are not there are made in pipelines that are."""
    for one in wanted.stages:
        whose = f"воронки {one.category_id}" if one.category_id > 0 else "общей воронки"
        title, why = f"Стадия {one.code} «{one.name}» {whose}", ""
        if one.code in found.stages:
            action = Action.KEEP
        elif not one.well_formed:
            why = "в коде стадии могут быть латинские буквы, цифры, «-» и «_», перед ними C, номер воронки и «:»"
        elif one.category_id and one.category_id not in found.pipelines:
            why = f"воронки {one.category_id} в портале нет"
        else:
            action = Action.CREATE
        if why:
            action, why = Action.CANNOT, f"{why}: исправьте базу (uzel node set --stage, --category)"
        yield Step(action, Kind.STAGE, one.code, title, why)
