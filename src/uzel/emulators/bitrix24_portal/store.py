"""Everything the portal stores, in memory, under one lock; ids grow by one and are never used twice."""

import re
import threading
from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from uzel.emulators.bitrix24_portal.catalog.store import Catalog
from uzel.emulators.bitrix24_portal.records import (
    DEAL,
    LEAD,
    REQUISITE,
    USER_FIELD_ENTITY,
    BankDetail,
    Category,
    Comment,
    Item,
    LogMessage,
    Notification,
    ProductRow,
    Requisite,
    RequisiteLink,
    SmartType,
    StageMove,
    Status,
    User,
    UserField,
)

#: fields by which clients look items up; equality on them does not read the whole table
INDEXED = ("originId",)
RUSSIAN_PHONE_DIGITS = 11
#: leads have one pipeline, whose stages are a directory of its own name
LEAD_CATEGORIES, LEAD_STAGES = {0: Category(0, "", is_default=True, entity_type_id=LEAD)}, "STATUS"
#: tables that are kept as they are
_KEPT = (
    "users", "categories", "smart_categories", "statuses", "user_fields", "types", "rows", "requisites", "bank_details",
    "presets", "addresses", "comments", "log_messages", "notifications",
    "stage_moves", "requisite_links",
)  # fmt: skip


class Items:
    """Items of one entity type, in the order of their ids, with an index of the fields clients look up by."""

    def __init__(self) -> None:
        self._items: dict[int, Item] = {}
        self._ids: list[int] = []
        self._index: dict[tuple[str, str], set[int]] = {}

    def __iter__(self) -> Iterator[Item]:
        return (self._items[number] for number in self._ids)

    def __len__(self) -> int:
        return len(self._items)

    def get(self, item_id: int | None) -> Item | None:
        """The item, or None."""
        return self._items.get(item_id) if item_id is not None else None

    def put(self, item: Item) -> None:
        """Store a new item or the new state of one."""
        old = self._items.get(item.id)
        self._forget(old)
        if old is None:
            insort(self._ids, item.id)
        self._items[item.id] = item
        for key in self._keys(item):
            self._index.setdefault(key, set()).add(item.id)

    def remove(self, item_id: int) -> None:
        """Delete an item for good."""
        gone = self._items.pop(item_id, None)
        if gone is not None:
            self._forget(gone)
            del self._ids[bisect_left(self._ids, item_id)]

    def after(self, item_id: int) -> Iterator[Item]:
        """Items with greater ids: the next page of a walk does not read the pages before it."""
        return (self._items[number] for number in islice(self._ids, bisect_right(self._ids, item_id), None))

    def equal(self, name: str, values: Iterable[str]) -> list[Item]:
        """Items whose indexed field has one of the values, letter case aside; the caller still compares exactly."""
        ids = {item_id for value in values for item_id in self._index.get((name, value.casefold()), ())}
        return [self._items[item_id] for item_id in sorted(ids)]

    def _forget(self, item: Item | None) -> None:
        for key in self._keys(item) if item else ():
            self._index[key].discard(item.id if item else 0)

    def _keys(self, item: Item) -> list[tuple[str, str]]:
        keys = [(name, str(item.values[name]).casefold()) for name in INDEXED if item.values.get(name)]
        return keys + [(one.type_id, communication(one.type_id, one.value)) for one in item.multifields]


def communication(type_id: str, value: str) -> str:
    """How a phone or an e-mail is compared: digits of a phone without its extension, 8 and +7 alike (bitrix24-rest C5)."""
    if type_id != "PHONE":
        return value.strip().casefold()
    digits = re.sub(r"\D", "", re.split(r"[;,#]|доб|ext", value.casefold())[0])
    return "7" + digits[1:] if len(digits) == RUSSIAN_PHONE_DIGITS and digits[0] == "8" else digits


