"""User fields of a deal that ``uzel portal setup`` creates, and the attribute of a deal's state that each one shows."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from uzel.bitrix24.batch import Command
from uzel.bitrix24.values import as_int, as_money, as_text, is_yes

NODE = "UF_CRM_UZEL_NODE"  # where nodes are items of a list; otherwise a deal's parent names its node
HOLD = "UF_CRM_UZEL_HOLD"
OURS = "UF_CRM_UZEL_"  # how the codes of our fields begin
EXCHANGED = "UF_CRM_UZEL_LAST"
CODE_CHARACTERS = 20  # of a field that can be created
PROMO_NOTE = "UF_CRM_UZEL_PRM_NOTE"
MOMENT = "%d.%m.%Y %H:%M"  # of :data:`EXCHANGED`, local time


@dataclass(frozen=True, slots=True)
class DealField:
    """A user field: its code, the portal's type, the Russian label, and what it shows ("" for marks of the exchange)."""

    code: str
    user_type: str
    label: str
    attribute: str = ""


DEAL_FIELDS: tuple[DealField, ...] = (
    DealField(NODE, "enumeration", "Узел обмена", "node"),
    DealField("UF_CRM_UZEL_NUMBER", "string", "Номер заказа", "number"),
    DealField("UF_CRM_UZEL_NUM_1C", "string", "Номер в 1С", "number_in_node"),
    DealField("UF_CRM_UZEL_DATE_1C", "string", "Дата в 1С", "date_in_node"),
    DealField("UF_CRM_UZEL_POSTED", "boolean", "Проведён в 1С", "posted"),
    DealField("UF_CRM_UZEL_PAID", "boolean", "Оплачен", "paid"),
    DealField("UF_CRM_UZEL_SHIPPED", "boolean", "Отгружен", "shipped"),
    DealField("UF_CRM_UZEL_RECEIVED", "double", "Получено оплат", "received"),
    DealField("UF_CRM_UZEL_REFUND", "double", "Возвращено денег", "refunded"),
    DealField("UF_CRM_UZEL_SENT", "double", "Отгружено товара", "dispatched"),
    DealField("UF_CRM_UZEL_RETURNED", "double", "Возвращено товара", "returned"),
    DealField("UF_CRM_UZEL_PROMO", "string", "Промокод", "promo_code"),
    DealField(PROMO_NOTE, "string", "Промокод: замечание", "promo_note"),
    DealField("UF_CRM_UZEL_CARD", "string", "Номер бонусной карты", "bonus_card_number"),
    DealField("UF_CRM_UZEL_BONUS", "double", "Оплачено бонусами", "paid_by_bonus"),
    DealField(HOLD, "boolean", "Не отправлять в 1С"),
    DealField(EXCHANGED, "string", "Последний обмен с 1С"),
)


def show(state: Mapping[str, Any], node_field: str) -> dict[str, str]:
    """User fields for attributes of a deal's state."""
    return {
        _name(field, node_field): _WRITERS[field.user_type](state[field.attribute])
        for field in DEAL_FIELDS
        if field.attribute and field.attribute in state
    }


def read(item: Mapping[str, Any], node_field: str) -> dict[str, Any]:
    """Attributes of a deal's state that the user fields show; a field the portal does not have shows nothing."""
    return {
        field.attribute: _READERS[field.user_type](item.get(_name(field, node_field)))
        for field in DEAL_FIELDS
        if field.attribute
    }


def absent(item: Mapping[str, Any], node_field: str) -> frozenset[str]:
    """What this portal's deals cannot show, because somebody deleted the field: attributes, and ``hold``."""
    lost = {field.attribute for field in DEAL_FIELDS if field.attribute and _name(field, node_field) not in item}
    return frozenset(lost | ({"hold"} if HOLD not in item else set()))


def others(item: Mapping[str, Any]) -> dict[str, Any]:
    """User fields of a deal that are not ours, as the portal gives them."""
    return {name: value for name, value in item.items() if name.startswith("UF_CRM_") and not name.startswith(OURS)}


def _name(field: DealField, node_field: str) -> str:
    return node_field if field.code == NODE else field.code


def list_all(key: str) -> Command:
    """All user fields of deals."""
    return Command("crm.deal.userfield.list", {"order": {"ID": "ASC"}}, key)


def create(key: str, field: DealField, items: tuple[tuple[str, str], ...] = ()) -> Command:
    """Create a user field; ``items`` of an enumeration are (code, title)."""
    labels = dict.fromkeys(("EDIT_FORM_LABEL", "LIST_COLUMN_LABEL", "LIST_FILTER_LABEL"), field.label)
    own = {"FIELD_NAME": field.code.removeprefix("UF_CRM_"), "USER_TYPE_ID": field.user_type, "XML_ID": field.code}
    listed = {"LIST": [{"XML_ID": code, "VALUE": title} for code, title in items]} if items else {}
    return Command("crm.deal.userfield.add", {"fields": own | labels | {"SHOW_FILTER": "E"} | listed}, key)


def delete(key: str, field_id: int) -> Command:
    """Delete a user field with its values."""
    return Command("crm.deal.userfield.delete", {"id": field_id}, key)


def remove_items(key: str, field_id: int, item_ids: Iterable[int]) -> Command:
    """Take items out of an enumeration; deals that show them show nothing there afterwards."""
    items = [{"ID": item_id, "DEL": "Y"} for item_id in item_ids]
    return Command("crm.deal.userfield.update", {"id": field_id, "fields": {"LIST": items}}, key)


def read_id(result: Any) -> int:
    """Id of the field that was created."""
    return as_int(result)


def extend(key: str, field_id: int, known: tuple[tuple[int, str], ...], new: tuple[tuple[str, str], ...]) -> Command:
    """Add items to an enumeration; the known ones are named again, or the portal would drop them."""
    items: list[dict[str, Any]] = [{"ID": item_id, "VALUE": title} for item_id, title in known]
    items += [{"XML_ID": code, "VALUE": title} for code, title in new]
    return Command("crm.deal.userfield.update", {"id": field_id, "fields": {"LIST": items}}, key)


@dataclass(frozen=True, slots=True)
class KnownField:
    """A user field that the portal has; ``items`` of an enumeration are (id, title)."""

    field_id: int
    code: str
    user_type: str
    items: tuple[tuple[int, str], ...] = ()


def read_known(result: Any) -> dict[str, KnownField]:
    """User fields of the portal by code."""
    found = {}
    for one in result or ():
        items = tuple((as_int(item["ID"]), as_text(item["VALUE"])) for item in one.get("LIST") or ())
        found[one["FIELD_NAME"]] = KnownField(as_int(one["ID"]), one["FIELD_NAME"], as_text(one.get("USER_TYPE_ID")), items)
    return found


_READERS: Mapping[str, Callable[[Any], Any]] = {
    "string": as_text, "boolean": is_yes, "double": as_money, "enumeration": lambda value: as_text(value or "")
}  # fmt: skip
_WRITERS: Mapping[str, Callable[[Any], str]] = {
    "string": str,
    "enumeration": str,
    "boolean": lambda value: "1" if value else "0",
    "double": lambda value: format(Decimal(value), "f") if value else "",
}
