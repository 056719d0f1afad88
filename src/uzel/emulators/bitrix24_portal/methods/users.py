"""``user.*`` and ``profile`` (bitrix24-rest E). There is no personnel number among the standard fields."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from uzel.emulators.bitrix24_portal.core import Call, Method, Reply
from uzel.emulators.bitrix24_portal.errors import ApiError, plain
from uzel.emulators.bitrix24_portal.filters import USER_BOOLEAN, Rules, compile_filter, split_prefix
from uzel.emulators.bitrix24_portal.paging import page, read_order, sort
from uzel.emulators.bitrix24_portal.records import User
from uzel.emulators.bitrix24_portal.values import is_true, is_yes, text, to_int, to_list, to_map

USER = "USER"
TITLES = {
    "XML_ID": "Внешний код", "ACTIVE": "Активность", "NAME": "Имя", "LAST_NAME": "Фамилия", "SECOND_NAME": "Отчество",
    "EMAIL": "E-Mail", "WORK_POSITION": "Должность", "UF_DEPARTMENT": "Подразделения",
}  # fmt: skip
TEXTS = ("NAME", "LAST_NAME", "SECOND_NAME", "EMAIL", "WORK_POSITION")
SEARCHED = ("NAME", "LAST_NAME", "SECOND_NAME", "WORK_POSITION")
_PARAMETERS = frozenset({"FILTER", "SORT", "ORDER", "ADMIN_MODE", "SELECT", "START", "AUTH"})
_KINDS = {"ID": "integer", "ACTIVE": USER_BOOLEAN, "USER_TYPE": "string", "XML_ID": "string"} | dict.fromkeys(TEXTS, "string")


def _show(call: Call, user: User) -> dict[str, Any]:
    shown = {
        "ID": str(user.id), "XML_ID": str(user.id), "ACTIVE": user.is_active, "NAME": user.name, "LAST_NAME": user.last_name,
        "SECOND_NAME": user.second_name, "EMAIL": user.email, "LAST_LOGIN": "", "DATE_REGISTER": "", "IS_ONLINE": "N",
        "TIMESTAMP_X": {}, "LAST_ACTIVITY_DATE": {}, "PERSONAL_GENDER": "", "PERSONAL_BIRTHDAY": "",
        "WORK_POSITION": user.work_position, "UF_EMPLOYMENT_DATE": "", "UF_DEPARTMENT": [1], "USER_TYPE": "employee",
    }  # fmt: skip
    own = {one.name: user.user_fields.get(one.name) for one in call.core.store.user_fields_of(USER)}
    return shown | own


def get(call: Call) -> Reply:
    """A page of employees; the filter stands in FILTER or at the top."""
    return _listing(call, _filter(call))


def search(call: Call) -> Reply:
    """A page of employees found by what their names and positions begin with: FIND in any of them, the others in their own."""
    raw = {key.upper(): value for key, value in _filter(call).items()}
    words = text(raw.pop("FIND", "")).casefold().split()
    return _listing(call, {key: f"{text(value)}%" if key in TEXTS else value for key, value in raw.items()}, words)


def _filter(call: Call) -> dict[str, Any]:
    params = {key.upper(): value for key, value in call.params.items()}
    return {**{key: value for key, value in params.items() if key not in _PARAMETERS}, **to_map(params.get("FILTER"))}


def _begins(row: Mapping[str, Any], words: Sequence[str]) -> bool:
    known = [part for name in SEARCHED for part in text(row[name]).casefold().split()]
    return all(any(part.startswith(word) for part in known) for word in words)


def _listing(call: Call, raw: Mapping[str, Any], words: Sequence[str] = ()) -> Reply:
    params = {key.upper(): value for key, value in call.params.items()}
    own = {one.name for one in call.core.store.user_fields_of(USER)}

    def resolve(name: str) -> tuple[str, str] | None:
        upper = name.upper()
        return (upper, _KINDS[upper]) if upper in _KINDS else (upper, "string") if upper in own else None

    rules = Rules(resolve, call.core.clock.zone, strict=False)
    test = compile_filter({_as_pattern(key, value): _flag(key, value) for key, value in raw.items()}, rules)
    shown = [row for row in (_show(call, user) for user in call.core.store.users.values()) if test(row) and _begins(row, words)]
    order = read_order(
        {text(params["SORT"]): params.get("ORDER") or "ASC"} if params.get("SORT") else {}, resolve, strict=False
    )
    rows, total, following = page(sort(shown, order, _numbers), params.get("START"))
    names = [text(name).upper() for name in to_list(params.get("SELECT")) or []]
    return Reply([_selected(row, names, own) for row in rows], total, following)


def _as_pattern(key: str, value: Any) -> str:
    """``NAME: "Iva%"`` is a pattern without a prefix."""
    prefix, name = split_prefix(key)
    return f"%={name}" if not prefix and "%" in text(value) else key


def _flag(key: str, value: Any) -> Any:
    return ("1" if is_yes(value) else "0") if key.upper().endswith("ACTIVE") else value


def _numbers(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, "ID": int(row["ID"])}


def _selected(row: dict[str, Any], names: list[str], own: set[str]) -> dict[str, Any]:
    """User fields come only when they are asked for."""
    if not names or "*" in names:
        return {name: value for name, value in row.items() if name not in own or name in names or "UF_*" in names}
    return {
        name: value
        for name, value in row.items()
        if name in names or name == "ID" or (name.startswith("UF_") and "UF_*" in names)
    }


def current(call: Call) -> Reply:
    """The user in whose name the call is made."""
    return Reply(_selected(_show(call, call.user), [], {one.name for one in call.core.store.user_fields_of(USER)}))


def profile(call: Call) -> Reply:
    """The same in short, with the administrator's flag; no scope is needed."""
    user = call.user
    shown = {"ID": str(user.id), "ADMIN": user.is_admin, "NAME": user.name, "LAST_NAME": user.last_name}
    return Reply(shown | {"PERSONAL_GENDER": "", "TIME_ZONE": ""})


