"""Background tasks: three lines each, they call flows. A job only triggers; what is due stands in our rows.

A lost job is a late one: ``tick`` triggers all that is due, and ``rescue`` takes over what a killed worker left.
"""

import gc
import time

from django.db import transaction
from procrastinate import exceptions, job_context
from procrastinate.contrib.django import app
from procrastinate.jobs import Status

STALLED_AFTER_S = 15  # seconds without a heartbeat
HEARTBEAT_S = 3
POLL_S = 1.0  # for jobs whose time has come; new ones are told of at once
BUSY_AGAIN_S = 1  # whoever finds the line to a portal taken, or gave it up, looks again
CONCURRENCY = 4  # jobs of one worker at once; a portal and a package are each one job at a time
NEW_OBJECTS = 20_000  # records without circles: a look for circles after every 700 of them took a sixth of a catalogue's time
SHUTDOWN_S = 20  # seconds for running jobs when the worker is told to stop; what they leave is due again


@app.task(queue="packages")
def process_package(package_id: int) -> None:
    """Read the node's waiting packages up to this one."""
    from django.utils import timezone

    from uzel.flows.files.read_in_turn import read_in_turn
    from uzel.hub.models import Package

    read_in_turn(package_id, timezone.now())
    portal_id = Package.objects.values_list("node__portal", flat=True).get(pk=package_id)
    if portal_id:
        drain_soon(portal_id)


@app.task(queue="portal", pass_context=True)
def drain_portal(context: job_context.JobContext, portal_id: int) -> None:
    """Read what changed in the portal and write due orders into it.

    Drains are kept apart by the line to the portal, not by a lock of the jobs: a killed worker lets go of its line at once,
    but of its job only when somebody has missed its heartbeats.
    """
    from django.utils import timezone

    from uzel.flows.portal.drain_portal import drain
    from uzel.flows.portal.portal_work import seconds_to_retry

    drained = drain(portal_id, keep_going=lambda: not context.should_abort())
    if drained.busy or drained.gave_way:
        _defer(drain_portal, None, f"again:{portal_id}", BUSY_AGAIN_S, portal_id=portal_id)
        return
    seconds = seconds_to_retry(portal_id, timezone.now())
    if seconds is not None:
        _defer(drain_portal, None, f"later:{portal_id}", seconds, portal_id=portal_id)


@app.periodic(cron="* * * * * */5")
@app.task(queue="tick", queueing_lock="tick")
def tick(timestamp: int) -> None:
    """Trigger whatever is due."""
    trigger_all()


@app.periodic(cron="* * * * * */5")
@app.task(queue="tick", queueing_lock="rescue", pass_context=True)
async def rescue(context: job_context.JobContext, timestamp: int) -> None:
    """Give the jobs of dead workers to living ones; where the same job waits already, the dead one's is over."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER_S):
        try:
            await manager.retry_job(job)
        except exceptions.UniqueViolation:
            await manager.finish_job(job, Status.FAILED, delete_job=True)


@app.periodic(cron="*/5 * * * *")
@app.task(queue="tick", queueing_lock="silence", lock="silence")
def watch_silence(timestamp: int) -> None:
    """Notice bases that stopped calling, and send what people are to be told of by e-mail."""
    from django.utils import timezone

    from uzel.flows.calls.watch_silence import watch
    from uzel.flows.tell_people import send_letters

    watch(timezone.now())
    send_letters(timezone.now())


@app.periodic(cron="17 3 * * *")
@app.task(queue="tick", queueing_lock="forget_held")
def forget_held(timestamp: int) -> None:
    """Let documents go whose orders never came."""
    from django.utils import timezone

    from uzel.flows.files.waiting_room import forget_old

    forget_old(timezone.now())


def trigger_all() -> None:
    """Packages that wait and portals that are connected, each once; uploads that nobody goes on with come to an end."""
    from django.utils import timezone

    from uzel.flows.calls.open_session import close_idle_uploads
    from uzel.hub.models import Package, Portal

    close_idle_uploads(timezone.now())
    for package_id in Package.objects.filter(state=Package.State.WAITING).order_by("pk").values_list("pk", flat=True):
        process_package_soon(package_id)
    for portal_id in Portal.objects.values_list("pk", flat=True):
        drain_soon(portal_id)


def process_package_soon(package_id: int) -> None:
    """Trigger the reading of a package; a base's packages are read one after another."""
    from uzel.hub.models import Package

    node_id = Package.objects.values_list("node", flat=True).get(pk=package_id)
    _defer(process_package, f"node:{node_id}", f"package:{package_id}", package_id=package_id)


def drain_soon(portal_id: int) -> None:
    """Trigger a drain; one that waits already is enough."""
    _defer(drain_portal, None, f"drain:{portal_id}", portal_id=portal_id)


def work_forever() -> None:
    """Run jobs until the process is told to stop."""
    gc.set_threshold(NEW_OBJECTS)
    trigger_all()
    with app.replace_connector(app.connector.get_worker_connector()) as worker:  # type: ignore[attr-defined]
        worker.run_worker(
            concurrency=CONCURRENCY,
            fetch_job_polling_interval=POLL_S,
            delete_jobs="successful",
            update_heartbeat_interval=HEARTBEAT_S,
            stalled_worker_timeout=STALLED_AFTER_S,
            shutdown_graceful_timeout=SHUTDOWN_S,
        )


def work_once() -> None:
    """Do what is due now, in this process, and return."""
    from django.utils import timezone

    from uzel.flows.files.read_in_turn import read_in_turn
    from uzel.flows.portal.drain_portal import drain
    from uzel.hub.models import Package, Portal

    for package_id in Package.objects.filter(state=Package.State.WAITING).order_by("pk").values_list("pk", flat=True):
        read_in_turn(package_id, timezone.now())
    for portal_id in Portal.objects.values_list("pk", flat=True):
        drained, gave_way = drain(portal_id), False
        while drained.gave_way or (gave_way and drained.busy):
            gave_way = True
            time.sleep(BUSY_AGAIN_S)
            drained = drain(portal_id)


def _defer(task, lock: str | None, queueing_lock: str, in_seconds: int = 0, **arguments: int) -> None:  # type: ignore[no-untyped-def]
    schedule = {"schedule_in": {"seconds": in_seconds}} if in_seconds else {}
    try:
        with transaction.atomic():  # a refusal must not spoil the transaction of whoever triggers
            task.configure(lock=lock, queueing_lock=queueing_lock, **schedule).defer(**arguments)
    except exceptions.AlreadyEnqueued:
        return
