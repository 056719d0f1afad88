"""The user field in which the portal keeps personnel numbers of employees (bitrix24-rest E); for administrators only."""

from typing import Any

from uzel.bitrix24.batch import Command
from uzel.bitrix24.entities.deal_fields import KnownField, read_known
from uzel.bitrix24.entities.user import PERSONNEL_NUMBER

SCOPE = "user.userfield"
PREFIX = "UF_USR_"
LABEL = "Табельный номер"


def list_all(key: str) -> Command:
    """User fields of employees."""
    return Command("user.userfield.list", {"order": {"ID": "ASC"}}, key)


def create(key: str) -> Command:
    """Create the field of the personnel number."""
    labels = dict.fromkeys(("EDIT_FORM_LABEL", "LIST_COLUMN_LABEL", "LIST_FILTER_LABEL"), LABEL)
    own = {"FIELD_NAME": PERSONNEL_NUMBER.removeprefix(PREFIX), "USER_TYPE_ID": "string", "XML_ID": PERSONNEL_NUMBER}
    return Command("user.userfield.add", {"fields": own | labels | {"SHOW_FILTER": "Y"}}, key)


def delete(key: str, field_id: int) -> Command:
    """Delete the field with its values."""
    return Command("user.userfield.delete", {"id": field_id}, key)


def read(result: Any) -> dict[str, KnownField]:
    """User fields of employees by code."""
    return read_known(result)
