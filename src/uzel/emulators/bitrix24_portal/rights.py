"""Rights in CRM: of each kind of items and each action, all items, one's own or none (bitrix24-rest E). Pure."""

import re
from collections.abc import Mapping

from uzel.emulators.bitrix24_portal.records import COMPANY, CONTACT, DEAL, LEAD

Rights = str | Mapping[str, str]

ACTIONS = ("read", "add", "update", "delete", "import")
LEVELS = ("all", "own", "none")
#: of items of any smart process; ``item1030`` of those of one
SMART = "item"
KINDS: Mapping[int, str] = {LEAD: "lead", DEAL: "deal", CONTACT: "contact", COMPANY: "company"}
_KEY = re.compile(rf"\*|{'|'.join(ACTIONS)}|({'|'.join(KINDS.values())}|{SMART}\d*)(\.({'|'.join(ACTIONS)}))?")

CATALOG_ACTIONS = ("read", "add", "update", "delete")
_CATALOG_KEY = re.compile(rf"\*|{'|'.join(CATALOG_ACTIONS)}")
#: short form → what may be done with the catalogue
_CATALOG_SHORT: Mapping[str, tuple[str, ...]] = {"edit": CATALOG_ACTIONS, "read": ("read",), "none": ()}


def level(rights: Rights, entity_type_id: int, action: str) -> str:
    """``all``, ``own`` or ``none``; the more exact name wins: ``deal.update``, ``deal``, ``update``, ``*``, otherwise all."""
    if isinstance(rights, str):
        return rights
    kinds = (KINDS[entity_type_id],) if entity_type_id in KINDS else (f"{SMART}{entity_type_id}", SMART)
    keys = (*(key for kind in kinds for key in (f"{kind}.{action}", kind)), action, "*")
    return next((rights[key] for key in keys if key in rights), "all")


def may_catalog(rights: Rights, action: str) -> bool:
    """Whether an action with the catalogue is allowed; what a map does not name is allowed."""
    if isinstance(rights, str):
        return action in _CATALOG_SHORT[rights]
    return rights.get(action, rights.get("*", "all")) == "all"


def check(name: str, rights: Rights) -> None:
    """ValueError where rights in CRM are none."""
    _check(name, rights, LEVELS, LEVELS, _KEY)


def check_catalog(name: str, rights: Rights) -> None:
    """ValueError where rights to the catalogue are none; its products are nobody's own."""
    _check(name, rights, tuple(_CATALOG_SHORT), ("all", "none"), _CATALOG_KEY)


def _check(name: str, rights: Rights, short: tuple[str, ...], levels: tuple[str, ...], key: re.Pattern[str]) -> None:
    if isinstance(rights, str):
        if rights not in short:
            raise ValueError(f"{name}: {rights!r} is not one of {', '.join(short)}")
        return
    for named, value in rights.items():
        if not key.fullmatch(named) or value not in levels:
            raise ValueError(f"{name}: {named!r}: {value!r} names no right; a value is one of {', '.join(levels)}")
