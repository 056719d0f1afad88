"""Pictures of goods go into the portal: what it has is read, what is lacking is added, what we put and is gone is removed.

One that is too large for the portal is named once and keeps back neither its product nor the product's other pictures.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from uzel.bitrix24.batch import Chain, Command, Done, Failed, Outcome, pack
from uzel.bitrix24.client import PortalClient
from uzel.bitrix24.entities import product_image
from uzel.bitrix24.errors import REQUEST_TOO_LARGE, Refused
from uzel.flows.catalog.picture_book import Wanted, wanted_pictures
from uzel.flows.clients.find_clients import EXECUTION_LIMIT_S
from uzel.flows.files.in_chunks import in_chunks
from uzel.flows.portal.portal_job import PASSING_DELAY_S, count_doubt, count_refusal, is_doubtful, was_not_tried
from uzel.flows.portal.portal_line import keep_limits
from uzel.flows.portal.portal_reading import read_all
from uzel.hub import feed_store
from uzel.hub.models import Portal, ProductPictures
from uzel.mapping.product_pictures import Plan, plan

BATCH_BYTES = 4_000_000  # of pictures in one request, but for a single larger one
STEP_COMMANDS = 30  # for one product in one request; the rest goes with the next
NOT_READ = "Портал не показал картинки товара: возможно, товар удалён в портале."
NO_ANSWER = "Портал не ответил, когда ему передавали большую картинку."
TOO_LARGE = "Картинка больше, чем принимает портал. Уменьшите её в 1С: новая придёт с выгрузкой."
ATTEMPT = ("attempts", "retry_at", "problem", "problem_code")
Now = Callable[[], dt.datetime]


@dataclass(slots=True)
class Job:
    """A product, what it lacks, and as much of that as one request takes."""

    row: ProductPictures
    wanted: Wanted
    plan: Plan

    @property
    def product_id(self) -> int:
        """Id in the portal; only products that are there are taken."""
        return self.row.product.entity_id or 0

    @property
    def step(self) -> Plan:
        """The first pictures, by their number and by their bytes."""
        remove, size = self.plan.remove[:STEP_COMMANDS], 0
        add: list[tuple[str, str]] = []
        for kind, name in self.plan.add[: STEP_COMMANDS - len(remove)]:
            size += self.wanted[name].size
            if add and size > BATCH_BYTES:
                break
            add.append((kind, name))
        return Plan(remove, tuple(add))

    @property
    def size(self) -> int:
        """Bytes of the step."""
        return sum(self.wanted[name].size for _, name in self.step.add)

    def chain(self) -> Chain:
        """The commands of the step; the bytes are read only now."""
        step = self.step
        commands: list[Command] = [
            product_image.delete(f"i{self.row.pk}_r{image_id}", self.product_id, image_id) for image_id in step.remove
        ]
        for place, (kind, name) in enumerate(step.add):
            content = feed_store.read_feed(self.wanted[name])
            commands.append(product_image.add(f"i{self.row.pk}_a{place}", self.product_id, kind, name, content))
        return Chain(tuple(commands))


def publish_pictures(portal: Portal, client: PortalClient, rows: Sequence[ProductPictures], now: Now) -> None:
    """What the portal has decides, so a lost answer doubles nothing."""
    wanted = wanted_pictures([row.product for row in rows])
    commands = [product_image.of_product(f"i{row.pk}", row.product.entity_id or 0) for row in rows]
    found = read_all(client, commands)
    jobs: dict[str, Job] = {}
    for row in rows:
        pictures = wanted[row.product_id]
        if f"i{row.pk}" not in found:
            _refused(portal, row, "not_read", NOT_READ, now())
            continue
        takes = [name for name in pictures if name not in row.too_large]
        job = Job(row, pictures, plan(takes, product_image.read_images(found[f"i{row.pk}"])))
        if job.plan == Plan():
            _shown(job)
        else:
            jobs[f"i{row.pk}"] = job
    _write(portal, client, jobs, now)


def _write(portal: Portal, client: PortalClient, jobs: Mapping[str, Job], now: Now) -> None:
    def before(batch: tuple[Chain, ...]) -> None:
        keys = [job.row.pk for job in _jobs_of(batch, jobs)]
        until = now() + dt.timedelta(seconds=EXECUTION_LIMIT_S / portal.speed)
        ProductPictures.objects.filter(pk__in=keys).update(retry_at=until)
        keep_limits(portal, client)

    def send(batches: Iterable[tuple[Chain, ...]]) -> None:
        for batch, outcomes in client.batches(batches, before=before):
            for job in _jobs_of(batch, jobs):
                _settle(portal, job, outcomes, now())

    send(_batches(client, [job for job in jobs.values() if job.size <= BATCH_BYTES]))
    for job in jobs.values():
        if job.size > BATCH_BYTES:  # one picture, of which the portal may not even read the request
            try:
                send([(job.chain(),)])
            except Refused as error:
                if error.code != REQUEST_TOO_LARGE:
                    raise
                _leave_out(job, [name for _, name in job.step.add], now(), portal.speed)


def _batches(client: PortalClient, jobs: Iterable[Job]) -> Iterator[tuple[Chain, ...]]:
    """Bytes of few requests are in memory at a time."""
    for part in in_chunks(jobs, (BATCH_BYTES, lambda job: job.size)):
        yield from pack([job.chain() for job in part], cost=client.cost)


def _jobs_of(batch: tuple[Chain, ...], jobs: Mapping[str, Job]) -> list[Job]:
    return [jobs[chain.commands[0].key.partition("_")[0]] for chain in batch]


def _settle(portal: Portal, job: Job, outcomes: Mapping[str, Outcome], now: dt.datetime) -> None:
    own = [outcome for key, outcome in outcomes.items() if key.partition("_")[0] == f"i{job.row.pk}"]
    bad = next((outcome for outcome in own if not isinstance(outcome, Done)), None)
    after = partial(_later, job.row, now, portal.speed)
    too_large = [
        name
        for place, (_, name) in enumerate(job.step.add)
        if product_image.is_too_large(outcomes.get(f"i{job.row.pk}_a{place}"))
    ]
    if too_large:
        _leave_out(job, too_large, now, portal.speed)
    elif bad is None and job.step == job.plan:
        _shown(job)
    elif bad is None:  # the rest of a large product
        after(0)
    elif was_not_tried(bad):
        after(PASSING_DELAY_S)
    elif is_doubtful(bad) and job.size > BATCH_BYTES:
        _unanswered(portal, job, now)
    elif is_doubtful(bad):  # it may be carried out still
        job.row.retry_at = now + dt.timedelta(seconds=EXECUTION_LIMIT_S / portal.speed)
        count_doubt(job.row, bad, now, portal.speed)
        job.row.save(update_fields=ATTEMPT)
    elif isinstance(bad, Failed):
        _refused(portal, job.row, bad.code, f"Портал не принял картинку: {bad.text or bad.code}", now)


def _shown(job: Job) -> None:
    row = job.row
    row.shown, row.shown_on, row.due_since, row.attempts, row.retry_at = list(job.wanted), job.product_id, None, 0, None
    row.too_large = [name for name in row.too_large if name in job.wanted]
    row.problem_code, row.problem = ("too_large", TOO_LARGE) if row.too_large else ("", "")
    row.save()


def _leave_out(job: Job, names: Sequence[str], now: dt.datetime, speed: float) -> None:
    """The product goes on without these at once; smaller ones of the base bear other names."""
    job.row.too_large = [*job.row.too_large, *names]
    job.row.save(update_fields=["too_large"])
    _later(job.row, now, speed, 0)


def _unanswered(portal: Portal, job: Job, now: dt.datetime) -> None:
    """It may be carried out still, or break the connection each time: then it is left out in the end."""
    row, ended = job.row, now + dt.timedelta(seconds=EXECUTION_LIMIT_S / portal.speed)
    count_refusal(row, "no_answer", NO_ANSWER, now, portal.speed)
    is_given_up = row.retry_at is None
    row.attempts, row.problem_code = 0 if is_given_up else row.attempts, ""
    row.retry_at = max(row.retry_at or ended, ended)
    row.save(update_fields=ATTEMPT)
    if is_given_up:
        _leave_out(job, [name for _, name in job.step.add], now, portal.speed)


def _later(row: ProductPictures, now: dt.datetime, speed: float, seconds: float) -> None:
    row.retry_at = now + dt.timedelta(seconds=seconds / speed)
    row.save(update_fields=["retry_at"])


def _refused(portal: Portal, row: ProductPictures, code: str, text: str, now: dt.datetime) -> None:
    count_refusal(row, code, text, now, portal.speed)
    row.save(update_fields=ATTEMPT)
