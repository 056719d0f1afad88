"""A catalogue file becomes rows of the nomenclature; a chunk of entries is one transaction.

Killed at any point, it goes on behind the last entry: ``entries_done`` moves in the transaction of the rows. What is
absent from a file stays as it is, also when the file calls itself full; which goods a full load named is noted, for
``deactivate_unnamed``.
"""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial

from django.db import transaction

from uzel.commerceml.catalog.common import item_of
from uzel.commerceml.catalog.entry import Entry, EntryKind, Known
from uzel.commerceml.catalog.reader import read_catalog
from uzel.commerceml.errors import PackageError
from uzel.exchange.commands import Refusal
from uzel.flows.catalog.catalog_book import CatalogBook, Outcome, note_named
from uzel.flows.files.in_chunks import in_chunks, take_chunks
from uzel.hub import feed_store
from uzel.hub.bulk import renew_statistics
from uzel.hub.models import CatalogNote, Node, NomenclatureRow, Package, PriceTypeRow, SourceWord
from uzel.model import NomenclatureItem, Problem, Unit
from uzel.model.codec import from_json

CHUNK_ENTRIES = 2_000  # of a transaction
CHUNK_FIGURES = 50_000  # prices and stocks in a transaction
CHUNK_CHARACTERS = 4_000_000  # of descriptions in a transaction
GROWN_ROWS = 5_000  # created by one file: the tables are another size now, and again with four times as many
NOTES_LIMIT = 1_000  # kept of one file; the counts know of all

OUR_FAULT = Problem("our_fault", "", "Внутренняя ошибка узла обмена. Файл сохранён, сообщите администратору.", fatal=True)
NO_PORTAL = Refusal("no_portal", "Портал не подключён: каталог некуда загружать. Файл сохранён.")

Told = tuple[Outcome, tuple[Problem, ...]]