def admin(call: Call) -> Reply:
    """Whether the user is an administrator."""
    return Reply(call.user.is_admin)


def update(call: Call) -> Reply:
    """Change an employee: names, ACTIVE=false (dismissed), user fields. Administrators only."""
    params = {key.upper(): value for key, value in call.params.items()}
    user = call.core.store.users.get(to_int(params.get("ID")) or 0)
    if user is None:
        raise ApiError("ERROR_CORE", "User not found")
    if not call.user.is_admin and call.user.id != user.id:
        raise ApiError("ERROR_ACCESS_DENIED", "Access denied")
    own = {one.name for one in call.core.store.user_fields_of(USER)}
    fields: dict[str, Any] = {name.lower(): text(params[name]) for name in TEXTS if name in params}
    values = {name: text(value) for name, value in params.items() if name in own}
    active = (
        is_true(params["ACTIVE"]) and text(params["ACTIVE"]).upper() not in ("N", "FALSE")
        if "ACTIVE" in params
        else user.is_active
    )
    changed = replace(user, is_active=active, user_fields={**user.user_fields, **values}, **fields)
    call.core.store.users[user.id] = changed
    return Reply(True)


def add(call: Call) -> Reply:
    """Invite an employee; the answer is his id."""
    params = {key.upper(): value for key, value in call.params.items()}
    if not call.user.is_admin:
        raise ApiError("ERROR_ACCESS_DENIED", "Access denied")
    if not text(params.get("EMAIL")):
        raise plain("wrong_email")
    number = call.core.store.next_id("user")
    fields: dict[str, Any] = {name.lower(): text(params.get(name)) for name in TEXTS}
    call.core.store.users[number] = User(id=number, rights=call.core.options.manager_rights, **fields)
    return Reply(number)


def fields(call: Call) -> Reply:
    """Names of standard fields with their titles."""
    own = {one.name for one in call.core.store.user_fields_of(USER)}
    return Reply({name: TITLES.get(name, name) for name in _show(call, call.user) if name not in own})


METHODS = (
    Method("user.fields", fields, "user"),
    Method("user.get", get, "user"),
    Method("user.search", search, "user"),
    Method("user.current", current, "user"),
    Method("user.update", update, "user"),
    Method("user.add", add, "user"),
    Method("user.admin", admin, "basic"),
    Method("profile", profile, "basic"),
)
