"""Smart processes that the set-up creates: a table of fields each, and the commands for all of them (bitrix24-rest F).

A smart process has two ids: ``type_id`` names its user fields, ``entity_type_id`` its items and the field of their children.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from uzel.bitrix24.batch import Command
from uzel.bitrix24.entities.deal_fields import KnownField
from uzel.bitrix24.values import as_int, as_text

DEAL = 2  # entityTypeId
FIRST_TYPE_ID = 1030  # from here on even numbers are anybody's
ITEM_TITLE_LIMIT = 250  # characters


@dataclass(frozen=True, slots=True)
class ProcessField:
    """A user field of a smart process: how its code ends, the portal's type, the Russian label."""

    suffix: str
    user_type: str
    label: str
    multiple: bool = False


@dataclass(frozen=True, slots=True)
class SmartProcess:
    """``name`` is our own word for it; ``over_deals``: each deal may have one of its items as a parent."""

    name: str
    title: str
    fields: tuple[ProcessField, ...]
    over_deals: bool = False


NODES = SmartProcess(
    "nodes",
    "Узлы обмена",
    (
        ProcessField("UZEL_CODE", "string", "Код"),
        ProcessField("UZEL_PROFILE", "string", "Программа"),
        ProcessField("UZEL_CHANGES", "boolean", "Получает изменения"),
        ProcessField("UZEL_ACTIVE", "boolean", "Обмен включён"),
        ProcessField("UZEL_CALLED", "string", "Последнее обращение"),
        ProcessField("UZEL_SILENT", "string", "Молчит с"),
        ProcessField("UZEL_ORDERS", "integer", "Заказов"),
        ProcessField("UZEL_TO_PORTAL", "integer", "Ждут отправки в портал"),
        ProcessField("UZEL_TO_NODE", "integer", "Ждут обмена с базой"),
        ProcessField("UZEL_HELD", "integer", "Удержано менеджерами"),
        ProcessField("UZEL_REJECTED", "integer", "Отклонено за сегодня"),
    ),
    over_deals=True,
)
PROMO_CODES = SmartProcess(
    "promo_codes",
    "Промокоды",
    (
        ProcessField("UZEL_CODE", "string", "Код"),
        ProcessField("UZEL_DISCOUNT", "string", "Скидка"),
        ProcessField("UZEL_FROM", "date", "Действует с"),
        ProcessField("UZEL_UNTIL", "date", "Действует по"),
        ProcessField("UZEL_SHOPS", "string", "Магазины (коды узлов; пусто — все)", multiple=True),
        ProcessField("UZEL_SOURCE", "string", "Откуда покупатели"),
        ProcessField("UZEL_ACTIVE", "boolean", "Действует"),
        ProcessField("UZEL_USED", "integer", "Применён раз"),
        ProcessField("UZEL_USED_ON", "date", "Применён последний раз"),
    ),
)
#: One line a smart process.
SMART_PROCESSES: tuple[SmartProcess, ...] = (NODES, PROMO_CODES)


@dataclass(frozen=True, slots=True)
class KnownProcess:
    """A smart process that the portal has."""

    type_id: int
    entity_type_id: int
    title: str

    @property
    def child_field(self) -> str:
        """The field in which a deal keeps its parent of this process."""
        return f"parentId{self.entity_type_id}"

    def code(self, suffix: str) -> str:
        """Full code of a user field."""
        return f"UF_CRM_{self.type_id}_{suffix}"


# --- types ------------------------------------------------------------------------------------------------------------


def get_type(key: str, type_id: int) -> Command:
    """One smart process with what it is related to."""
    return Command("crm.type.get", {"id": type_id}, key)


def create_type(key: str, process: SmartProcess, entity_type_id: int) -> Command:
    """Create a smart process under a number that we chose: the portal lets no second one have it."""
    switches = dict.fromkeys(("isStagesEnabled", "isCategoriesEnabled", "isClientEnabled", "isAutomationEnabled"), "N")
    own = {"title": process.title, "entityTypeId": entity_type_id, "isSetOpenPermissions": "Y"}
    child = [{"entityTypeId": DEAL, "isChildrenListEnabled": "true"}]  # Y and N do not work here
    relations = {"relations": {"child": child}} if process.over_deals else {}
    return Command("crm.type.add", {"fields": own | switches | relations}, key)


def delete_type(key: str, type_id: int) -> Command:
    """Delete a smart process; the portal refuses while it has items."""
    return Command("crm.type.delete", {"id": type_id}, key)


def read_type(result: Any) -> KnownProcess:
    """The smart process in an answer to add or get, or one of a list in the same wrapping."""
    one = result["type"]
    return KnownProcess(as_int(one["id"]), as_int(one["entityTypeId"]), as_text(one.get("title")))


def is_over_deals(result: Any) -> bool:
    """Whether the smart process in an answer to get may be a parent of deals."""
    children = (result["type"].get("relations") or {}).get("child") or ()
    return any(as_int(one.get("entityTypeId")) == DEAL for one in children)


def free_type_id(taken: Collection[int]) -> int:
    """The first number that no smart process of the portal has."""
    return next(number for number in range(FIRST_TYPE_ID, FIRST_TYPE_ID + 2 * len(taken) + 2, 2) if number not in taken)


