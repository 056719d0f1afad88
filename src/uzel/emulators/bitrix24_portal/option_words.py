"""Switches of the portal written as ``NAME=VALUE`` on a command line; what a value may be follows from its default."""

import json
import math
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from uzel.emulators.bitrix24_portal.options import CHOICES, SCOPES, Options
from uzel.emulators.bitrix24_portal.rights import check, check_catalog

DEFAULTS = Options()
NAMES = tuple(Options.__dataclass_fields__)
BELOW_ZERO = {"utc_offset_hours": 12}  # how far below zero a number may be, where it may
MOST_NUMBER = 10**12
CURRENCY = re.compile(r"[A-Z]{3}")
_BOOLS = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


def parse_options(pairs: Iterable[str]) -> Options:
    """The options with what the pairs say; ValueError in Russian, with the choices."""
    found: dict[str, Any] = {}
    for pair in pairs:
        name, sign, text = pair.partition("=")
        if name not in NAMES:
            raise ValueError(f"нет настройки портала «{name}»; есть: {', '.join(sorted(NAMES))}")
        read, wanted = _READERS.get(name) or _BY_TYPE[type(getattr(DEFAULTS, name))]
        try:
            if not sign:
                raise ValueError(pair)
            found[name] = read(name, text)
        except (ValueError, KeyError, TypeError, AttributeError):
            raise ValueError(f"настройка «{name}»: значение «{text}» не подходит; нужно: {_said(name, wanted)}") from None
    return Options(**found)


def _said(name: str, wanted: str) -> str:
    return f"одно из {', '.join(CHOICES[name])}" if name in CHOICES else wanted


def _bool(_: str, text: str) -> bool:
    return _BOOLS[text.lower()]


def _whole(name: str, text: str) -> int:
    return int(_within(name, int(text)))


def _number(name: str, text: str) -> float:
    return _within(name, float(text))


def _within(name: str, number: float) -> float:
    if not math.isfinite(number) or not -BELOW_ZERO.get(name, 0) <= number <= MOST_NUMBER:
        raise ValueError(number)
    return number


def _word(name: str, text: str) -> str:
    if not text or text not in CHOICES.get(name, (text,)):
        raise ValueError(text)
    return text


def _scopes(_: str, text: str) -> tuple[str, ...]:
    words = tuple(word.strip() for word in text.split(",") if word.strip())
    if not set(words) <= set(SCOPES):
        raise ValueError(text)
    return words


def _currencies(_: str, text: str) -> tuple[str, ...]:
    words = tuple(word.strip() for word in text.split(","))
    if not all(CURRENCY.fullmatch(word) for word in words):
        raise ValueError(text)
    return words


def _costs(name: str, text: str) -> dict[str, float]:
    """What is named costs other than usual."""
    return {**DEFAULTS.costs, **{str(method): _within(name, float(cost)) for method, cost in json.loads(text).items()}}


def _features(_: str, text: str) -> dict[str, str]:
    found: dict[str, str] = json.loads(text)
    if not set(found.values()) <= {"Y", "N"}:
        raise ValueError(text)
    return found


def _rights(checked: Callable[[str, Any], None]) -> Callable[[str, str], Any]:
    def read(name: str, text: str) -> Any:
        rights = json.loads(text) if text.startswith("{") else text
        checked(name, rights)
        return rights

    return read


Reader = tuple[Callable[[str, str], Any], str]
_CRM: Reader = (_rights(check), 'одно из all, own, none или JSON вида {"deal": "own", "delete": "none"}')
_CATALOG: Reader = (_rights(check_catalog), 'одно из edit, read, none или JSON вида {"add": "none", "read": "all"}')
_READERS: Mapping[str, Reader] = {
    "costs": (_costs, 'JSON вида {"crm.item.add": 0.5}, секунды'),
    "features": (_features, 'JSON вида {"rest_offline_extended": "Y"}, Y или N'),
    "scopes": (_scopes, f"через запятую из {', '.join(SCOPES)}"),
    "currencies": (_currencies, "коды валют через запятую, первая — базовая: RUB,USD"),
    "exchange_user_rights": _CRM,
    "manager_rights": _CRM,
    "exchange_user_catalog": _CATALOG,
    "manager_catalog": _CATALOG,
}
_BY_TYPE: Mapping[type, Reader] = {
    bool: (_bool, "yes или no"),
    int: (_whole, "целое число от нуля"),
    float: (_number, "число от нуля"),
    str: (_word, "слово"),
}
