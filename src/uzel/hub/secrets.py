"""Secrets at rest: what is stored is unreadable without the keys of the installation.

What is sealed stands in columns named ``sealed_…``: by that name a change of keys finds it.
"""

import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings


class KeyFile:
    """The keys as ``UZEL_HOME`` keeps them, newest first; the file may be rewritten under running processes.

    Every look reads the file anew, so a process opens what was sealed with a key made after its start. It remembers
    what it has seen, so it opens also what it fetched before the old keys were forgotten.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._seen = self.read()

    def __iter__(self) -> Iterator[str]:
        with suppress(OSError):  # a process at work does not stop because a folder is away for a moment
            self._seen = list(dict.fromkeys([*self.read(), *self._seen]))
        return iter(self._seen)

    def read(self) -> list[str]:
        """What stands in the file now."""
        return self.path.read_text().split()

    def write(self, keys: Iterable[str]) -> None:
        """Replace the file at once, readable by whom it was readable by: its owner alone."""
        target = self.path.resolve()
        owner = target.stat()
        handle, draft = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.")  # of mode 0600
        try:
            with os.fdopen(handle, "w") as file:
                file.write(" ".join(keys) + "\n")
                file.flush()
                if os.geteuid() == 0:  # an administrator rotates the keys of a service
                    os.fchown(handle, owner.st_uid, owner.st_gid)
                os.fsync(handle)
            os.replace(draft, target)
        except BaseException:
            os.unlink(draft)
            raise
        _flush_folder(target.parent)


def _flush_folder(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _box() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.UZEL_SECRET_BOX_KEYS])


def seal(plain: str) -> str:
    """Encrypt a text with the newest key."""
    return _box().encrypt(plain.encode()).decode()


def unseal(sealed: str) -> str:
    """Decrypt what :func:`seal` wrote with any of the known keys."""
    return _box().decrypt(sealed.encode()).decode()


class Sealed:
    """A secret that stands sealed in the column ``sealed_NAME``; "" where there is none."""

    def __set_name__(self, owner: type, name: str) -> None:
        self.column = f"sealed_{name}"

    def __get__(self, row: Any, owner: type) -> str:
        sealed = getattr(row, self.column)
        return unseal(sealed) if sealed else ""

    def __set__(self, row: Any, plain: str) -> None:
        setattr(row, self.column, seal(plain) if plain else "")
