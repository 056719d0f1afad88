"""What the tables know of a base: its calls, sessions, files and orders of the last days."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db.models import Count, F, Min, Q, QuerySet
from django.db.models.fields.json import KT
from django.utils import timezone

from uzel.commerceml.marks import FileMarks, marks_of
from uzel.exchange.request import PROBE
from uzel.flows.calls.know_dialect import heard_name
from uzel.flows.doctor.node_record import ObservedNode, SeenCall, SeenFile, SeenOrders
from uzel.hub import feed_store
from uzel.hub.models import Call, Delivery, DocumentVerdict, HeldDocument, Node, OrderRow, Package, UnmappedEmployee
from uzel.hub.queries import rules_of
from uzel.mapping.stages import table
from uzel.model import Verdict

CALLS_LIMIT, FILES_LIMIT = 3000, 300  # the newest ones
OPENED_FILES = 20  # whose first bytes are read
NAMED = 20  # numbers, statuses, reasons, people
STANDARD_WORD = "@"  # statuses that we compute ourselves

COLUMNS = (
    "at", "kind", "mode", "status", "session_id", "remote_address", "user_agent", "with_cookie", "query", "problem_code",
    "reply_line", "duration_ms",
)  # fmt: skip


def observe_node(node: Node, now: dt.datetime, days: int) -> ObservedNode:
    """Calls of the doctor itself are left out."""
    since = now - dt.timedelta(days=days)
    calls = Call.objects.filter(at__gte=since).exclude(kind=PROBE)
    at_its_door = Q(path=f"/1c/{node.code}") | Q(path__startswith=f"/1c/{node.code}/")
    return ObservedNode(
        code=node.code, now=now, days=days, active=node.active, profile=node.profile, dialect=node.dialect,
        heard=heard_name(node), encoding=node.encoding, receives_changes=node.receives_changes,
        catalog_source=node.catalog_source, ever_called_at=node.last_call_at, silent_since=node.silent_since,
        calls=_calls(calls.filter(node=node)),
        strangers=_calls(calls.filter(at_its_door, node=None)), files=_files(node, since), orders=_orders(node, since),
        zone_offset=timezone.localtime(now).utcoffset() or dt.timedelta(),
    )  # fmt: skip


def _calls(calls: QuerySet[Call]) -> tuple[SeenCall, ...]:
    rows = calls.order_by("-id").values_list(*COLUMNS)[:CALLS_LIMIT]
    return tuple(
        SeenCall(
            at=at, kind=kind, mode=mode, status=status, session=session or 0, address=address, agent=agent, cookie=cookie,
            sessid="sessid=" in query, problem=problem, reply=reply, duration_ms=duration,
        )
        for at, kind, mode, status, session, address, agent, cookie, query, problem, reply, duration in rows
    )  # fmt: skip


def _files(node: Node, since: dt.datetime) -> tuple[SeenFile, ...]:
    """Files that the base sent by itself; those of a zip are named, too."""
    sent = Package.objects.filter(node=node, received_at__gte=since).filter(Q(session__isnull=False) | Q(archive__isnull=False))
    packages = sent.exclude(session__kind=PROBE).select_related("session", "feed").order_by("-pk")[:FILES_LIMIT]
    return tuple(_file(package, opened=place < OPENED_FILES) for place, package in enumerate(packages))


def _file(package: Package, *, opened: bool) -> SeenFile:
    is_xml = opened and package.feed is not None and not package.zipped
    marks = marks_of(feed_store.open_feed(package.feed)) if is_xml and package.feed else FileMarks()
    return SeenFile(
        name=package.file_name,
        at=package.received_at,
        state=package.state,
        zipped=package.zipped,
        old_protocol=package.session is not None and package.session.initialised and not package.session.version,
        problem=package.problem_code,
        reason=package.problem,
        sha256=package.feed.sha256 if package.feed else "",
        catalog=package.catalog is not None,
        formed=marks.formed,
        encoding=marks.encoding,
    )


def _orders(node: Node, since: dt.datetime) -> SeenOrders:
    rows = OrderRow.objects.filter(node=node, in_node__isnull=False, updated_at__gte=since)
    verdicts = DocumentVerdict.objects.filter(node=node, at__gte=since)
    rejected = verdicts.filter(verdict=Verdict.REJECTED).values_list("reason").annotate(count=Count("pk")).order_by("-count")
    due = Delivery.objects.filter(order__node=node)
    waits = due.filter(target=Delivery.Target.NODE, wanted__gt=F("confirmed"), order__hold="", problem_code="")
    orderless = HeldDocument.objects.filter(node=node).aggregate(count=Count("pk"), since=Min("held_at"))
    return SeenOrders(
        documents=verdicts.count(),
        rejected=tuple(rejected[:NAMED]),
        without_id=verdicts.filter(reason_code="order_without_id").count(),
        held=OrderRow.objects.filter(node=node).exclude(hold="").count(),
        given_up=due.filter(target=Delivery.Target.PORTAL).exclude(problem_code="").count(),
        waits=waits.count(),
        waits_since=waits.aggregate(since=Min("due_since"))["since"],
        orderless=orderless["count"],
        orderless_since=orderless["since"],
        unmapped=tuple(_people(node)),
        statuses=tuple(_odd_statuses(node, rows)),
        twice=tuple(_twice(rows)),
        **_counts(rows),
    )


#: Figure → orders that have the thing.
FIGURES = {
    "orders": Q(),
    "with_number": ~Q(number=""),
    "with_promo_code": ~Q(in_node__promo_code="") & Q(in_node__promo_code__isnull=False),
    "with_person": Q(in_node__responsible__full_name__gt="") | Q(in_node__responsible__personnel_number__gt=""),
    "with_number_of_person": Q(in_node__responsible__personnel_number__gt=""),
    "with_counterparty": Q(in_node__counterparty__name__gt="") | Q(in_node__counterparty__counterparty_id__gt=""),
}


def _counts(rows: QuerySet[OrderRow]) -> dict[str, Any]:
    return rows.aggregate(**{name: Count("pk", filter=of_kind) for name, of_kind in FIGURES.items()})


def _odd_statuses(node: Node, rows: QuerySet[OrderRow]) -> Iterable[str]:
    known = {row.status for row in table(rules_of(node))}
    said = rows.annotate(status=KT("in_node__status")).values_list("status", flat=True).distinct()
    return sorted(one for one in said if one and one not in known and not one.startswith(STANDARD_WORD))[:NAMED]


def _twice(rows: QuerySet[OrderRow]) -> Iterable[str]:
    counted = rows.exclude(number="").values("number").annotate(documents=Count("document_id", distinct=True))
    return counted.filter(documents__gt=1).order_by("number").values_list("number", flat=True)[:NAMED]


def _people(node: Node) -> Iterable[str]:
    for one in UnmappedEmployee.objects.filter(node=node).order_by("full_name", "personnel_number")[:NAMED]:
        yield one.full_name or one.personnel_number
