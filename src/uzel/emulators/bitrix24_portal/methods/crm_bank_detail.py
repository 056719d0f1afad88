"""``crm.requisite.bankdetail.*``: bank accounts of a requisite (bitrix24-rest C6)."""

from typing import Any

from uzel.emulators.bitrix24_portal.core import Call, Method, Reply
from uzel.emulators.bitrix24_portal.errors import plain
from uzel.emulators.bitrix24_portal.methods import crm_requisite
from uzel.emulators.bitrix24_portal.records import BankDetail
from uzel.emulators.bitrix24_portal.values import text, to_int

FIELDS = (
    "ID", "ENTITY_ID", "COUNTRY_ID", "DATE_CREATE", "DATE_MODIFY", "CREATED_BY_ID", "MODIFY_BY_ID", "NAME", "CODE", "XML_ID",
    "ORIGINATOR_ID", "ACTIVE", "SORT", "RQ_BANK_NAME", "RQ_BANK_CODE", "RQ_BANK_ADDR", "RQ_BANK_ROUTE_NUM", "RQ_BIK", "RQ_MFO",
    "RQ_ACC_NAME", "RQ_ACC_NUM", "RQ_ACC_TYPE", "RQ_IIK", "RQ_ACC_CURRENCY", "RQ_COR_ACC_NUM", "RQ_IBAN", "RQ_SWIFT", "RQ_BIC",
    "RQ_CODEB", "RQ_CODEG", "RQ_RIB", "RQ_AGENCY_NAME", "COMMENTS",
)  # fmt: skip
_READ_ONLY = frozenset({"ID", "DATE_CREATE", "DATE_MODIFY", "CREATED_BY_ID", "MODIFY_BY_ID"})
_NUMERIC = frozenset({"ID", "ENTITY_ID", "COUNTRY_ID", "CREATED_BY_ID", "MODIFY_BY_ID", "SORT"})
_TYPES = {
    **dict.fromkeys(("ID", "ENTITY_ID", "COUNTRY_ID", "SORT"), "integer"),
    **dict.fromkeys(("DATE_CREATE", "DATE_MODIFY"), "datetime"),
    **dict.fromkeys(("CREATED_BY_ID", "MODIFY_BY_ID"), "user"),
    "ACTIVE": "char",
}


def _fields(call: Call) -> dict[str, str]:
    raw = call.old("fields")
    if not isinstance(raw, dict):
        raise plain("Parameter 'fields' must be array.")
    upper = {key.upper(): value for key, value in raw.items()}
    return {name: text(value) for name, value in upper.items() if name in FIELDS and name not in _READ_ONLY}


def add(call: Call) -> Reply:
    """Make a bank account of a requisite; the answer is its id."""
    fields, store = _fields(call), call.core.store
    owner_id = to_int(fields.pop("ENTITY_ID", "")) or 0
    if owner_id not in store.requisites:
        raise plain("ENTITY_ID is not defined or invalid.")
    owner = crm_requisite.found(call, owner_id, "update")
    if not fields.get("NAME"):
        raise plain("NAME is not defined or invalid.")
    number, now = store.next_id("bank_detail"), call.core.clock.moment().isoformat(timespec="seconds")
    stamps = {"DATE_CREATE": now, "CREATED_BY_ID": str(call.user.id), "DATE_MODIFY": "", "MODIFY_BY_ID": None}
    country = {"COUNTRY_ID": text(store.presets[owner.preset_id]["COUNTRY_ID"])}
    store.bank_details[number] = BankDetail(number, owner_id, {"ACTIVE": "Y", "SORT": "500"} | country | fields | stamps)
    call.core.events.fire("ONCRMBANKDETAILADD", ID=number)
    return Reply(number)


def _found(call: Call, action: str) -> BankDetail:
    if call.old_id() <= 0:
        raise plain("ID is not defined or invalid.")
    detail = call.core.store.bank_details.get(call.old_id())
    if detail is None:
        raise plain(f"The RequisiteBankDetail with ID '{call.old_id()}' is not found")
    crm_requisite.found(call, detail.requisite_id, action)
    return detail


def update(call: Call) -> Reply:
    """Change a bank account; it stays with its requisite."""
    old, fields = _found(call, "update"), _fields(call)
    fields.pop("ENTITY_ID", None)
    stamps = {"DATE_MODIFY": call.core.clock.moment().isoformat(timespec="seconds"), "MODIFY_BY_ID": str(call.user.id)}
    call.core.store.bank_details[old.id] = BankDetail(old.id, old.requisite_id, {**old.fields, **fields, **stamps})
    call.core.events.fire("ONCRMBANKDETAILUPDATE", ID=old.id)
    return Reply(True)


def delete(call: Call) -> Reply:
    """Delete a bank account."""
    detail = _found(call, "update")
    del call.core.store.bank_details[detail.id]
    call.core.events.fire("ONCRMBANKDETAILDELETE", ID=detail.id)
    return Reply(True)


def get(call: Call) -> Reply:
    """One bank account."""
    return Reply(show(_found(call, "read")))


def listing(call: Call) -> Reply:
    """A page of bank accounts of requisites the caller may see."""
    store = call.core.store
    seen = [
        show(one)
        for one in store.bank_details.values()
        if crm_requisite.is_visible(call, store.requisites[one.requisite_id])
    ]  # fmt: skip
    return crm_requisite.list_rows(call, seen, FIELDS, _NUMERIC)


def fields(_: Call) -> Reply:
    """What fields a bank account has."""
    return Reply({name: _described(name) for name in FIELDS})


def _described(name: str) -> dict[str, Any]:
    return {
        "type": _TYPES.get(name, "string"), "isRequired": name == "ENTITY_ID", "isReadOnly": name in _READ_ONLY,
        "isImmutable": name == "ENTITY_ID", "isMultiple": False, "isDynamic": False, "title": name,
    }  # fmt: skip


def show(detail: BankDetail) -> dict[str, str | None]:
    """A bank account as the portal answers it: texts and nulls."""
    ids = {"ID": str(detail.id), "ENTITY_ID": str(detail.requisite_id)}
    return {name: ids.get(name) or detail.fields.get(name) for name in FIELDS}


_RUN = {"add": add, "update": update, "delete": delete, "get": get, "list": listing, "fields": fields}
METHODS = tuple(Method(f"crm.requisite.bankdetail.{verb}", run) for verb, run in _RUN.items())
