"""Who is who, from a table that people keep: every row is taken, or refused with its reason; the others go on."""

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from uzel.flows.map_employee import map_employee
from uzel.hub.models import Employee, Portal, PortalUser, UnmappedEmployee
from uzel.mapping.employees import normal_name, normal_number

#: What a column may be called; case, points and underscores do not count. The first name is the one we write.
HEADS: Mapping[str, tuple[str, ...]] = {
    "number": (
        "табельный номер", "табельный", "таб номер", "табномер", "таб №", "personnel number", "employee number", "number",
    ),
    "user": (
        "сотрудник портала", "пользователь портала", "id сотрудника", "id пользователя", "id портала", "id", "portal user",
        "portal user id", "user id", "user",
    ),
    "name": ("имя", "фио", "полное имя", "сотрудник", "full name", "name", "employee"),
}  # fmt: skip
DELIMITERS = (";", ",", "\t")
LONGEST_NUMBER = 50  # characters, as the column holds
LONGEST_ID = 15  # digits
DAMAGED = "\ufffd"


class BadTableError(ValueError):
    """Nothing of the file can be read; the text is for the person who made it."""


class RefusedRowError(ValueError):
    """Why a row is not taken, in plain Russian."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that was not taken. ``line`` as an editor counts."""

    line: int
    number: str
    reason: str


@dataclass(slots=True)
class Imported:
    """What became of the rows; ``orders``: deals that will get another responsible."""

    mapped: int = 0
    unchanged: int = 0
    orders: int = 0
    refused: list[Refused] = field(default_factory=list)


def import_employees(portal: Portal, data: bytes) -> Imported:
    """Map everybody whom the table names; each row by itself, as :func:`map_employee` does."""
    users = {user.user_id: user for user in PortalUser.objects.filter(portal=portal)}
    known = dict(Employee.objects.filter(portal=portal, learned=False).values_list("personnel_number", "user_id"))
    missed = set(UnmappedEmployee.objects.filter(node__portal=portal).values_list("personnel_number", flat=True))
    seen: dict[str, tuple[int, int]] = {}
    imported = Imported()
    for line, row in _rows(data):
        number = ""
        try:
            if isinstance(row, RefusedRowError):
                raise row
            number = _number_of(row)
            user_id = _user_of(row, users)
            first, before = seen.setdefault(number, (line, user_id))
            if before != user_id:
                raise RefusedRowError(f"табельный номер уже связан в строке {first} с другим сотрудником портала")
        except RefusedRowError as refusal:
            imported.refused.append(Refused(line, number, str(refusal)))
            continue
        if known.get(number) == user_id and number not in missed:
            imported.unchanged += 1
            continue
        imported.orders += map_employee(portal, number, user_id)
        imported.mapped += 1
        known[number] = user_id
        missed.discard(number)
    return imported


def _number_of(row: Mapping[str, str]) -> str:
    number = normal_number(row["number"])
    if not number:
        raise RefusedRowError("нет табельного номера")
    if len(number) > LONGEST_NUMBER:
        raise RefusedRowError(f"табельный номер длиннее {LONGEST_NUMBER} знаков")
    return number


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


def _rows(data: bytes) -> Iterator[tuple[int, dict[str, str] | RefusedRowError]]:
    """Numbered rows under the head; a quote that is not closed spoils its own line, not the rest of the file."""
    lines = [(at, line) for at, line in enumerate(re.split("\r\n|\r|\n", _text(data)), 1) if line.strip(" \t;,")]
    if not lines:
        raise BadTableError("файл пуст")
    head = _head(lines[0][1])
    for at, line in lines[1:]:
        try:
            yield at, _row(line, head)
        except RefusedRowError as refusal:
            yield at, refusal


@dataclass(frozen=True, slots=True)
class Head:
    """How the rows are written: which column stands where, and how many there are."""

    delimiter: str
    columns: Mapping[str, int]
    width: int


def _head(line: str) -> Head:
    """The delimiter is the one by which most heads are known."""
    found = []
    for delimiter in DELIMITERS:
        names = [_head_named(cell) for cell in line.split(delimiter)]
        found.append(Head(delimiter, {name: at for at, name in enumerate(names) if name}, len(names)))
        if len(found[-1].columns) < sum(map(bool, names)):
            raise BadTableError("в первой строке два столбца об одном и том же: оставьте один")
    head = max(found, key=lambda one: len(one.columns))
    if "number" not in head.columns or len(head.columns) == 1:
        raise BadTableError(
            "в первой строке должны быть названия столбцов: «табельный номер», «сотрудник портала» (его номер) и «имя»; "
            "одного из двух последних достаточно"
        )
    return head


def _head_named(cell: str) -> str:
    words = " ".join(re.sub(r"[._\"]", " ", cell.lower().replace("ё", "е")).split())
    return next((name for name, heads in HEADS.items() if words in heads), "")


def _row(line: str, head: Head) -> dict[str, str]:
    if DAMAGED in line:
        raise RefusedRowError("в строке есть знаки не в той кодировке, что у остального файла")
    try:
        cells = [cell.strip() for cell in next(csv.reader([line], delimiter=head.delimiter, strict=True))]
    except csv.Error as error:
        raise RefusedRowError("строка не разобрана: кавычка не закрыта или стоит не на месте") from error
    if any(cells[head.width :]):
        raise RefusedRowError(f"значений больше, чем столбцов: возьмите в кавычки то, в котором есть «{head.delimiter}»")
    return {name: cells[at] if (at := head.columns.get(name, len(cells))) < len(cells) else "" for name in HEADS}


def _text(data: bytes) -> str:
    """UTF-8, or windows-1251 as Russian spreadsheets save it."""
    if b"\0" in data:
        raise BadTableError("файл не похож на CSV: сохраните таблицу как CSV в UTF-8 или windows-1251")
    if data.startswith(b"\xef\xbb\xbf"):
        return data.decode("utf-8-sig", errors="replace")
    try:
        return data.decode()
    except UnicodeDecodeError:
        return data.decode("windows-1251", errors="replace")
