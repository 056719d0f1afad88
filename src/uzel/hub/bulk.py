"""Many rows of one table in one statement, given as one JSON text.

``bulk_create`` makes an array literal of every column, which for columns full of JSON takes five times as long.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any, LiteralString

from django.db import connection
from django.db.models import Field, Model
from psycopg import sql

_INSERT = sql.SQL("INSERT INTO {table} ({columns}) SELECT {columns} FROM json_to_recordset(%s::json) AS given ({typed})")
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
    _execute(_INSERT, rows, fields, add=True, columns=_comma(_name(field) for field in fields))


def update_rows(rows: Sequence[Model], names: Iterable[str], also: LiteralString = "") -> None:
    """Write the named fields of rows that exist; ``also`` is SQL of more columns to set, out of what stands in the row."""
    if not rows:
        return
    named = set(names)
    fields = [field for field in rows[0]._meta.concrete_fields if field.primary_key or field.name in named]
    sets = [_SET.format(column=_name(field)) for field in fields if not field.primary_key]
    _execute(_UPDATE, rows, fields, add=False, sets=_comma([*sets, sql.SQL(also)] if also else sets))


def renew_statistics(model: type[Model]) -> None:
    """Let the planner see that a table has grown, before the database does it by itself: or else it reads it whole."""
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("ANALYZE {}").format(sql.Identifier(model._meta.db_table)))


def _execute(
    statement: sql.SQL, rows: Sequence[Model], fields: Sequence["Field[Any, Any]"], *, add: bool, **parts: sql.Composed
) -> None:
    """A JSON null is an SQL null, also in a column of JSON."""
    typed = _comma(sql.SQL("{} {}").format(_name(field), sql.SQL(str(field.db_type(connection)))) for field in fields)
    given = [{field.column: field.pre_save(row, add) for field in fields} for row in rows]
    query = statement.format(table=sql.Identifier(rows[0]._meta.db_table), typed=typed, **parts)
    with connection.cursor() as cursor:
        cursor.execute(query, [json.dumps(given, ensure_ascii=False, default=str)])


def _name(field: "Field[Any, Any]") -> sql.Identifier:
    return sql.Identifier(str(field.column))


def _comma(parts: Iterable[sql.Composable]) -> sql.Composed:
    return sql.SQL(", ").join(parts)
