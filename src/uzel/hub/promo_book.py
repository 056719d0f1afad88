"""The directory of promo codes: every change of a code gets the next number, so that a base asks only for what is newer.

Rows are never removed, therefore the largest number is the last one given; the portal's row is locked meanwhile, and so
numbers are committed in their order: who has seen number N has seen all before it.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from django.db import transaction
from django.db.models import Max, Q, QuerySet

from uzel.hub.bulk import update_rows
from uzel.hub.models import Portal, PromoCheck, PromoCodeRow
from uzel.model.codec import from_json, to_json
from uzel.model.promo import PromoCode
from uzel.sync.promo import shops_of

COLUMNS = [
    "content", "entity_id", "revision", "deleted", "counted_in", "used", "used_on",
    "attempts", "retry_at", "problem_code", "problem", "brought_by", "unwritten",
]  # fmt: skip
BATCH = 500  # rows
ALL = ""  # instead of a key: every code
NONE = Q(pk__in=[])


@dataclass(frozen=True, slots=True)
class Entry:
    """A code of the directory. ``entity_id``: its item in the portal, ``None`` when only the hub has it."""

    promo: PromoCode
    entity_id: int | None = None


def living(portal: Portal | int) -> QuerySet[PromoCodeRow]:
    """The codes that are not withdrawn."""
    return PromoCodeRow.objects.filter(portal=portal, deleted=False).order_by("key")


def last_revision(portal: Portal) -> int:
    """Number of the newest change, 0 without any."""
    newest: int | None = PromoCodeRow.objects.filter(portal=portal).aggregate(newest=Max("revision"))["newest"]
    return newest or 0


@transaction.atomic
def keep_all(portal: Portal, found: Mapping[str, Entry]) -> None:
    """All that the portal has, by key: what it had and has no more is withdrawn, what only the hub has stays."""
    _write(portal, found, Q(entity_id__isnull=False))


@transaction.atomic
def keep(portal: Portal, found: Mapping[str, Entry], gone: Collection[int] = ()) -> None:
    """Some codes by key: the others stay as they are, but those of items that are ``gone``."""
    _write(portal, found, Q(entity_id__in=gone))


@transaction.atomic
def keep_of_base(portal: Portal, found: Mapping[str, Entry]) -> None:
    """Codes as a base says them; their items in the portal are the same as before, and written later."""
    _write(portal, found, NONE, of_base=True)


@transaction.atomic
def add(portal: Portal, found: Mapping[str, PromoCode], now: dt.datetime) -> set[str]:
    """Codes that came from outside the portal; what the directory knows, withdrawn or not, is left. Keys of the new ones."""
    Portal.objects.select_for_update().get(pk=portal.pk)
    known = set(PromoCodeRow.objects.filter(portal=portal, key__in=list(found)).values_list("key", flat=True))
    new = {key: Entry(promo) for key, promo in found.items() if key not in known}
    _write(portal, new, NONE)
    PromoCodeRow.objects.filter(portal=portal, key__in=list(new)).update(due_since=now)
    return set(new)


def _write(portal: Portal, found: Mapping[str, Entry], gone: Q, *, of_base: bool = False) -> None:
    """``gone``: rows that are withdrawn unless they are found. ``of_base``: nobody has looked into the portal for these."""
    Portal.objects.select_for_update().get(pk=portal.pk)
    known = PromoCodeRow.objects.filter(portal=portal)
    rows = {row.key: row for row in known.filter(Q(key__in=list(found)) | gone)}
    newest, lived = last_revision(portal), living(portal).exists()
    touched, revision = [], newest
    for key, told in found.items():
        row = rows.get(key) or PromoCodeRow(portal=portal, key=key)
        entry = told if of_base else _not_written_yet(row, told)
        news, moved = _take(row, entry), row.entity_id != entry.entity_id
        row.entity_id = entry.entity_id
        if moved:  # another card, which shows nothing yet and need not be made
            row.used = row.used_on = None
            row.attempts, row.retry_at, row.problem_code, row.problem = 0, None, "", ""
        if news:
            revision += 1
            row.revision = revision
        if news or moved:
            touched.append(row)
    for row in rows.values():
        if row.key not in found and row.entity_id and not row.deleted:
            revision += 1
            row.revision, row.deleted = revision, True
            _is_the_portals(row)
            touched.append(row)
    made = {row.pk for row in PromoCodeRow.objects.bulk_create([row for row in touched if not row.pk], batch_size=BATCH)}
    update_rows([row for row in touched if row.pk not in made], COLUMNS)
    begun_or_ended = lived != living(portal).exists()
    check_orders(portal, [ALL] if begun_or_ended else [row.key for row in touched if row.revision > newest])


def _not_written_yet(row: PromoCodeRow, entry: Entry) -> Entry:
    """The code with what its item does not show yet. An item that is none of ours makes the code the portal's."""
    ours = row.entity_id == entry.entity_id or (row.entity_id is None and row.content == to_json(entry.promo))
    if not ours:
        _is_the_portals(row)
    if not row.unwritten or entry.entity_id is None:
        return entry
    kept = promo_of(row)
    return replace(entry, promo=replace(entry.promo, **{name: getattr(kept, name) for name in row.unwritten}))


def _is_the_portals(row: PromoCodeRow) -> None:
    row.brought_by, row.unwritten = None, []


def check_orders(portal: Portal, keys: Iterable[str]) -> None:
    """Orders with these codes are to be judged anew, from the first one on: see ``flows.judge_promo``."""
    PromoCheck.objects.bulk_create(
        [PromoCheck(portal=portal, key=key) for key in keys], batch_size=BATCH,
        update_conflicts=True, unique_fields=["portal", "key"], update_fields=["done"],
    )  # fmt: skip


def _take(row: PromoCodeRow, entry: Entry) -> bool:
    """Put the code into its row; whether that is news."""
    content = to_json(entry.promo)
    if row.pk and not row.deleted and row.content == content:
        return False
    row.content, row.deleted = content, False
    row.counted_in = sorted({*row.counted_in, *shops_of(entry.promo)})
    return True


def promo_of(row: PromoCodeRow) -> PromoCode:
    """The record that a row keeps."""
    return from_json(PromoCode, row.content)
