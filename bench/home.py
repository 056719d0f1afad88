"""A home of its own for a bench: the process, the database in it, and files as a base would have sent them."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from uzel.hub.models import Feed

READ_BYTES = 1 << 20


def in_a_home_of_its_own(module: str, home: str, *words: str) -> int:
    """Run a module in a process of its own, because a home and its database belong to one process tree."""
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    environment |= {"UZEL_HOME": home, "DJANGO_SETTINGS_MODULE": "uzel.settings"}
    command = [sys.executable, "-m", module, *words]
    return subprocess.run(command, env=environment, cwd=Path(__file__).parents[1], check=False).returncode


def open_database() -> None:
    """Django over an embedded PostgreSQL with all its tables."""
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)


def store_file(path: Path) -> "Feed":
    """Into the archive, never whole in memory."""
    from uzel.hub import feed_store

    with path.open("rb") as file:
        return feed_store.store(iter(lambda: file.read(READ_BYTES), b""))


def seconds_of(work: Callable[[], None], clock: Callable[[], float] = time.perf_counter) -> float:
    """Seconds of the wall, or of the processor where what else the machine does should not matter."""
    start = clock()
    work()
    return clock() - start
