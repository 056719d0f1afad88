"""A package of documents becomes orders, verdicts and deliveries; a chunk of documents is one transaction.

Killed at any point, it goes on behind the last verdict: ``documents_done`` moves in the transaction of the verdicts.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial

from django.db import transaction

from uzel.commerceml.document import ORDER_OPERATION, Document
from uzel.commerceml.reader import PackageError, read_documents
from uzel.flows.files import decide_document as deciding
from uzel.flows.files.decide_document import Decision, PackageMemory
from uzel.flows.files.in_chunks import in_chunks, take_chunks
from uzel.flows.files.order_book import Entry, OrderBook
from uzel.flows.files.waiting_room import WaitingRoom, documents_of
from uzel.hub import feed_store
from uzel.hub.bulk import insert_rows
from uzel.hub.models import DocumentVerdict, Package
from uzel.hub.queries import lock_node, rules_of, staff_of
from uzel.mapping.employees import Staff
from uzel.mapping.rules import NodeRules
from uzel.model import Verdict

CHUNK_DOCUMENTS = 200  # of a transaction
CHUNK_LINES = 20_000  # rows of goods in a transaction: a chunk of huge orders is closed earlier
LINES_LIMIT = 50  # lines of a reply

#: Verdicts that need a person, as a reply says them.
WANTING = {Verdict.REJECTED: "отказ", Verdict.CONFLICT: "расхождение", Verdict.HELD: "отложено"}

OUR_FAULT_TEXT = "Внутренняя ошибка узла обмена при разборе документа. Файл сохранён, сообщите администратору."

Outcome = tuple[Decision, Entry | None]


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the package is; ``lines`` is what the 1C user should read: only what needs a person."""

    done: bool
    failed: bool
    documents: int
    lines: tuple[str, ...] = ()


@dataclass(slots=True)
class _Reading:
    """A package being read: what it is decided by, and what it has said so far."""

    package: Package
    rules: NodeRules
    staff: Staff
    now: dt.datetime
    memory: PackageMemory = field(default_factory=PackageMemory)


@dataclass(frozen=True, slots=True)
class _Chunk:
    """Documents of one transaction: what they may speak of, and who of them waits."""

    book: OrderBook
    room: WaitingRoom
    memory: PackageMemory
    rules: NodeRules


def process_package(package_id: int, now: dt.datetime, *, advance: Callable[[int], None] = lambda _: None) -> Progress:
    """Read a complete package to its end. ``advance`` is told how many documents each committed chunk had."""
    package = Package.objects.select_related("node__portal", "feed").get(pk=package_id)
    if package.state in (Package.State.DONE, Package.State.FAILED):
        return progress_of(package)
    assert package.feed is not None, "a package is processed only when its whole file is stored"
    reading = _Reading(package, rules_of(package.node), staff_of(package.node), now)
    chunks = _chunks(read_documents(feed_store.open_feed(package.feed)))
    position, problem = take_chunks(chunks, partial(_receive_chunk, reading), package.pk, advance)
    _finish(package, problem, position, now)
    return progress_of(package)


def progress_of(package: Package) -> Progress:
    """What is known of a package's reading."""
    failed = package.state == Package.State.FAILED
    lines = [package.problem] if package.problem else []
    wanting = DocumentVerdict.objects.filter(package=package, verdict__in=WANTING)
    listed = list(wanting.order_by("position")[: LINES_LIMIT + 1])
    lines += map(_line, listed[:LINES_LIMIT])
    if len(listed) > LINES_LIMIT:
        lines.append(f"И ещё документов, которым нужен человек: {wanting.count() - LINES_LIMIT}.")
    may_note = package.zipped or package.catalog is not None
    refused = package.catalog_notes.filter(refused=True).order_by("pk") if may_note else ()
    lines += [f"{note.place}: {note.reason}" for note in refused[:LINES_LIMIT]]
    return Progress(failed or package.state == Package.State.DONE, failed, package.documents_done, tuple(lines))


def _line(verdict: DocumentVerdict) -> str:
    """A document by number and date, as the 1C user finds it, with what became of it and why."""
    what = "Заказ" if verdict.operation in ("", ORDER_OPERATION) else verdict.operation
    name = f"{what} {verdict.number or verdict.document_id or 'без номера'}"
    dated = f"{name} от {verdict.date:%d.%m.%Y}" if verdict.date else name
    return f"{dated}, {WANTING[Verdict(verdict.verdict)]}: {verdict.reason}"


def _chunks(documents: Iterable[Document]) -> Iterator[list[Document]]:
    return in_chunks(documents, (CHUNK_DOCUMENTS, lambda _: 1), (CHUNK_LINES, lambda document: len(document.lines or ())))


