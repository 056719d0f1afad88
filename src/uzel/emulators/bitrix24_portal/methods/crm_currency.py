"""``crm.currency.list``: currencies of the portal, all on one page; ``total`` is always 0, as its page says."""

from typing import Any

from uzel.emulators.bitrix24_portal.core import Call, Method, Reply
from uzel.emulators.bitrix24_portal.errors import plain


def listing(call: Call) -> Reply:
    """For those who may see the settings of the CRM."""
    if not call.user.rules_crm:
        raise plain("Access denied.")
    return Reply([_shown(code, place) for place, code in enumerate(call.core.options.currencies)], 0)


def _shown(code: str, place: int) -> dict[str, Any]:
    return {
        "CURRENCY": code, "AMOUNT_CNT": "1", "AMOUNT": "1.0000", "SORT": str(100 * (place + 1)), "BASE": "N" if place else "Y",
        "FULL_NAME": code, "LID": "ru", "FORMAT_STRING": f"# {code}", "DEC_POINT": ".", "THOUSANDS_SEP": None, "DECIMALS": "2",
        "DATE_UPDATE": None,
    }  # fmt: skip


METHODS = (Method("crm.currency.list", listing),)
