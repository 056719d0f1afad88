"""The responsible employee, the same on both sides by personnel number."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from uzel.model import Responsible


@dataclass(frozen=True, slots=True)
class Staff:
    """Who is who. ``user_by_name`` holds only names that one active user alone bears; ``fallback_id`` answers for the rest."""

    exchange_user_id: int
    user_by_number: Mapping[str, int] = field(default_factory=dict)
    user_by_name: Mapping[str, int] = field(default_factory=dict)
    name_of_user: Mapping[int, str] = field(default_factory=dict)
    default_id: int | None = None

    @property
    def fallback_id(self) -> int:
        """The node's default, or the exchange employee."""
        return self.default_id or self.exchange_user_id


@dataclass(frozen=True, slots=True)
class Assignment:
    """A portal user and the link of the chain that named him."""

    user_id: int
    by: str

    @property
    def mapped(self) -> bool:
        """Whether the employee himself was found (nobody named is nobody missing)."""
        return self.by in ("personnel_number", "full_name", "nobody")


def assign(responsible: Responsible, staff: Staff) -> Assignment:
    """Personnel number → unique full name → node default → exchange employee."""
    by_number = staff.user_by_number.get(normal_number(responsible.personnel_number))
    if by_number:
        return Assignment(by_number, "personnel_number")
    by_name = staff.user_by_name.get(normal_name(responsible.full_name))
    if by_name:
        return Assignment(by_name, "full_name")
    if responsible == Responsible():
        return Assignment(staff.fallback_id, "nobody")
    return Assignment(staff.fallback_id, "node_default" if staff.default_id else "exchange_employee")


def responsible_of(user_id: int, staff: Staff) -> Responsible:
    """The employee behind a portal user; a user without a personnel number travels by name."""
    number = next((number for number, user in staff.user_by_number.items() if user == user_id), "")
    return Responsible(number, staff.name_of_user.get(user_id, ""))


def normal_number(number: str) -> str:
    """A personnel number without the padding that 1C adds."""
    return number.strip()


def normal_name(name: str) -> str:
    """A full name without differences of case, spaces, ё and of what comes first: the portal puts the first name there."""
    return " ".join(sorted(name.lower().replace("ё", "е").split()))
