"""The background worker as a process of its own: it reads, drains, and takes over what a killed one left."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from tests.flows import catalogue
from tests.flows.portal_town import ORDER, Hub, open_hub
from tests.home import HOME
from uzel import jobs
from uzel.emulators.onec_base import Base
from uzel.emulators.onec_base.write import write_orders
from uzel.hub import feed_store
from uzel.hub.models import NomenclatureRow, Package

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_jobs")]
PATIENCE_S = 60
MANY = 12_000  # items, in twelve transactions


@pytest.fixture
def hub() -> Iterator[Hub]:
    with open_hub() as found:
        yield found


@contextmanager
def worker() -> Iterator["subprocess.Popen[bytes]"]:
    """``uzel worker`` on the database of the tests."""
    database = settings.DATABASES["default"]
    url = f"postgresql://{database['USER']}@/{database['NAME']}?host={database['HOST']}"
    environment = os.environ | {"DATABASE_URL": url, "UZEL_HOME": str(settings.UZEL_HOME)}
    environment |= {name: (HOME / "secrets" / name.lower()).read_text() for name in ("UZEL_SECRET_BOX_KEYS", "UZEL_SECRET_KEY")}
    process = subprocess.Popen([sys.executable, "-m", "uzel.cli", "worker"], env=environment, stderr=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


def until(ready: Callable[[], Any]) -> None:
    """Wait for another process, not for time."""
    end = time.monotonic() + PATIENCE_S
    while not ready():
        assert time.monotonic() < end, "the worker did not do it"
        time.sleep(0.05)


def store_package(hub: Hub) -> Package:
    base = Base("unf", "http://127.0.0.1/", "shop", "x")
    body = write_orders([base.shop.new_order() for _ in range(5)], base.shop.books, base.settings, base.shop.clock())
    return Package.objects.create(
        node=hub.node, file_name="orders.xml", feed=feed_store.store([body]), size=len(body), state=Package.State.WAITING
    )


def test_a_waiting_package_becomes_deals(hub: Hub, tmp_path: Path) -> None:
    package = store_package(hub)
    with worker():
        until(lambda: len(hub.deals()) == 5)
    package.refresh_from_db()
    assert (package.state, package.documents_done) == ("done", 5)


def test_a_killed_worker_leaves_nothing_stuck(hub: Hub) -> None:
    hub.receive(ORDER)
    hub.emulator.faults.arm("hang", method="crm.item.add", seconds=0)
    with worker() as first:
        until(lambda: not hub.emulator.faults.listing())  # the request of the create hangs in the portal
        os.kill(first.pid, signal.SIGKILL)
        first.wait()
    assert (hub.delivery().outcome_unknown, hub.row().deal_id) == (True, None)
    hub.delivery().__class__.objects.update(retry_at=None)  # the portal's time for a request has passed
    with worker():
        until(lambda: hub.row().deal_id is not None)
    assert len(hub.deals()) == 1


def test_a_catalogue_that_a_killed_worker_was_reading_is_read_on_by_another(hub: Hub) -> None:
    type(hub.node).objects.update(catalog_source=True)
    package = catalogue.waiting(hub.node, catalogue.goods(*(catalogue.item(f"i-{number}") for number in range(MANY))))
    with worker() as first:
        until(lambda: entries_done(package) > 0)
        os.kill(first.pid, signal.SIGKILL)
        first.wait()
    assert 0 < entries_done(package) == NomenclatureRow.objects.count() < MANY
    forget_dead_workers()
    with worker():
        until(lambda: Package.objects.get(pk=package.pk).state == Package.State.DONE)
    package.refresh_from_db()
    assert (package.entries_done, package.entries_received, package.catalog) == (MANY, MANY, {"item": {"created": MANY}})
    assert NomenclatureRow.objects.count() == MANY


def entries_done(package: Package) -> int:
    return Package.objects.values_list("entries_done", flat=True).get(pk=package.pk)


def forget_dead_workers() -> None:
    """As if the time had passed after which a worker without a heartbeat is a dead one."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE procrastinate_workers SET last_heartbeat = last_heartbeat - interval '1 hour'")


def test_a_trigger_that_waits_already_is_enough(hub: Hub) -> None:
    from procrastinate.contrib.django.models import ProcrastinateJob

    package = store_package(hub)
    for _ in range(3):
        jobs.drain_soon(hub.portal.pk)
        jobs.process_package_soon(package.pk)
    assert sorted(ProcrastinateJob.objects.values_list("task_name", flat=True)) == [
        "uzel.jobs.drain_portal",
        "uzel.jobs.process_package",
    ]


def test_once_does_what_is_due_in_this_process(hub: Hub) -> None:
    store_package(hub)
    jobs.work_once()
    assert len(hub.deals()) == 5
