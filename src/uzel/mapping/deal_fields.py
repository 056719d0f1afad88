"""User fields of a deal that ``uzel portal setup`` creates, and the attribute of :class:`DealState` each one shows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from uzel.mapping.deal_state import DealState

NODE_FIELD = "UF_CRM_UZEL_NODE"
HOLD_FIELD = "UF_CRM_UZEL_HOLD"


@dataclass(frozen=True, slots=True)
class DealField:
    """A user field: its code, the portal's type, the Russian label, and what it shows ("" for fields apart)."""

    code: str
    user_type: str
    label: str
    attribute: str = ""


DEAL_FIELDS: tuple[DealField, ...] = (
    DealField(NODE_FIELD, "enumeration", "Узел обмена"),
    DealField("UF_CRM_UZEL_NUMBER", "string", "Номер заказа", "number"),
    DealField("UF_CRM_UZEL_NUMBER_1C", "string", "Номер в 1С", "number_in_node"),
    DealField("UF_CRM_UZEL_DATE_1C", "string", "Дата в 1С", "date_in_node"),
    DealField("UF_CRM_UZEL_POSTED", "boolean", "Проведён в 1С", "posted"),
    DealField("UF_CRM_UZEL_PAID", "boolean", "Оплачен", "paid"),
    DealField("UF_CRM_UZEL_SHIPPED", "boolean", "Отгружен", "shipped"),
    DealField("UF_CRM_UZEL_PROMO_CODE", "string", "Промокод", "promo_code"),
    DealField("UF_CRM_UZEL_BONUS_CARD", "string", "Номер бонусной карты", "bonus_card_number"),
    DealField("UF_CRM_UZEL_PAID_BONUS", "double", "Оплачено бонусами", "paid_by_bonus"),
    DealField(HOLD_FIELD, "boolean", "Не отправлять в 1С"),
)


def show(attributes: Mapping[str, Any]) -> dict[str, str]:
    """User fields that show the given attributes of a deal's state."""
    return {
        field.code: _WRITERS[field.user_type](attributes[field.attribute])
        for field in DEAL_FIELDS
        if field.attribute in attributes
    }


def read(user_fields: Mapping[str, Any]) -> dict[str, Any]:
    """Attributes of a deal's state that the user fields show; a field the portal does not have shows its default."""
    empty = DealState()
    return {
        field.attribute: _READERS[field.user_type](user_fields[field.code])
        if user_fields.get(field.code) not in (None, "", False)
        else getattr(empty, field.attribute)
        for field in DEAL_FIELDS
        if field.attribute
    }


def is_yes(value: Any) -> bool:
    """A boolean user field comes as ``1``/``0``, ``Y``/``N``, true/false or nothing."""
    return str(value).upper() in ("1", "Y", "TRUE")


def _number(value: Any) -> Decimal:
    """A double user field, which people also fill by hand."""
    try:
        return Decimal(str(value).replace(",", ".").replace(" ", ""))
    except InvalidOperation:
        return Decimal(0)


_READERS: Mapping[str, Callable[[Any], Any]] = {"string": str, "boolean": is_yes, "double": _number}
_WRITERS: Mapping[str, Callable[[Any], str]] = {
    "string": str,
    "boolean": lambda value: "1" if value else "0",
    "double": lambda value: format(value, "f") if value else "",
}
