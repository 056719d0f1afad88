"""What all tests share."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection


@pytest.fixture(autouse=True)
def own_archive(tmp_path: Path, settings: Any) -> None:
    """Feeds of one test are not feeds of another; hashing passwords takes no time."""
    settings.UZEL_HOME = tmp_path
    settings.ARGON2 = {"time_cost": 1, "memory_cost": 8, "parallelism": 1}


@pytest.fixture(autouse=True)
def no_connections() -> Iterator[None]:
    """A server in threads of a test leaves no connection to the test's database, which could not be dropped then."""
    yield
    from uzel.web.places import FOR_BASES, FOR_PORTAL

    FOR_BASES.close()
    FOR_PORTAL.close()


@pytest.fixture
def no_jobs() -> None:
    """Procrastinate's tables are not Django's to empty after a test with real transactions."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs CASCADE")
