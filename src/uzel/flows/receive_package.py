"""A package of documents becomes orders, verdicts and deliveries; a chunk of documents is one transaction.

Killed at any point, it goes on behind the last verdict: ``documents_done`` moves in the transaction of the verdicts.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from django.db import transaction

from uzel.commerceml.document import Document
from uzel.commerceml.reader import PackageError, read_documents
from uzel.flows import decide_document as deciding
from uzel.flows.decide_document import Decision, PackageMemory
from uzel.flows.order_book import OrderBook, in_node_of, known_states
from uzel.hub import feed_store
from uzel.hub.models import DocumentVerdict, OrderRow, Package
from uzel.hub.queries import lock_node, rules_of, staff_of
from uzel.mapping.rules import NodeRules
from uzel.model import Verdict

CHUNK = 200  # documents a transaction
LINES_LIMIT = 50  # lines of a reply


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the package is; ``lines`` is what the 1C user should read: only what needs a person."""

    done: bool
    failed: bool
    documents: int
    lines: tuple[str, ...] = ()


def process_package(package_id: int, now: dt.datetime, *, advance: Callable[[int], None] = lambda _: None) -> Progress:
    """Read a complete package to its end. ``advance`` is told how many documents each committed chunk had."""
    package = Package.objects.select_related("node", "node__portal", "feed").get(pk=package_id)
    if package.state in (Package.State.DONE, Package.State.FAILED):
        return progress_of(package)
    assert package.feed is not None, "a package is processed only when its whole file is stored"
    memory, position, problem = PackageMemory(), 0, None
    try:
        for chunk in _chunks(read_documents(feed_store.open_feed(package.feed))):
            position += _receive_chunk(package, chunk, position, memory, now)
            advance(len(chunk))
    except PackageError as error:
        problem = error
    _finish(package, problem, position, now)
    return progress_of(package)


def progress_of(package: Package) -> Progress:
    """What is known of a package's reading."""
    failed = package.state == Package.State.FAILED
    lines = [package.problem] if package.problem else []
    wanting = DocumentVerdict.objects.filter(package=package, verdict__in=[Verdict.REJECTED, Verdict.CONFLICT, Verdict.HELD])
    for verdict in wanting.order_by("position")[:LINES_LIMIT]:
        lines.append(f"Заказ {verdict.number or verdict.document_id or '?'}: {verdict.reason}")
    return Progress(failed or package.state == Package.State.DONE, failed, package.documents_done, tuple(lines))


def _chunks(documents: Iterable[Document]) -> Iterator[list[Document]]:
    """Lists of up to :data:`CHUNK`; where the file breaks off, what was read before the fault still goes through."""
    source, fault = iter(documents), None
    while fault is None:
        chunk: list[Document] = []
        try:
            for document in islice(source, CHUNK):
                chunk.append(document)
        except PackageError as error:
            fault = error
        if not chunk:
            break
        yield chunk
    if fault is not None:
        raise fault


@transaction.atomic
def _receive_chunk(package: Package, chunk: list[Document], first: int, memory: PackageMemory, now: dt.datetime) -> int:
    """Documents ``first…`` of the package; those that have a verdict already are only remembered."""
    lock_node(package.node_id)
    package.refresh_from_db(fields=["documents_done"])
    fresh = chunk[max(0, package.documents_done - first) :]
    for document in chunk[: len(chunk) - len(fresh)]:
        deciding.remember(document, memory)
    if fresh:
        decisions = _decide_all(package, fresh, memory)
        start = first + len(chunk) - len(fresh)
        DocumentVerdict.objects.bulk_create(
            _verdict(package, place, decision, row, now) for place, (decision, row) in enumerate(decisions, start)
        )
        package.documents_done = first + len(chunk)
        package.save(update_fields=["documents_done"])
    return len(chunk)


def _decide_all(package: Package, documents: list[Document], memory: PackageMemory) -> list[tuple[Decision, OrderRow | None]]:
    node, rules = package.node, rules_of(package.node)
    look_ahead = PackageMemory(dict(memory.order_of_container))
    for document in documents:
        deciding.remember(document, look_ahead)
    book = OrderBook(node, (deciding.target_id(document, look_ahead) for document in documents), documents)
    decisions = [_decide_one(document, book, memory, rules) for document in documents]
    book.save(package, staff_of(node))
    return decisions


def _decide_one(
    document: Document, book: OrderBook, memory: PackageMemory, rules: NodeRules
) -> tuple[Decision, OrderRow | None]:
    refused = deciding.refuse(document, memory)
    if refused:
        return refused, None
    deciding.remember(document, memory)
    key = deciding.target_id(document, memory)
    row = book.find(key, document.number if deciding.is_order(document) else "")
    elsewhere = "" if row else book.owner_elsewhere(key)
    if elsewhere:
        return deciding.belongs_elsewhere(document, elsewhere), None
    decision = deciding.decide(document, in_node_of(row), known_states(row), rules)
    return decision, book.take(row, decision.plan) if decision.plan else row


def _verdict(package: Package, position: int, decision: Decision, row: OrderRow | None, now: dt.datetime) -> DocumentVerdict:
    document = decision.document
    return DocumentVerdict(
        package=package,
        node=package.node,
        order=row,
        position=position,
        document_id=document.document_id[:200],
        number=document.number[:100],
        operation=document.operation[:60],
        verdict=decision.verdict,
        reason_code=decision.reason_code,
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
