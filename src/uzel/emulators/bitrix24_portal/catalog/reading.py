"""Values of the catalogue on their way in and out."""

from collections.abc import Iterable, Mapping
from datetime import timezone
from typing import Any

from uzel.emulators.bitrix24_portal.catalog.errors import other, required_fields
from uzel.emulators.bitrix24_portal.catalog.fields import Field
from uzel.emulators.bitrix24_portal.catalog.table import Entry
from uzel.emulators.bitrix24_portal.core import Call
from uzel.emulators.bitrix24_portal.errors import missing
from uzel.emulators.bitrix24_portal.values import text, to_decimal, to_int, to_list, to_moment


def given(call: Call) -> dict[str, Any]:
    """``fields``, which must not be empty."""
    fields = call.fields()
    if not fields:
        raise missing("fields")
    return fields


def check_required(raw: Mapping[str, Any], names: Iterable[str]) -> None:
    """Everything that must be there and is not, in one error."""
    if absent := [name for name in names if raw.get(name) in (None, "")]:
        raise required_fields(absent)


def read(fields: Mapping[str, Field], raw: Mapping[str, Any], zone: timezone, *, on_create: bool) -> dict[str, Any]:
    """Typed values of what may be written; unknown and read-only names are passed over."""
    values = {}
    for name, value in raw.items():
        one = fields.get(name)
        if one is not None and one.kind != "file" and (one.access == "w" or (on_create and one.access == "c")):
            values[name] = convert(name, one.kind, value, zone)
    return values


def convert(name: str, kind: str, value: Any, zone: timezone) -> Any:
    """One value by its kind; nothing is None."""
    if value is None or value == "":
        return None
    if kind in ("string", "char"):
        return text(value)
    if kind == "double":
        typed: Any = to_decimal(value)
    elif kind == "datetime":
        typed = to_moment(value, zone)
    else:
        typed = to_int(value)
    if typed is None:
        raise other(f"Wrong format of field {name}")
    return typed


def select(entry: Entry, fields: Mapping[str, Field], names: Any = None) -> dict[str, Any]:
    """An entry as it is answered, cut down to the selected fields."""
    wanted = [text(name) for name in to_list(names) or []]
    if not wanted or "*" in wanted:
        return {name: entry.get(name) for name in fields}
    return {name: entry.get(name) for name in wanted if name in fields}


def describe(fields: Mapping[str, Field], required: Iterable[str]) -> dict[str, Any]:
    """What ``getFields`` says."""
    kinds = {"user": "integer"}
    return {
        name: {
            "isImmutable": one.access == "c", "isReadOnly": one.access == "r", "isRequired": name in required, "name": name,
            "type": kinds.get(one.kind, one.kind),
        }
        for name, one in fields.items()
    }  # fmt: skip
