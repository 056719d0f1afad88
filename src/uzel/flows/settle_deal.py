"""What the portal answered becomes what we know: the order's states move, deliveries are confirmed. One transaction each."""

from collections.abc import Collection
from dataclasses import replace

from uzel.bitrix24.entities.deal import Deal, DealState
from uzel.flows.apply_plan import apply_plan, joined, lock_row, owners_of
from uzel.flows.portal_job import Job
from uzel.hub.models import Delivery
from uzel.mapping.deal_order import Seeing, order_seen_in, state_of
from uzel.model import Order
from uzel.model.codec import from_json, to_json
from uzel.model.order import ZERO
from uzel.sync.fields import changed
from uzel.sync.plan import Plan, news_from_portal, portal_confirmed


def confirm_deal(job: Job, after: DealState, *, before: DealState | None = None, written: Collection[str] = ()) -> None:
    """The deal took the order and shows it as ``after``.

    ``before``: how an existing deal stood a moment ago, ``written``: its fields that were written over. What people
    changed since we last looked and we wrote over is a conflict; what we left alone is news.
    """
    row, states = lock_row(job.row.pk)
    row.deal_id, row.client_id, row.deal = job.row.deal_id, job.row.client_id, to_json(after)
    seeing, owners = Seeing(job.rules, job.staff), owners_of(states, job.rules)
    plan: Plan | None = None
    if before is not None and states.in_portal is not None:
        was = order_seen_in(before, job.shown, states.in_portal, seeing)
        plan = news_from_portal(states, was, owners) if changed(states.in_portal, was) else None
    plan = joined(plan, portal_confirmed(plan.states if plan else states, job.order, owners))
    if before is not None:
        expected = replace(job.shown, **{name: getattr(after, name) for name in written})
        now = order_seen_in(after, expected, job.order, seeing)
        plan = joined(plan, news_from_portal(plan.states, now, owners)) if changed(job.order, now) else plan
    Delivery.objects.filter(pk=job.delivery.pk).update(
        confirmed=job.version, outcome_unknown=False, retry_at=None, attempts=0, problem_code="", problem=""
    )
    apply_plan(row, plan)
    job.row = row


def keep_half(job: Job, shown: DealState) -> None:
    """The deal is there but its rows are not: remember the deal, the rest stays due."""
    row, states = lock_row(job.row.pk)
    row.deal_id, row.client_id, row.deal = job.row.deal_id, job.row.client_id, to_json(shown)
    if states.in_portal is None:
        row.in_portal = row.agreed = to_json(_without_rows(job.order))
    row.save()
    Delivery.objects.filter(pk=job.delivery.pk).update(outcome_unknown=False)
    job.row = row


def _without_rows(order: Order) -> Order:
    return replace(order, lines=(), total=ZERO)


def adopt(job: Job, deal: Deal) -> None:
    """A deal made by a create of ours whose answer was lost: it shows what was sent, but for what people changed since."""
    row, states = lock_row(job.row.pk)
    sent = states.sent[-1] if states.sent else job.order
    if sent.lines and not deal.state.rows:
        sent = _without_rows(sent)
    sent_state = state_of(sent, job.rules, job.staff, job.client)
    written_by_us = deal.updated_by_id in (0, job.staff.exchange_user_id)
    basis = replace(deal.state, rows=sent_state.rows) if written_by_us else sent_state
    row.deal_id, row.deal = deal.deal_id, to_json(deal.state)
    owners = owners_of(states, job.rules)
    plan = portal_confirmed(states, sent, owners)
    seen = order_seen_in(deal.state, basis, sent, Seeing(job.rules, job.staff))
    if changed(sent, seen):
        plan = joined(plan, news_from_portal(plan.states, seen, owners))
    Delivery.objects.filter(pk=job.delivery.pk).update(outcome_unknown=False, retry_at=None)
    apply_plan(row, plan)
    row.refresh_from_db()
    job.row, job.version, job.order = row, row.version, from_json(Order, row.merged)
    job.shown, job.meant = deal.state, from_json(Order, row.in_portal)
