"""What all tests share."""

from pathlib import Path
from typing import Any

import pytest
from django.db import connection


@pytest.fixture(autouse=True)
def own_archive(tmp_path: Path, settings: Any) -> None:
    """Feeds of one test are not feeds of another; hashing passwords takes no time."""
    settings.UZEL_HOME = tmp_path
    settings.ARGON2 = {"time_cost": 1, "memory_cost": 8, "parallelism": 1}


@pytest.fixture
def no_jobs() -> None:
    """Procrastinate's tables are not Django's to empty after a test with real transactions."""
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE procrastinate_jobs CASCADE")
