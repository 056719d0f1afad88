"""Cards of promo codes as people keep them in the portal: by a way of their own, not in the name of the exchange."""

from typing import Any

import httpx2

from tests.flows.portal_town import Hub
from uzel.bitrix24.batch import Command
from uzel.bitrix24.entities import smart_process
from uzel.bitrix24.entities.smart_process import PROMO_CODES, KnownProcess
from uzel.hub.queries import known_process


def process(hub: Hub) -> KnownProcess:
    """The smart process as the set-up left it."""
    hub.portal.refresh_from_db()
    found = known_process(hub.portal, PROMO_CODES)
    assert found
    return found


def ask(hub: Hub, command: Command) -> Any:
    """The answer to somebody's call."""
    answer = httpx2.post(f"{hub.emulator.webhook}{command.method}", json=command.params, trust_env=False)
    return answer.raise_for_status().json()["result"]


def add(hub: Hub, code: str, title: str = "", **values: Any) -> int:
    """A manager makes a card, ticked «Действует»."""
    fields = {"UZEL_CODE": code, "UZEL_ACTIVE": "Y", **values}
    return smart_process.read_item_id(ask(hub, smart_process.add_item("add", process(hub), "", title or code, fields)))


def change(hub: Hub, item_id: int, **values: Any) -> None:
    """A manager changes a card."""
    ask(hub, smart_process.update_item("set", process(hub), item_id, None, values))


def delete(hub: Hub, item_id: int) -> None:
    """A manager deletes a card."""
    ask(hub, smart_process.delete_item("gone", process(hub).entity_type_id, item_id))


def cards(hub: Hub) -> list[dict[str, Any]]:
    """All cards, oldest first."""
    return list(ask(hub, smart_process.list_items("all", process(hub)))["items"])
