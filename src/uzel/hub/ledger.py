"""The ledger: what every base sent, what became of it, and what is still to be done. Counts only, no decisions."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from django.db.models import Count, F, Q, Sum
from django.db.models.functions import TruncDate

from uzel.hub.models import Conflict, Delivery, DocumentVerdict, HeldDocument, Node, OrderRow, Package
from uzel.model import Verdict

UNFINISHED = (Package.State.RECEIVING, Package.State.WAITING)

Counts = dict[str, int]  # of one base, by word


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
    awaiting: int = 0  # documents that came before their orders

    @property
    def balanced(self) -> bool:
        """Whether every document received has exactly one verdict."""
        return self.received == sum(self.verdicts.values())

    def as_json(self) -> dict[str, Any]:
        """The row with its balance, for scripts."""
        return {**asdict(self), "balanced": self.balanced}


@dataclass(frozen=True, slots=True)
class LedgerDay:
    """One base on one day, by the day on which its packages were read to their end."""

    node: str
    title: str
    day: dt.date
    received: int
    verdicts: dict[str, int] = field(default_factory=dict)

    @property
    def balanced(self) -> bool:
        """Whether every document received that day has exactly one verdict."""
        return self.received == sum(self.verdicts.values())

    def as_json(self) -> dict[str, Any]:
        """The day with its balance, for scripts."""
        return {**asdict(self), "balanced": self.balanced}


def ledger_by_day(since: dt.date, node_code: str = "") -> list[LedgerDay]:
    """Days since ``since`` on which something was read, base by base, newest first."""
    finished = Package.objects.exclude(state__in=UNFINISHED).filter(finished_at__date__gte=since)
    if node_code:
        finished = finished.filter(node__code=node_code)
    days = finished.annotate(day=TruncDate("finished_at")).values("node", "node__code", "node__title", "day")
    judged = DocumentVerdict.objects.filter(package__in=finished).annotate(day=TruncDate("package__finished_at"))
    verdicts: dict[tuple[int, dt.date], Counts] = {}
    for node, day, verdict, count in judged.values_list("node", "day", "verdict").annotate(Count("pk")):
        verdicts.setdefault((node, day), {})[verdict] = count
    rows = days.annotate(received=Sum("documents_received")).order_by("-day", "node__code")
    return [_day(row, verdicts.get((row["node"], row["day"]), {})) for row in rows]


def _day(row: Mapping[str, Any], verdicts: Counts) -> LedgerDay:
    told = {verdict.value: verdicts.get(verdict.value, 0) for verdict in Verdict}
    return LedgerDay(row["node__code"], row["node__title"], row["day"], row["received"], told)


def ledger(node_code: str = "") -> list[LedgerRow]:
    """Rows of all bases, or of one."""
    nodes = list((Node.objects.filter(code=node_code) if node_code else Node.objects.all()).order_by("code"))
    ids = [node.pk for node in nodes]
    counts = (_packages(ids), _verdicts(ids), _orders(ids), _due(ids), _conflicts(ids), _awaiting(ids))
    return [_row(node, *(table.get(node.pk, {}) for table in counts)) for node in nodes]


def _row(
    node: Node, packages: Counts, verdicts: Counts, orders: Counts, due: Counts, conflicts: Counts, awaiting: Counts
) -> LedgerRow:
    return LedgerRow(
        node=node.code,
        title=node.title,
        packages=packages.get("packages", 0),
        unfinished_packages=packages.get("unfinished", 0),
        failed_packages=packages.get("failed", 0),
        received=packages.get("received", 0),
        verdicts={verdict.value: verdicts.get(verdict.value, 0) for verdict in Verdict},
        orders=orders.get("orders", 0),
        deals=orders.get("deals", 0),
        to_portal=due.get(Delivery.Target.PORTAL, 0),
        to_node=due.get(Delivery.Target.NODE, 0) if node.receives_changes else 0,
        problems=due.get("problems", 0),
        conflicts=conflicts.get("conflicts", 0),
        awaiting=awaiting.get("awaiting", 0),
    )


def _packages(nodes: list[int]) -> dict[int, Counts]:
    unfinished = Q(state__in=UNFINISHED)
    found = (
        Package.objects.filter(node__in=nodes)
        .values("node")
        .annotate(
            packages=Count("pk"),
            unfinished=Count("pk", filter=unfinished),
            failed=Count("pk", filter=Q(state=Package.State.FAILED)),
            received=Sum("documents_received", default=0, filter=~unfinished),
        )
    )
    return _by_node(found)


def _verdicts(nodes: list[int]) -> dict[int, Counts]:
    """Of packages that were read to their end: only of those the reader has told how many documents there were."""
    being_read = list(
        Package.objects.filter(node__in=nodes, state__in=UNFINISHED, documents_done__gt=0).values_list("pk", flat=True)
    )
    verdicts = DocumentVerdict.objects.filter(node__in=nodes).exclude(package__in=being_read)
    return _table(verdicts.values_list("node", "verdict").annotate(Count("pk")))


def _orders(nodes: list[int]) -> dict[int, Counts]:
    found = OrderRow.objects.filter(node__in=nodes).values("node").annotate(orders=Count("pk"), deals=Count("deal_id"))
    return _by_node(found)


def _due(nodes: list[int]) -> dict[int, Counts]:
    due = Delivery.objects.filter(order__node__in=nodes, wanted__gt=F("confirmed"))
    table = _table(due.values_list("order__node", "target").annotate(Count("pk")))
    for node, count in due.exclude(problem_code="").values_list("order__node").annotate(Count("pk")):
        table[node]["problems"] = count
    return table


def _conflicts(nodes: list[int]) -> dict[int, Counts]:
    found = Conflict.objects.filter(order__node__in=nodes).values_list("order__node").annotate(Count("pk"))
    return {node: {"conflicts": count} for node, count in found}


def _awaiting(nodes: list[int]) -> dict[int, Counts]:
    return _by_node(HeldDocument.objects.filter(node__in=nodes).values("node").annotate(awaiting=Count("pk")))


def _by_node(rows: Iterable[Any]) -> dict[int, Counts]:
    return {row["node"]: row for row in rows}


def _table(rows: Iterable[tuple[int, str, int]]) -> dict[int, Counts]:
    table: dict[int, Counts] = {}
    for node, word, count in rows:
        table.setdefault(node, {})[word] = count
    return table
