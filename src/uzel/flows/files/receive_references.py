"""Directories of a base: its promo codes are taken, changed and withdrawn, other directories are archived and named.

Killed at any point, it goes on behind the last element: ``entries_done`` moves in the transaction of the codes. What a
whole directory did not name is withdrawn when the file has been read to its end, with the file's own outcome.
"""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial

from django.db import transaction

from uzel.commerceml.errors import PackageError
from uzel.commerceml.references import ReferenceElement, ReferenceEnd, read_references
from uzel.exchange.commands import Refusal
from uzel.flows.files.in_chunks import in_chunks, take_chunks
from uzel.hub import feed_store
from uzel.hub.models import CatalogNote, Package
from uzel.hub.promo_from_bases import ID_CHARACTERS, VERSION_CHARACTERS, bring, name_elements, withdraw_unnamed
from uzel.mapping.promo_reference import DIRECTORY, UnreadablePromoError, is_promo, promo_of
from uzel.sync.promo import Said, Take

CHUNK_ELEMENTS = 500  # of a transaction
NOTES_LIMIT = 1_000  # kept of one file
NAME_CHARACTERS = 200  # of a directory
OTHERS_LIMIT = 50  # directories that are not used, named of one file
BREATH_ELEMENTS = 5_000  # of them between two looks at the time
NAMED_CODES = 20  # of those that were withdrawn
KIND = "promo_code"
#: Why a code stays as it is though the base says otherwise.
LEFT = {
    Take.NOT_OURS: "этот промокод ведёт портал, изменения базы не взяты",
    Take.OF_ANOTHER: "этот промокод завела другая база, изменения этой не взяты",
    Take.GONE: "этот промокод удалён в портале и базой не возвращается",
}
NO_PORTAL = Refusal("no_portal", "Портал не подключён: промокоды некуда загружать. Файл сохранён.")
OUR_FAULT_TEXT = "Внутренняя ошибка узла обмена. Файл сохранён, сообщите администратору."


@dataclass(slots=True)
class _Reading:
    """A file being read. ``others``: how many elements of directories that nobody uses. ``whole``: all codes were named."""

    package: Package
    now: dt.datetime
    others: Counter[str] = field(default_factory=Counter)
    whole: bool = False


def receive_references(package_id: int, now: dt.datetime, *, advance: Callable[[int], None] = lambda _: None) -> None:
    """Read a file of directories to its end. ``advance`` is told how many elements each committed chunk had."""
    package = Package.objects.select_related("node__portal", "feed").get(pk=package_id)
    if package.state in (Package.State.DONE, Package.State.FAILED):
        return
    assert package.feed is not None, "a package is processed only when its whole file is stored"
    reading = _Reading(package, now)
    if package.node.portal is None:
        _finish(reading, NO_PORTAL, 0)
        return
    chunks = in_chunks(_promo_elements(reading, advance), (CHUNK_ELEMENTS, lambda _: 1))
    position, problem = take_chunks(chunks, partial(_receive_chunk, reading), package.pk, advance)
    _finish(reading, problem, position)


def _promo_elements(reading: _Reading, advance: Callable[[int], None]) -> Iterator[ReferenceElement]:
    """Those of promo codes. A long directory of another kind may be stopped, too."""
    assert reading.package.feed is not None, "checked before"
    passed = 0
    for element in read_references(feed_store.open_feed(reading.package.feed)):
        if isinstance(element, ReferenceEnd):
            reading.whole = reading.whole or (is_promo(element) and not element.only_changes)
            continue
        if is_promo(element):
            yield element
            continue
        name = element.directory[:NAME_CHARACTERS]
        if name in reading.others or len(reading.others) < OTHERS_LIMIT:
            reading.others[name] += 1
        passed += 1
        if passed % BREATH_ELEMENTS == 0:
            advance(0)


