"""A file of counterparties alone: what they can be found by is remembered, no card is made and no order is changed.

Killed at any point, it goes on behind the last one: ``entries_done`` moves in the transaction of the notes.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from functools import partial

from django.db import transaction

from uzel.commerceml.counterparty_file import read_counterparty_file
from uzel.flows.files.in_chunks import in_chunks, take_chunks
from uzel.flows.files.receive_package import process_package
from uzel.hub import feed_store
from uzel.hub.models import CounterpartyNote, Package
from uzel.mapping.counterparty_card import key_of
from uzel.mapping.remembered import to_remember
from uzel.model import Counterparty

CHUNK_COUNTERPARTIES = 500  # of a transaction


def receive_counterparties(package_id: int, now: dt.datetime, *, advance: Callable[[int], None] = lambda _: None) -> None:
    """Read a file of counterparties to its end; documents that follow them are read as ever."""
    package = Package.objects.select_related("feed").get(pk=package_id)
    if package.state in (Package.State.DONE, Package.State.FAILED):
        return
    assert package.feed is not None, "a package is processed only when its whole file is stored"
    counterparties = _Counterparties(package)
    chunks = in_chunks(counterparties, (CHUNK_COUNTERPARTIES, lambda _: 1))
    position, problem = take_chunks(chunks, partial(_remember, package.pk), package.pk, advance)
    if counterparties.documents_follow:
        process_package(package_id, now, advance=advance)
        return
    Package.objects.filter(pk=package_id).update(
        entries_received=position, state=Package.State.FAILED if problem else Package.State.DONE, finished_at=now,
        problem_code=problem.code if problem else "", problem=problem.reason if problem else "",
    )  # fmt: skip


class _Counterparties:
    """Those of a file, and whether documents came after them."""

    def __init__(self, package: Package) -> None:
        assert package.feed is not None, "checked before"
        self._feed = package.feed
        self.documents_follow = False

    def __iter__(self) -> Iterator[Counterparty]:
        for one in read_counterparty_file(feed_store.open_feed(self._feed)):
            if one is None:
                self.documents_follow = True
                return
            yield one


@transaction.atomic
def _remember(package_id: int, chunk: list[Counterparty], first: int, *, ours_to_blame: bool = False) -> None:
    """Counterparties ``first…``, but for those that were taken already; the last word on each counts."""
    package = Package.objects.select_for_update().get(pk=package_id)
    fresh = chunk[max(0, package.entries_done - first) :]
    if not fresh:
        return
    known = {} if ours_to_blame else {key_of(one): to_remember(one) for one in fresh if one.counterparty_id}
    notes = [CounterpartyNote(node_id=package.node_id, key=key, told=told) for key, told in sorted(known.items()) if told]
    silent = [key for key, told in known.items() if not told]
    CounterpartyNote.objects.filter(node=package.node_id, key__in=silent).delete()
    CounterpartyNote.objects.bulk_create(notes, update_conflicts=True, unique_fields=["node", "key"], update_fields=["told"])
    package.entries_done = first + len(chunk)
    package.save(update_fields=["entries_done"])
