"""A table of employees as people make it: its columns by their heads, its rows one by one."""

import csv
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

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
    "node": ("база", "код базы", "узел", "node", "base", "base code"),
    "alias": ("имя в базе", "фио в базе", "имя в 1с", "фио в 1с", "name in base", "alias"),
}  # fmt: skip
DELIMITERS = (";", ",", "\t")
DAMAGED = "\ufffd"


class BadTableError(ValueError):
    """Nothing of the file can be read; the text is for the person who made it."""


class RefusedRowError(ValueError):
    """Why a row is not taken, in plain Russian."""


def read_rows(data: bytes) -> Iterator[tuple[int, dict[str, str] | RefusedRowError]]:
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
    if not {"number", "alias"} & set(head.columns) or not {"user", "name"} & set(head.columns):
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
