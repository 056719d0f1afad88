"""Creating, changing and deleting items: the rules that hold whoever does it, a webhook or a person at the screen."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from uzel.emulators.bitrix24_portal import multifields, product_rows
from uzel.emulators.bitrix24_portal.core import Core
from uzel.emulators.bitrix24_portal.errors import ApiError
from uzel.emulators.bitrix24_portal.multifields import Wish
from uzel.emulators.bitrix24_portal.records import (
    COMPANY,
    CONTACT,
    DEAL,
    ENTITY_NAMES,
    LEAD,
    Item,
    Multifield,
    ProductRow,
    StageMove,
    User,
)
from uzel.emulators.bitrix24_portal.stages import moved, settle_stage

EVENT_PREFIX = {LEAD: "ONCRMLEAD", DEAL: "ONCRMDEAL", CONTACT: "ONCRMCONTACT", COMPANY: "ONCRMCOMPANY"}
SMART_EVENT_PREFIX = "ONCRMDYNAMICITEM"
DAYS_TO_CLOSE = 7
#: field with one link and field with all of them; a company has no single contact
_LINKS = {
    LEAD: ("contactId", "contactIds"), DEAL: ("contactId", "contactIds"), CONTACT: ("companyId", "companyIds"),
    COMPANY: ("", "contactIds"),
}  # fmt: skip
_SMART_LINKS = ("contactId", "contactIds")
BASE_CURRENCY = "RUB"


@dataclass(frozen=True, slots=True)
class Change:
    """What a save wants: typed values by canonical names, multifields, the whole new set of rows or None.

    ``changes_by_id``: a multifield with an id changes that value; without it everything is added.
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    multifields: tuple[Wish, ...] = ()
    changes_by_id: bool = True
    rows: tuple[ProductRow, ...] | None = None


def create(
    core: Core, user: User, entity_type_id: int, change: Change, *, fires: bool = True, stamps: Mapping[str, Any] | None = None
) -> Item:
    """Make an item; without values it is made all the same (its title says "Сделка #7"). ``stamps`` stand instead of now."""
    store, now = core.store, core.clock.moment()
    _check_required(core, entity_type_id, change.values, on_create=True)
    values = _defaults(entity_type_id, user, now) | _linked(entity_type_id, change.values)
    if store.has_stages(entity_type_id):
        settled = settle_stage(store, {}, values, entity_type_id)
        values |= settled | {"movedBy": user.id, "movedTime": now, "previousStageId": ""}
    elif entity_type_id not in EVENT_PREFIX:
        values["categoryId"] = values.get("categoryId") or store.default_category(entity_type_id)
    phones = multifields.apply((), change.multifields, lambda: store.next_id("multifield"), changes_by_id=False)
    item_id = store.next_id(f"item{entity_type_id}")
    values = _named(entity_type_id, item_id, values)
    if change.rows is not None:
        store.rows[item_id] = tuple(replace(row, owner_id=item_id) for row in change.rows)
        values = _summed(values, store.rows[item_id])
    item = Item(entity_type_id, item_id, {"id": item_id, **values, **(stamps or {})}, phones)
    store.items[entity_type_id].put(_communicating(item))
    _note_stage(core, {}, item)
    _bind_back(core, {}, item)
    if fires:
        _fire(core, item, "ADD")
    return store.items[entity_type_id].get(item_id) or item


def update(core: Core, user: User, item: Item, change: Change) -> Item:
    """Change an item. Nothing changed means nothing saved and no event (bitrix24-rest C1)."""
    store, now = core.store, core.clock.moment()
    new = {**item.values, **_linked(item.entity_type_id, change.values)}
    if store.has_stages(item.entity_type_id):
        settled = settle_stage(store, item.values, change.values, item.entity_type_id)
        new |= settled | moved(item.values, settled, user.id, now)
    if item.entity_type_id == DEAL:
        rows = store.rows.get(item.id, ()) if change.rows is None else change.rows
        new = _summed(new, rows) if rows or change.rows is not None else new
    _check_required(core, item.entity_type_id, new, on_create=False, changed=change.values)
    phones = multifields.apply(
        item.multifields, change.multifields, lambda: store.next_id("multifield"),
        changes_by_id=change.changes_by_id,
    )  # fmt: skip
    rows_changed = change.rows is not None and not _same_rows(store.rows.get(item.id, ()), change.rows)
    if new == item.values and phones == item.multifields and not rows_changed:
        if core.options.unchanged_update_fires_event:
            _fire_update(core, item, item)
        return item
    if change.rows is not None:
        store.rows[item.id] = change.rows
    new |= {"updatedTime": now, "updatedBy": user.id}
    return _stored(core, item, new, phones)


def _stored(core: Core, old: Item, values: Mapping[str, Any], phones: tuple[Multifield, ...]) -> Item:
    item = _communicating(replace(old, values=values, multifields=phones))
    core.store.items[item.entity_type_id].put(item)
    _note_stage(core, old.values, item)
    _bind_back(core, old.values, item)
    _fire_update(core, old, item)
    return item


