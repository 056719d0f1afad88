"""Secrets at rest: what is stored is unreadable without the keys of the installation."""

from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings


def _box() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.UZEL_SECRET_BOX_KEYS])


def seal(plain: str) -> str:
    """Encrypt a text with the newest key."""
    return _box().encrypt(plain.encode()).decode()


def unseal(sealed: str) -> str:
    """Decrypt what :func:`seal` wrote with any of the known keys."""
    return _box().decrypt(sealed.encode()).decode()
