"""``deactivate`` and ``complete``: goods that a full load did not name are taken down, carefully.

Only goods of this base, only after a load that called itself full, and only if every file of it was read to its end.
"""

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.db import connection, transaction

from uzel.exchange.session import CATALOG
from uzel.flows.catalog.catalog_book import lock_catalog, want, want_variants
from uzel.flows.catalog.receive_catalog import NOTES_LIMIT
from uzel.hub.models import CatalogNote, Node, NomenclatureRow, Package

CHUNK_ROWS = 2_000  # of a transaction
REPLY_SECONDS = 5.0  # then the base is told how far it is, and asks again
TAKE_DOWN = """UPDATE hub_nomenclaturerow SET active = FALSE, content = jsonb_set(content, '{deletion_mark}', 'true')
    WHERE id = ANY(%s)"""

UNREAD = "Файлы каталога ещё читаются."
CHANGES = "Передавались только изменения: снимать с показа нечего."
BROKEN = "Загрузка была не полной (не прочитан файл {name}): товары, которых в ней нет, оставлены как есть."
DOUBTFUL = "В загрузке есть товары без Ид или слишком много отказов: товары, которых в ней нет, оставлены как есть."

State = Package.State


@dataclass(frozen=True, slots=True)
class TakenDown:
    """How far it is, in words for the 1C user; ``count`` is of this call."""

    done: bool
    text: str
    count: int = 0


def deactivate_unnamed(node: Node, since: int, clock: Callable[[], float]) -> TakenDown:
    """Take down what the load begun at ``since`` (Unix time) did not name; in steps, safe to repeat."""
    files = _files_of_load(node, since)
    if any(file.state == State.WAITING for file in files):
        return TakenDown(False, UNREAD)
    problem = _why_not(files)
    if problem:
        return TakenDown(True, problem)
    whole = [file.pk for file in files if file.full_load]
    deadline, count = clock() + REPLY_SECONDS, 0
    while taken := _take_down(node, whole):
        count += taken
        if clock() > deadline:
            return TakenDown(False, f"Снято с показа товаров: {count}, снимаются остальные.", count)
    return TakenDown(True, f"Снято с показа товаров, которых больше нет в выгрузке: {count}.", count)


def _files_of_load(node: Node, since: int) -> list[Package]:
    """The files of the load; of one that was sent anew under its name, the last."""
    begun = dt.datetime.fromtimestamp(since, tz=dt.UTC)
    sent = Package.objects.filter(node=node, session__kind__in=CATALOG, session__started_at__gte=begun)
    return list({file.file_name: file for file in sent.order_by("pk")}.values())


def _why_not(files: Iterable[Package]) -> str:
    unread = next((file.file_name for file in files if file.state != State.DONE), "")
    if unread:
        return BROKEN.format(name=unread)
    full = [file.pk for file in files if file.full_load]
    if not full:
        return CHANGES
    notes = CatalogNote.objects.filter(package__in=full)
    nameless = notes.filter(refused=True, xml_id="").exists()
    more_than_noted = any(notes.filter(package=key).count() >= NOTES_LIMIT for key in full)
    return DOUBTFUL if nameless or more_than_noted else ""


@transaction.atomic
def _take_down(node: Node, whole: list[int]) -> int:
    lock_catalog(node.portal_id)
    living = NomenclatureRow.objects.filter(portal=node.portal_id, node=node, parent="", active=True, content__isnull=False)
    unnamed = dict(living.exclude(named_in__in=whole).order_by("pk").values_list("pk", "xml_id")[:CHUNK_ROWS])
    if unnamed:
        with connection.cursor() as cursor:
            cursor.execute(TAKE_DOWN, [list(unnamed)])
        want(NomenclatureRow.objects.filter(pk__in=unnamed, wanted__gt=0))
        want_variants(node.portal_id, list(unnamed.values()))
    return len(unnamed)