def _note_stage(core: Core, before: Mapping[str, Any], item: Item) -> None:
    """The history of stages, of which the portal tells by crm.stagehistory.list."""
    values, store = item.values, core.store
    if not store.has_stages(item.entity_type_id) or before.get("stageId") == values["stageId"]:
        return
    is_last = values["stageSemanticId"] in ("S", "F")
    moved_pipeline = before and before["categoryId"] != values["categoryId"]
    type_id = 1 if not before else 5 if moved_pipeline else 3 if is_last else 2
    number, place = store.next_id("stage_move"), (values["categoryId"], values["stageId"], values["stageSemanticId"])
    move = StageMove(number, item.entity_type_id, item.id, type_id, *place, created=values["movedTime"])
    store.stage_moves[number] = move


def _fire_update(core: Core, old: Item, item: Item) -> None:
    if item.entity_type_id == DEAL and old.values["categoryId"] != item.values["categoryId"]:
        data = {"CATEGORY_ID": item.values["categoryId"], "STAGE_ID": item.values["stageId"]}
        core.events.fire(EVENT_PREFIX[DEAL] + "MOVETOCATEGORY", ID=item.id, **data)
    else:
        _fire(core, item, "UPDATE")


def _fire(core: Core, item: Item, verb: str) -> None:
    """Tell of an item; that of a smart process has an event for all of them and one for its own kind."""
    if item.entity_type_id in EVENT_PREFIX:
        core.events.fire(EVENT_PREFIX[item.entity_type_id] + verb, ID=item.id)
        return
    data = {"ID": item.id, "ENTITY_TYPE_ID": item.entity_type_id}
    core.events.fire(SMART_EVENT_PREFIX + verb, **data)
    if core.options.smart_process_events_by_type:
        core.events.fire(f"{SMART_EVENT_PREFIX}{verb}_{item.entity_type_id}", **data)


def delete(core: Core, item: Item) -> None:
    """Delete an item with its rows, requisites and what belongs to these."""
    store = core.store
    store.items[item.entity_type_id].remove(item.id)
    if item.entity_type_id == DEAL:
        store.rows.pop(item.id, None)
    store.requisite_links.pop((item.entity_type_id, item.id), None)
    owned = [
        one.id for one in store.requisites.values() if (one.entity_type_id, one.entity_id) == (item.entity_type_id, item.id)
    ]
    for requisite_id in owned:
        store.drop_requisite(requisite_id)
    _unlink(core, item)
    _fire(core, item, "DELETE")


def _unlink(core: Core, gone: Item) -> None:
    """Nobody is linked to a contact or a company that is no more. This is no save of theirs: no event."""
    if gone.entity_type_id not in EVENT_PREFIX:
        _orphan(core, gone)
    if gone.entity_type_id not in (CONTACT, COMPANY):
        return
    single, several = ("contactId", "contactIds") if gone.entity_type_id == CONTACT else ("companyId", "companyIds")
    for table in core.store.items.values():
        for item in [one for one in table if gone.id in (one.values.get(single), *one.values.get(several, ()))]:
            left = tuple(number for number in item.values.get(several, ()) if number != gone.id)
            links = {single: left[0] if left else 0, several: left}
            table.put(replace(item, values={**item.values, **{name: links[name] for name in links if name in item.values}}))


def _orphan(core: Core, gone: Item) -> None:
    """Children of an item of a smart process that is no more have no parent."""
    name = f"parentId{gone.entity_type_id}"
    for table in core.store.items.values():
        for item in [one for one in table if one.values.get(name) == gone.id]:
            table.put(replace(item, values={**item.values, name: None}))


def touch(core: Core, user: User, item: Item) -> None:
    """Move the stamps of an item as if somebody had saved it."""
    core.store.items[item.entity_type_id].put(
        replace(item, values={**item.values, "updatedTime": core.clock.moment(), "updatedBy": user.id})
    )


def set_rows(core: Core, user: User, deal: Item, rows: tuple[ProductRow, ...]) -> None:
    """Replace the rows of a deal by themselves, as crm.item.productrow.* does; what else follows is switchable."""
    before = core.store.rows.get(deal.id, ())
    core.store.rows[deal.id] = rows
    values = _summed(dict(deal.values), rows)
    changed = not _same_rows(before, rows)
    if changed and core.options.productrow_set_touches_deal:
        values |= {"updatedTime": core.clock.moment(), "updatedBy": user.id}
    item = replace(deal, values=values)
    core.store.items[DEAL].put(item)
    if core.options.productrow_set_fires_update and (changed or core.options.unchanged_update_fires_event):
        _fire_update(core, deal, item)


def _same_rows(before: tuple[ProductRow, ...], after: tuple[ProductRow, ...]) -> bool:
    return len(before) == len(after) and all(map(product_rows.is_same, before, after))


def _summed(values: dict[str, Any], rows: tuple[ProductRow, ...]) -> dict[str, Any]:
    """Without the manual mode the sum of a deal is the sum of its rows (bitrix24-rest C2)."""
    total, tax = product_rows.totals(rows)
    return values | {"taxValue": tax} | ({} if values.get("isManualOpportunity") == "Y" else {"opportunity": total})


