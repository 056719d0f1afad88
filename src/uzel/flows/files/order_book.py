"""The orders that a chunk of documents may speak of, loaded at once and written at once."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import Q

from uzel.flows.deals.apply_plan import WRITTEN, apply_plans
from uzel.hub.models import Node, OrderRow, Package, UnmappedEmployee
from uzel.hub.queries import states_of
from uzel.mapping.employees import Staff, assign
from uzel.model import Order, Responsible
from uzel.model.codec import from_json
from uzel.sync.match import is_guid, is_ours
from uzel.sync.plan import Plan, States

NUMBER_CHARACTERS, NUMBER_OF_PERSON, NAME_OF_PERSON = 100, 50, 200  # what the columns hold


@dataclass(slots=True)
class Entry:
    """One order of the book, read as far as somebody asked; ``plan`` sums up what the chunk has done to it.

    ``shown`` is the row's ``in_node``. The row itself comes with ``load``: most orders of most packages are as they were.
    """

    load: Callable[[], None]
    order_id: int | None = None
    number: str = ""
    shown: Any = None
    row: OrderRow | None = None
    plan: Plan | None = None
    _in_node: Order | None = None
    _states: States | None = None

    @property
    def in_node(self) -> Order | None:
        """What the node last said of the order."""
        if self._states is not None:
            return self._states.in_node
        if self._in_node is None and self.shown is not None:
            self._in_node = from_json(Order, self.shown)
        return self._in_node

    def states(self) -> States:
        """All that is known of the order."""
        if self._states is None:
            self.load()
            assert self.row is not None, "load gives every entry its row"
            self._states = states_of(self.row)
        return self._states

    def take(self, plan: Plan) -> None:
        """The order has moved."""
        self._states = plan.states
        earlier = self.plan
        if earlier is not None:
            plan = replace(plan, conflicts=earlier.conflicts + plan.conflicts, moved=earlier.moved or plan.moved)
        self.plan = plan


class OrderBook:
    """Orders of one node by document id, or by number those the base has not shown yet. Used inside one transaction."""

    def __init__(self, node: Node, ids: Iterable[str], numbers: Iterable[str]) -> None:
        self.node = node
        wanted = {key for key in ids if key}
        bound = Q(document_id__in=wanted) | Q(born_in_portal=True, number__in={number for number in numbers if number})
        rows = OrderRow.objects.select_for_update().filter(bound, node=node).order_by("pk")
        self._entries: dict[int, Entry] = {}
        self._by_document: dict[str, Entry] = {}
        self._by_number: dict[str, Entry] = {}
        for pk, document_id, number, shown in rows.values_list("pk", "document_id", "number", "in_node"):
            entry = self._entries[pk] = self._by_document[document_id] = Entry(self._load, pk, number, shown)
            if is_ours(document_id):
                self._by_number[number] = entry
        self._elsewhere = self._owners_elsewhere({key for key in wanted if is_guid(key)} - set(self._by_document))
        self._moved: dict[int, Entry] = {}

    def find(self, document_id: str, number: str = "") -> Entry | None:
        """The order meant. A number finds only what was born in the portal and has no Ид of the base yet.

        1C returns such an order under an Ид of its own. Any other order of the same number is another one: bases
        number alone and begin anew every year (onec-exchange 7).
        """
        known = self._by_document.get(document_id)
        if known is None and number:
            known = self._by_number.get(number)
        return known

    def owner_elsewhere(self, document_id: str) -> str:
        """Title of another base of the portal that already brought this very document, or ""."""
        return self._elsewhere.get(document_id, "")

    def take(self, entry: Entry | None, plan: Plan) -> Entry:
        """Put a plan into its order, made here for a new one."""
        seen = plan.states.in_node
        assert seen is not None, "the node has just shown the order"
        entry = entry or Entry(self._load, row=OrderRow(node=self.node))
        assert entry.row is not None, "a plan is made of the row's states"
        entry.take(plan)
        if entry.row.document_id != seen.document_id:
            self._by_number.pop(entry.number, None)
        entry.row.document_id, entry.row.number = seen.document_id, seen.number[:NUMBER_CHARACTERS]
        self._by_document[seen.document_id] = entry
        self._moved[id(entry)] = entry
        return entry

    def save(self, package: Package, staff: Staff) -> None:
        """Write orders, deliveries and conflicts of the chunk."""
        moved = [(entry.row, entry.plan) for entry in self._moved.values() if entry.row and entry.plan]
        if not moved:
            return
        apply_plans(moved, WRITTEN, package)
        note_unmapped(self.node, (plan.states.merged for _, plan in moved), staff)
        for entry in self._moved.values():
            entry.order_id = entry.row.pk if entry.row else None

    def _load(self) -> None:
        """The rows of all orders at once, as soon as one of them is needed."""
        missing = [pk for pk, entry in self._entries.items() if entry.row is None]
        for pk, row in OrderRow.objects.defer("deal").in_bulk(missing).items():
            self._entries[pk].row = row

    def _owners_elsewhere(self, ids: set[str]) -> dict[str, str]:
        if not ids or self.node.portal_id is None:
            return {}
        others = OrderRow.objects.filter(document_id__in=ids, node__portal=self.node.portal_id).exclude(node=self.node)
        return dict(others.values_list("document_id", "node__title"))


def note_unmapped(node: Node, orders: Iterable[Order | None], staff: Staff) -> None:
    """List employees whom nobody has mapped; their orders go to the fallback."""
    missing: set[Responsible] = {order.responsible for order in orders if order and not assign(order.responsible, staff).mapped}
    people = {(one.personnel_number[:NUMBER_OF_PERSON], one.full_name[:NAME_OF_PERSON]) for one in missing}
    UnmappedEmployee.objects.bulk_create(
        [UnmappedEmployee(node=node, personnel_number=number, full_name=name) for number, name in sorted(people)],
        update_conflicts=True,
        unique_fields=["node", "personnel_number", "full_name"],
        update_fields=["last_seen_at"],
    )
