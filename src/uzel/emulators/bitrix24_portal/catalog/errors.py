"""Errors and rights of the catalogue (bitrix24-rest D). The codes are the documentation's, each page has its own."""

from collections.abc import Iterable

from uzel.emulators.bitrix24_portal.core import Call
from uzel.emulators.bitrix24_portal.errors import ApiError
from uzel.emulators.bitrix24_portal.rights import may_catalog
from uzel.emulators.bitrix24_portal.seed import EXCHANGE_USER_ID

READ_DENIED, EDIT_DENIED, ELEMENT_DENIED, SECTION_READ_DENIED = "200040300010", "200040300020", "200040300040", "200040300030"
NO_IBLOCK = "200040300000"
SECTION_WRONG, SECTION_MISSING, SECTION_CODE_TAKEN, SECTION_NO_IBLOCK = (
    "200700300000", "200700300030", "200700300040", "200700300050",
)  # fmt: skip
MEASURE_CODE_TAKEN, MEASURE_DEFAULT_TAKEN, MEASURE_MISSING = "200600000000", "200600000010", "200600000020"
VAT_MISSING, PRICE_TYPE_MISSING, STORE_MISSING, BASE_PRICE_TYPE = "200800000000", "201000000000", "201100000000", "BASE"
#: last word of a method → what it does with the catalogue; any other one changes it
_ACTIONS = {"add": "add", "delete": "delete"}


def other(text: str) -> ApiError:
    """An error the documentation gives no code of its own."""
    return ApiError("0", text)


def no_iblock() -> ApiError:
    """No such information block."""
    return ApiError(NO_IBLOCK, "Iblock Not Found")


def not_found(what: str) -> ApiError:
    """No such entry: an empty code."""
    return ApiError("", f"{what} does not exist.")


def required_fields(names: Iterable[str], where: str = "fields") -> ApiError:
    """Something required is not there."""
    return other(f"Required {where}: {', '.join(names)}")


def check_read(call: Call, code: str = READ_DENIED) -> None:
    """Refuse an employee who may not see the catalogue."""
    if not _may(call, "read"):
        raise ApiError(code, "Access Denied")


def check_edit(call: Call, code: str = EDIT_DENIED) -> None:
    """Refuse an employee who may not do with the catalogue what the last word of the method says."""
    if not _may(call, _ACTIONS.get(call.method.rpartition(".")[2], "update")):
        raise ApiError(code, "Access Denied")


def _may(call: Call, action: str) -> bool:
    """An administrator of the portal may everything; one of CRM has his rights to the catalogue as anybody else."""
    options = call.core.options
    rights = options.exchange_user_catalog if call.user.id == EXCHANGE_USER_ID else options.manager_catalog
    return call.user.is_admin or may_catalog(rights, action)
