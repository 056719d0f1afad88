"""Orders become deals: chains of commands sent, answers settled, each order in the end confirmed, postponed or failed.

no deal            add ─ rows, or import ─ rows ─ get where robots must not run
no deal, unknown   a create was sent and never answered: look for our external key, then as above or below
a deal             get ─ rows as they are ─ [update] ─ [rows | products of rows]
                   read before write: what people changed meanwhile is kept
a product unknown  the portal refuses all the rows: written once more as free rows, which are listed
"""

import datetime as dt
import logging
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction
from django.utils import timezone

from uzel.bitrix24.batch import Chain, Command, Done, Failed, Outcome, Unknown, pack
from uzel.bitrix24.client import PortalClient
from uzel.bitrix24.entities import deal as deals
from uzel.bitrix24.entities import product_row
from uzel.bitrix24.entities.deal import DealState
from uzel.bitrix24.entities.deal_fields import EXCHANGED, MOMENT
from uzel.flows.clients.find_clients import EXECUTION_LIMIT_S
from uzel.flows.deals.adopt_deals import adopt_deals
from uzel.flows.deals.settle_deal import Confirmed, confirm_deals, keep_half
from uzel.flows.deals.tie_rows import know_goods
from uzel.flows.portal.portal_job import BAD_ANSWER_TEXT, Job, doubt, give_up, is_doubtful, jobs_of, not_written, was_not_tried
from uzel.flows.portal.portal_line import keep_limits
from uzel.hub.bulk import update_rows
from uzel.hub.models import Delivery, OrderRow, Portal
from uzel.hub.queries import lock_node, note_attempt
from uzel.mapping.deal_order import state_seen, title_of
from uzel.mapping.origin import deal_originator
from uzel.model.codec import to_json

log = logging.getLogger("uzel.drain")
BAD_ANSWER = "bad_answer"
TIES_A_CHAIN = 40  # rows of a deal that are tied in one batch
BAD_VALUE = "INVALID_ARG_VALUE"  # also: there is no such product (bitrix24-rest C4)
DELETED = "deal_deleted"
DELETED_TEXT = "Сделка удалена в портале. Заказ в 1С остался; чтобы вернуть сделку, восстановите её из корзины портала."


def write_deals(portal: Portal, client: PortalClient, jobs: Sequence[Job], now: Callable[[], dt.datetime]) -> None:
    """Write all jobs whose clients are known; every job ends settled one way or another."""
    adopt_deals(client, [job for job in jobs if job.row.deal_id is None])
    know_goods(portal, jobs)
    refused = _write(portal, client, jobs, now)
    if refused:
        _write(portal, client, _as_free_rows(refused), now)


def _as_free_rows(refused: Sequence[Job]) -> list[Job]:
    """The orders as they now stand; a product that the portal does not know must not keep a deal from having rows."""
    goods = {job.delivery.pk: replace(job.goods, refused=True) for job in refused}
    again = list(jobs_of(Delivery.objects.filter(pk__in=goods).select_related("order__node__portal", "order__client")))
    for job in again:
        job.goods = goods[job.delivery.pk]
    return again


def _write(portal: Portal, client: PortalClient, jobs: Sequence[Job], now: Callable[[], dt.datetime]) -> list[Job]:
    """Returns the jobs whose rows the portal refused for their products."""
    waiting = {job.key: job for job in jobs if job.row.deal_id is None or job.writes or job.ties}
    _confirm([Confirmed(job, job.shown) for job in jobs if job.key not in waiting])
    stamp = {EXCHANGED: timezone.localtime(now()).strftime(MOMENT)}
    chains = [Chain(tuple(_commands(job, stamp))) for job in waiting.values()]
    packed = pack(chains, cost=client.cost, spread=client.spread)

    def before(chains: tuple[Chain, ...]) -> None:
        _mark(portal, _jobs_of(chains, waiting), now)
        keep_limits(portal, client)

    refused: list[Job] = []
    for sent, outcomes in client.batches(packed, before=before):
        refused += _settle(_jobs_of(sent, waiting), outcomes, now())
    return refused


@transaction.atomic
def _confirm(confirmed: Sequence[Confirmed]) -> None:
    """Deals that show all they should are confirmed without a word to the portal."""
    _lock_nodes([one.job for one in confirmed])
    confirm_deals(confirmed)


def _lock_nodes(jobs: Sequence[Job]) -> None:
    for node_id in sorted({job.row.node_id for job in jobs}):
        lock_node(node_id)


