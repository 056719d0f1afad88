"""``catalog.catalog.*``, ``section``, ``priceType``, ``measure``, ``vat``, ``store``, ``storeproduct``, properties.

One set of verbs over the table of directories (bitrix24-rest D).
"""

from collections.abc import Callable, Mapping
from typing import Any

from uzel.emulators.bitrix24_portal.catalog import sections
from uzel.emulators.bitrix24_portal.catalog.directories import DIRECTORIES, Directory
from uzel.emulators.bitrix24_portal.catalog.errors import check_edit, check_read, required_fields
from uzel.emulators.bitrix24_portal.catalog.fields import defaults
from uzel.emulators.bitrix24_portal.catalog.listing import find, resolver
from uzel.emulators.bitrix24_portal.catalog.reading import check_required, describe, given, read, select
from uzel.emulators.bitrix24_portal.catalog.table import Entry, Table
from uzel.emulators.bitrix24_portal.core import Call, Method, Reply
from uzel.emulators.bitrix24_portal.errors import ApiError
from uzel.emulators.bitrix24_portal.values import to_int, to_map


def add(call: Call, kind: Directory) -> Reply:
    """Add an entry."""
    fields = given(call)
    check_edit(call, kind.edit_denied)
    check_required(fields, kind.required)
    now, user_id = call.core.clock.moment(), call.user.id
    values = {name: value for name, value in _values(call, kind, fields, on_create=True).items() if value is not None}
    stamps = {"dateCreate": now, "createdBy": user_id, "userId": user_id} | _stamps(call)
    new = defaults(kind.fields) | {name: value for name, value in stamps.items() if name in kind.fields} | values
    return _stored(call, kind, new, 0)


def update(call: Call, kind: Directory) -> Reply:
    """Change what is named."""
    number, fields = to_int(call.required("id")), given(call)
    check_edit(call, kind.edit_denied)
    entry = _found(call, kind, number)
    stamps = {name: value for name, value in _stamps(call).items() if name in kind.fields}
    new = {**entry, **stamps, **_values(call, kind, fields, on_create=False)}
    check_required(new, kind.required)
    return _stored(call, kind, new, entry["id"])


def _values(call: Call, kind: Directory, raw: Mapping[str, Any], *, on_create: bool) -> dict[str, Any]:
    return read(kind.fields, raw, call.core.clock.zone, on_create=on_create)


def _stamps(call: Call) -> dict[str, Any]:
    now = call.core.clock.moment()
    return {"timestampX": now, "dateModify": now, "modifiedBy": call.user.id}


def _stored(call: Call, kind: Directory, new: dict[str, Any], old_id: int) -> Reply:
    if kind.check is not None:
        kind.check(call, new, old_id)
    table = _table(call, kind)
    entry = table.put(new) if old_id else table.add(new)
    if kind.flag and entry[kind.flag] == "Y":
        for one in [one for one in table if one[kind.flag] == "Y" and one["id"] != entry["id"]]:
            table.put({**one, kind.flag: "N"})
    return Reply({kind.one: select(entry, kind.fields)})


def get(call: Call, kind: Directory) -> Reply:
    """One entry."""
    number = to_int(call.required("id"))
    check_read(call, kind.read_denied)
    return Reply({kind.one: select(_found(call, kind, number), kind.fields)})


def listing(call: Call, kind: Directory) -> Reply:
    """A page of entries."""
    check_read(call, kind.read_denied)
    conditions = to_map(call.params.get("filter"))
    if absent := [name for name in kind.in_filter if name not in conditions and f"={name}" not in conditions]:
        raise required_fields(absent, "filter fields")
    entries, total, following = find(call, _table(call, kind), resolver(kind.fields), call.params)
    return Reply({kind.many: [select(entry, kind.fields, call.params.get("select")) for entry in entries]}, total, following)


def delete(call: Call, kind: Directory) -> Reply:
    """Delete an entry; a section goes with what is under it."""
    number = to_int(call.required("id"))
    check_edit(call, kind.edit_denied)
    entry = _found(call, kind, number)
    if kind.before_delete is not None:
        kind.before_delete(call, entry)
    if kind.name == "catalog.section":
        sections.delete(call.core, entry)
    else:
        _table(call, kind).remove(entry["id"])
    return Reply(True)


def fields_of(call: Call, kind: Directory) -> Reply:
    """What fields an entry has."""
    check_read(call, kind.read_denied)
    return Reply({kind.one: describe(kind.fields, kind.required)})


def _table(call: Call, kind: Directory) -> Table:
    return kind.table(call.core.store.catalog)


def _found(call: Call, kind: Directory, number: int | None) -> Entry:
    entry = _table(call, kind).get(number)
    if entry is None:
        raise ApiError(kind.missing, f"{kind.one} does not exist.")
    return entry


def _for(run: Callable[[Call, Directory], Reply], kind: Directory) -> Callable[[Call], Reply]:
    return lambda call: run(call, kind)


_VERBS: Mapping[str, Callable[[Call, Directory], Reply]] = {
    "add": add, "update": update, "get": get, "list": listing, "delete": delete, "getFields": fields_of,
}  # fmt: skip
METHODS = tuple(
    Method(f"{kind.name}.{verb}", _for(_VERBS[verb], kind), "catalog") for kind in DIRECTORIES for verb in kind.verbs
)