# --- fields -----------------------------------------------------------------------------------------------------------


def list_fields(key: str, process: KnownProcess, start: int = 0) -> Command:
    """A page of the user fields of a smart process."""
    params = {"moduleId": "crm", "filter": {"entityId": f"CRM_{process.type_id}"}, "order": {"id": "ASC"}, "start": start}
    return Command("userfieldconfig.list", params, key)


def create_field(key: str, process: KnownProcess, field: ProcessField) -> Command:
    """Create a user field of a smart process."""
    wanted = {
        "entityId": f"CRM_{process.type_id}", "fieldName": process.code(field.suffix), "userTypeId": field.user_type,
        "multiple": "Y" if field.multiple else "N", "showFilter": "Y", "xmlId": field.suffix,
        "editFormLabel": {"ru": field.label, "en": field.label},
    }  # fmt: skip
    return Command("userfieldconfig.add", {"moduleId": "crm", "field": wanted}, key)


def delete_field(key: str, field_id: int) -> Command:
    """Delete a user field of a smart process."""
    return Command("userfieldconfig.delete", {"moduleId": "crm", "id": field_id}, key)


def read_fields(result: Any) -> list[KnownField]:
    """User fields in an answer to a list."""
    return [
        KnownField(as_int(one["id"]), as_text(one["fieldName"]), as_text(one.get("userTypeId"))) for one in result["fields"]
    ]


def read_field_id(result: Any) -> int:
    """Id of the field that was created."""
    return as_int(result["field"]["id"])


# --- items ------------------------------------------------------------------------------------------------------------


def add_item(key: str, process: KnownProcess, xml_id: str, title: str, values: Mapping[str, Any]) -> Command:
    """Create an item under a key of ours; ``values`` by the suffix of the field."""
    fields = {"xmlId": xml_id, "title": title[:ITEM_TITLE_LIMIT]} | _full(process, values)
    return Command("crm.item.add", _of(process) | {"fields": fields}, key)


def update_item(key: str, process: KnownProcess, item_id: int, title: str | None, values: Mapping[str, Any]) -> Command:
    """Write fields of an item; a title that is not given stays as people have it."""
    fields = ({} if title is None else {"title": title[:ITEM_TITLE_LIMIT]}) | _full(process, values)
    return Command("crm.item.update", _of(process) | {"id": item_id, "fields": fields}, key)


def list_items(key: str, process: KnownProcess, start: int = 0) -> Command:
    """A page of items."""
    return Command("crm.item.list", _of(process) | {"select": ["*", "UF_*"], "order": {"id": "ASC"}, "start": start}, key)


def items_after(key: str, process: KnownProcess, item_id: int | str) -> Command:
    """The first items with greater ids, without counting; the id may be taken from an earlier answer of the batch."""
    wanted = {"select": ["*", "UF_*"], "filter": {">id": item_id}, "order": {"id": "ASC"}, "start": -1}
    return Command("crm.item.list", _of(process) | wanted, key)


def items_of_ids(key: str, process: KnownProcess, item_ids: Iterable[int]) -> Command:
    """Items whole, by id; those that are gone are left out."""
    wanted = {"select": ["*", "UF_*"], "filter": {"@id": list(item_ids)}, "order": {"id": "ASC"}, "start": -1}
    return Command("crm.item.list", _of(process) | wanted, key)


def list_keys(process: KnownProcess) -> Command:
    """The first items with nothing but their keys."""
    return Command("crm.item.list", _of(process) | {"select": ["id", "xmlId"], "order": {"id": "ASC"}}, "items")


def items_since(key: str, process: KnownProcess, moment: str, start: int = 0) -> Command:
    """A page of items touched at ``moment`` (as the portal writes it) or later by whomever, oldest first."""
    wanted = {"select": ["*", "UF_*"], "filter": {">=updatedTime": moment}, "order": {"updatedTime": "ASC", "id": "ASC"}}
    return Command("crm.item.list", _of(process) | wanted | {"start": start}, key)


def find_items(key: str, process: KnownProcess, name: str, values: Iterable[str]) -> Command:
    """Items in which a field is one of these values."""
    wanted = {"select": ["id", name], "filter": {f"@{name}": list(values)}, "order": {"id": "ASC"}}
    return Command("crm.item.list", _of(process) | wanted, key)


def delete_item(key: str, entity_type_id: int, item_id: int) -> Command:
    """Delete an item."""
    return Command("crm.item.delete", {"entityTypeId": entity_type_id, "id": item_id}, key)


def read_item_id(result: Any) -> int:
    """Id of the item in an answer to add."""
    return as_int(result["item"]["id"])


def read_keys(result: Any) -> list[tuple[int, str]]:
    """(id, our key) of the items in an answer to a list."""
    return [(as_int(item["id"]), as_text(item.get("xmlId"))) for item in result["items"]]


def _of(process: KnownProcess) -> dict[str, Any]:
    return {"entityTypeId": process.entity_type_id, "useOriginalUfNames": "Y"}


def _full(process: KnownProcess, values: Mapping[str, Any]) -> dict[str, Any]:
    return {process.code(suffix): value for suffix, value in values.items()}
