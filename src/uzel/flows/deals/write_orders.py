"""Orders on their way into the portal: their clients first, then changed cards, then the deals themselves.

due deliveries ─ clients (found or created) ─ changed cards ─ deals ─ confirmed | retry_at | problem
"""

import datetime as dt
from collections.abc import Callable, Sequence

from django.db.models import F

from uzel.bitrix24.batch import Unknown
from uzel.bitrix24.client import PortalClient
from uzel.flows.clients.find_clients import Wanted, find_clients, wanted_client
from uzel.flows.clients.update_clients import update_clients
from uzel.flows.deals.write_deals import write_deals
from uzel.flows.portal import sweep_portal
from uzel.flows.portal.portal_job import PASSING_DELAY_S, Job, doubt, jobs_of, not_written, postpone, taken_anew
from uzel.flows.staff.learn_numbers import learn_numbers
from uzel.hub.models import CounterpartyBinding, Delivery, OrderRow, Portal
from uzel.mapping.counterparty_card import card_of, could_be, is_somebody, key_of
from uzel.mapping.deal_order import ClientRef
from uzel.mapping.employees import assign
from uzel.sync.match import is_another_buyer

NO_CARD = "карточка покупателя отправлена, её ищем, прежде чем создать снова"


def write_orders(portal: Portal, client: PortalClient, jobs: Sequence[Job], now: Callable[[], dt.datetime]) -> None:
    """New orders and changed ones together: every job ends confirmed, postponed or failed."""
    ready = _with_clients(portal, client, _known_again(portal, client, jobs, now), now)
    write_deals(portal, client, update_clients(portal, client, ready, now()), now)


def _known_again(portal: Portal, client: PortalClient, jobs: Sequence[Job], now: Callable[[], dt.datetime]) -> list[Job]:
    """A deal that was written to without an answer is read before it is written again."""
    unanswered = [job for job in jobs if job.row.deal_id is not None and job.row.sent]
    if not unanswered:
        return list(jobs)
    sweep_portal.look_at(portal, client, [job.row.deal_id for job in unanswered if job.row.deal_id], now())
    again = Delivery.objects.filter(pk__in=[job.delivery.pk for job in unanswered], wanted__gt=F("confirmed"))
    answered = [job for job in jobs if job not in unanswered]
    return answered + list(jobs_of(again.select_related("order__node__portal", "order__client")))


def _with_clients(portal: Portal, client: PortalClient, jobs: Sequence[Job], now: Callable[[], dt.datetime]) -> list[Job]:
    """Jobs whose counterparty is a card of the portal now; the others have their reason and their time."""
    wanted: dict[tuple[int, str], Wanted] = {}
    of_job: list[tuple[Job, Wanted | None]] = []
    learn_numbers(portal, ((job.row.node, job.order.responsible, assign(job.order.responsible, job.staff)) for job in jobs))
    for job in jobs:
        one = None
        _bind_new_id(portal, job)
        if is_somebody(job.order.counterparty):
            assigned = assign(job.order.responsible, job.staff).user_id
            one = wanted_client(job.row.node, job.order.counterparty, assigned)
            one = wanted.setdefault((job.row.node_id, one.key), one)
        of_job.append((job, one))
    moved = find_clients(portal, client, list(wanted.values()), now)
    ready = [job for job, one in of_job if one is None or _take_client(portal, job, one, now())]
    OrderRow.objects.bulk_update([job.row for job in ready], ["client"])
    return taken_anew(ready, moved)


def _bind_new_id(portal: Portal, job: Job) -> None:
    """A base gives an Ид of its own to a buyer whom it knew by our word only: his card stays his."""
    bound, buyer = job.row.client, job.order.counterparty
    if bound is None or job.meant is None or is_another_buyer(job.meant.counterparty, buyer):
        return
    if not could_be(card_of(job.meant.counterparty), card_of(buyer)):
        return
    key = key_of(buyer)
    if bound.entity_id is not None and key not in ("", bound.key):
        same = {"portal": portal, "kind": bound.kind, "entity_id": bound.entity_id, "shown": bound.shown, "sent": bound.sent}
        decision = "тот же клиент, что в сделке: база дала ему свой Ид"
        CounterpartyBinding.objects.get_or_create(node=job.row.node, key=key, defaults={**same, "decision": decision})


def _take_client(portal: Portal, job: Job, one: Wanted, now: dt.datetime) -> bool:
    binding = one.binding
    if binding is not None and binding.entity_id is not None:
        job.row.client, job.client = binding, ClientRef(binding.kind, binding.entity_id)
        return True
    if one.failed is not None:
        not_written(job, one.failed, "Портал не принял контрагента", now)
        return False
    if binding is not None:  # his card was sent to be made, and nobody knows what came of it
        doubt(job, Unknown(NO_CARD), now, not_before=binding.retry_at)
    else:
        postpone(job, now + dt.timedelta(seconds=PASSING_DELAY_S / portal.speed))
    return False
