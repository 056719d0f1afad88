"""Before a deal is created: perhaps the portal has it.

    unanswered   its create was sent and never answered: a lost answer, a killed worker
    any other    the hub knows less than the portal: its database was restored from an older copy

Both are found by our external key, the first one by one, the others many at once.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from django.db import transaction

from uzel.bitrix24.batch import Command
from uzel.bitrix24.client import PortalClient
from uzel.bitrix24.entities import deal as deals
from uzel.bitrix24.entities.deal import Deal
from uzel.bitrix24.errors import Unavailable
from uzel.flows.deals.settle_deal import adopt, adopt_unknown
from uzel.flows.portal.portal_job import Job
from uzel.flows.portal.portal_reading import read_all, read_rows
from uzel.hub.queries import lock_node
from uzel.mapping.origin import deal_originator


def adopt_deals(client: PortalClient, jobs: Sequence[Job]) -> None:
    """Give orders without a deal the deals that carry their key, if there are any."""
    unanswered = [job for job in jobs if job.delivery.outcome_unknown]
    found = _one_by_one(client, unanswered) + _many_at_once(client, [job for job in jobs if not job.delivery.outcome_unknown])
    rows = read_rows(client, [deal.deal_id for _, deal in found])
    for job, deal in found:
        whole = replace(deal, state=replace(deal.state, rows=rows[deal.deal_id]))
        with transaction.atomic():
            lock_node(job.row.node_id)
            (adopt if job.delivery.outcome_unknown else adopt_unknown)(job, whole)


def _one_by_one(client: PortalClient, jobs: Sequence[Job]) -> list[tuple[Job, Deal]]:
    keys = {f"{job.key}_orphan": job for job in jobs}
    commands = [
        deals.of_origin(key, job.rules.node_field, deal_originator(job.rules.code), job.row.document_id)
        for key, job in keys.items()
    ]
    answers = read_all(client, commands)
    if len(answers) < len(commands):  # not knowing is no reason to create
        raise Unavailable("NOT_READ", "сделки не прочитаны")
    listed = ((job, deals.read_items(answers[key], job.rules.node_field)) for key, job in keys.items())
    return [(job, found[0]) for job, found in listed if found]


def _many_at_once(client: PortalClient, jobs: Sequence[Job]) -> list[tuple[Job, Deal]]:
    """A portal that refuses a list of keys is asked one by one."""
    asked = {command.key: (command, part) for command, part in _commands(jobs)}
    answers = read_all(client, [command for command, _ in asked.values()])
    found: list[tuple[Job, Deal]] = []
    for key, (_, part) in asked.items():
        if key not in answers:
            found += _one_by_one(client, part)
            continue
        by_origin = {deal.origin_id: deal for deal in reversed(deals.read_items(answers[key], part[0].rules.node_field))}
        found += [(job, by_origin[job.row.document_id]) for job in part if job.row.document_id in by_origin]
    return found


def _commands(jobs: Iterable[Job]) -> Iterator[tuple[Command, list[Job]]]:
    by_node: dict[str, list[Job]] = {}
    for job in jobs:
        by_node.setdefault(job.rules.code, []).append(job)
    for code, own in by_node.items():
        for start in range(0, len(own), deals.PAGE):
            part = own[start : start + deals.PAGE]
            ids = [job.row.document_id for job in part]
            yield deals.of_origins(f"{part[0].key}_known", part[0].rules.node_field, deal_originator(code), ids), part
