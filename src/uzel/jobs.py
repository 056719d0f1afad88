"""Background tasks: three lines each, they call flows. A job only triggers; what is due stands in our rows.

A lost job is a late one: every minute ``tick`` triggers all that is due, and takes over what a killed worker left.
"""

from django.db import transaction
from procrastinate import exceptions
from procrastinate.contrib.django import app

STALLED_AFTER_S = 30  # seconds without a heartbeat


@app.task(queue="packages")
def process_package(package_id: int) -> None:
    """Read the node's waiting packages up to this one."""
    from django.utils import timezone

    from uzel.flows.read_in_turn import read_in_turn
    from uzel.hub.models import Package

    read_in_turn(package_id, timezone.now())
    portal_id = Package.objects.values_list("node__portal", flat=True).get(pk=package_id)
    if portal_id:
        drain_soon(portal_id)


@app.task(queue="portal")
def drain_portal(portal_id: int) -> None:
    """Read what changed in the portal and write due orders into it."""
    from uzel.flows.drain_portal import drain

    drain(portal_id)


@app.periodic(cron="* * * * *")
@app.task(queue="tick", queueing_lock="tick")
def tick(timestamp: int) -> None:
    """Trigger whatever is due."""
    trigger_all()


@app.periodic(cron="* * * * *")
@app.task(queue="tick", queueing_lock="rescue", pass_context=True)
async def rescue(context, timestamp: int) -> None:  # type: ignore[no-untyped-def]
    """Give the jobs of dead workers to living ones."""
    manager = context.app.job_manager
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_AFTER_S):
        await manager.retry_job(job)


def trigger_all() -> None:
    """Packages that wait and portals that are connected, each once; uploads that nobody goes on with come to an end."""
    from django.utils import timezone

    from uzel.flows.open_session import close_idle_uploads
    from uzel.hub.models import Package, Portal

    close_idle_uploads(timezone.now())
    for package_id in Package.objects.filter(state=Package.State.WAITING).order_by("pk").values_list("pk", flat=True):
        process_package_soon(package_id)
    for portal_id in Portal.objects.values_list("pk", flat=True):
        drain_soon(portal_id)


def process_package_soon(package_id: int) -> None:
    """Trigger the reading of a package."""
    _defer(process_package, f"package:{package_id}", package_id=package_id)


def drain_soon(portal_id: int) -> None:
    """Trigger a drain; one that waits already is enough."""
    _defer(drain_portal, f"portal:{portal_id}", f"drain:{portal_id}", portal_id=portal_id)


def work_forever() -> None:
    """Run jobs until the process is told to stop."""
    from django.core.management import call_command

    trigger_all()
    call_command("procrastinate", "worker", "--delete-jobs", "successful")


def work_once() -> None:
    """Do what is due now, in this process, and return."""
    from django.utils import timezone

    from uzel.flows.drain_portal import drain
    from uzel.flows.read_in_turn import read_in_turn
    from uzel.hub.models import Package, Portal

    for package_id in Package.objects.filter(state=Package.State.WAITING).order_by("pk").values_list("pk", flat=True):
        read_in_turn(package_id, timezone.now())
    for portal_id in Portal.objects.values_list("pk", flat=True):
        drain(portal_id)


def _defer(task, lock: str, queueing_lock: str = "", **arguments: int) -> None:  # type: ignore[no-untyped-def]
    try:
        with transaction.atomic():  # a refusal must not spoil the transaction of whoever triggers
            task.configure(lock=lock, queueing_lock=queueing_lock or lock).defer(**arguments)
    except exceptions.AlreadyEnqueued:
        return
