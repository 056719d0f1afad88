"""Many rows of one table at once: new ones by COPY, changes as one JSON text in one statement.

``bulk_create`` makes an array literal of every column, which for columns full of JSON takes five times as long.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, LiteralString

from django.db import connection
from django.db.models import BooleanField, Field, JSONField, Model
from django.db.models.expressions import RawSQL
from psycopg import sql

_encode = json.JSONEncoder(ensure_ascii=False).encode
_INSERT = sql.SQL("COPY {table} ({columns}) FROM STDIN")
_UPDATE = sql.SQL("UPDATE {table} SET {sets} FROM json_to_recordset(%s::json) AS given ({typed}) WHERE {table}.id = given.id")
_SET = sql.SQL("{column} = given.{column}")
_KEYS = "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)"


def insert_rows(rows: Sequence[Model]) -> None:
    """Insert rows of one table; they get their keys."""
    if not rows:
        return
    with connection.cursor() as cursor:
        cursor.execute(_KEYS, [rows[0]._meta.db_table, len(rows)])
        for row, (key,) in zip(rows, cursor.fetchall(), strict=True):
            row.pk = key
    fields = rows[0]._meta.concrete_fields
    insert_values(type(rows[0]), [{_column(field): field.pre_save(row, add=True) for field in fields} for row in rows])


def insert_values(table: type[Model], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows given by their columns, the same ones of each; of the other columns each has what the model says."""
    if not rows:
        return
    fields = [field for field in table._meta.concrete_fields if field.column in rows[0] or not field.primary_key]
    bare = table()
    usual = {_column(field): field.pre_save(bare, add=True) for field in fields if field.column not in rows[0]}
    written = [(_column(field), _json if isinstance(field, JSONField) else None) for field in fields]
    query = _INSERT.format(table=_table(table), columns=_comma(map(_name, fields)))
    # Django names the errors of statements, but not by itself those of COPY.
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(query) as copy:
        for row in rows:
            full = {**usual, **row}
            copy.write_row([full[column] if write is None else write(full[column]) for column, write in written])


def update_rows(rows: Sequence[Model], names: Iterable[str]) -> None:
    """Write the named fields of rows that exist."""
    if not rows:
        return
    named = set(names)
    fields = [field for field in rows[0]._meta.concrete_fields if field.primary_key or field.name in named]
    update_values(type(rows[0]), [{_column(field): field.pre_save(row, add=False) for field in fields} for row in rows])


def update_values(table: type[Model], rows: Sequence[Mapping[str, Any]], also: LiteralString = "") -> None:
    """Write columns of rows that exist, the same ones of each, found by ``id``.

    ``also`` is SQL of more columns to set, out of what stands in the row.
    """
    if not rows:
        return
    fields = [field for field in table._meta.concrete_fields if field.column in rows[0]]
    sets = [_SET.format(column=_name(field)) for field in fields if not field.primary_key]
    typed = _comma(sql.SQL("{} {}").format(_name(field), sql.SQL(str(field.db_type(connection)))) for field in fields)
    query = _UPDATE.format(table=_table(table), sets=_comma([*sets, sql.SQL(also)] if also else sets), typed=typed)
    with connection.cursor() as cursor:
        cursor.execute(query, [json.dumps(rows, ensure_ascii=False, default=str)])


def is_among(column: LiteralString, values: Iterable[object]) -> RawSQL:
    """A condition for ``filter``: one array instead of as many parameters, which take longer than the query itself."""
    return RawSQL(f"{column} = ANY(%s)", [list(values)], output_field=BooleanField())  # noqa: S611


def renew_statistics(table: type[Model], *names: str) -> None:
    """Let the planner see that a table has grown, before the database does it by itself: or else it reads it whole.

    Only of the named fields, those that rows are found by: to look through columns of JSON takes longest.
    """
    columns = _comma(_name(field) for field in table._meta.concrete_fields if field.name in names)
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("ANALYZE {} ({})").format(_table(table), columns))


def _json(value: object) -> str | None:
    """A JSON null is an SQL null, also in a column of JSON."""
    return None if value is None else _encode(value)


def _table(model: type[Model]) -> sql.Identifier:
    return sql.Identifier(model._meta.db_table)


def _column(field: "Field[Any, Any]") -> str:
    return str(field.column)


def _name(field: "Field[Any, Any]") -> sql.Identifier:
    return sql.Identifier(_column(field))


def _comma(parts: Iterable[sql.Composable]) -> sql.Composed:
    return sql.SQL(", ").join(parts)
