"""Documents that came before their orders: kept until the order comes, then taken up with it. Used inside one transaction.

What a payment says is kept, not where its file lies: neither a restart nor a shorter archive loses money.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator

from django.db import transaction
from django.db.models import QuerySet

from uzel.commerceml.document import Document
from uzel.flows.files import decide_document as deciding
from uzel.flows.files.decide_document import Decision
from uzel.flows.files.order_book import Entry
from uzel.hub.bulk import insert_rows, update_rows
from uzel.hub.models import DocumentVerdict, HeldDocument, Package
from uzel.hub.queries import lock_node
from uzel.mapping.settlements import from_kept, kept_of, key_of, kind_of
from uzel.model import Verdict

HELD_LIMIT = 10_000  # documents of one base that wait at once
HELD_DAYS = 365
TOLD = ("verdict", "reason_code", "reason", "order")  # of a verdict that changes


class WaitingRoom:
    """Those of one base that wait under some words, and those that a chunk of its documents adds."""

    def __init__(self, package: Package, words: Iterable[str], now: dt.datetime) -> None:
        self.package, self._now = package, now
        self._waiting: dict[str, list[HeldDocument]] = defaultdict(list)
        rows = HeldDocument.objects.filter(node=package.node_id, waits_for__in=set(words) - {""})
        for row in rows.order_by("pk"):
            self._waiting[row.waits_for].append(row)
        self._taken: list[tuple[HeldDocument, Decision, Entry | None]] = []
        self._fresh: list[HeldDocument] = []
        self._count: int | None = None

    def admit(self, decision: Decision, word: str, position: int) -> Decision:
        """Let a document wait, if it may, and say what becomes of it."""
        said = kept_of(decision.document)
        known = bool(word) and self._last_said(decision.document, word) == said
        decision = deciding.put_off(decision, named=bool(word), known=known, full=self._is_full())
        if decision.verdict is Verdict.HELD and word:
            row = HeldDocument(
                node_id=self.package.node_id, waits_for=word, package=self.package, position=position, said=said,
                held_at=self._now,
            )  # fmt: skip
            self._waiting[word].append(row)
            self._fresh.append(row)
        return decision

    def waiting(self, words: Iterable[str]) -> list[HeldDocument]:
        """What waits under these words, oldest first."""
        return [row for word in words for row in self._waiting.get(word, ())]

    def take(self, rows: Iterable[HeldDocument], decisions: Iterable[Decision], entry: Entry | None) -> None:
        """These wait no longer: each has a verdict of its own now."""
        for row, decision in zip(rows, decisions, strict=True):
            self._waiting[row.waits_for].remove(row)
            self._taken.append((row, decision, entry))

    def save(self) -> None:
        """Write who waits and who does not any more; verdicts of the chunk and its orders must be written before."""
        taken = {(row.package_id, row.position): (decision, entry) for row, decision, entry in self._taken}
        insert_rows([row for row in self._fresh if (row.package_id, row.position) not in taken])
        changed = list(_verdicts_of(row for row, _, _ in self._taken))
        for verdict in changed:
            decision, entry = taken[verdict.package_id, verdict.position]
            verdict.verdict, verdict.reason_code, verdict.reason = decision.verdict, decision.reason_code, decision.reason
            verdict.order_id = entry.order_id if entry else None
        update_rows(changed, TOLD)
        HeldDocument.objects.filter(pk__in=[row.pk for row, _, _ in self._taken if row.pk]).delete()

    def _last_said(self, document: Document, word: str) -> object:
        """What the newest word of the same payment was; a newer one replaces it when the order comes."""
        place = kind_of(document), key_of(document)
        for row in reversed(self._waiting.get(word, ())):
            earlier = from_kept(row.said)
            if (kind_of(earlier), key_of(earlier)) == place:
                return row.said
        return None

    def _is_full(self) -> bool:
        if self._count is None:
            self._count = HeldDocument.objects.filter(node=self.package.node_id).count()
        return self._count + len(self._fresh) >= HELD_LIMIT


def documents_of(rows: Iterable[HeldDocument]) -> list[Document]:
    """What waits, as documents."""
    return [from_kept(row.said) for row in rows]


def forget_old(now: dt.datetime) -> int:
    """Let those go whose order has not come for :data:`HELD_DAYS`, with a verdict that says so; how many."""
    old = HeldDocument.objects.filter(held_at__lt=now - dt.timedelta(days=HELD_DAYS))
    return sum(_forget(node, old.filter(node=node)) for node in set(old.values_list("node", flat=True)))


@transaction.atomic
def _forget(node_id: int, old: QuerySet[HeldDocument]) -> int:
    lock_node(node_id)
    rows = list(old)
    changed = list(_verdicts_of(rows))
    for verdict in changed:
        verdict.reason_code = "order_never_came"
        verdict.reason = f"Заказ так и не пришёл за {HELD_DAYS} дней: документ больше не ждёт его"
    update_rows(changed, TOLD)
    HeldDocument.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return len(rows)


def _verdicts_of(rows: Iterable[HeldDocument]) -> Iterator[DocumentVerdict]:
    """A question to the database for each file, not for each document."""
    places: dict[int, list[int]] = defaultdict(list)
    for row in rows:
        places[row.package_id].append(row.position)
    for package_id, positions in places.items():
        yield from DocumentVerdict.objects.filter(package=package_id, position__in=positions)
