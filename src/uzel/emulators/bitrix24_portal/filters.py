"""Filters of list methods: prefixes, nested conditions with ``logic``, compared as a database would (bitrix24-rest C1, B5)."""

import operator
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timezone
from typing import Any

from uzel.emulators.bitrix24_portal.errors import ApiError
from uzel.emulators.bitrix24_portal.values import is_empty, is_true, text, to_decimal, to_list, to_moment

NUMERIC_KINDS = frozenset(
    {"integer", "double", "user", "employee", "enumeration", "crm_company", "crm_contact", "crm_category", "crm_lead",
     "crm_quote", "crm_webform", "location", "crm_entity"}
)  # fmt: skip
#: a number of these is itself, a zero of the others is nothing
_ZERO_IS_A_NUMBER = frozenset({"double", "integer", "crm_category"})
_ZERO_IS_NOTHING = NUMERIC_KINDS - _ZERO_IS_A_NUMBER
MOMENT_KINDS = frozenset({"date", "datetime"})
USER_BOOLEAN = "user_boolean"
MAX_NESTING = 32

Row = Mapping[str, Any]
Test = Callable[[Row], bool]
#: what a filter knows of a field: the name under which a row holds it, and its kind; None: not allowed
Resolve = Callable[[str], "tuple[str, str] | None"]


@dataclass(frozen=True, slots=True)
class Rules:
    """How values are compared. ``strict``: an unknown field is an error, otherwise it is passed over (old methods)."""

    resolve: Resolve
    zone: timezone
    strict: bool = True
    ignore_case: bool = True


def invalid_filter(name: str, what: str = "is not allowed in filter") -> ApiError:
    """The error of crm.item.list for a bad filter."""
    return ApiError("INVALID_ARG_VALUE", f"Invalid filter: field '{name}' {what}")


def compile_filter(raw: Any, rules: Rules) -> Test:
    """A test of one row from the ``filter`` parameter; an empty filter lets everything through."""
    return _group(raw, rules, 0)


def _group(raw: Any, rules: Rules, depth: int) -> Test:
    if depth > MAX_NESTING:
        raise ApiError("INVALID_ARG_VALUE", "Invalid filter: nesting is too deep")
    pairs = raw.items() if isinstance(raw, dict) else enumerate(to_list(raw) or [])
    either, tests = False, []
    for key, value in pairs:
        if str(key).lower() == "logic":
            either = text(value).upper() == "OR"
        elif str(key).isdigit():
            tests.append(_group(value, rules, depth + 1))
        elif (test := _condition(str(key), value, rules)) is not None:
            tests.append(test)
    if either and tests:
        return lambda row: any(test(row) for test in tests)
    return tests[0] if len(tests) == 1 else lambda row: all(test(row) for test in tests)


def split_prefix(key: str) -> tuple[str, str]:
    """``!=%title`` → ``("!=%", "title")``."""
    prefix = next(prefix for prefix in PREFIXES if key.startswith(prefix))
    return prefix, key[len(prefix) :]


def _condition(key: str, value: Any, rules: Rules) -> Test | None:
    prefix, name = split_prefix(key)
    found = rules.resolve(name)
    if found is None:
        if rules.strict:
            raise invalid_filter(name)
        return None
    stored, kind = found
    compare = PREFIXES[prefix]
    wanted = _wanted(name, kind, value, rules, is_pattern="%" in prefix)
    is_plain_number = kind in _ZERO_IS_A_NUMBER and "%" not in prefix  # compared with a Decimal as it is

    def test(row: Row) -> bool:
        held = row.get(stored)
        if isinstance(held, tuple):
            return compare(tuple(_comparable(kind, one, rules) for one in held), wanted)
        return compare((held if type(held) is int and is_plain_number else _comparable(kind, held, rules),), wanted)

    return test


def _wanted(name: str, kind: str, value: Any, rules: Rules, *, is_pattern: bool) -> tuple[Any, ...]:
    elements = to_list(value)
    shown = []
    for element in [value] if elements is None else elements:
        if isinstance(element, (list, dict)):
            raise invalid_filter(name, "has invalid value")
        if is_pattern:
            shown.append(_folded(text(element), rules))
        else:
            shown.append(_comparable(kind, _parsed(name, kind, element, rules), rules))
    return tuple(shown)


def _parsed(name: str, kind: str, value: Any, rules: Rules) -> Any:
    """A filter's value as the field's own type; empty stays empty and matches what is not filled."""
    if is_empty(value) and kind != USER_BOOLEAN:
        return None
    if kind in NUMERIC_KINDS:
        parsed: Any = to_decimal(value)
    elif kind in MOMENT_KINDS:
        parsed = to_moment(value, rules.zone)
    elif kind == USER_BOOLEAN:
        return is_true(value) if text(value) in ("", "0", "1") else _refuse(name)
    else:
        parsed = text(value)
    return _refuse(name) if parsed is None else parsed


def _refuse(name: str) -> Any:
    raise invalid_filter(name, "has invalid value")


def _comparable(kind: str, value: Any, rules: Rules) -> Any:
    """Nothing, an empty text and a missing id are one; texts are folded."""
    if kind == USER_BOOLEAN:
        return bool(value)
    if value is None or value == "" or (value == 0 and kind in _ZERO_IS_NOTHING):
        return None
    if kind in NUMERIC_KINDS:
        return to_decimal(value)
    return value if kind in MOMENT_KINDS else _folded(text(value), rules)


def _folded(value: str, rules: Rules) -> str:
    return value.casefold() if rules.ignore_case else value


Compare = Callable[[tuple[Any, ...], tuple[Any, ...]], bool]


def _has(held: tuple[Any, ...], wanted: tuple[Any, ...]) -> bool:
    return any(one in wanted for one in held or (None,))


def _ordered(compare: Callable[[Any, Any], bool]) -> Compare:
    def test(held: tuple[Any, ...], wanted: tuple[Any, ...]) -> bool:
        if len(held) == 1 and wanted:
            return _compared(compare, held[0], wanted[0])
        return bool(wanted) and any(_compared(compare, one, wanted[0]) for one in held)

    return test


def _compared(compare: Callable[[Any, Any], bool], held: Any, wanted: Any) -> bool:
    """Nothing is below any value and is not above any, as NULL in a database."""
    return held is not None and wanted is not None and compare(held, wanted)


def _contains(held: tuple[Any, ...], wanted: tuple[Any, ...]) -> bool:
    return any(pattern in str(one) for one in held if one is not None for pattern in wanted)


def _like(held: tuple[Any, ...], wanted: tuple[Any, ...]) -> bool:
    return any(_matches(pattern, str(one)) for one in held if one is not None for pattern in wanted)


def _matches(pattern: str, value: str) -> bool:
    return re.fullmatch(".*".join(map(re.escape, pattern.split("%"))), value, re.DOTALL) is not None


def _not(compare: Compare) -> Compare:
    return lambda held, wanted: not compare(held, wanted)


#: longest first; an array under ``=`` or without a prefix means IN
PREFIXES: Mapping[str, Compare] = {
    "!=%": _not(_like),
    "!%=": _not(_like),
    "!%": _not(_contains),
    "!@": _not(_has),
    "!=": _not(_has),
    "=%": _like,
    "%=": _like,
    ">=": _ordered(operator.ge),
    "<=": _ordered(operator.le),
    ">": _ordered(operator.gt),
    "<": _ordered(operator.lt),
    "@": _has,
    "!": _not(_has),
    "%": _contains,
    "=": _has,
    "": _has,
}
