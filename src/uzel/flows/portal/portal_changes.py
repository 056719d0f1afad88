"""Lists of what changed since the last look, walked by time; all of them in one request as long as each has a page or less."""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from uzel.bitrix24.batch import Command
from uzel.bitrix24.client import PortalClient
from uzel.bitrix24.errors import Unavailable
from uzel.flows.portal.portal_reading import IDS_A_COMMAND, read_all

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Changes:
    """A list by time. ``command`` takes ``moment`` and ``start``, its key is ``kind``; ``moments``: times of a page's rows.

    ``spare``: what it tells of is found in another way too, so nothing waits for it.
    """

    kind: str
    command: Callable[..., Command]
    moments: Callable[[Any], Sequence[str]]
    spare: bool = False


def item_moments(result: Any) -> list[str]:
    """When the items of a page were touched."""
    return [str(item["updatedTime"]) for item in result["items"]]


def read_changes(client: PortalClient, since: dict[str, str], lists: Iterable[Changes]) -> Mapping[str, Sequence[Any]]:
    """Pages by kind; ``since`` moves along. Time is the key; only within one second does the page need an offset."""
    pages: dict[str, list[Any]] = {one.kind: [] for one in lists}
    waiting = {one.kind: (one, 0) for one in lists}
    while waiting:
        found = read_all(
            client, [one.command(moment=since.get(kind, ""), start=start) for kind, (one, start) in waiting.items()]
        )
        further = {}
        for kind, (one, start) in waiting.items():
            if kind not in found:
                _missed(one)
                continue
            pages[kind].append(found[kind])
            moments, before = one.moments(found[kind]), since.get(kind, "")
            since[kind] = moments[-1] if moments else before
            if len(moments) == IDS_A_COMMAND:
                further[kind] = one, start + IDS_A_COMMAND if since[kind] == before else 0
        waiting = further
    return pages


def _missed(one: Changes) -> None:
    if not one.spare:
        raise Unavailable("NOT_READ", "изменения в портале не прочитаны")
    log.warning("the portal did not list changes of %s, this time they are found in another way", one.kind)
