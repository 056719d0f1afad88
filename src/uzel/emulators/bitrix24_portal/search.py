"""Lists of items for the universal and the old methods: find, sort, cut a page."""

from collections.abc import Iterable
from itertools import islice
from typing import Any

from uzel.emulators.bitrix24_portal.access import may
from uzel.emulators.bitrix24_portal.core import Call
from uzel.emulators.bitrix24_portal.errors import ApiError
from uzel.emulators.bitrix24_portal.fields import BY_OLD_NAME
from uzel.emulators.bitrix24_portal.filters import USER_BOOLEAN, Resolve, Rules, compile_filter, invalid_filter, split_prefix
from uzel.emulators.bitrix24_portal.item_fields import NOT_OVER_REST, spelled, user_fields
from uzel.emulators.bitrix24_portal.paging import PAGE, page, read_order, sort
from uzel.emulators.bitrix24_portal.records import DEAL, Item
from uzel.emulators.bitrix24_portal.smart import fields_of
from uzel.emulators.bitrix24_portal.store import INDEXED
from uzel.emulators.bitrix24_portal.values import text, to_int, to_list, to_map

Found = tuple[list[Item], int, int | None]


def resolver(call: Call, entity_type_id: int, *, original: bool) -> Resolve:
    """Names that ``filter`` and ``order`` of crm.item.list may use."""
    fields, extra = fields_of(call.core.store, entity_type_id), user_fields(call.core, entity_type_id, original=original)

    def resolve(sent: str) -> tuple[str, str] | None:
        name = spelled(call.core, entity_type_id, sent)
        if name == "fm":
            raise ApiError("100", "Field fm is not supported in filter")
        hidden = name in NOT_OVER_REST or (entity_type_id == DEAL and name == "contactIds")
        if name in fields and not hidden:
            return name, fields[name].kind
        return _user_field(extra[name].name, extra[name].user_type) if name in extra else None

    return resolve


def old_resolver(call: Call, entity_type_id: int) -> Resolve:
    """The same for the old methods."""
    fields = BY_OLD_NAME[entity_type_id]
    extra = {one.name: one for one in call.core.store.user_fields_of(entity_type_id)}

    def resolve(name: str) -> tuple[str, str] | None:
        if name.upper() in fields:
            return fields[name.upper()].name, fields[name.upper()].kind
        return _user_field(name.upper(), extra[name.upper()].user_type) if name.upper() in extra else None

    return resolve


def _user_field(name: str, user_type: str) -> tuple[str, str]:
    return name, USER_BOOLEAN if user_type == "boolean" else user_type


def find(call: Call, entity_type_id: int, resolve: Resolve, params: dict[str, Any], *, strict: bool) -> Found:
    """Items of one page with the total and the start of the next page."""
    options = call.core.options
    rules = Rules(resolve, call.core.clock.zone, strict=strict, ignore_case=options.case_insensitive_filters)
    _check_origin(call, params.get("filter"))
    test = compile_filter(params.get("filter") or {}, rules)
    order = read_order(params.get("order"), resolve, strict=strict)
    candidates = _candidates(call, entity_type_id, params.get("filter"), resolve)
    matching = (item for item in candidates if test(item.values) and may(call, item, "read"))
    if (to_int(params.get("start")) or 0) < 0 and order in ([], [("id", False)]):
        return page(list(islice(matching, PAGE)), params.get("start"))  # nobody counts: no more than a page is looked for
    found = list(matching)
    return page(sort(found, order, lambda item: item.values) if order else found, params.get("start"))


def _check_origin(call: Call, raw: Any) -> None:
    """Whether ``@originId`` works on a live portal is not known (bitrix24-rest M)."""
    if not call.core.options.origin_in_filter and isinstance(raw, dict):
        for key, value in raw.items():
            if split_prefix(str(key))[1] in ("originId", "ORIGIN_ID") and to_list(value) is not None:
                raise invalid_filter("originId", "has invalid value")


def _candidates(call: Call, entity_type_id: int, raw: Any, resolve: Resolve) -> Iterable[Item]:
    """Items worth testing: those an index or an id names, otherwise all. Only plain conditions joined by AND are used."""
    table = call.core.store.items[entity_type_id]
    conditions = to_map(raw)
    if any(key.lower() == "logic" for key in conditions):
        return table
    for key, value in conditions.items():
        prefix, name = split_prefix(key)
        found = None if prefix not in ("", "=", "@") or name.isdigit() else resolve(name)
        wanted = [text(one) for one in to_list(value) or [value]]
        if found and found[0] == "id":
            return list(filter(None, (table.get(number) for number in sorted({to_int(one) or 0 for one in wanted}))))
        if found and found[0] in INDEXED and all(wanted):
            return table.equal(found[0], wanted)
    last = next((to_int(conditions[key]) for key in (">id", ">ID") if key in conditions and resolve(key[1:])), None)
    return table if last is None else table.after(last)