@transaction.atomic
def _receive_chunk(reading: _Reading, chunk: list[ReferenceElement], first: int, *, ours_to_blame: bool = False) -> None:
    """Elements ``first…`` of the directory, but for those that have an outcome already."""
    package = Package.objects.select_for_update(of=("self",)).select_related("node__portal").get(pk=reading.package.pk)
    fresh = chunk[max(0, package.entries_done - first) :]
    if not fresh:
        return
    found, refused = _read(fresh, package.node.code, ours_to_blame)
    taken = bring(package.node, found, package.pk, reading.now)
    name_elements(package.node, [xml_id for _, xml_id, _, _ in refused], package.pk)
    refused += [
        (_place(found[key].element_id), found[key].element_id, how.value, f"«{found[key].promo.code}»: {LEFT[how]}")
        for key, how in taken.items()
        if how in LEFT
    ]
    counts = Counter((package.catalog or {}).get(KIND, {}))
    known = Counter({how.value: count for how, count in Counter(taken.values()).items() if how in (Take.CREATED, Take.CHANGED)})
    counts.update(known + Counter(refused=len(refused), unchanged=len(fresh) - known.total() - len(refused)))
    package.catalog, package.entries_done = {KIND: dict(+counts)}, first + len(chunk)
    package.save(update_fields=["catalog", "entries_done"])
    room = NOTES_LIMIT - package.catalog_notes.count()
    CatalogNote.objects.bulk_create([_note(package, *told) for told in refused[: max(0, room)]])


def _read(
    elements: list[ReferenceElement], node: str, ours_to_blame: bool
) -> tuple[dict[str, Said], list[tuple[str, str, str, str]]]:
    """Codes by key, the first of one key counts; and what is refused: place, id, code of the reason, reason."""
    found: dict[str, Said] = {}
    refused: list[tuple[str, str, str, str]] = []
    for element in elements:
        element_id = element.element_id[:ID_CHARACTERS]
        if ours_to_blame:
            refused.append((_place(element_id), element_id, "our_fault", OUR_FAULT_TEXT))
            continue
        try:
            promo = promo_of(element, node)
            found.setdefault(promo.key, Said(promo, element_id, element.version[:VERSION_CHARACTERS]))
        except UnreadablePromoError as error:
            refused.append((_place(element_id), element_id, "promo_code_unreadable", str(error)))
    return found, refused


def _place(element_id: str) -> str:
    return f"{DIRECTORY}, элемент {element_id[:100] or '?'}"


def _note(package: Package, place: str, xml_id: str, code: str, reason: str) -> CatalogNote:
    return CatalogNote(package=package, place=place[:300], xml_id=xml_id, refused=True, reason_code=code, reason=reason)


@transaction.atomic
def _finish(reading: _Reading, problem: PackageError | Refusal | None, received: int) -> None:
    """Close the file; what was not used is told, so that nobody waits for it."""
    package = reading.package
    package.refresh_from_db(fields=["catalog"])
    if reading.whole and problem is None:
        _withdraw(reading)
    CatalogNote.objects.bulk_create(
        _note(package, f"Справочник «{name}»", "", "directory_unused", f"не используется, элементов: {count}; файл сохранён")
        for name, count in reading.others.items()
    )
    package.catalog = package.catalog or {}
    package.entries_received = received
    package.state = Package.State.FAILED if problem else Package.State.DONE
    package.problem_code = problem.code if problem else ""
    package.problem = (problem.reason if isinstance(problem, PackageError) else problem.text) if problem else ""
    package.finished_at = reading.now
    package.save(update_fields=["catalog", "entries_received", "state", "problem_code", "problem", "finished_at"])


def _withdraw(reading: _Reading) -> None:
    gone = withdraw_unnamed(reading.package.node, reading.package.pk, reading.now)
    if gone:
        named = ", ".join(f"«{code}»" for code in gone[:NAMED_CODES]) + (", …" if len(gone) > NAMED_CODES else "")
        reason = f"полная выгрузка не назвала промокоды этой базы, больше не действуют {len(gone)}: {named}"
        _note(reading.package, f"Справочник «{DIRECTORY}»", "", "promo_codes_withdrawn", reason).save()
