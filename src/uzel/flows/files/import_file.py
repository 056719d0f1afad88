"""A file fed by hand goes the same way as one that a base sent: archive, package, its turn, verdicts."""

from pathlib import Path

from django.utils import timezone
from rich.progress import Progress as ProgressBar

from uzel.exchange.uploads import is_zip
from uzel.flows.files.read_in_turn import read_in_turn
from uzel.flows.files.receive_package import Progress, progress_of
from uzel.hub import feed_store
from uzel.hub.models import Node, Package

READ_BYTES = 1 << 20


def import_file(node: Node, path: Path) -> tuple[Package, Progress]:
    """Archive the file and read it, after the files that wait already; a progress bar shows while it lasts."""
    with path.open("rb") as source:
        zipped = is_zip(source.read(4))
        source.seek(0)
        feed = feed_store.store(iter(lambda: source.read(READ_BYTES), b""))
    package = Package.objects.create(
        node=node, file_name=path.name[:255], feed=feed, size=feed.size, zipped=zipped, state=Package.State.WAITING
    )
    with ProgressBar(transient=True) as bar:
        task = bar.add_task(f"{path.name}: прочитано", total=None)
        read_in_turn(package.pk, timezone.now(), advance=lambda count: bar.advance(task, count))
    package.refresh_from_db()
    return package, _summed_up([package, *Package.objects.filter(archive=package).order_by("pk")])


def _summed_up(packages: list[Package]) -> Progress:
    """A file and, if it is a zip, the files in it."""
    parts = [progress_of(package) for package in packages]
    return Progress(
        done=all(part.done for part in parts),
        failed=any(part.failed for part in parts),
        documents=sum(part.documents for part in parts),
        lines=tuple(line for part in parts for line in part.lines),
    )
