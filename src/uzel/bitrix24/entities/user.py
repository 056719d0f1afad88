"""Employees of the portal (bitrix24-rest E)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from uzel.bitrix24.values import as_int, as_text, is_yes


@dataclass(frozen=True, slots=True)
class User:
    """A portal user; the full name is in 1C's order: last, first, middle."""

    user_id: int
    full_name: str
    active: bool = True


def read_user(item: Mapping[str, Any]) -> User:
    """A user in an answer to ``user.current`` or ``user.get``; only the latter tells who is dismissed."""
    names = (as_text(item.get(name)).strip() for name in ("LAST_NAME", "NAME", "SECOND_NAME"))
    active = "ACTIVE" not in item or is_yes(item["ACTIVE"])
    return User(as_int(item["ID"]), " ".join(filter(None, names)), active)
