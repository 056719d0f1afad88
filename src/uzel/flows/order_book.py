"""The orders that a chunk of documents may speak of, loaded at once and written at once."""

from collections.abc import Iterable

from uzel.commerceml.document import Document
from uzel.hub.models import Conflict, Node, OrderRow, Package, UnmappedEmployee
from uzel.hub.queries import put_states, settle, states_of, want
from uzel.mapping.employees import Staff, assign
from uzel.model import Order, Responsible
from uzel.model.codec import from_json, to_json
from uzel.sync.match import is_guid
from uzel.sync.plan import Plan, States

WRITTEN = ["document_id", "number", *"in_node in_portal agreed merged sent offered version updated_at".split()]


class OrderBook:
    """Rows of one node found by document id, or by number for orders born in the portal. Used inside one transaction."""

    def __init__(self, node: Node, wanted_ids: Iterable[str], documents: Iterable[Document]) -> None:
        self.node = node
        ids = {key for key in wanted_ids if key}
        numbers = {document.number for document in documents if document.number}
        own = OrderRow.objects.select_for_update().filter(node=node)
        self._by_document = {row.document_id: row for row in own.filter(document_id__in=ids)}
        self._by_number = {row.number: row for row in own.filter(born_in_portal=True, number__in=numbers)}
        self._elsewhere = self._owners_elsewhere({key for key in ids if is_guid(key)} - set(self._by_document))
        self._new: list[OrderRow] = []
        self._changed: dict[int, OrderRow] = {}
        self._plans: list[tuple[OrderRow, Plan]] = []

    def find(self, document_id: str, number: str = "") -> OrderRow | None:
        """The order meant. A number finds only what was born in the portal: 1C returns it under an Ид of its own."""
        return self._by_document.get(document_id) or (self._by_number.get(number) if number else None)

    def owner_elsewhere(self, document_id: str) -> str:
        """Title of another base of the portal that already brought this very document, or ""."""
        return self._elsewhere.get(document_id, "")

    def take(self, row: OrderRow | None, plan: Plan) -> OrderRow:
        """Put a plan into its row, made here for a new order."""
        merged, seen = plan.states.merged, plan.states.in_node
        assert merged is not None and seen is not None
        if row is None:
            row = OrderRow(node=self.node)
            self._new.append(row)
        elif row.pk:
            self._changed[row.pk] = row
        row.document_id, row.number = seen.document_id, seen.number
        row.version += 1
        put_states(row, plan.states)
        self._by_document[row.document_id] = row
        self._plans.append((row, plan))
        return row

    def save(self, package: Package, staff: Staff) -> None:
        """Write orders, deliveries and conflicts of the chunk."""
        OrderRow.objects.bulk_create(self._new)
        for row in self._changed.values():
            row.save(update_fields=WRITTEN)
        last = {row.pk: (row, plan) for row, plan in self._plans}.values()
        for target in ("portal", "node"):
            want([row for row, plan in last if getattr(plan, f"{target}_due")], target)
            settle([row for row, plan in last if not getattr(plan, f"{target}_due")], target)
        Conflict.objects.bulk_create(conflict for row, plan in self._plans for conflict in conflicts_of(row, plan, package))
        note_unmapped(self.node, (plan.states.merged for _, plan in last), staff)

    def _owners_elsewhere(self, ids: set[str]) -> dict[str, str]:
        if not ids or self.node.portal_id is None:
            return {}
        others = OrderRow.objects.filter(document_id__in=ids, node__portal=self.node.portal_id).exclude(node=self.node)
        return dict(others.values_list("document_id", "node__title"))


def in_node_of(row: OrderRow | None) -> Order | None:
    """What the node last said of an order."""
    return from_json(Order, row.in_node) if row is not None and row.in_node is not None else None


def known_states(row: OrderRow | None) -> States | None:
    """The states of a row; ``None`` for an order nobody knows."""
    return None if row is None else states_of(row)


def conflicts_of(row: OrderRow, plan: Plan, package: Package | None = None) -> list[Conflict]:
    """Rows for the conflicts of a plan: the losing value is kept."""
    return [
        Conflict(
            order=row,
            field=conflict.field,
            in_node=to_json(conflict.in_node),
            in_portal=to_json(conflict.in_portal),
            agreed=to_json(conflict.agreed),
            winner=conflict.winner,
            reason=conflict.reason,
            package=package,
        )
        for conflict in plan.conflicts
    ]


def note_unmapped(node: Node, orders: Iterable[Order | None], staff: Staff) -> None:
    """List employees whom nobody has mapped; their orders go to the fallback."""
    missing: set[Responsible] = {order.responsible for order in orders if order and not assign(order.responsible, staff).mapped}
    for person in missing:
        UnmappedEmployee.objects.update_or_create(
            node=node, personnel_number=person.personnel_number, full_name=person.full_name
        )
