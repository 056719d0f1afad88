"""The table of requisites of a node as people keep it: shown whole, changed row by row or as a CSV file."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace

from django.db import transaction

from uzel.flows.csv_table import Shape, take_rows, write_rows
from uzel.hub.models import Node
from uzel.mapping import requisites
from uzel.mapping.requisite_rows import BOTH, DIRECTIONS, READY, STANDARD, RequisiteRow
from uzel.mapping.requisites import CONVERTERS, own_rows
from uzel.mapping.rules import OwnRequisite

TABLE = Shape(
    {
        "field": ("поле", "field"),
        "name": ("реквизит в 1с", "реквизит", "name"),
        "direction": ("направление", "direction"),
        "converter": ("преобразование", "converter"),
    },
    (frozenset(("field",)),),
    "в первой строке должны быть названия столбцов: «поле», «реквизит в 1С», «направление», «преобразование»",
)


class BadRequisiteError(ValueError):
    """Why a row or the table cannot be so, in plain Russian."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A row as it works now. ``also``: further names that are read; ``own``: the node has it otherwise than the program."""

    field: str
    name: str
    also: tuple[str, ...]
    direction: str
    converter: str
    own: bool


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that was not taken. ``line`` as an editor counts."""

    line: int
    field: str
    reason: str


@dataclass(slots=True)
class Imported:
    """What became of the rows."""

    changed: int = 0
    unchanged: int = 0
    refused: list[Refused] = field(default_factory=list)


def table_of(node: Node) -> list[Shown]:
    """The whole table: standard rows under the node's own, then fields of the deal."""
    own = own_rows(node.requisites)
    fields = {row.field for row in own}
    return [
        Shown(row.field, row.names[0], row.names[1:], row.direction, row.converter, row.field in fields)
        for row in requisites.rows(own)
    ]


@transaction.atomic
def set_requisite(code: str, row: OwnRequisite) -> str:
    """Put a row into the node's table; what of it is empty stays as it is. Returns its field: a name in 1C may stand for it."""
    node = Node.objects.select_for_update().get(code=code)
    table = own_rows(node.requisites)
    row = replace(row, field=requisites.field_of(row.field, table))
    _save(node, _with(table, row))
    return row.field


@transaction.atomic
def reset_requisite(code: str, name: str) -> bool:
    """Take the node's own row away: the standard one counts again. Whether there was one."""
    node = Node.objects.select_for_update().get(code=code)
    table = own_rows(node.requisites)
    left = tuple(row for row in table if row.field != requisites.field_of(name, table))
    _save(node, left)
    return len(left) < len(table)


def as_csv(node: Node) -> str:
    """The table as :func:`import_requisites` reads it and a Russian spreadsheet opens it."""
    return write_rows(TABLE, ((row.field, row.name, DIRECTIONS[row.direction], row.converter) for row in table_of(node)))


@transaction.atomic
def import_requisites(code: str, data: bytes) -> Imported:
    """Every row is taken, or refused with its reason; fields that the file does not name stay."""
    node = Node.objects.select_for_update().get(code=code)
    done, table = Imported(), own_rows(node.requisites)

    def take(_line: int, row: Mapping[str, str]) -> None:
        nonlocal table
        changed = _with(table, _own(row))
        done.changed, done.unchanged = done.changed + (changed != table), done.unchanged + (changed == table)
        table = changed

    refused = take_rows(data, TABLE, take, BadRequisiteError)
    done.refused += [Refused(line, row.get("field", ""), reason) for line, row, reason in refused]
    _save(node, table)
    return done


def _own(row: Mapping[str, str]) -> OwnRequisite:
    """A row of a file; directions and converters may be called by their Russian titles."""
    directions = {title.lower(): name for name, title in DIRECTIONS.items()}
    converters = {one.title: name for name, one in CONVERTERS.items()}
    direction, converter = row["direction"].lower(), row["converter"].lower()
    return OwnRequisite(
        row["field"], row["name"], directions.get(direction, direction), converters.get(converter, converter)
    )  # fmt: skip


def _with(table: Sequence[OwnRequisite], row: OwnRequisite) -> tuple[OwnRequisite, ...]:
    """The table with a row set over the one of that field; what says nothing but the standard is not kept."""
    known = {one.field: one for one in table}
    before, row = known.get(row.field, OwnRequisite(row.field)), requisites.switched(row)
    told = {name: value for name, value in asdict(row).items() if value}
    merged = _beyond_standard(replace(before, **told))
    problem = requisites.why_not(merged)
    if problem:
        raise BadRequisiteError(problem)
    known[row.field] = merged
    found = tuple(one for one in known.values() if one != OwnRequisite(one.field))
    problem = requisites.table_problem(found)
    if problem:
        raise BadRequisiteError(problem)
    return found


def _beyond_standard(row: OwnRequisite) -> OwnRequisite:
    nameless = RequisiteRow(row.field, ("",), BOTH)
    standard = next((one for one in (*STANDARD, *READY) if one.field == row.field), nameless)
    return OwnRequisite(
        row.field,
        "" if row.name == standard.names[0] else row.name,
        "" if row.direction == standard.direction else row.direction,
        "" if row.converter == standard.converter else row.converter,
    )


def _save(node: Node, table: Sequence[OwnRequisite]) -> None:
    node.requisites = [asdict(row) for row in table]
    node.save(update_fields=["requisites"])