@dataclass(slots=True)
class _Reading:
    """A package being read. ``nodes`` are the titles of bases, by their keys; at ``grown_rows`` it has created much."""

    package: Package
    notes_left: int
    grown_rows: int
    nodes: dict[int, str] = field(default_factory=dict)
    bytes_read: int = 0

    def counted(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """The pieces of the file, and how much of it has been read."""
        for piece in pieces:
            self.bytes_read += len(piece)
            yield piece


def receive_catalog(package_id: int, now: dt.datetime, *, advance: Callable[[int], None] = lambda _: None) -> None:
    """Read a catalogue file to its end. ``advance`` is told how many entries each committed chunk had."""
    package = Package.objects.select_related("node__portal", "feed").get(pk=package_id)
    if package.state in (Package.State.DONE, Package.State.FAILED):
        return
    assert package.feed is not None, "a package is processed only when its whole file is stored"
    problem: PackageError | Refusal | None = _not_allowed(package.node)
    position = 0
    if problem is None:
        reading = _Reading(package, NOTES_LIMIT - package.catalog_notes.count(), GROWN_ROWS)
        pieces = reading.counted(feed_store.open_feed(package.feed))
        chunks = _chunks(read_catalog(pieces, known_of(package.node)))
        position, problem = take_chunks(chunks, partial(_receive_chunk, reading), package.pk, advance)
    _finish(package, problem, position, now)


def _not_allowed(node: Node) -> Refusal | None:
    if node.portal_id is None:
        return NO_PORTAL
    if not node.catalog_source:
        text = f"База «{node.title}» не источник каталога. Файл сохранён. Разрешить: uzel node set {node.code} --catalog-source"
        return Refusal("not_catalog_source", text)
    return None


def known_of(node: Node) -> Known:
    """What files of this source told before."""
    kinds = PriceTypeRow.objects.filter(portal=node.portal_id).values_list("xml_id", "content__currency")
    units = SourceWord.objects.filter(node=node, kind=SourceWord.Kind.UNIT).values_list("xml_id", "content")
    return Known(dict(kinds), {xml_id: from_json(Unit, content) for xml_id, content in units})


def _chunks(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    return in_chunks(
        entries,
        (CHUNK_ENTRIES, lambda _: 1),
        (CHUNK_FIGURES, lambda entry: len(entry.prices) + len(entry.stocks)),
        (CHUNK_CHARACTERS, _characters),
    )


def _characters(entry: Entry) -> int:
    return sum(len(told.record.description) for told in entry.told if isinstance(told.record, NomenclatureItem))


@transaction.atomic
def _receive_chunk(reading: _Reading, chunk: list[Entry], first: int, *, ours_to_blame: bool = False) -> None:
    """Entries ``first…`` of the file, but for those that have an outcome already."""
    package = Package.objects.select_for_update(of=("self",)).select_related("node").get(pk=reading.package.pk)
    fresh = chunk[max(0, package.entries_done - first) :]
    if not fresh:
        return
    named = _named(package, fresh)
    if ours_to_blame:
        outcomes: list[Told] = [(Outcome.REFUSED, (OUR_FAULT,)) for _ in fresh]
        note_named(package, named)
    else:
        outcomes = _take_all(reading, package, fresh, named)
    counts = package.catalog or {}
    for (kind, outcome), found in Counter((entry.kind, told[0]) for entry, told in zip(fresh, outcomes, strict=True)).items():
        of_kind = counts.setdefault(kind.value, {})
        of_kind[outcome.value] = of_kind.get(outcome.value, 0) + found
    notes = _notes(package, fresh, outcomes)[: reading.notes_left]
    CatalogNote.objects.bulk_create(notes)
    package.catalog, package.entries_done, package.bytes_done = counts, first + len(chunk), reading.bytes_read
    package.full_load |= bool(named)
    package.save(update_fields=["catalog", "entries_done", "bytes_done", "full_load"])
    reading.notes_left -= len(notes)
    created = sum(of_kind.get(Outcome.CREATED, 0) for of_kind in counts.values())
    if created >= reading.grown_rows:
        renew_statistics(NomenclatureRow, "portal", "xml_id", "parent")
        reading.grown_rows = 4 * created


def _named(package: Package, entries: list[Entry]) -> set[str]:
    """Ид of items that a full load names. Only a base that talks to the page may say that it is over."""
    if package.session_id is None:
        return set()
    return {item_of(entry.xml_id) or entry.xml_id for entry in entries if entry.of_full_list and entry.xml_id}


def _take_all(reading: _Reading, package: Package, entries: list[Entry], named: set[str]) -> list[Told]:
    book = CatalogBook(package.node, [entry for entry in entries if not entry.fatal])
    outcomes = [_take(reading, book, entry) for entry in entries]
    book.save(package, named)
    return outcomes


def _take(reading: _Reading, book: CatalogBook, entry: Entry) -> Told:
    if entry.fatal:
        return Outcome.REFUSED, entry.problems
    outcome, owner = book.take(entry)
    if owner is None:
        return outcome, entry.problems
    if owner not in reading.nodes:
        reading.nodes[owner] = Node.objects.values_list("title", flat=True).get(pk=owner)
    what = f"Уже получено из базы «{reading.nodes[owner]}», а здесь написано другое"
    return outcome, (Problem("other_source", entry.place, what, fatal=True), *entry.problems)


def _notes(package: Package, entries: list[Entry], outcomes: list[Told]) -> list[CatalogNote]:
    return [
        CatalogNote(
            package=package,
            place=(problem.where or entry.place)[:300],
            xml_id=entry.xml_id,
            refused=problem.fatal,
            reason_code=problem.code,
            reason=problem.what,
        )
        for entry, (_, problems) in zip(entries, outcomes, strict=True)
        for problem in problems
    ]


def _finish(package: Package, problem: PackageError | Refusal | None, received: int, now: dt.datetime) -> None:
    """Close the package; ``received`` is the reader's own count, so that it can be held against the outcomes."""
    package.refresh_from_db(fields=["catalog"])
    counts = package.catalog or {}
    package.catalog = {kind.value: counts[kind] for kind in EntryKind if kind in counts}
    package.entries_received = received
    package.state = Package.State.FAILED if problem else Package.State.DONE
    package.problem_code = problem.code if problem else ""
    package.problem = _reason(problem)
    package.finished_at = now
    package.save(update_fields=["catalog", "entries_received", "state", "problem_code", "problem", "finished_at"])


def _reason(problem: PackageError | Refusal | None) -> str:
    if problem is None:
        return ""
    return problem.reason if isinstance(problem, PackageError) else problem.text
