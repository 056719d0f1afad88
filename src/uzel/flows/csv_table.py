"""A table as people make it: its columns by their heads, its rows one by one; and one that a spreadsheet opens."""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

DELIMITERS = (";", ",", "\t")
DAMAGED = "\ufffd"
MARK = "\ufeff"  # by which spreadsheets know UTF-8


class BadTableError(ValueError):
    """Nothing of the file can be read; the text is for the person who made it."""


class RefusedRowError(ValueError):
    """Why a row is not taken, in plain Russian."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What columns there may be.

    ``heads``: what each may be called; case, points and underscores do not count, the first name is the one we write.
    ``needed``: of each set one column at least must be there, or the table is refused with ``complaint``.
    """

    heads: Mapping[str, tuple[str, ...]]
    needed: tuple[frozenset[str], ...]
    complaint: str


def write_rows(shape: Shape, rows: Iterable[tuple[object, ...]]) -> str:
    """A table with all columns of the shape, as :func:`read_rows` reads it and a Russian spreadsheet opens it."""
    sheet = io.StringIO()
    writer = csv.writer(sheet, delimiter=DELIMITERS[0])
    writer.writerow(heads[0] for heads in shape.heads.values())
    writer.writerows(rows)
    return MARK + sheet.getvalue()


def read_rows(data: bytes, shape: Shape) -> Iterator[tuple[int, dict[str, str] | RefusedRowError]]:
    """Numbered rows under the head; a quote that is not closed spoils its own line, not the rest of the file."""
    lines = [(at, line) for at, line in enumerate(re.split("\r\n|\r|\n", _text(data)), 1) if line.strip(" \t;,")]
    if not lines:
        raise BadTableError("файл пуст")
    head = _head(lines[0][1], shape)
    for at, line in lines[1:]:
        try:
            yield at, _row(line, head, shape)
        except RefusedRowError as refusal:
            yield at, refusal


def take_rows(
    data: bytes, shape: Shape, take: Callable[[int, Mapping[str, str]], None], *refusals: type[Exception]
) -> Iterator[tuple[int, Mapping[str, str], str]]:
    """Feed every row to ``take``. Of a row that cannot be read, or that it refuses by an error: line, cells (none) and reason.

    ``refusals``: errors that refuse a row, besides :class:`RefusedRowError`.
    """
    refusing: tuple[type[Exception], ...] = (RefusedRowError, *refusals)
    for line, row in read_rows(data, shape):
        if isinstance(row, RefusedRowError):
            yield line, {}, str(row)
            continue
        try:
            take(line, row)
        except refusing as refusal:
            yield line, row, str(refusal)


@dataclass(frozen=True, slots=True)
class Head:
    """How the rows are written: which column stands where, and how many there are."""

    delimiter: str
    columns: Mapping[str, int]
    width: int


def _head(line: str, shape: Shape) -> Head:
    """The delimiter is the one by which most heads are known."""
    found = []
    for delimiter in DELIMITERS:
        names = [_head_named(cell, shape) for cell in line.split(delimiter)]
        found.append(Head(delimiter, {name: at for at, name in enumerate(names) if name}, len(names)))
        if len(found[-1].columns) < sum(map(bool, names)):
            raise BadTableError("в первой строке два столбца об одном и том же: оставьте один")
    head = max(found, key=lambda one: len(one.columns))
    if not all(names & set(head.columns) for names in shape.needed):
        raise BadTableError(shape.complaint)
    return head


def _head_named(cell: str, shape: Shape) -> str:
    words = " ".join(re.sub(r"[._\"]", " ", cell.lower().replace("ё", "е")).split())
    return next((name for name, heads in shape.heads.items() if words in heads), "")


def _row(line: str, head: Head, shape: Shape) -> dict[str, str]:
    if DAMAGED in line:
        raise RefusedRowError("в строке есть знаки не в той кодировке, что у остального файла")
    try:
        cells = [cell.strip() for cell in next(csv.reader([line], delimiter=head.delimiter, strict=True))]
    except csv.Error as error:
        raise RefusedRowError("строка не разобрана: кавычка не закрыта или стоит не на месте") from error
    if any(cells[head.width :]):
        raise RefusedRowError(f"значений больше, чем столбцов: возьмите в кавычки то, в котором есть «{head.delimiter}»")
    return {name: cells[at] if (at := head.columns.get(name, len(cells))) < len(cells) else "" for name in shape.heads}


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
