"""What the portal tells of: names of events, their bindings, the queue of offline ones (bitrix24-rest G).

A new kind of event is a line in one of the groups below, and in ``flows/portal/take_event.py`` what it means for us.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from uzel.bitrix24.batch import CONNECTOR, Command
from uzel.bitrix24.values import as_text, is_yes

#: A move to another pipeline fires instead of an update (bitrix24-rest G1).
DEAL_EVENTS = frozenset(("ONCRMDEALADD", "ONCRMDEALUPDATE", "ONCRMDEALMOVETOCATEGORY", "ONCRMDEALDELETE"))
CARD_EVENTS = frozenset(("ONCRMCONTACTUPDATE", "ONCRMCOMPANYUPDATE"))
#: Items of every smart process, with its number. Those of one process alone (``…UPDATE_1030``) are not in every portal.
ITEM_EVENTS = frozenset(("ONCRMDYNAMICITEMADD", "ONCRMDYNAMICITEMUPDATE"))
ITEM_GONE_EVENTS = frozenset(("ONCRMDYNAMICITEMDELETE",))
OFFLINE_EVENTS = frozenset(("ONOFFLINEEVENT",))
GONE_EVENTS = frozenset(("ONAPPUNINSTALL", "ONAPPSUNINSTALL"))
INSTALLED = "ONAPPINSTALL"
GONE_TO_BIND = "ONAPPUNINSTALL"
OFFLINE_TO_BIND = "ONOFFLINEEVENT"
CHANGES = tuple(sorted(DEAL_EVENTS | CARD_EVENTS | ITEM_EVENTS | ITEM_GONE_EVENTS))
OURS = frozenset(CHANGES) | OFFLINE_EVENTS | GONE_EVENTS
SOURCE_KEY = "uzel"
OFFLINE_FEATURE, CONNECTOR_FEATURE = "rest_offline_extended", "rest_auth_connector"
PAGE_ROWS = 50
LONGEST_ID_DIGITS = 18


@dataclass(frozen=True, slots=True)
class Binding:
    """An event that the portal tells of: at once to ``handler``, or into the queue of offline events."""

    event: str
    handler: str = ""
    is_offline: bool = False
    connector: str = ""


@dataclass(frozen=True, slots=True)
class Subject:
    """What an event is about. ``type_id``: the smart process of an item. None where the portal does not say."""

    entity_id: int | None = None
    type_id: int | None = None


@dataclass(frozen=True, slots=True)
class QueueRow:
    """A row of the queue. ``process``: by whom it is reserved."""

    row_id: str
    event: str
    subject: Subject
    process: str = ""


def wanted(handler: str, *, offline: bool, connector: str) -> frozenset[Binding]:
    """What must be bound. Removal of the application and the call to fetch always come at once."""
    at_once = (GONE_TO_BIND, *((OFFLINE_TO_BIND,) if offline else CHANGES))
    queued = CHANGES if offline else ()
    return frozenset(
        [*(Binding(event, handler) for event in at_once), *(Binding(event, "", True, connector) for event in queued)]
    )


def read_bindings(result: Any) -> frozenset[Binding]:
    """Those of our events that are bound, in an answer to ``event.get``."""
    found = (_binding(one) for one in result if isinstance(one, Mapping)) if isinstance(result, list) else ()
    return frozenset(one for one in found if one.event in OURS)


def _binding(raw: Mapping[str, Any]) -> Binding:
    event = as_text(raw.get("event")).upper()
    if as_text(raw.get("offline")) in ("1", "Y", "true"):
        return Binding(event, "", True, as_text(raw.get("connector_id")))
    return Binding(event, as_text(raw.get("handler")))


def bind(key: str, binding: Binding) -> Command:
    """Every change calls us to fetch: one that is not told of within a pause would wait for the next look."""
    options = {"options": {"minTimeout": 0}} if binding.event in OFFLINE_EVENTS else {}
    return Command("event.bind", {**_place(binding), **options}, key)


def unbind(key: str, binding: Binding) -> Command:
    """Take a binding away."""
    return Command("event.unbind", _place(binding), key)


def _place(binding: Binding) -> dict[str, Any]:
    if not binding.is_offline:
        return {"event": binding.event, "handler": binding.handler}
    return {"event": binding.event, "event_type": "offline", **_source(binding.connector)}


def is_bound_already(code: str, text: str) -> bool:
    """Whether a refusal to bind says that it is done ([?] of bitrix24-rest G1)."""
    return "already" in text.lower() or "already" in code.lower()


def feature(key: str, code: str) -> Command:
    """Whether the plan has a feature."""
    return Command("feature.get", {"CODE": code}, key)


def has_feature(result: Any) -> bool:
    """The answer to :func:`feature`."""
    return is_yes(result.get("value")) if isinstance(result, Mapping) else False


def fetch(connector: str, *, errors: bool = False) -> Command:
    """The first rows, reserved for us."""
    return Command("event.offline.get", {"clear": 0, "limit": PAGE_ROWS, "error": int(errors), **_source(connector)}, "fetch")


def listing(connector: str, after: str) -> Command:
    """A page of the queue as it is, by id."""
    return Command("event.offline.list", {"filter": {">ID": after}, "order": {"ID": "ASC"}, **_source(connector)}, "list")


def clear(connector: str, process: str, row_ids: Iterable[str]) -> Command:
    """Confirm rows of a process."""
    return Command("event.offline.clear", {"process_id": process, "id": list(row_ids), **_source(connector)}, "clear")


def read_rows(result: Any) -> list[QueueRow]:
    """Rows in an answer to ``event.offline.get`` or ``event.offline.list``."""
    process = as_text(result.get("process_id")) if isinstance(result, Mapping) else ""
    rows = result.get("events") if isinstance(result, Mapping) else result
    found = (one for one in rows if isinstance(one, Mapping)) if isinstance(rows, list) else ()
    return [
        QueueRow(
            as_text(one.get("ID")), as_text(one.get("EVENT_NAME")).upper(), read_subject(one.get("EVENT_DATA")),
            as_text(one.get("PROCESS_ID")) or process,
        )
        for one in found
    ]  # fmt: skip


def read_subject(data: Any) -> Subject:
    """What ``EVENT_DATA`` says, which may be ``false`` ([?] of bitrix24-rest G2)."""
    fields = data.get("FIELDS", data) if isinstance(data, Mapping) else {}
    found = fields if isinstance(fields, Mapping) else {}
    return Subject(read_id(as_text(found.get("ID"))), read_id(as_text(found.get("ENTITY_TYPE_ID"))))


def read_id(text: str) -> int | None:
    """An id as events write it; None for anything senseless."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_ID_DIGITS else None


def _source(connector: str) -> dict[str, str]:
    return {CONNECTOR: connector} if connector else {}
