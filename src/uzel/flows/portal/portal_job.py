"""One order on its way into the portal: what the deal shows, what it should show, and how an attempt ended."""

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from django.db.models import F, QuerySet

from uzel.bitrix24.batch import Failed, NotReached, Outcome
from uzel.bitrix24.entities.deal import DealState
from uzel.hub.models import Delivery, OrderRow, Portal
from uzel.hub.queries import rules_of, staff_of
from uzel.mapping.deal_order import NOBODY, ClientRef, state_of, to_write
from uzel.mapping.deal_rows import Retie, reties, tied
from uzel.mapping.employees import Staff
from uzel.mapping.goods import NO_GOODS, Goods
from uzel.mapping.rules import NodeRules
from uzel.model import Order
from uzel.model.codec import from_json

PASSING_DELAY_S = 5  # seconds; the governor waits out the limits themselves
#: Refusals that say nothing against the command: by the limits, and those after which it may have been carried out.
LIMITED = frozenset(("QUERY_LIMIT_EXCEEDED", "OPERATION_TIME_LIMIT", "OVERLOAD_LIMIT"))
DOUBTFUL = frozenset(("INTERNAL_SERVER_ERROR", "ERROR_UNEXPECTED_ANSWER"))
RETRY_DELAYS_S = (10, 60, 300, 1800, 7200)  # seconds; after the last one the delivery is a problem for a person
MOST_DOUBTS = 3  # attempts that nobody answered count so far, and are then repeated after the same time: nobody is to blame
NO_ANSWER = "Портал не дал ответа, пробуем снова: {}"
BAD_ANSWER_TEXT = "портал ответил на команду не по форме"


@dataclass(slots=True)
class Job:
    """A due delivery with everything that is decided from. ``version`` is what will have been confirmed."""

    delivery: Delivery
    row: OrderRow
    rules: NodeRules
    staff: Staff
    order: Order
    version: int
    client: ClientRef = NOBODY
    shown: DealState = field(default_factory=DealState)
    meant: Order | None = None
    goods: Goods = NO_GOODS

    @property
    def key(self) -> str:
        """What the job's commands are named by inside a batch."""
        return f"o{self.row.pk}"

    @property
    def speed(self) -> float:
        """Time scale of the portal."""
        return self.row.node.portal.speed if self.row.node.portal else 1.0

    @property
    def wanted(self) -> DealState:
        """What the deal should show."""
        state = state_of(self.order, self.rules, self.staff, self.client)
        meant = self.meant.lines if self.meant else ()
        rows = tied(state.rows, self.order.lines, self.shown.rows, meant, self.goods)
        return replace(state, rows=rows, promo_note=self.row.promo_note)

    @property
    def writes(self) -> dict[str, Any]:
        """Fields that an existing deal lacks."""
        meant = DealState() if self.meant is None else state_of(self.meant, self.rules, self.staff, self.client)
        return to_write(self.wanted, meant, self.shown, stands_in=self.row.absent_user_id is not None)

    @property
    def ties(self) -> tuple[Retie, ...]:
        """Rows of an existing deal that only lack their product."""
        return () if "rows" in self.writes else tuple(reties(self.wanted.rows, self.shown.rows))


def waiting_orders(portal: Portal) -> QuerySet[Delivery]:
    """Orders that the portal should be told of, postponed ones among them."""
    return Delivery.objects.filter(
        target=Delivery.Target.PORTAL,
        wanted__gt=F("confirmed"),
        problem_code="",
        order__node__portal=portal,
        order__node__active=True,
    )


def take_orders(due: QuerySet[Delivery], limit: int) -> list[Job]:
    """The orders that have waited longest."""
    return list(jobs_of(due.select_related("order__node__portal", "order__client").order_by("due_since", "pk")[:limit]))


def jobs_of(deliveries: Iterable[Delivery]) -> Iterator[Job]:
    """Jobs with their nodes' parameters, each node read once."""
    nodes: dict[int, tuple[NodeRules, Staff]] = {}
    for delivery in deliveries:
        node = delivery.order.node
        if node.pk not in nodes:
            nodes[node.pk] = rules_of(node), staff_of(node)
        yield job_of(delivery, *nodes[node.pk])


def taken_anew(jobs: Sequence[Job], moved: Collection[int]) -> list[Job]:
    """The same jobs; those of orders that have ``moved`` meanwhile as they now stand, if there still is something due."""
    stale = [job.delivery.pk for job in jobs if job.row.pk in moved]
    if not stale:
        return list(jobs)
    due = Delivery.objects.filter(pk__in=stale, wanted__gt=F("confirmed"))
    fresh = jobs_of(due.select_related("order__node__portal", "order__client"))
    return [job for job in jobs if job.row.pk not in moved] + list(fresh)


