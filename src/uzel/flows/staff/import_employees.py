"""Who is who, from a table that people keep: every row is taken, or refused with its reason; the others go on."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from uzel.flows.csv_table import RefusedRowError, read_rows
from uzel.flows.staff.employee_table import EMPLOYEES
from uzel.flows.staff.map_employee import map_employee
from uzel.hub.models import Employee, Node, Portal, PortalUser, UnmappedEmployee
from uzel.hub.queries import no_such_node, users_of
from uzel.mapping.employees import normal_name, normal_number, numbers_in_portal

LONGEST_NUMBER, LONGEST_NAME = 50, 200  # characters, as the columns hold
LONGEST_ID = 15  # digits
LONGEST_CODE = 40  # characters of an unknown base that are repeated


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that was not taken. ``line`` as an editor counts."""

    line: int
    number: str
    reason: str


@dataclass(slots=True)
class Imported:
    """What became of the rows; ``orders``: deals that will get another responsible.

    ``doubted``: taken, though the portal's own field says otherwise.
    """

    mapped: int = 0
    unchanged: int = 0
    orders: int = 0
    refused: list[Refused] = field(default_factory=list)
    doubted: list[Refused] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Whom:
    """An employee as a row names him: in one base or in all, by number or by the base's name of him."""

    node_id: int | None
    number: str
    alias: str


def import_employees(portal: Portal, data: bytes) -> Imported:
    """Map everybody whom the table names; each row by itself, as :func:`map_employee` does."""
    book = _Book(portal)
    for line, row in read_rows(data, EMPLOYEES):
        if isinstance(row, RefusedRowError):
            book.done.refused.append(Refused(line, "", str(row)))
        else:
            book.take(line, row)
    return book.done


class _Book:
    """What is known while the rows are taken one by one."""

    def __init__(self, portal: Portal) -> None:
        self.portal, self.done = portal, Imported()
        self._users = {user.user_id: user for user in PortalUser.objects.filter(portal=portal)}
        self._nodes = {node.code: node for node in Node.objects.filter(portal=portal)}
        said = Employee.objects.filter(portal=portal, learned=False)
        columns = ("node_id", "personnel_number", "full_name", "user_id")
        self._known = {Whom(node, number, name): user for node, number, name, user in said.values_list(*columns)}
        missed = UnmappedEmployee.objects.filter(node__portal=portal)
        self._missed = set(missed.exclude(personnel_number="").values_list("personnel_number", flat=True))
        self._seen: dict[Whom, tuple[int, int]] = {}
        self._in_portal = numbers_in_portal(users_of(portal))

    def take(self, line: int, row: Mapping[str, str]) -> None:
        """One row: mapped, known already, or refused."""
        number = normal_number(row["number"])
        try:
            node = self._node_of(row)
            whom = _whom(node, number, row)
            user_id = _user_of(row, self._users)
            first, before = self._seen.setdefault(whom, (line, user_id))
            if before != user_id:
                raise RefusedRowError(f"{_called(whom)} уже связан в строке {first} с другим сотрудником портала")
        except RefusedRowError as refusal:
            self.done.refused.append(Refused(line, number[:LONGEST_NUMBER], str(refusal)))
            return
        if doubt := doubt_of(number, user_id, self._in_portal):
            self.done.doubted.append(Refused(line, number, doubt))
        if self._known.get(whom) == user_id and number not in self._missed:
            self.done.unchanged += 1
            return
        self.done.orders += map_employee(self.portal, number, user_id, node=node, full_name=whom.alias)
        self.done.mapped += 1
        self._known[whom] = user_id
        self._missed.discard(number)

    def _node_of(self, row: Mapping[str, str]) -> Node | None:
        if not row["node"]:
            return None
        if row["node"] not in self._nodes:
            raise RefusedRowError(no_such_node(row["node"][:LONGEST_CODE]))
        return self._nodes[row["node"]]


def doubt_of(number: str, user_id: int, in_portal: Mapping[str, list[int]]) -> str:
    """What is to be told of a number that the portal's field gives to somebody else."""
    others = [str(one) for one in in_portal.get(normal_number(number), ()) if one != user_id]
    if not others:
        return ""
    return (
        f"в поле портала этот номер стоит у сотрудника {', '.join(others)}; взято то, что сказали вы: исправьте поле в портале"
    )


def _whom(node: Node | None, number: str, row: Mapping[str, str]) -> Whom:
    alias = " ".join(row["alias"].split())
    if not number and not alias:
        raise RefusedRowError("нет табельного номера")
    if len(number) > LONGEST_NUMBER:
        raise RefusedRowError(f"табельный номер длиннее {LONGEST_NUMBER} знаков")
    if len(alias) > LONGEST_NAME:
        raise RefusedRowError(f"имя в базе длиннее {LONGEST_NAME} знаков")
    return Whom(node.pk if node else None, number, "" if number else alias)


def _called(whom: Whom) -> str:
    return "табельный номер" if whom.number else "сотрудник с этим именем"


def _user_of(row: Mapping[str, str], users: Mapping[int, PortalUser]) -> int:
    """By id; without it by a name that one working user alone bears."""
    text, name = row["user"], normal_name(row["name"])
    if not text:
        return _user_named(name, users)
    if not (text.isascii() and text.isdecimal() and len(text) <= LONGEST_ID and int(text)):
        raise RefusedRowError(f"«{text}» — не номер сотрудника портала: нужно число из адреса его страницы")
    user_id = int(text)
    if not users:
        return user_id
    user = users.get(user_id)
    if user is None:
        raise RefusedRowError(f"в портале нет сотрудника {user_id}")
    if not user.active:
        raise RefusedRowError(f"сотрудник портала {user_id} ({user.full_name}) уволен")
    known_as = normal_name(user.full_name)
    if name and known_as and not set(name.split()) & set(known_as.split()):
        raise RefusedRowError(f"сотрудник портала {user_id} — {user.full_name}, а в строке {row['name']}: проверьте номер")
    return user_id


def _user_named(name: str, users: Mapping[int, PortalUser]) -> int:
    if not name:
        raise RefusedRowError("нет ни номера сотрудника портала, ни имени")
    if not users:
        raise RefusedRowError("нет номера сотрудника портала, а по имени искать рано: сначала uzel portal setup")
    found = sorted(user.user_id for user in users.values() if user.active and normal_name(user.full_name) == name)
    if not found:
        raise RefusedRowError("в портале нет работающего сотрудника с таким именем: укажите его номер")
    if len(found) > 1:
        raise RefusedRowError(f"в портале несколько сотрудников с таким именем ({', '.join(map(str, found))}): укажите номер")
    return found[0]