def _defaults(entity_type_id: int, user: User, now: datetime) -> dict[str, Any]:
    common = {
        "createdTime": now, "updatedTime": now, "createdBy": user.id, "updatedBy": user.id, "assignedById": user.id,
        "opened": "Y", "lastActivityBy": user.id, "lastActivityTime": now, "webformId": 0, "observers": (),
    }  # fmt: skip
    if entity_type_id == DEAL:
        return common | _deal_defaults(now)
    return common | dict(_CLIENT_DEFAULTS.get(entity_type_id) or {**_term(now), "sourceId": "CALL"})


def _term(now: datetime) -> dict[str, datetime]:
    today = now.replace(hour=0, minute=0, second=0)
    return {"begindate": today, "closedate": today + timedelta(days=DAYS_TO_CLOSE)}


def _deal_defaults(now: datetime) -> dict[str, Any]:
    return {
        "companyId": 0, "contactId": 0, "contactIds": (), "categoryId": 0, "typeId": "SALE", "opportunity": Decimal(0),
        "taxValue": Decimal(0), "isManualOpportunity": "N", "currencyId": BASE_CURRENCY, "isNew": "Y", "isRecurring": "N",
        "isReturnCustomer": "N", "isRepeatedApproach": "N", "comments": "", **_term(now),
    }  # fmt: skip


_CLIENT_DEFAULTS: Mapping[int, Mapping[str, Any]] = {
    LEAD: {
        "companyId": 0, "contactId": 0, "contactIds": (), "sourceId": "CALL", "opportunity": Decimal(0),
        "isManualOpportunity": "N", "currencyId": BASE_CURRENCY, "isReturnCustomer": "N",
    },
    CONTACT: {
        "companyId": 0, "companyIds": (), "typeId": "CLIENT", "sourceId": "CALL", "export": "Y", "categoryId": 0,
    },
    COMPANY: {
        "contactIds": (), "typeId": "CUSTOMER", "industry": "IT", "employees": "EMPLOYEES_1", "categoryId": 0,
        "currencyId": BASE_CURRENCY, "revenue": Decimal(0), "isMyCompany": "N",
    },
}  # fmt: skip


def _named(entity_type_id: int, item_id: int, values: dict[str, Any]) -> dict[str, Any]:
    """The name the portal gives an item that came without one."""
    name = f"{ENTITY_NAMES.get(entity_type_id, 'Элемент')} #{item_id}"
    if entity_type_id != CONTACT:
        return values if values.get("title") else values | {"title": name}
    named = values.get("name") or values.get("lastName") or values.get("secondName")
    return values if named else values | {"lastName": name}


def _linked(entity_type_id: int, values: Mapping[str, Any]) -> dict[str, Any]:
    """The single link and the list of links say the same: the first of the list is the single one."""
    single, several = _LINKS.get(entity_type_id, _SMART_LINKS)
    if several in values:
        listed = tuple(dict.fromkeys(number for number in values[several] if number))
        return {**values, several: listed} | ({single: listed[0] if listed else 0} if single else {})
    if single and single in values:
        return {**values, several: (values[single],) if values[single] else ()}
    return dict(values)


def _communicating(item: Item) -> Item:
    if item.entity_type_id not in (LEAD, CONTACT, COMPANY):
        return item
    kinds = {one.type_id for one in item.multifields}
    flags = {"hasPhone": "Y" if "PHONE" in kinds else "N", "hasEmail": "Y" if "EMAIL" in kinds else "N", "hasImol": "N"}
    return replace(item, values={**item.values, **flags})


def _bind_back(core: Core, before: Mapping[str, Any], item: Item) -> None:
    """A contact's companies know the contact, a company's contacts know the company."""
    if item.entity_type_id not in (CONTACT, COMPANY):
        return
    mine, theirs, other = (
        ("companyIds", "contactIds", COMPANY) if item.entity_type_id == CONTACT else ("contactIds", "companyIds", CONTACT)
    )
    old, new = set(before.get(mine, ())), set(item.values.get(mine, ()))
    for linked in filter(None, map(core.store.items[other].get, old ^ new)):
        listed = tuple(one for one in linked.values.get(theirs, ()) if one != item.id)
        listed += (item.id,) if linked.id in new else ()
        core.store.items[other].put(replace(linked, values={**linked.values, **_linked(other, {theirs: listed})}))


def _check_required(
    core: Core, entity_type_id: int, values: Mapping[str, Any], *, on_create: bool, changed: Mapping[str, Any] | None = None
) -> None:
    """Required user fields; an update is checked only for the fields it names (bitrix24-rest C2)."""
    if not core.options.check_required_fields:
        return
    for one in core.store.user_fields_of(entity_type_id):
        asked = on_create or (changed is not None and one.name in changed)
        if one.is_mandatory and asked and values.get(one.name) in (None, "", ()):
            raise ApiError("CRM_FIELD_ERROR_REQUIRED", f'Поле "{one.title}" обязательно для заполнения')
