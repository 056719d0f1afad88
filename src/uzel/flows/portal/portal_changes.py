"""Lists of what changed since the last look, walked by time; all of them in one request as long as each has a page or less.

A look reads so many pages of each: what a mass edit has touched takes several looks, with writing in between, and what one of
them has received stays received. A look never ends within a second, so the next one begins at a moment that none has passed.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from uzel.bitrix24.batch import Command
from uzel.bitrix24.client import PortalClient
from uzel.bitrix24.errors import Unavailable
from uzel.flows.portal.portal_reading import IDS_A_COMMAND, read_all

LOOK_PAGES = 20  # pages of 50 that a look reads of each list

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


def read_changes(
    client: PortalClient, since: dict[str, str], lists: Iterable[Changes]
) -> tuple[Mapping[str, Sequence[Any]], bool]:
    """Pages by kind, and whether more may wait; ``since`` moves along. Only within one second does a page need an offset."""
    pages: dict[str, list[Any]] = {one.kind: [] for one in lists}
    waiting, more = {one.kind: (one, 0) for one in lists}, False
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
            if len(moments) < IDS_A_COMMAND:
                continue
            if _is_enough(len(pages[kind]), before, since[kind]):
                more = True
            else:
                further[kind] = one, start + IDS_A_COMMAND if since[kind] == before else 0
        waiting = further
    return pages, more


def _is_enough(pages: int, before: str, moment: str) -> bool:
    """Whether a look may end after so many full pages: the last of them has gone on from ``before`` to another ``moment``."""
    return pages >= LOOK_PAGES and moment != before


def pages_since(
    client: PortalClient, since: dict[str, str], kind: str, command: Callable[..., Command]
) -> Iterator[tuple[Any, bool]]:
    """Pages of one list of items, each with the word whether the look ends here though there may be more.

    ``since`` has moved past the page that is given: save it when the page has been received.
    """
    start, pages = 0, 0
    while True:
        before = since.get(kind, "")
        asked = command(moment=before, start=start)
        result = client.call(asked.method, asked.params, repeatable=True).result
        moments, pages = item_moments(result), pages + 1
        since[kind] = moments[-1] if moments else before
        is_full = len(moments) == IDS_A_COMMAND
        ends_here = is_full and _is_enough(pages, before, since[kind])
        yield result, ends_here
        if ends_here or not is_full:
            return
        start = start + IDS_A_COMMAND if since[kind] == before else 0


def _missed(one: Changes) -> None:
    if not one.spare:
        raise Unavailable("NOT_READ", "изменения в портале не прочитаны")
    log.warning("the portal did not list changes of %s, this time they are found in another way", one.kind)
