"""Employees of the portal (bitrix24-rest E)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from uzel.bitrix24.batch import Command
from uzel.bitrix24.values import as_int, as_text, is_yes

#: The portal has no field for a personnel number; `portal setup` makes this one, and its values come only when asked for.
PERSONNEL_NUMBER = "UF_USR_TABNUM"


@dataclass(frozen=True, slots=True)
class User:
    """A portal user; the full name is in 1C's order: last, first, middle. ``personnel_number`` as people wrote it."""

    user_id: int
    full_name: str
    active: bool = True
    personnel_number: str = ""


def listing(key: str, start: int = 0) -> Command:
    """A page of all users, the dismissed ones too, with their user fields."""
    return Command("user.get", {"sort": "ID", "order": "ASC", "select": ["*", "UF_*"], "start": start}, key)


def read_user(item: Mapping[str, Any]) -> User:
    """A user in an answer to ``user.current`` or ``user.get``; only the latter tells who is dismissed."""
    names = (as_text(item.get(name)).strip() for name in ("LAST_NAME", "NAME", "SECOND_NAME"))
    active = "ACTIVE" not in item or is_yes(item["ACTIVE"])
    return User(as_int(item["ID"]), " ".join(filter(None, names)), active, as_text(item.get(PERSONNEL_NUMBER)).strip())
