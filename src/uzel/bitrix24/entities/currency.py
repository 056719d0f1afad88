"""Currencies of the portal; a deal in any other is refused (bitrix24-rest C3)."""

from typing import Any

from uzel.bitrix24.batch import Command
from uzel.bitrix24.values import as_text


def list_all(key: str) -> Command:
    """All of them: the list comes whole."""
    return Command("crm.currency.list", {}, key)


def read_all(result: Any) -> frozenset[str]:
    """Codes in an answer to the list."""
    return frozenset(as_text(one["CURRENCY"]) for one in result)