def job_of(delivery: Delivery, rules: NodeRules, staff: Staff) -> Job:
    """A job for a delivery as it stands in the tables."""
    row = delivery.order
    bound = row.client
    return Job(
        delivery=delivery,
        row=row,
        rules=rules,
        staff=staff,
        order=from_json(Order, row.merged),
        version=row.version,
        client=ClientRef(bound.kind, bound.entity_id) if bound and bound.entity_id else NOBODY,
        shown=DealState() if row.deal is None else from_json(DealState, row.deal),
        meant=None if row.in_portal is None else from_json(Order, row.in_portal),
    )


def postpone(job: Job, until: dt.datetime) -> None:
    """Try again later: nothing was tried."""
    Delivery.objects.filter(pk=job.delivery.pk).update(retry_at=until)


def is_doubtful(outcome: Outcome) -> bool:
    """Whether nobody knows if the command was carried out."""
    return not isinstance(outcome, Failed) or outcome.code.upper() in DOUBTFUL


def was_not_tried(outcome: Outcome) -> bool:
    """Whether the portal turned the command away unread: by its limits, or because a batch ended before it."""
    return isinstance(outcome, NotReached) or (isinstance(outcome, Failed) and outcome.code.upper() in LIMITED)


def not_written(job: Job, outcome: Outcome, what: str, now: dt.datetime) -> None:
    """A refusal counts as an attempt and its text is kept after ``what``; only what was not tried is tried again soon."""
    if was_not_tried(outcome):
        postpone(job, now + dt.timedelta(seconds=PASSING_DELAY_S / job.speed))
    elif is_doubtful(outcome):
        doubt(job, outcome, now)
    elif isinstance(outcome, Failed):
        fail(job, outcome.code or "portal_refused", f"{what}: {outcome.text or outcome.code}", now)


def doubt(job: Job, outcome: Outcome, now: dt.datetime, *, not_before: dt.datetime | None = None) -> None:
    """One attempt more got no answer. ``not_before``: when a create has surely ended in the portal."""
    row = job.delivery
    row.retry_at = not_before
    count_doubt(row, outcome, now, job.speed)
    Delivery.objects.filter(pk=row.pk).update(attempts=row.attempts, retry_at=row.retry_at, problem=row.problem)


def next_try(attempts: int, now: dt.datetime, speed: float) -> dt.datetime | None:
    """When to try again after so many refusals, later each time; ``None``: a person has to look."""
    if attempts > len(RETRY_DELAYS_S):
        return None
    return now + dt.timedelta(seconds=RETRY_DELAYS_S[attempts - 1] / speed)


def count_refusal(row: Any, code: str, text: str, now: dt.datetime, speed: float) -> None:
    """One attempt more at a row of a table has failed (not saved): wait longer each time, in the end leave it to a person."""
    row.attempts += 1
    row.retry_at = next_try(row.attempts, now, speed)
    row.problem, row.problem_code = text, "" if row.retry_at else (code or "portal_refused")[:60]


def count_doubt(row: Any, outcome: Outcome, now: dt.datetime, speed: float) -> None:
    """One attempt more at a row of a table got no answer (not saved): wait longer, but no longer than for the third one.

    A later time that the row has already, the end of a create, stands.
    """
    row.attempts = max(row.attempts, min(row.attempts + 1, MOST_DOUBTS))
    until = now + dt.timedelta(seconds=RETRY_DELAYS_S[min(row.attempts, MOST_DOUBTS) - 1] / speed)
    row.retry_at = max(until, row.retry_at or until)
    row.problem = NO_ANSWER.format(
        getattr(outcome, "reason", "") or getattr(outcome, "text", "") or getattr(outcome, "code", "")
    )


def fail(job: Job, code: str, text: str, now: dt.datetime) -> None:
    """One attempt more has failed: wait longer each time, in the end leave it to a person."""
    attempts = job.delivery.attempts + 1
    retry_at = next_try(attempts, now, job.speed)
    Delivery.objects.filter(pk=job.delivery.pk).update(
        attempts=attempts,
        retry_at=retry_at,
        outcome_unknown=False,
        problem_code="" if retry_at else code[:60],
        problem=text,
    )


def give_up(job: Job, code: str, text: str) -> None:
    """Nothing that time would mend: a person has to look."""
    Delivery.objects.filter(pk=job.delivery.pk).update(problem_code=code[:60], problem=text, outcome_unknown=False)
