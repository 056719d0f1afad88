"""What a person does at the portal's screen: one save, one event, in his own name."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from uzel.emulators.bitrix24_portal import product_rows, saving
from uzel.emulators.bitrix24_portal.core import Core
from uzel.emulators.bitrix24_portal.errors import ApiError
from uzel.emulators.bitrix24_portal.item_fields import read
from uzel.emulators.bitrix24_portal.letters import Actor
from uzel.emulators.bitrix24_portal.records import CONTACT, DEAL, Item, ProductRow, User
from uzel.emulators.bitrix24_portal.rights import Rights, check
from uzel.emulators.bitrix24_portal.saving import Change

Rows = Iterable[Mapping[str, Any]]


def edit(
    core: Core,
    deal_id: int,
    user_id: int,
    stage_id: str = "",
    fields: Mapping[str, Any] | None = None,
    rows: Rows | None = None,
) -> None:
    """Change a deal. ``fields``: names of crm.item.update and original names of user fields; ``rows``: the whole new set."""
    with core.store.lock, core.events.acting(Actor(user_id)):
        item, user = _deal(core, deal_id), _user(core, user_id)
        change = _change(core, {**(fields or {}), **({"stageId": stage_id} if stage_id else {})}, on_create=False)
        built = None if rows is None else _rows(core, rows, deal_id)
        saving.update(core, user, item, Change(change.values, rows=built))


def create(core: Core, user_id: int, fields: Mapping[str, Any] | None = None, rows: Rows | None = None) -> int:
    """Make a deal; returns its id."""
    with core.store.lock, core.events.acting(Actor(user_id)):
        user = _user(core, user_id)
        change = _change(core, fields or {}, on_create=True)
        built = None if rows is None else _rows(core, rows, 0)
        return saving.create(core, user, DEAL, Change(change.values, rows=built)).id


def create_contact(core: Core, user_id: int, fields: Mapping[str, Any]) -> int:
    """Make a contact; ``fm`` as in crm.item.add; returns its id."""
    with core.store.lock, core.events.acting(Actor(user_id)):
        change = read(core, CONTACT, fields, original=True, on_create=True)
        return saving.create(core, _user(core, user_id), CONTACT, change).id


def delete(core: Core, deal_id: int) -> None:
    """Delete a deal."""
    with core.store.lock:
        saving.delete(core, _deal(core, deal_id))


def _change(core: Core, fields: Mapping[str, Any], *, on_create: bool) -> Change:
    return read(core, DEAL, fields, original=True, on_create=on_create)


def set_rights(
    core: Core, user_id: int, rights: Rights | None = None, *, is_admin: bool | None = None, is_crm_admin: bool | None = None
) -> None:
    """An administrator gives an employee another role; what is None stays. ValueError where it names no right."""
    if rights is not None:
        check("rights", rights)
    wanted = {"rights": rights, "is_admin": is_admin, "is_crm_admin": is_crm_admin}
    changes: dict[str, Any] = {name: value for name, value in wanted.items() if value is not None}
    with core.store.lock:
        core.store.users[user_id] = replace(_user(core, user_id), **changes)


def _deal(core: Core, deal_id: int) -> Item:
    item = core.store.items[DEAL].get(deal_id)
    if item is None:
        raise ApiError("NOT_FOUND", f"Сделки {deal_id} нет")
    return item


def _user(core: Core, user_id: int) -> User:
    user = core.store.users.get(user_id)
    if user is None:
        raise ApiError("NOT_FOUND", f"Сотрудника {user_id} нет")
    return user


def _rows(core: Core, rows: Rows, deal_id: int) -> tuple[ProductRow, ...]:
    own = {row.id for row in core.store.rows.get(deal_id, ())}
    built = []
    for raw in rows:
        row_id = raw["id"] if raw.get("id") in own else core.store.next_id("row")
        built.append(product_rows.build(raw, row_id, deal_id, core.store, core.options))
    return tuple(built)
