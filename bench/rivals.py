"""How the same work is done without the hub: by a well-known client, and by a loop of single calls.

Both do what their users do when a call fails: they wait and try the same once more. Neither looks whether it was done.
"""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import httpx2

SLICE = 500  # elements given to fast-bitrix24 at once: ten of its batches
ATTEMPTS = 30
PAUSE_S = 60.0  # portal seconds after a failure
DEAL, CONTACT_ID = 2, "contactId"


class Work(Protocol):
    """``bench.load.Task``."""

    @property
    def fresh(self) -> Sequence[Mapping[str, Any]]:
        """``contact``, ``deal`` and ``rows`` of new orders."""

    @property
    def updates(self) -> Sequence[tuple[int, Mapping[str, Any]]]:
        """Deals and their changed fields."""


def by_fast_bitrix24(webhook: str, task: Work, speed: float) -> int:
    """fast-bitrix24 with its limits set to the portal's speed. Returns how many of its calls raised."""
    from fast_bitrix24 import BitrixAsync

    client = BitrixAsync(webhook, verbose=False, requests_per_second=2.0 * speed)
    failed = 0

    async def send(method: str, items: Sequence[Mapping[str, Any]]) -> list[Any]:
        nonlocal failed
        answers: list[Any] = []
        for start in range(0, len(items), SLICE):
            part = [dict(item) for item in items[start : start + SLICE]]
            answers += await attempt(method, part) or [None] * len(part)
        return answers

    async def attempt(method: str, part: list[dict[str, Any]]) -> Any:
        nonlocal failed
        for _ in range(ATTEMPTS):
            try:
                return await client.call(method, part)
            except Exception:
                failed += 1
                await asyncio.sleep(PAUSE_S / speed)
        return None

    async def work() -> None:
        contacts = await send("crm.contact.add", [{"fields": one["contact"]} for one in task.fresh])
        deals = [{**one["deal"], CONTACT_ID: contact} for one, contact in zip(task.fresh, contacts, strict=True)]
        made = await send("crm.item.add", [{"entityTypeId": DEAL, "fields": fields} for fields in deals])
        ids = [(one or {}).get("id") or (one or {}).get("item", {}).get("id") for one in made]
        rows = [
            {"ownerType": "D", "ownerId": deal_id, "productRows": one["rows"]}
            for one, deal_id in zip(task.fresh, ids, strict=True)
            if deal_id
        ]
        await send("crm.item.productrow.set", rows)
        await send("crm.item.update", [{"entityTypeId": DEAL, "id": i, "fields": dict(f)} for i, f in task.updates])

    asyncio.run(work())
    return failed


def by_a_loop(webhook: str, task: Work, speed: float) -> int:
    """One call after another, as scripts do; after a refusal a pause, after silence once more. Returns how many failed."""
    failed = 0
    with httpx2.Client(base_url=webhook, timeout=60.0, trust_env=False) as http:

        def call(method: str, params: Mapping[str, Any]) -> Any:
            nonlocal failed
            for _ in range(ATTEMPTS):
                try:
                    answer = http.post(method, json=params)
                    if answer.status_code == 200:
                        return answer.json()["result"]
                except httpx2.HTTPError:
                    continue
                failed += 1
                time.sleep((1.0 if answer.status_code == 503 else PAUSE_S) / speed)
            return None

        for one in task.fresh:
            contact = call("crm.contact.add", {"fields": one["contact"]})
            deal = call("crm.item.add", {"entityTypeId": DEAL, "fields": {**one["deal"], CONTACT_ID: contact}})
            if deal:
                call("crm.item.productrow.set", {"ownerType": "D", "ownerId": deal["item"]["id"], "productRows": one["rows"]})
        for deal_id, fields in task.updates:
            call("crm.item.update", {"entityTypeId": DEAL, "id": deal_id, "fields": dict(fields)})
    return failed


RIVALS: Mapping[str, Callable[[str, Work, float], int]] = {"fast-bitrix24": by_fast_bitrix24, "loop": by_a_loop}