def _commands(job: Job, stamp: dict[str, str]) -> Iterator[Command]:
    return _create(job, stamp) if job.row.deal_id is None else _update(job, job.row.deal_id, stamp)


def _create(job: Job, stamp: dict[str, str]) -> Iterator[Command]:
    state, created = _attributes(job.wanted), f"$result[{job.key}_write][item][id]"
    rows = state.pop("rows")
    yield (deals.import_one if job.rules.bulk_load else deals.add)(
        f"{job.key}_write", {name: value for name, value in state.items() if value not in ("", 0)}, job.rules.node_field,
        title=title_of(job.order, job.rules), category_id=job.rules.category_id,
        originator_id=deal_originator(job.rules.code), origin_id=job.row.document_id, **stamp,
    )  # fmt: skip
    if rows:
        yield product_row.set_rows(f"{job.key}_rows", created, rows)
    if job.rules.bulk_load:
        yield deals.get(f"{job.key}_get", created)


def _update(job: Job, deal_id: int, stamp: dict[str, str]) -> Iterator[Command]:
    writes = job.writes
    rows = writes.pop("rows", None)
    yield deals.get(f"{job.key}_get", deal_id)
    yield product_row.of_deals(f"{job.key}_before", [deal_id])
    if writes:
        yield deals.update(f"{job.key}_write", deal_id, writes, job.rules.node_field, **stamp)
    if rows is not None:
        yield product_row.set_rows(f"{job.key}_rows", deal_id, rows)
    for place, one in enumerate(job.ties[:TIES_A_CHAIN]):
        yield product_row.set_product(f"{job.key}_tie{place}", one.row_id, one.product_id, one.name)


def _attributes(state: DealState) -> dict[str, Any]:
    return {name: getattr(state, name) for name in DealState.__slots__}


def _mark(portal: Portal, jobs: Sequence[Job], now: Callable[[], dt.datetime]) -> None:
    """Just before a batch is sent: what is being written is on record, creates as unanswered."""
    creates = [job.delivery.pk for job in jobs if job.row.deal_id is None]
    retry_at = now() + dt.timedelta(seconds=EXECUTION_LIMIT_S / portal.speed)
    with transaction.atomic():
        for job in jobs:
            note_attempt(job.row, "sent", to_json(job.order))
        update_rows([job.row for job in jobs], ["sent"])
        Delivery.objects.filter(pk__in=creates).update(outcome_unknown=True, retry_at=retry_at)


def _jobs_of(chains: Iterable[Chain], waiting: dict[str, Job]) -> list[Job]:
    return [waiting[chain.commands[0].key.partition("_")[0]] for chain in chains]


# --- what became of it ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Answers:
    """Outcomes of one job's chain; an absent command has none.

    A tie that failed is not ``bad``: the deal shows the order without it.
    """

    get: Outcome | None
    before: Outcome | None
    write: Outcome | None
    rows: Outcome | None
    ties: tuple[Outcome, ...] = ()

    @property
    def bad(self) -> Outcome | None:
        """The first outcome that is no success, if any."""
        outcomes = (self.get, self.before, self.write, self.rows)
        return next((outcome for outcome in outcomes if outcome is not None and not isinstance(outcome, Done)), None)

    @property
    def untied(self) -> Outcome | None:
        """Why a row is to be tied once more; a product that the portal refuses is listed instead."""
        failed = (outcome for outcome in self.ties if not isinstance(outcome, Done))
        return next((one for one in failed if not (isinstance(one, Failed) and one.code.upper() == BAD_VALUE)), None)

    @property
    def refuses_product(self) -> bool:
        """Whether the rows as a whole were refused for what one of them names."""
        return isinstance(self.rows, Failed) and self.rows.code.upper() == BAD_VALUE


def _answers_to(job: Job, outcomes: dict[str, Outcome]) -> _Answers:
    get, before, write, rows = (outcomes.get(f"{job.key}_{part}") for part in ("get", "before", "write", "rows"))
    ties = (outcomes.get(f"{job.key}_tie{place}") for place in range(TIES_A_CHAIN))
    return _Answers(get, before, write, rows, tuple(outcome for outcome in ties if outcome is not None))