@transaction.atomic
def _receive_chunk(reading: _Reading, chunk: list[Document], first: int, *, ours_to_blame: bool = False) -> None:
    """Documents ``first…`` of the package; those that have a verdict already are only remembered."""
    package, memory = reading.package, reading.memory.for_next_chunk()
    lock_node(package.node_id)
    package.refresh_from_db(fields=["documents_done"])
    done = min(len(chunk), max(0, package.documents_done - first))
    for document in chunk[:done]:
        deciding.remember(document, memory)
    if done < len(chunk):
        if ours_to_blame:
            _write_verdicts(reading, _blamed(chunk[done:]), first + done)
        else:
            _decide_all(reading, chunk[done:], memory, first + done)
        package.documents_done = first + len(chunk)
        package.save(update_fields=["documents_done"])
    reading.memory = memory


def _decide_all(reading: _Reading, documents: list[Document], memory: PackageMemory, first: int) -> None:
    """Verdicts, orders and documents that wait for theirs; where ``documents`` begin in the package is ``first``."""
    package, look_ahead = reading.package, memory.for_next_chunk()
    for document in documents:
        deciding.remember(document, look_ahead)
    ids = [deciding.target_id(document, look_ahead) for document in documents]
    numbers = [document.number for document in documents if deciding.is_order(document)]
    containers = {document.container for document in documents if document.container is not None}
    words = (*ids, *(deciding.container_word(package.pk, number) for number in containers))
    chunk = _Chunk(OrderBook(package.node, ids, numbers), WaitingRoom(package, words, reading.now), memory, reading.rules)
    outcomes = [_decide_one(chunk, document, place) for place, document in enumerate(documents, first)]
    chunk.book.save(package, reading.staff)
    _write_verdicts(reading, outcomes, first)
    chunk.room.save()


def _decide_one(chunk: _Chunk, document: Document, place: int) -> Outcome:
    book, room, memory = chunk.book, chunk.room, chunk.memory
    refused = deciding.refuse(document, memory)
    if refused:
        return refused, None
    deciding.remember(document, memory)
    key = deciding.target_id(document, memory)
    entry = book.find(key, document.number if deciding.is_order(document) else "")
    rows = room.waiting(deciding.words_of(document, room.package.pk))
    early = documents_of(rows)
    elsewhere = "" if entry else book.owner_elsewhere(key)
    if elsewhere:
        room.take(rows, [deciding.belongs_elsewhere(one, elsewhere) for one in early], None)
        return deciding.belongs_elsewhere(document, elsewhere), None
    in_node, states = (entry.in_node, entry.states) if entry else (None, None)
    decision = deciding.decide(document, in_node, states, chunk.rules, early)
    if decision.verdict is Verdict.HELD:
        return room.admit(decision, deciding.waits_for(document, memory, room.package.pk), place), None
    if decision.plan:
        entry = book.take(entry, decision.plan)
    room.take(rows, [deciding.taken_up(one, decision) for one in early], entry)
    return decision, entry


def _blamed(documents: list[Document]) -> list[Outcome]:
    return [(Decision(document, Verdict.REJECTED, "our_fault", OUR_FAULT_TEXT), None) for document in documents]


def _write_verdicts(reading: _Reading, outcomes: Iterable[Outcome], first: int) -> None:
    placed = enumerate(outcomes, first)
    insert_rows([_verdict(reading.package, place, decision, entry, reading.now) for place, (decision, entry) in placed])


def _verdict(package: Package, position: int, decision: Decision, entry: Entry | None, now: dt.datetime) -> DocumentVerdict:
    document = decision.document
    return DocumentVerdict(
        package=package,
        node_id=package.node_id,
        order_id=entry.order_id if entry else None,
        position=position,
        document_id=document.document_id[:200],
        number=document.number[:100],
        date=document.date,
        operation=document.operation[:60],
        verdict=decision.verdict,
        reason_code=decision.reason_code[:60],
        reason=decision.reason,
        at=now,
    )


def _finish(package: Package, problem: PackageError | None, received: int, now: dt.datetime) -> None:
    """Close the package; ``received`` is the reader's own count, so that the ledger can hold it against the verdicts."""
    package.documents_received = received
    package.state = Package.State.FAILED if problem else Package.State.DONE
    package.problem_code = problem.code if problem else ""
    package.problem = problem.reason if problem else ""
    package.finished_at = now
    package.save(update_fields=["documents_received", "state", "problem_code", "problem", "finished_at"])
