"""Cards of promo codes as people keep them in the portal: by a way of their own, not in the name of the exchange."""

from typing import Any

import httpx2

from uzel.bitrix24.batch import MOST_COMMANDS, Command, prepare
from uzel.bitrix24.entities import smart_process
from uzel.bitrix24.entities.smart_process import PROMO_CODES, KnownProcess
from uzel.emulators.bitrix24_portal import RunningPortal
from uzel.hub.models import Portal
from uzel.hub.queries import known_process

IMPORTED = 20  # items of one import


def process() -> KnownProcess:
    """The smart process as the set-up of the only portal left it."""
    found = known_process(Portal.objects.get(), PROMO_CODES)
    assert found
    return found


def ask(portal: RunningPortal, command: Command) -> Any:
    """The answer to somebody's call."""
    answer = httpx2.post(f"{portal.webhook}{command.method}", json=command.params, trust_env=False)
    return answer.raise_for_status().json()["result"]


def add(portal: RunningPortal, code: str, title: str = "", **values: Any) -> int:
    """A manager makes a card, ticked «Действует»."""
    fields = {"UZEL_CODE": code, "UZEL_ACTIVE": "Y", **values}
    return smart_process.read_item_id(ask(portal, smart_process.add_item("add", process(), "", title or code, fields)))


def change(portal: RunningPortal, item_id: int, **values: Any) -> None:
    """A manager changes a card."""
    ask(portal, smart_process.update_item("set", process(), item_id, None, values))


def delete(portal: RunningPortal, item_id: int) -> None:
    """A manager deletes a card."""
    ask(portal, smart_process.delete_item("gone", process().entity_type_id, item_id))


def cards(portal: RunningPortal) -> list[dict[str, Any]]:
    """All cards, oldest first."""
    return list(ask(portal, smart_process.list_items("all", process()))["items"])


def add_many(portal: RunningPortal, count: int, prefix: str = "К") -> None:
    """So many cards at once, ticked «Действует»: К0, К1…"""
    known = process()
    codes = [f"{prefix}{number}" for number in range(count)]
    fields = [{"title": code, known.code("UZEL_CODE"): code, known.code("UZEL_ACTIVE"): "Y"} for code in codes]
    of = {"entityTypeId": known.entity_type_id, "useOriginalUfNames": "Y"}
    commands = [
        Command("crm.item.batchImport", of | {"data": fields[start : start + IMPORTED]}, f"i{start}")
        for start in range(0, count, IMPORTED)
    ]
    for start in range(0, len(commands), MOST_COMMANDS):
        found = ask(portal, Command("batch", prepare(commands[start : start + MOST_COMMANDS]).body, ""))
        assert not found["result_error"]
