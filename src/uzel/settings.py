"""Settings of an installation. All of them come from the environment; docs/reference/settings.md describes each.

Django's own settings follow below the line; nobody needs to change those.
"""

import os
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from urllib.parse import unquote, urlsplit

from cryptography.fernet import Fernet
from django.core.management.utils import get_random_secret_key

from uzel.embedded_postgres import database_settings, database_url
from uzel.hub.secrets import KeyFile


def _secret_file(name: str) -> Path:
    return UZEL_HOME / "secrets" / name.lower()


def _secret(name: str, make: Callable[[], str]) -> str:
    """A secret of this installation: from the environment, or a file of its own that only its owner may read."""
    given = os.environ.get(name)
    if given:
        return given
    path = _secret_file(name)
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_suffix(f".{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(make())
        with suppress(FileExistsError):
            os.link(draft, path)  # the first process wins, the others read what it wrote
        draft.unlink()
    return path.read_text().strip()


UZEL_HOME = Path(os.environ.get("UZEL_HOME", "var")).resolve()
DATABASE_URL = os.environ.get("DATABASE_URL") or database_url(UZEL_HOME)
UZEL_SECRET_KEY = _secret("UZEL_SECRET_KEY", get_random_secret_key)
UZEL_SECRET_BOX_KEYS: Iterable[str] = _secret("UZEL_SECRET_BOX_KEYS", lambda: Fernet.generate_key().decode()).split()
if not os.environ.get("UZEL_SECRET_BOX_KEYS"):
    UZEL_SECRET_BOX_KEYS = KeyFile(_secret_file("UZEL_SECRET_BOX_KEYS"))
UZEL_ALLOWED_HOSTS = os.environ.get("UZEL_ALLOWED_HOSTS", "*").split()
UZEL_TIME_ZONE = os.environ.get("UZEL_TIME_ZONE", "Europe/Moscow")
UZEL_FILE_LIMIT_BYTES = int(os.environ.get("UZEL_FILE_LIMIT_BYTES", str(200 << 20)))
UZEL_PART_LIMIT_BYTES = int(os.environ.get("UZEL_PART_LIMIT_BYTES", str(8 << 20)))
UZEL_INFLATED_LIMIT_BYTES = int(os.environ.get("UZEL_INFLATED_LIMIT_BYTES", str(1 << 30)))
UZEL_MAIL_TO = os.environ.get("UZEL_MAIL_TO", "").split()
UZEL_MAIL_FROM = os.environ.get("UZEL_MAIL_FROM", "uzel@localhost")
UZEL_MAIL_URL = os.environ.get("UZEL_MAIL_URL", "smtp://localhost:25")
UZEL_ALERT_USERS = [int(user) for user in os.environ.get("UZEL_ALERT_USERS", "").split()]
UZEL_BODY_SECONDS = float(os.environ.get("UZEL_BODY_SECONDS", "1800"))
UZEL_BODY_SILENCE_SECONDS = float(os.environ.get("UZEL_BODY_SILENCE_SECONDS", "60"))

# ---------------------------------------------------------------------------------------------------------------------

_mail = urlsplit(UZEL_MAIL_URL)
EMAIL_HOST, EMAIL_PORT = _mail.hostname or "localhost", _mail.port or {"smtps": 465, "smtp+tls": 587}.get(_mail.scheme, 25)
EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = unquote(_mail.username or ""), unquote(_mail.password or "")
EMAIL_USE_SSL, EMAIL_USE_TLS = _mail.scheme == "smtps", _mail.scheme == "smtp+tls"
EMAIL_TIMEOUT = 20  # seconds
DATABASES = {"default": database_settings(DATABASE_URL) | {"CONN_MAX_AGE": 60}}
SECRET_KEY = UZEL_SECRET_KEY
ALLOWED_HOSTS = UZEL_ALLOWED_HOSTS
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "procrastinate.contrib.django",
    "uzel.hub.apps.HubConfig",
]
MIDDLEWARE: list[str] = []
ROOT_URLCONF = "uzel.web.urls"
WSGI_APPLICATION = "uzel.web.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE = "ru"
STATIC_URL = "static/"
TIME_ZONE = UZEL_TIME_ZONE
USE_TZ = True
PROCRASTINATE_IMPORT_PATHS = ["uzel.jobs"]
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "loggers": {
        "uzel": {"handlers": ["stderr"], "level": "INFO"},
        "procrastinate": {"handlers": ["stderr"], "level": "WARNING"},
    },
}
