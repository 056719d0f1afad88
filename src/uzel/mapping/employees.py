"""The responsible employee, the same on both sides by personnel number."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from uzel.bitrix24.entities.user import User
from uzel.model import Responsible


@dataclass(frozen=True, slots=True)
class Mapped:
    """What is known of an employee: his number, or his name where a base has no number of his, and his portal user.

    ``in_node``: known for one base; ``learned``: guessed from its orders, nobody said so.
    """

    personnel_number: str
    user_id: int
    full_name: str = ""
    in_node: bool = False
    learned: bool = False


@dataclass(frozen=True, slots=True)
class Staff:
    """Who is who for one base. In ``user_by_number`` the number by which a user goes out stands before his others.

    ``user_by_name`` holds names that somebody has said and those that one active user alone bears; ``fallback_id`` answers
    for the rest.
    """

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
        return self.found or self.by == "nobody"

    @property
    def found(self) -> bool:
        """Whether an employee was named and found."""
        return self.by in ("personnel_number", "full_name")


def staff_from(users: Iterable[User], mapped: Iterable[Mapped], exchange_user_id: int, default_id: int | None) -> Staff:
    """Whose word counts: what was said for this base, what was said for all, the portal's own field, what was learned.

    Who is dismissed gets nothing. Before the staff is read nobody is known to be dismissed.
    """
    users, mapped = list(users), list(mapped)
    active = {user.user_id for user in users if user.active}
    works = active.__contains__ if active else lambda _: True
    said = sorted((one for one in mapped if not one.learned), key=lambda one: not one.in_node)
    shared = shared_numbers(users)
    learned = (one for one in mapped if one.learned and one.personnel_number not in shared)
    fields = (Mapped(normal_number(user.personnel_number), user.user_id) for user in users if user.personnel_number)
    by_number: dict[str, int] = {}
    for one in (*said, *(one for one in fields if one.personnel_number not in shared), *learned):
        if one.personnel_number and works(one.user_id):
            by_number.setdefault(normal_number(one.personnel_number), one.user_id)
    aliases = [one for one in reversed(said) if one.full_name and works(one.user_id)]
    return Staff(
        exchange_user_id=exchange_user_id,
        user_by_number=by_number,
        user_by_name=_unique_names(users) | {normal_name(one.full_name): one.user_id for one in aliases},
        name_of_user={user.user_id: user.full_name for user in users} | {one.user_id: one.full_name for one in aliases},
        default_id=default_id if default_id and works(default_id) else None,
    )


def numbers_in_portal(users: Iterable[User]) -> dict[str, list[int]]:
    """Whom of those who work the portal's field gives each number to."""
    bearers: dict[str, list[int]] = defaultdict(list)
    for user in users:
        if user.active and normal_number(user.personnel_number):
            bearers[normal_number(user.personnel_number)].append(user.user_id)
    return dict(bearers)


def shared_numbers(users: Iterable[User]) -> dict[str, list[int]]:
    """Numbers that the portal's field gives to several working users: by them it gives nothing to anybody."""
    return {number: ids for number, ids in numbers_in_portal(users).items() if len(ids) > 1}


def _unique_names(users: Iterable[User]) -> dict[str, int]:
    bearers: dict[str, list[int]] = defaultdict(list)
    for user in users:
        if user.active and user.full_name:
            bearers[normal_name(user.full_name)].append(user.user_id)
    return {name: ids[0] for name, ids in bearers.items() if len(ids) == 1}


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
