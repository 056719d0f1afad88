"""Passwords of nodes: argon2 at rest, and not paid for on every call of a client that has only Basic."""

import hmac
import os
import threading
import time
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from django.conf import settings

REMEMBER_S = 600  # seconds a verified password is believed without argon2 (121 ms a call)
REMEMBER_COUNT = 10_000  # passwords
HASHING_COUNT = 2  # at once: each takes 64 MB and a core

_key = os.urandom(32)
_lock = threading.Lock()
_hashing = threading.BoundedSemaphore(HASHING_COUNT)
_verified: dict[bytes, float] = {}


def hash_password(plain: str) -> str:
    """Hash a password for storing."""
    return PasswordHasher(**getattr(settings, "ARGON2", {})).hash(plain)


def verify_password(stored: str, plain: str) -> bool:
    """Is this the password? Takes its time on purpose."""
    try:
        with _hashing:
            return PasswordHasher().verify(stored, plain)
    except (VerificationError, InvalidHashError):
        return False


def verify_nobody(plain: str) -> None:
    """Takes as long as :func:`verify_password`, so that an unknown login is not told from a wrong password by the clock."""
    verify_password(_nobodys(), plain)


@cache
def _nobodys() -> str:
    return hash_password(os.urandom(16).hex())


def verify_once(stored: str, plain: str) -> bool:
    """The same, but a password that was right lately is right at once. Only an HMAC of it is held, in this process.

    The stored hash is part of the key: changing a password forgets the old one immediately.
    """
    seal = hmac.digest(_key, f"{stored}\0{plain}".encode(errors="surrogatepass"), "sha256")
    with _lock:
        fresh = _verified.get(seal, 0.0) > time.monotonic()
    if fresh or not verify_password(stored, plain):
        return fresh
    with _lock:
        if len(_verified) >= REMEMBER_COUNT:
            _verified.clear()
        _verified[seal] = time.monotonic() + REMEMBER_S
    return True
