"""What the portal answered becomes what we know: the order's states move, deliveries are confirmed. One transaction each."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from uzel.bitrix24.entities.deal import Deal, DealState
from uzel.flows.deals.apply_plan import apply_plan, apply_plans, joined, lock_row, owners_of
from uzel.flows.deals.tie_rows import goods_seen, list_unmatched
from uzel.flows.portal.portal_job import Job
from uzel.hub.bulk import update_rows
from uzel.hub.models import Delivery, OrderRow
from uzel.hub.queries import states_of
from uzel.mapping.deal_order import Seeing, differences, order_seen_in, state_of, to_restore
from uzel.mapping.employees import assign
from uzel.mapping.goods import Goods
from uzel.model import Order
from uzel.model.codec import from_json, to_json
from uzel.model.order import ZERO
from uzel.sync.fields import changed
from uzel.sync.plan import Plan, States, news_from_portal, portal_confirmed

CONFIRMED = ("confirmed", "outcome_unknown", "retry_at", "attempts", "problem_code", "problem")  # of a delivery


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The deal took the order and shows it as ``after``.

    ``before``: how an existing deal stood a moment ago, ``written``: its fields that were written over,
    ``unfinished``: some of its rows are still to be tied to products, so the delivery stays due.
    """

    job: Job
    after: DealState
    before: DealState | None = None
    written: Collection[str] = ()
    unfinished: bool = False


def confirm_deals(confirmed: Sequence[Confirmed]) -> None:
    """Settle what the portal took, all at once; their nodes are locked by the caller."""
    rows = OrderRow.objects.select_for_update().order_by("pk").in_bulk([one.job.row.pk for one in confirmed])
    planned = []
    for one in confirmed:
        job, row = one.job, rows[one.job.row.pk]
        row.deal_id, row.client_id, row.deal = job.row.deal_id, job.row.client_id, to_json(one.after)
        planned.append((row, _plan(one, states_of(row))))
        if row.absent_user_id == one.after.assigned_by_id or assign(job.order.responsible, job.staff).found:
            row.absent_user_id = None  # he is back, or the deal has somebody of its own
        if not one.unfinished:
            job.delivery.confirmed, job.delivery.outcome_unknown, job.delivery.retry_at = job.version, False, None
            job.delivery.attempts, job.delivery.problem_code, job.delivery.problem = 0, "", ""
        job.row = row
    update_rows([one.job.delivery for one in confirmed if not one.unfinished], CONFIRMED)
    apply_plans(planned)
    list_unmatched([(one.job.row, one.job.order, one.after.rows, one.job.goods) for one in confirmed])


def _plan(one: Confirmed, states: States) -> Plan:
    """What people changed since we last looked and we wrote over is a conflict; what we left alone is news."""
    job, owners = one.job, owners_of(states, one.job.rules)
    seeing = Seeing(job.rules, job.staff, goods=_goods(one))
    plan: Plan | None = None
    if one.before is not None and states.in_portal is not None:
        was = order_seen_in(one.before, job.shown, states.in_portal, seeing)
        plan = news_from_portal(states, was, owners) if changed(states.in_portal, was) else None
    written, taken = _taken_by_a_manager(one, plan)
    plan = joined(plan, portal_confirmed(plan.states if plan else states, written, owners))
    if one.before is None:
        return plan
    expected = replace(job.shown, **{name: getattr(one.after, name) for name in one.written})
    now = order_seen_in(one.after, expected, written, seeing)
    plan = joined(plan, news_from_portal(plan.states, now, owners)) if changed(written, now) else plan
    assert plan.states.merged is not None
    wanted = state_of(plan.states.merged, job.rules, job.staff, job.client)
    restore = to_restore(differences(one.after, expected), wanted, one.after)
    return replace(plan, portal_due=plan.portal_due or taken or bool(restore))


def _taken_by_a_manager(one: Confirmed, plan: Plan | None) -> tuple[Order, bool]:
    """What the write meant, and whether it took a deal away from a manager who had just taken it from a dismissed employee.

    Such a write is no word of the base: the deal stays the manager's and is given back to him.
    """
    was = plan.states.in_portal if plan else None
    stood_in = one.job.row.absent_user_id is not None and "assigned_by_id" in one.written
    if was is None or not stood_in or one.before is None or one.before.assigned_by_id == one.job.shown.assigned_by_id:
        return one.job.order, False
    return replace(one.job.order, responsible=was.responsible), True


def _goods(one: Confirmed) -> Goods:
    """What is known of the rows; products that nobody expected there are looked up."""
    job = one.job
    rows = (*one.after.rows, *(one.before.rows if one.before else ()))
    expected = (*job.shown.rows, *job.wanted.rows)
    lines = (*job.order.lines, *(job.meant.lines if job.meant else ()))
    return goods_seen(job.row.node, lines, rows, expected) or job.goods


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
    seen = order_seen_in(deal.state, basis, sent, _seeing(job, deal, sent))
    if changed(sent, seen):
        plan = joined(plan, news_from_portal(plan.states, seen, owners))
    _take_deal(job, deal, row, plan)


def adopt_unknown(job: Job, deal: Deal) -> None:
    """A deal that was ours before the hub's database was restored from an older copy.

    Nobody knows what both sides last agreed upon, so where they differ 1C wins and the other value is kept as a conflict.
    """
    row, states = lock_row(job.row.pk)
    row.deal_id, row.deal = deal.deal_id, to_json(deal.state)
    sent_state = state_of(job.order, job.rules, job.staff, job.client)
    seen = order_seen_in(deal.state, sent_state, job.order, _seeing(job, deal, job.order))
    nothing = replace(states, agreed=Order(job.order.document_id))
    _take_deal(job, deal, row, news_from_portal(nothing, seen, owners_of(states, job.rules)))


def _seeing(job: Job, deal: Deal, sent: Order) -> Seeing:
    goods = goods_seen(job.row.node, sent.lines, deal.state.rows, ()) or job.goods
    return Seeing(job.rules, job.staff, goods=goods)


def _take_deal(job: Job, deal: Deal, row: OrderRow, plan: Plan) -> None:
    """The order has its deal; what is still lacking is written next."""
    Delivery.objects.filter(pk=job.delivery.pk).update(outcome_unknown=False, retry_at=None)
    apply_plan(row, plan)
    row.refresh_from_db()
    job.row, job.version, job.order = row, row.version, from_json(Order, row.merged)
    job.shown, job.meant = deal.state, from_json(Order, row.in_portal)
