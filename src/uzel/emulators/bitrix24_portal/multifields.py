"""Phones, e-mails and the like of contacts and companies (bitrix24-rest C5): new and old spelling, adding and changing."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from uzel.emulators.bitrix24_portal.errors import ApiError
from uzel.emulators.bitrix24_portal.records import Multifield
from uzel.emulators.bitrix24_portal.values import is_yes, text, to_int, to_list

TYPES = ("PHONE", "EMAIL", "WEB", "IM", "LINK")
ALIASES = (
    ("phoneMobile", "PHONE", "MOBILE"),
    ("phoneWork", "PHONE", "WORK"),
    ("phoneMailing", "PHONE", "MAILING"),
    ("emailHome", "EMAIL", "HOME"),
    ("emailWork", "EMAIL", "WORK"),
    ("emailMailing", "EMAIL", "MAILING"),
    ("imol", "IM", "IMOL"),
    ("email", "EMAIL", ""),
    ("phone", "PHONE", ""),
)


@dataclass(frozen=True, slots=True)
class Wish:
    """One element of a request: ``id`` names the value to change (0 is a new one), an empty ``value`` deletes it."""

    id: int
    type_id: str
    value_type: str
    value: str
    is_deleted: bool = False


def wishes(raw: Any) -> list[Wish]:
    """``fm`` of crm.item.*: a list, or a map whose key is an id or n0, n1…"""
    if raw in (None, ""):
        return []
    pairs = raw.items() if isinstance(raw, dict) else (("", element) for element in to_list(raw) or _refuse())
    return [_wish(key, element) for key, element in pairs if isinstance(element, dict)]


def _refuse() -> list[Any]:
    raise ApiError("100", "Expected iterable value for multiple field, but got string instead")


def _wish(key: str, element: Mapping[str, Any]) -> Wish:
    return Wish(
        to_int(key) or to_int(element.get("id")) or 0,
        text(element.get("typeId")).upper(),
        text(element.get("valueType")),
        text(element.get("value")),
    )


def old_wishes(fields: Mapping[str, Any]) -> list[Wish]:
    """``PHONE: [{VALUE, VALUE_TYPE, ID, DELETE}]`` of the old methods."""
    found = []
    for key, raw in fields.items():
        if key.upper() in TYPES:
            for element in to_list(raw) or ():
                if isinstance(element, dict):
                    upper = {name.upper(): value for name, value in element.items()}
                    found.append(
                        Wish(
                            to_int(upper.get("ID")) or 0, key.upper(), text(upper.get("VALUE_TYPE")), text(upper.get("VALUE")),
                            is_yes(upper.get("DELETE")),
                        )
                    )  # fmt: skip
    return found


def apply(
    current: tuple[Multifield, ...], asked: Iterable[Wish], next_id: Callable[[], int], *, changes_by_id: bool
) -> tuple[Multifield, ...]:
    """The values after the wishes. What is not named stays: an update never replaces the whole set."""
    values = list(current)
    for wish in asked:
        place = next((n for n, one in enumerate(values) if one.id == wish.id), None) if changes_by_id and wish.id else None
        if place is None:
            values += _new(wish, next_id)
        elif wish.is_deleted or not wish.value:
            del values[place]
        else:
            values[place] = replace(values[place], value=wish.value, value_type=wish.value_type or values[place].value_type)
    return tuple(values)


def _new(wish: Wish, next_id: Callable[[], int]) -> list[Multifield]:
    if not wish.value or wish.is_deleted:
        return []
    if wish.type_id not in TYPES:
        raise ApiError("CRM_FIELD_ERROR_VALUE_NOT_VALID", 'Некорректное значение поля "Мультиполе"')
    return [Multifield(next_id(), wish.type_id, wish.value_type or "WORK", wish.value)]


def show(values: Iterable[Multifield]) -> list[dict[str, Any]]:
    """``fm`` of crm.item.* answers."""
    return [{"id": one.id, "valueType": one.value_type, "value": one.value, "typeId": one.type_id} for one in values]


def show_old(values: Iterable[Multifield], type_id: str) -> list[dict[str, str]]:
    """``PHONE`` of the old methods."""
    return [
        {"ID": str(one.id), "VALUE_TYPE": one.value_type, "VALUE": one.value, "TYPE_ID": one.type_id}
        for one in values
        if one.type_id == type_id
    ]


def aliases(values: tuple[Multifield, ...]) -> dict[str, str]:
    """``phoneWork``, ``email`` and the other flat copies of the first value of a kind."""
    return {
        name: next((one.value for one in values if one.type_id == type_id and value_type in ("", one.value_type)), "")
        for name, type_id, value_type in ALIASES
    }