class Store:
    """The tables. Whoever reads or writes holds :attr:`lock`."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.users: dict[int, User] = {}
        self.categories: dict[int, Category] = {}
        self.smart_categories: dict[int, Category] = {}
        self.statuses: dict[int, Status] = {}
        self.user_fields: dict[int, UserField] = {}
        self.types: dict[int, SmartType] = {}
        self.items: dict[int, Items] = {number: Items() for number in USER_FIELD_ENTITY}
        self.rows: dict[int, tuple[ProductRow, ...]] = {}
        self.requisites: dict[int, Requisite] = {}
        self.bank_details: dict[int, BankDetail] = {}
        self.presets: dict[int, Mapping[str, Any]] = {}
        self.addresses: dict[tuple[int, int, int], Mapping[str, str]] = {}
        self.comments: dict[int, Comment] = {}
        self.log_messages: dict[int, LogMessage] = {}
        self.stage_moves: dict[int, StageMove] = {}
        self.requisite_links: dict[tuple[int, int], RequisiteLink] = {}
        self.notifications: dict[int, Notification] = {}
        self.catalog = Catalog()
        self._ids: dict[str, int] = {}

    def saved(self) -> dict[str, Any]:
        """Everything, to be kept in a file."""
        held = {name: getattr(self, name) for name in _KEPT}
        items = {number: list(table) for number, table in self.items.items()}
        return {**held, "items": items, "ids": self._ids, "catalog": self.catalog.saved()}

    def load(self, kept: Mapping[str, Any]) -> None:
        """Become what was kept."""
        for name in _KEPT:
            setattr(self, name, kept.get(name, {}))
        self.items = {number: Items() for number in (*USER_FIELD_ENTITY, *kept["items"])}
        for number, listed in kept["items"].items():
            for item in listed:
                self.items[number].put(item)
        self._ids = kept["ids"]
        self.catalog.load(kept["catalog"])

    def next_id(self, table: str) -> int:
        """A fresh id of a table."""
        self._ids[table] = self._ids.get(table, 0) + 1
        return self._ids[table]

    def skip_ids(self, table: str, last: int) -> None:
        """Ids up to ``last`` are taken."""
        self._ids[table] = max(self._ids.get(table, 0), last)

    def drop_requisite(self, requisite_id: int) -> None:
        """Delete a requisite with its addresses and bank accounts; what chose it has none chosen."""
        for owner, link in list(self.requisite_links.items()):
            if requisite_id in (link.requisite_id, link.our_requisite_id):
                del self.requisite_links[owner]
        del self.requisites[requisite_id]
        for key in [key for key in self.addresses if key[1:] == (REQUISITE, requisite_id)]:
            del self.addresses[key]
        for number in [one.id for one in self.bank_details.values() if one.requisite_id == requisite_id]:
            del self.bank_details[number]

    def user_fields_of(self, entity: int | str) -> list[UserField]:
        """User fields of an entity type id or of an ENTITY_ID, in the order people see them."""
        entity_id = self.user_field_entity(entity) if isinstance(entity, int) else entity
        fields = [one for one in self.user_fields.values() if one.entity_id == entity_id] if self.user_fields else []
        return sorted(fields, key=lambda one: (one.sort, one.id))

    def user_field_entity(self, entity_type_id: int) -> str:
        """ENTITY_ID of the user fields of an entity type; a smart process has its own id there."""
        if entity_type_id in USER_FIELD_ENTITY:
            return USER_FIELD_ENTITY[entity_type_id]
        return next(f"CRM_{one.id}" for one in self.types.values() if one.entity_type_id == entity_type_id)

    def smart_type(self, entity_type_id: int) -> SmartType | None:
        """The smart process with this entityTypeId."""
        return next((one for one in self.types.values() if one.entity_type_id == entity_type_id), None)

    def has_stages(self, entity_type_id: int) -> bool:
        """Whether items of this type stand in stages."""
        if entity_type_id in USER_FIELD_ENTITY:
            return entity_type_id in (LEAD, DEAL)
        smart = self.smart_type(entity_type_id)
        return smart is not None and smart.flags.get("isStagesEnabled") == "Y"

    def categories_of(self, entity_type_id: int) -> dict[int, Category]:
        """Pipelines of an entity type."""
        if entity_type_id == LEAD:
            return LEAD_CATEGORIES
        if entity_type_id in USER_FIELD_ENTITY:
            return self.categories
        return {one.id: one for one in self.smart_categories.values() if one.entity_type_id == entity_type_id}

    def default_category(self, entity_type_id: int) -> int:
        """The pipeline of items that name none."""
        return next((one.id for one in self.categories_of(entity_type_id).values() if one.is_default), 0)

    def put_category(self, category: Category) -> None:
        """Store a new pipeline or the new state of one."""
        table = self.categories if category.entity_type_id == DEAL else self.smart_categories
        table[category.id] = category

    def remove_category(self, category: Category) -> None:
        """Delete a pipeline with its stages."""
        for stage in self.stages(category.id, category.entity_type_id):
            del self.statuses[stage.id]
        del (self.categories if category.entity_type_id == DEAL else self.smart_categories)[category.id]

    def stages(self, category_id: int, entity_type_id: int = DEAL) -> list[Status]:
        """Stages of a pipeline in their order; empty when there is no such pipeline."""
        known = category_id in self.categories_of(entity_type_id)
        return self.directory(stage_directory(category_id, entity_type_id)) if known else []

    def directory(self, entity_id: str) -> list[Status]:
        """Entries of a CRM directory in their order."""
        return sorted((one for one in self.statuses.values() if one.entity_id == entity_id), key=lambda one: (one.sort, one.id))


def stage_directory(category_id: int, entity_type_id: int = DEAL) -> str:
    """ENTITY_ID of a pipeline's stages (bitrix24-rest C3)."""
    if entity_type_id == LEAD:
        return LEAD_STAGES
    if entity_type_id != DEAL:
        return f"DYNAMIC_{entity_type_id}_STAGE_{category_id}"
    return f"DEAL_STAGE_{category_id}" if category_id else "DEAL_STAGE"


def stage_prefix(category_id: int, entity_type_id: int = DEAL) -> str:
    """What STATUS_ID of a stage starts with in a pipeline."""
    if entity_type_id != DEAL:
        return f"DT{entity_type_id}_{category_id}:"
    return f"C{category_id}:" if category_id else ""