@transaction.atomic
def _settle(jobs: Sequence[Job], outcomes: dict[str, Outcome], now: dt.datetime) -> list[Job]:
    """Each job of a batch by what its own commands gave; returns those to be written once more as free rows."""
    _lock_nodes(jobs)
    confirmed: list[Confirmed] = []
    refused: list[Job] = []
    untied: list[tuple[Job, Outcome]] = []
    for job in jobs:
        answers = _answers_to(job, outcomes)
        created = job.row.deal_id is None
        try:
            if created and isinstance(answers.write, Done):
                job.row.deal_id = deals.read_id(answers.write.result)
            states = _states(job, answers) if answers.bad is None else None
        except (LookupError, TypeError, ValueError):
            log.exception("order %s: the portal's answer has a shape that nobody knows", job.row.pk)
            _leave(job, Unknown(BAD_ANSWER_TEXT) if created else Failed(BAD_ANSWER, BAD_ANSWER_TEXT), now)
            continue
        if states is not None:
            before, after = states
            one = Confirmed(job, after) if created else Confirmed(job, after, before, tuple(job.writes))
            confirmed.append(replace(one, unfinished=_is_unfinished(job, answers, after)))
            if answers.untied is not None:
                untied.append((job, answers.untied))
        elif answers.bad is not None and _settle_bad(job, answers, answers.bad, now):
            refused.append(job)
    confirm_deals(confirmed)
    for job, outcome in untied:
        not_written(job, outcome, "Портал не связал строку сделки с товаром", now)
    return refused


def _is_unfinished(job: Job, answers: _Answers, after: DealState) -> bool:
    """Whether rows are left to be tied: their turn comes with the next wave, if those of this one are tied indeed."""
    if answers.untied is not None:
        return True
    now_tied = {row.row_id: row.product_id for row in after.rows}
    done = all(now_tied.get(one.row_id) == one.product_id for one in job.ties[:TIES_A_CHAIN])
    return done and len(job.ties) > TIES_A_CHAIN


def _settle_bad(job: Job, answers: _Answers, bad: Outcome, now: dt.datetime) -> bool:
    """Whether the order is to be written once more, as free rows."""
    if job.row.deal_id is not None and isinstance(answers.write, Done):
        shown = [_seen(job, result) for result in _whole(job, answers)]
        keep_half(job, replace(shown[-1] if shown else job.wanted, rows=job.shown.rows))
    if answers.refuses_product and not job.goods.refused and any(row.product_id for row in job.wanted.rows):
        return True
    _leave(job, bad, now)
    return False


def _states(job: Job, answers: _Answers) -> tuple[DealState, DealState]:
    """What the deal showed before and what it shows now."""
    found = [_seen(job, result) for result in _whole(job, answers)]
    rows_before, rows_after = job.shown.rows, job.shown.rows
    if isinstance(answers.before, Done):
        rows_before = rows_after = product_row.read_rows(answers.before.result)
    if isinstance(answers.rows, Done):
        rows_after = product_row.read_rows(answers.rows.result)
    tied = {row.row_id: row for row in (product_row.read_row(one.result) for one in answers.ties if isinstance(one, Done))}
    rows_after = tuple(tied.get(row.row_id, row) for row in rows_after)
    return replace(found[0], rows=rows_before), replace(found[-1], rows=rows_after)


def _seen(job: Job, result: Any) -> DealState:
    return state_seen(deals.read_item(result, job.rules.node_field), job.shown, job.rules)


def _whole(job: Job, answers: _Answers) -> list[Any]:
    """Results that show the whole deal, in order; an import shows its id only."""
    imported = job.rules.bulk_load and answers.before is None
    told = (answers.get,) if imported else (answers.get, answers.write)
    return [outcome.result for outcome in told if isinstance(outcome, Done)]


def _leave(job: Job, outcome: Outcome, now: dt.datetime) -> None:
    """Not written, or nobody knows: when and by whom is it looked at again."""
    created = job.row.deal_id is not None
    if created and isinstance(outcome, Failed) and outcome.code.upper() in ("NOT_FOUND", "OWNER_NOT_FOUND"):
        OrderRow.objects.filter(pk=job.row.pk).update(deal_deleted=True)
        give_up(job, DELETED, DELETED_TEXT)
    elif created or not is_doubtful(outcome):
        Delivery.objects.filter(pk=job.delivery.pk).update(outcome_unknown=False)
        not_written(job, outcome, "Портал не принял заказ", now)
    elif not was_not_tried(outcome):  # the mark of the create stands
        doubt(job, outcome, now, not_before=now + dt.timedelta(seconds=EXECUTION_LIMIT_S / job.speed))
