"""``uzel portal setup --undo``: what the set-up created is removed again, and nothing else.

What holds data stays unless a person says otherwise; deals are deleted never, so a pipeline or a stage with deals stays in
any case.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from uzel.bitrix24.batch import Chain, Command, Done, Failed, pack
from uzel.bitrix24.client import PortalClient
from uzel.bitrix24.entities import catalog, deal_fields, employee_field, pipeline, product_property, smart_process
from uzel.bitrix24.entities import deal as deals
from uzel.bitrix24.entities.smart_process import PROMO_CODES, KnownProcess
from uzel.bitrix24.errors import OutcomeUnknown, Refused
from uzel.bitrix24.setup_plan import Found, Kind
from uzel.flows.portal.portal_line import open_line
from uzel.flows.promo.read_promo_codes import forget_cards
from uzel.flows.setup.build_portal import ids_of, settle_unanswered
from uzel.flows.setup.look_at_portal import ask, look_at_portal
from uzel.flows.staff.follow_staff import all_users
from uzel.hub.models import MadeInPortal, Node, Portal
from uzel.hub.queries import node_field_of

UNDONE = "Настройка портала отменена, обмен стоит, чтобы не принять пропавшие поля за правки: uzel portal setup настроит снова."
ORDER = (
    Kind.NODE, Kind.PROCESS, Kind.PROCESS_FIELD, Kind.STAGE, Kind.PIPELINE, Kind.DEAL_FIELD, Kind.EMPLOYEE_FIELD, Kind.ARTICLE
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Removal:
    """What became of one thing. ``text`` says why it was left."""

    title: str
    removed: bool
    text: str


def is_undone(portal: Portal) -> bool:
    """Whether fields were taken out of the portal on purpose: what is missing there then means nothing."""
    return bool(portal.setup.get("undone"))


def begin_again(portal: Portal) -> None:
    """Everything is there again."""
    if portal.setup.pop("undone", None):
        portal.save(update_fields=["setup"])


def undo_setup(portal: Portal, *, with_data: bool = False) -> list[Removal]:
    """Remove what is on record as made by us. Safe to repeat, also after a kill."""
    with open_line(portal) as client:
        found = look_at_portal(client)
        settle_unanswered(portal, found)
        rows = MadeInPortal.objects.filter(portal=portal)
        portal.setup["undone"] = True  # before the first field is gone
        portal.save(update_fields=["setup"])
        undoing = _Undoing(client, found, with_data, node_field_of(portal))
        removals = [_remove(undoing, row) for kind in ORDER for row in rows.filter(kind=kind).order_by("-pk")]
        _forget(portal, look_at_portal(client))
    return removals


@dataclass(frozen=True, slots=True)
class _Undoing:
    client: PortalClient
    found: Found
    with_data: bool
    node_field: str
    items: dict[int, int] = field(default_factory=dict)  # counted already, by smart process

    def count_deals(self, condition: Mapping[str, Any]) -> int:
        """Deals that meet a condition."""
        command = deals.listing("deals", self.node_field, condition, {"id": "ASC"})
        return self.client.call(command.method, command.params, repeatable=True).total or 0

    def count_items(self, process: KnownProcess) -> int:
        """Items of a smart process, whoever made them."""
        if process.type_id not in self.items:
            command = smart_process.list_keys(process)
            self.items[process.type_id] = self.client.call(command.method, command.params, repeatable=True).total or 0
        return self.items[process.type_id]

    def send(self, command: Command) -> None:
        """A delete, which does no harm when it is repeated."""
        self.client.call(command.method, command.params)


def _remove(undoing: _Undoing, row: MadeInPortal) -> Removal:
    there = _pipeline_of(undoing, row) if row.kind == Kind.PIPELINE else undoing.found.id_of(row.kind, row.name)
    if row.made_at is None or there != row.entity_id:
        row.delete()
        return Removal(row.title, True, "уже нет в портале")
    why = _OBSTACLES[Kind(row.kind)](undoing, row)
    if why:
        return Removal(row.title, False, why)
    try:
        _REMOVERS[Kind(row.kind)](undoing, row)
    except Refused as error:
        return Removal(row.title, False, f"портал отказал: {error}")
    except OutcomeUnknown:
        return Removal(row.title, False, "ответ портала потерян: повторите отмену")
    row.delete()
    return Removal(row.title, True, "удалено")


def _forget(portal: Portal, found: Found) -> None:
    """While all that deals need still stands the exchange goes on; otherwise what is gone is known no more."""
    codes = {field.code for field in deal_fields.DEAL_FIELDS} - {deal_fields.NODE} | {portal.setup.get("node_field", "")}
    there = {one.known.child_field for one in found.processes.values()} | set(found.deal_fields)
    whole = codes <= there
    if PROMO_CODES.name not in found.processes:
        forget_cards(portal)
    gone = ("undone",) if whole else ("node_field", "nodes", "processes", "refused", "trouble")
    portal.setup = {name: value for name, value in portal.setup.items() if name not in gone}
    if whole:  # a node whose item is gone gets another by the next drain
        nodes = portal.setup.get("nodes", {})
        portal.setup["nodes"] = {code: item for code, item in nodes.items() if found.id_of(Kind.NODE, code) == item}
        portal.setup["processes"] = {name: ids_of(one.known) for name, one in found.processes.items()}
    portal.save(update_fields=["setup", "promo_read_at", "promo_problem", "swept_until"])


# --- what holds data --------------------------------------------------------------------------------------------------

#: How a deal is found in which a field of a type says something.
_FILLED: Mapping[str, tuple[str, Any]] = {"boolean": ("=", 1), "double": (">", 0), "string": ("!=", "")}


def _chosen(undoing: _Undoing, row: MadeInPortal) -> str:
    names = [one.known.child_field for one in undoing.found.processes.values() if row.name in one.items]
    count = undoing.count_deals({f"={(names or [deal_fields.NODE])[0]}": row.entity_id})
    return "" if undoing.with_data or not count else f"выбран в сделках: {count}; удалить и так: --yes"


def _items(undoing: _Undoing, row: MadeInPortal) -> str:
    count = undoing.count_items(undoing.found.processes[row.name].known)
    return "" if undoing.with_data or not count else f"в нём остаются элементы: {count}; удалить и их: --yes"


def _of_process(undoing: _Undoing, row: MadeInPortal) -> str:
    process = undoing.found.processes[row.name.partition(".")[0]]
    return "" if undoing.with_data or not undoing.count_items(process.known) else "остаётся вместе со смарт-процессом"


def _deals_inside(undoing: _Undoing, row: MadeInPortal) -> str:
    count = undoing.count_deals({"=categoryId": row.entity_id})
    return f"в ней есть сделки: {count}; перенесите их в другую воронку и повторите" if count else ""


def _deals_on(undoing: _Undoing, row: MadeInPortal) -> str:
    count = undoing.count_deals({"=stageId": row.name})
    return f"на ней есть сделки: {count}; перенесите их на другую стадию и повторите" if count else ""


def _filled(undoing: _Undoing, row: MadeInPortal) -> str:
    known = undoing.found.deal_fields[row.name]
    sign, value = _FILLED.get(known.user_type, ("@", [item_id for item_id, _ in known.items]))
    count = undoing.count_deals({f"{sign}{row.name}": value})
    return "" if undoing.with_data or not count else f"заполнено в сделках: {count}; удалить и так: --yes"


def _numbers(undoing: _Undoing, row: MadeInPortal) -> str:
    count = sum(bool(user.personnel_number) for user in all_users(undoing.client))
    return "" if undoing.with_data or not count else f"заполнено у сотрудников: {count}; удалить и так: --yes"


def _products(undoing: _Undoing, row: MadeInPortal) -> str:
    """Whether the property says something is not asked: whatever bears it may."""
    family = catalog.VARIATION if row.name == "variations" else catalog.PRODUCT
    command = catalog.any_of("products", family, undoing.found.blocks[row.name])
    count = undoing.client.call(command.method, command.params, repeatable=True).total or 0
    return "" if undoing.with_data or not count else f"в каталоге есть товары: {count}; удалить и так: --yes"


_OBSTACLES: Mapping[Kind, Callable[[_Undoing, MadeInPortal], str]] = {
    Kind.NODE: _chosen,
    Kind.PROCESS: _items,
    Kind.PROCESS_FIELD: _of_process,
    Kind.PIPELINE: _deals_inside,
    Kind.DEAL_FIELD: _filled,
    Kind.EMPLOYEE_FIELD: _numbers,
    Kind.ARTICLE: _products,
    Kind.STAGE: _deals_on,
}

# --- removing ---------------------------------------------------------------------------------------------------------


def _pipeline_of(undoing: _Undoing, row: MadeInPortal) -> int:
    known = pipeline.read_all(ask(undoing.client, pipeline.list_all("pipelines")))
    return next((one.category_id for one in known if one.category_id == row.entity_id), 0)


def _remove_node(undoing: _Undoing, row: MadeInPortal) -> None:
    for process in undoing.found.processes.values():
        if process.items.get(row.name) == row.entity_id:
            undoing.send(smart_process.delete_item("item", process.known.entity_type_id, row.entity_id or 0))
            return
    known = undoing.found.deal_fields[deal_fields.NODE]
    undoing.send(deal_fields.remove_items("nodes", known.field_id, [row.entity_id or 0]))


def _remove_process(undoing: _Undoing, row: MadeInPortal) -> None:
    process = undoing.found.processes[row.name].known
    _empty(undoing.client, process)  # a person has said so
    undoing.send(smart_process.delete_type("type", row.entity_id or 0))
    MadeInPortal.objects.filter(portal=row.portal, kind=Kind.PROCESS_FIELD, name__startswith=f"{row.name}.").delete()


def _empty(client: PortalClient, process: KnownProcess) -> None:
    """Delete all items, a page at a time, as long as the portal lets some of them go."""
    while ids := [item_id for item_id, _ in smart_process.read_keys(ask(client, smart_process.list_keys(process)))]:
        chains = [Chain((smart_process.delete_item(f"i{one}", process.entity_type_id, one),)) for one in ids]
        landed = client.batches(pack(chains, cost=client.cost, spread=client.spread), repeatable=True)
        outcomes = [outcome for _, found in landed for outcome in found.values()]
        if not any(isinstance(one, Done) for one in outcomes):
            failed = next((one for one in outcomes if isinstance(one, Failed)), None)
            raise Refused(failed.code, failed.text) if failed else OutcomeUnknown("", "ответ портала потерян")


def _remove_pipeline(undoing: _Undoing, row: MadeInPortal) -> None:
    """New deals of its bases go into the default pipeline again."""
    undoing.send(pipeline.delete("pipeline", row.entity_id or 0))
    Node.objects.filter(portal=row.portal, category_id=row.entity_id or 0).update(category_id=0)


_REMOVERS: Mapping[Kind, Callable[[_Undoing, MadeInPortal], None]] = {
    Kind.NODE: _remove_node,
    Kind.PROCESS: _remove_process,
    Kind.PROCESS_FIELD: lambda undoing, row: undoing.send(smart_process.delete_field("field", row.entity_id or 0)),
    Kind.PIPELINE: _remove_pipeline,
    Kind.DEAL_FIELD: lambda undoing, row: undoing.send(deal_fields.delete("field", row.entity_id or 0)),
    Kind.EMPLOYEE_FIELD: lambda undoing, row: undoing.send(employee_field.delete("field", row.entity_id or 0)),
    Kind.ARTICLE: lambda undoing, row: undoing.send(product_property.delete("property", row.entity_id or 0)),
    Kind.STAGE: lambda undoing, row: undoing.send(pipeline.delete_stage("stage", row.entity_id or 0)),
}
