"""What all tests share."""

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def own_archive(tmp_path: Path, settings: Any) -> None:
    """Feeds of one test are not feeds of another; hashing passwords takes no time."""
    settings.UZEL_HOME = tmp_path
    settings.ARGON2 = {"time_cost": 1, "memory_cost": 8, "parallelism": 1}
