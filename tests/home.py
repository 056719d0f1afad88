"""The tests' own UZEL_HOME with a real PostgreSQL in it; loaded before Django reads the settings, gone afterwards."""

import os
import shutil
import tempfile
from pathlib import Path

HOME = Path(tempfile.mkdtemp(prefix="uzel-tests-"))
os.environ["UZEL_HOME"] = str(HOME)
os.environ.pop("DATABASE_URL", None)


def pytest_unconfigure() -> None:
    from uzel import embedded_postgres

    embedded_postgres.stop(HOME)
    shutil.rmtree(HOME, ignore_errors=True)
