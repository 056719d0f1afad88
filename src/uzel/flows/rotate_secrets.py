"""The keys of the secrets at rest are changed while everything runs on.

The order makes it safe to be killed at any point: a new key is on the disk before anything is sealed with it, and an old one
leaves the disk after nothing is sealed with it any more. Processes at work look into the file again (``hub.secrets.KeyFile``).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from cryptography.fernet import Fernet, InvalidToken
from django.apps import apps
from django.conf import settings
from django.db import connection, models, transaction

from uzel.hub.secrets import KeyFile, seal, unseal

ROTATION = 7403  # the advisory lock: two rotations at once would lose the key of one of them
SEALED = "sealed_"


class RotationError(Exception):
    """The keys can't be changed; whatever was readable is. The text is for the person who asked."""


@dataclass(frozen=True, slots=True)
class Rotation:
    """What was done: ``secrets`` sealed anew, ``old_keys`` that still open."""

    secrets: int
    old_keys: int


def rotate_secrets(*, forget_old: bool = False) -> Rotation:
    """Make a new key, seal everything with it; ``forget_old``: nothing but it opens anything afterwards."""
    keys = settings.UZEL_SECRET_BOX_KEYS
    if not isinstance(keys, KeyFile):
        raise RotationError(
            "ключи заданы переменной окружения UZEL_SECRET_BOX_KEYS: сменить их может только тот, кто её задаёт"
        )
    with _alone(), _file_at_hand(keys):
        _check()
        old = keys.read()
        new = Fernet.generate_key().decode()
        keys.write([new, *old])
        secrets = _seal_anew()
        if forget_old:
            keys.write([new])
    return Rotation(secrets, 0 if forget_old else len(old))


def _check() -> None:
    """What no key opens would be lost for good with the last old key."""
    for model, column in _columns():
        for row in model._default_manager.exclude(**{column: ""}):
            try:
                unseal(getattr(row, column))
            except InvalidToken as error:
                raise RotationError(
                    f"{column} в таблице {model._meta.db_table} (строка {row.pk}) не открывается ни одним из ключей: верните "
                    "прежний файл ключей из резервной копии или подключите портал заново (uzel portal connect URL)"
                ) from error


@transaction.atomic
def _seal_anew() -> int:
    count = 0
    for model, column in _columns():
        # Rows that refer to the portal are written meanwhile as ever: their keys stay (no_key).
        for row in model._default_manager.select_for_update(no_key=True).exclude(**{column: ""}).order_by("pk"):
            model._default_manager.filter(pk=row.pk).update(**{column: seal(unseal(getattr(row, column)))})
            count += 1
    return count


def _columns() -> Iterator[tuple[type[models.Model], str]]:
    for model in apps.get_app_config("hub").get_models():
        yield from ((model, field.name) for field in model._meta.concrete_fields if field.name.startswith(SEALED))


@contextmanager
def _file_at_hand(keys: KeyFile) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise RotationError(f"файл ключей {keys.path} не прочитан или не переписан: {error.strerror or error}") from error


@contextmanager
def _alone() -> Iterator[None]:
    """Of the session, not of a transaction: old keys are forgotten after the new seals are committed."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s, 0)", [ROTATION])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, 0)", [ROTATION])
