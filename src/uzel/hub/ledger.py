"""The ledger: what every base sent, what became of it, and what is still to be done. Counts only, no decisions."""

from dataclasses import asdict, dataclass, field
from typing import Any

from django.db.models import Count, F, Q, Sum

from uzel.hub.models import Conflict, Delivery, DocumentVerdict, Node, OrderRow, Package
from uzel.model import Verdict


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One base. ``received`` is the reader's count, ``verdicts`` the rows that were written: they must be equal."""

    node: str
    title: str
    packages: int
    unfinished_packages: int
    failed_packages: int
    received: int
    verdicts: dict[str, int] = field(default_factory=dict)
    orders: int = 0
    deals: int = 0
    to_portal: int = 0
    to_node: int = 0
    problems: int = 0
    conflicts: int = 0

    @property
    def balanced(self) -> bool:
        """Whether every document received has exactly one verdict."""
        return self.received == sum(self.verdicts.values())

    def as_json(self) -> dict[str, Any]:
        """The row with its balance, for scripts."""
        return {**asdict(self), "balanced": self.balanced}


def ledger(node_code: str = "") -> list[LedgerRow]:
    """Rows of all bases, or of one."""
    nodes = Node.objects.filter(code=node_code) if node_code else Node.objects.all()
    return [_row(node) for node in nodes.order_by("code")]


def _row(node: Node) -> LedgerRow:
    finished = Q(state__in=[Package.State.DONE, Package.State.FAILED])
    packages = Package.objects.filter(node=node).aggregate(
        all=Count("pk"),
        unfinished=Count("pk", filter=~finished),
        failed=Count("pk", filter=Q(state=Package.State.FAILED)),
        received=Sum("documents_received", default=0, filter=finished),
    )
    verdicts = DocumentVerdict.objects.filter(node=node).exclude(package__state=Package.State.WAITING)
    counted = dict(verdicts.values_list("verdict").annotate(Count("pk")))
    due = Delivery.objects.filter(order__node=node, wanted__gt=F("confirmed"))
    orders = OrderRow.objects.filter(node=node)
    return LedgerRow(
        node=node.code,
        title=node.title,
        packages=packages["all"],
        unfinished_packages=packages["unfinished"],
        failed_packages=packages["failed"],
        received=packages["received"],
        verdicts={verdict.value: counted.get(verdict.value, 0) for verdict in Verdict},
        orders=orders.count(),
        deals=orders.filter(deal_id__isnull=False).count(),
        to_portal=due.filter(target=Delivery.Target.PORTAL).count(),
        to_node=due.filter(target=Delivery.Target.NODE).count() if node.receives_changes else 0,
        problems=due.exclude(problem_code="").count(),
        conflicts=Conflict.objects.filter(order__node=node).count(),
    )
