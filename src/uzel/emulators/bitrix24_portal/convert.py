"""Typed values of fields from what a request brings. A value the portal would refuse is an error, never a guess."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import timezone
from decimal import Decimal
from typing import Any

from uzel.emulators.bitrix24_portal.errors import ApiError
from uzel.emulators.bitrix24_portal.fields import Field, directory_of
from uzel.emulators.bitrix24_portal.records import COMPANY, CONTACT, UserField
from uzel.emulators.bitrix24_portal.smart import PARENT, parent_type
from uzel.emulators.bitrix24_portal.store import Store
from uzel.emulators.bitrix24_portal.values import is_empty, is_yes, text, to_decimal, to_int, to_list, to_moment

Reader = Callable[["Converter", Field, Any], Any]
UserReader = Callable[[UserField, Any, timezone], Any]
_ENTITY_OF_LINK: Mapping[str, int] = {"crm_company": COMPANY, "crm_contact": CONTACT}


@dataclass(frozen=True, slots=True)
class Converter:
    """Reads values for items of one entity type."""

    store: Store
    zone: timezone
    entity_type_id: int
    currencies: Collection[str]

    def field(self, one: Field, value: Any) -> Any:
        """Value of a standard field; a multiple one wants something iterable."""
        read: Reader = _KINDS.get(one.kind, _integer)
        if not one.is_multiple:
            return read(self, one, value)
        if value is None:
            return ()
        elements = to_list(value)
        if elements is None:
            kind = "integer" if isinstance(value, int) else "string"
            raise ApiError("100", f"Expected iterable value for multiple field, but got {kind} instead")
        return tuple(read(self, one, element) for element in elements)

    def user_field(self, one: UserField, value: Any) -> Any:
        """Value of a user field; an empty one is None."""
        read: UserReader = _USER_KINDS.get(one.user_type, _as_text)
        if not one.is_multiple:
            return read(one, value, self.zone)
        elements = [value] if to_list(value) is None else to_list(value) or []
        return tuple(read(one, element, self.zone) for element in elements if not is_empty(element))


def invalid(title: str) -> ApiError:
    """The value does not suit the field."""
    return ApiError("CRM_FIELD_ERROR_VALUE_NOT_VALID", f'Некорректное значение поля "{title}"')


def _scalar(title: str, value: Any) -> str:
    if isinstance(value, (list, dict)):
        raise invalid(title)
    return text(value)


def _string(_: Converter, one: Field, value: Any) -> str | None:
    return None if value is None else _scalar(one.title or one.name, value)


def _integer(_: Converter, one: Field, value: Any) -> int | None:
    if is_empty(value):
        return None
    number = to_int(value)
    if number is None:
        raise invalid(one.title or one.name)
    return number


def _double(_: Converter, one: Field, value: Any) -> Decimal:
    if is_empty(value):
        return Decimal(0)
    number = to_decimal(value)
    if number is None:
        raise invalid(one.title)
    return round(number, 2)


def _boolean(_: Converter, one: Field, value: Any) -> str:
    return "Y" if is_yes(value) else "N"


def _moment(reader: Converter, one: Field, value: Any) -> Any:
    if is_empty(value):
        return None
    moment = to_moment(value, reader.zone)
    if moment is None:
        raise invalid(one.title)
    return (
        moment.replace(microsecond=0) if one.kind == "datetime" else moment.replace(hour=0, minute=0, second=0, microsecond=0)
    )


def _user(reader: Converter, one: Field, value: Any) -> int:
    number = to_int(value)
    if number is None or number not in reader.store.users:
        raise invalid(one.title)
    return number


def _status(reader: Converter, one: Field, value: Any) -> str:
    shown = _scalar(one.title, value)
    entity_id = directory_of(reader.entity_type_id, one.name)
    if shown and entity_id and all(entry.status_id != shown for entry in reader.store.directory(entity_id)):
        raise invalid(one.title)
    return shown


def _currency(reader: Converter, one: Field, value: Any) -> str:
    shown = _scalar(one.title, value)
    if shown not in reader.currencies:
        raise invalid(one.title)
    return shown


def _link(reader: Converter, one: Field, value: Any) -> int:
    number = 0 if is_empty(value) else to_int(value)
    if number is None or (number and reader.store.items[_ENTITY_OF_LINK[one.kind]].get(number) is None):
        raise invalid(one.title)
    return number


def _parent(reader: Converter, one: Field, value: Any) -> int | None:
    number = None if is_empty(value) else to_int(value)
    if number and reader.store.items[parent_type(one.name)].get(number) is None:
        raise invalid(one.title)
    return number or None


def _category(reader: Converter, one: Field, value: Any) -> int:
    number = 0 if is_empty(value) else to_int(value)
    known = {0, *reader.store.categories_of(reader.entity_type_id)}  # 0: the default one
    if number is None or number not in known:
        raise invalid(one.title)
    return number


_KINDS: Mapping[str, Reader] = {
    "string": _string,
    "text": _string,
    "integer": _integer,
    "double": _double,
    "boolean": _boolean,
    "datetime": _moment,
    "date": _moment,
    "user": _user,
    "crm_status": _status,
    "crm_currency": _currency,
    "crm_company": _link,
    "crm_contact": _link,
    "crm_category": _category,
    PARENT: _parent,
}


def _as_text(one: UserField, value: Any, _: timezone) -> str | None:
    return None if value is None else _scalar(one.title, value)


def _as_integer(one: UserField, value: Any, _: timezone) -> int | None:
    if is_empty(value):
        return None
    number = to_int(value)
    if number is None:
        raise invalid(one.title)
    return number


def _as_double(one: UserField, value: Any, _: timezone) -> Decimal | None:
    if is_empty(value):
        return None
    number = to_decimal(value)
    if number is None:
        raise invalid(one.title)
    precision = to_int(one.settings.get("PRECISION", 2))
    return round(number, 2 if precision is None else precision)


def _as_boolean(one: UserField, value: Any, _: timezone) -> bool:
    return is_yes(value)


def _as_item(one: UserField, value: Any, zone: timezone) -> int | None:
    number = _as_integer(one, value, zone)
    if number and all(entry.id != number for entry in one.items):
        raise invalid(one.title)
    return number or None


def _as_moment(one: UserField, value: Any, zone: timezone) -> Any:
    if is_empty(value):
        return None
    moment = to_moment(value, zone)
    if moment is None:
        raise invalid(one.title)
    return moment.replace(hour=0, minute=0, second=0, microsecond=0) if one.user_type == "date" else moment


#: types of user fields the portal knows; those without a reader of their own hold texts
USER_TYPES = (
    "string", "integer", "double", "boolean", "enumeration", "date", "datetime", "money", "url", "address", "employee",
    "crm", "crm_status",
)  # fmt: skip
_USER_KINDS: Mapping[str, UserReader] = {
    "integer": _as_integer,
    "employee": _as_integer,
    "double": _as_double,
    "boolean": _as_boolean,
    "enumeration": _as_item,
    "date": _as_moment,
    "datetime": _as_moment,
}
