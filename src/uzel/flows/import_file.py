"""A file fed by hand goes the same way as one that a base sent: archive, package, verdicts."""

from pathlib import Path

from django.utils import timezone
from rich.progress import Progress as ProgressBar

from uzel.flows.receive_package import Progress, process_package
from uzel.hub import feed_store
from uzel.hub.models import Node, Package

READ_BYTES = 1 << 20


def import_file(node: Node, path: Path) -> tuple[Package, Progress]:
    """Archive the file and read it; a progress bar shows while it lasts."""
    with path.open("rb") as source:
        feed = feed_store.store(iter(lambda: source.read(READ_BYTES), b""))
    package = Package.objects.create(node=node, file_name=path.name[:255], feed=feed, state=Package.State.WAITING)
    with ProgressBar(transient=True) as bar:
        task = bar.add_task(f"{path.name}: документов", total=None)
        progress = process_package(package.pk, timezone.now(), advance=lambda count: bar.advance(task, count))
    package.refresh_from_db()
    return package, progress
