"""Whether the hub knows the staff well enough: who has no number, whose numbers clash, who has left with open orders."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from uzel.flows.staff.employee_list import dismissed_employees, known_employees
from uzel.flows.staff.import_employees import doubt_of
from uzel.hub.models import Employee, Node, OrderRow, Portal
from uzel.hub.queries import users_of
from uzel.mapping.employees import numbers_in_portal, shared_numbers

GOOD, WRONG, UNKNOWN = "good", "wrong", "unknown"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: ``verdict`` is good, wrong, or unknown where the look could not tell."""

    what: str
    verdict: str
    text: str


@dataclass(frozen=True, slots=True)
class _Trouble:
    """What is wrong with one portal user."""

    user_id: int
    text: str


def check_employees(portal: Portal, user_id: int | None = None) -> list[Finding]:
    """All looks at the mapping, of everybody or of one portal user; asks the portal nothing."""
    return [_finding(what, look(portal), user_id) for what, look in _LOOKS]


def _finding(what: str, troubles: Iterator[_Trouble], user_id: int | None) -> Finding:
    texts = list(dict.fromkeys(one.text for one in troubles if user_id in (None, one.user_id)))
    return Finding(what, WRONG if texts else GOOD, "; ".join(texts) or "таких нет")


def _without_number(portal: Portal) -> Iterator[_Trouble]:
    """Working users with deals of the hub whom the bases know by name only; a stand-in for others needs no number."""
    known = {one["user_id"] for one in known_employees(portal)}
    stand_in = set(Node.objects.filter(portal=portal).values_list("default_responsible_id", flat=True))
    rows = OrderRow.objects.filter(node__portal=portal, deal_deleted=False, deal_id__isnull=False)
    deals = Counter(rows.values_list("deal__assigned_by_id", flat=True))
    for user in users_of(portal):
        needs_none = user.user_id in known or user.user_id in stand_in or user.user_id == portal.exchange_user_id
        if user.active and deals[user.user_id] and not needs_none:
            yield _Trouble(user.user_id, f"{user.full_name} ({user.user_id}), сделок: {deals[user.user_id]}")


def _shared(portal: Portal) -> Iterator[_Trouble]:
    for number, ids in sorted(shared_numbers(users_of(portal)).items()):
        for one in ids:
            yield _Trouble(one, f"{number}: сотрудники {', '.join(map(str, ids))}")


def _doubtful(portal: Portal) -> Iterator[_Trouble]:
    in_portal = numbers_in_portal(users_of(portal))
    for one in Employee.objects.filter(portal=portal, learned=False).order_by("personnel_number", "pk"):
        if doubt := doubt_of(one.personnel_number, one.user_id, in_portal):
            yield _Trouble(one.user_id, f"{one.personnel_number} → {one.user_id}: {doubt}")


def _dismissed(portal: Portal) -> Iterator[_Trouble]:
    for one in dismissed_employees(portal):
        if one["open_orders"]:
            yield _Trouble(one["user_id"], f"{one['full_name']} ({one['user_id']}), открытых заказов: {one['open_orders']}")


_LOOKS: tuple[tuple[str, Callable[[Portal], Iterator[_Trouble]]], ...] = (
    ("ведут сделки без табельного номера", _without_number),
    ("один номер у нескольких", _shared),
    ("номер сказан не тот, что в портале", _doubtful),
    ("уволены с открытыми заказами", _dismissed),
)
