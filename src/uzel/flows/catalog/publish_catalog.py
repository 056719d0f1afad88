"""The catalogue of the source bases becomes sections, products, variations and prices of the portal.

due rows ─ what the portal has under our Ид is met, not made again ─ add or change, prices in the same chain ─ confirmed
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet

from uzel.bitrix24.batch import Chain, Done, Failed, Outcome, Unknown, pack
from uzel.bitrix24.client import PortalClient
from uzel.bitrix24.entities import catalog
from uzel.bitrix24.entities.catalog import PARENT, PRODUCT, SECTION, SERVICE, VARIATION, Shelf
from uzel.bitrix24.errors import Refused, WrongCredentials
from uzel.flows.catalog.catalog_book import want
from uzel.flows.catalog.catalog_pieces import Piece, Row, item_pieces, parent_of, section_piece, variant_pieces
from uzel.flows.catalog.picture_book import note_pictures
from uzel.flows.catalog.price_groups import price_groups
from uzel.flows.clients.find_clients import EXECUTION_LIMIT_S
from uzel.flows.deals.tie_rows import products_appeared
from uzel.flows.portal.portal_job import (
    BAD_ANSWER_TEXT,
    PASSING_DELAY_S,
    count_doubt,
    count_refusal,
    is_doubtful,
    was_not_tried,
)
from uzel.flows.portal.portal_line import keep_limits
from uzel.flows.portal.portal_reading import chunks, read_all
from uzel.hub.bulk import update_rows
from uzel.hub.models import NomenclatureRow, Portal, SectionRow

Now = Callable[[], dt.datetime]
SETTLED = ("entity_id", "shown", "confirmed", "attempts", "retry_at", "outcome_unknown", "problem_code", "problem")
IDS_A_COMMAND = 50
NO_ACCESS_S = 1800  # until a catalogue that is closed to us is tried again
NO_ACCESS = "Каталог портала недоступен: добавьте вебхуку право «Торговый каталог» (catalog). Ответ портала: {}"
NOT_YET = "not_yet"
ANEW_AT_ONCE = 2  # attempts; goods that are deleted again and again, or only said to be, wait as after any refusal
DEEPEST = 50  # sections inside one another
NO_ITEM = "Ждёт товара, к которому относится: его ещё нет в портале."
NO_SECTION = "Ждёт раздела, в который входит: его ещё нет в портале."
NO_CURRENCY = (
    "Портал не принял цены: в нём нет валюты {}. "
    "Добавьте её в портале (CRM → Настройки → Валюты) и выполните uzel catalog retry."
)
NO_PRICE_TYPE = "Портал не принял цены: вида цен, в котором они записываются, в портале нет. Ответ портала: {}"


# --- kinds of work ----------------------------------------------------------------------------------------------------


def sections_waiting(portal: Portal) -> QuerySet[SectionRow]:
    """Sections that the portal does not show as they are."""
    return SectionRow.objects.filter(**_due_in(portal))


def products_waiting(portal: Portal) -> QuerySet[NomenclatureRow]:
    """Items and variants that the portal does not show as they are."""
    return NomenclatureRow.objects.filter(**_due_in(portal))


def _due_in(portal: Portal) -> dict[str, Any]:
    """A base that is no source any more, or is switched off, changes nothing in the portal."""
    source = {"node__catalog_source": True, "node__active": True}
    return source | {"portal": portal, "wanted__gt": F("confirmed"), "problem_code": "", "content__isnull": False}


def take_sections(due: QuerySet[SectionRow], limit: int) -> list[SectionRow]:
    """Any of them: whose section above is still missing waits."""
    return list(due.order_by("pk")[:limit])


def take_products(due: QuerySet[NomenclatureRow], limit: int) -> list[NomenclatureRow]:
    """Items first: their ``parent`` is empty."""
    return list(due.order_by("parent", "pk")[:limit])


def publish(portal: Portal, client: PortalClient, rows: Sequence[Row], now: Now) -> None:
    """Sections, then items, then variants; orders whose rows wait for what is new become due."""
    shelf = _open_shelf(portal, client, rows, now)
    if shelf is None:
        return
    products = [row for row in rows if isinstance(row, NomenclatureRow)]
    _publish_sections(portal, client, [row for row in rows if isinstance(row, SectionRow)], shelf, now)
    if products:
        _publish_products(portal, client, products, shelf, now)


def _publish_sections(portal: Portal, client: PortalClient, rows: Sequence[SectionRow], shelf: Shelf, now: Now) -> None:
    """Those above first."""
    waiting = {row.xml_id: row for row in rows}
    above = {parent_of(row) for row in rows} - {""}
    known = dict(SectionRow.objects.filter(portal=portal, xml_id__in=above).values_list("xml_id", "entity_id"))
    for _ in range(DEEPEST):
        open_above = [row for row in waiting.values() if parent_of(row) not in waiting]
        ready = [row for row in open_above if known.get(parent_of(row), 0) is not None]
        if not ready:
            break
        new = [row for row in ready if row.entity_id is None]
        _write(portal, client, [section_piece(row, known, shelf) for row in ready], now)
        for row in ready:
            known[waiting.pop(row.xml_id).xml_id] = row.entity_id
        _call_up(SectionRow.objects.filter(portal=portal, content__parent_id__in=_appeared(new)), NO_SECTION)
    _wait_above(portal, waiting.values(), NO_SECTION, now())


def _publish_products(portal: Portal, client: PortalClient, rows: Sequence[NomenclatureRow], shelf: Shelf, now: Now) -> None:
    """Items, then variants."""
    new = [row for row in rows if row.entity_id is None]
    groups = price_groups(portal, client, shelf, now())
    variants = [row for row in rows if row.parent]
    _write(portal, client, item_pieces(portal, [row for row in rows if not row.parent], shelf, groups), now)
    _call_up(NomenclatureRow.objects.filter(portal=portal, parent__in=_appeared(new)), NO_ITEM)
    pieces = variant_pieces(portal, variants, shelf, groups)
    _write(portal, client, pieces, now)
    reached = {piece.row.pk for piece in pieces}
    _wait_above(portal, [row for row in variants if row.pk not in reached], NO_ITEM, now())
    note_pictures([row for row in rows if row.entity_id is not None], now())
    products_appeared(portal, _appeared(new))


def _appeared(new: Iterable[Row]) -> list[str]:
    """Those of what the portal did not have that it has now."""
    return [row.xml_id for row in new if row.entity_id is not None]


# --- what should be shown ---------------------------------------------------------------------------------------------


def _open_shelf(portal: Portal, client: PortalClient, rows: Sequence[Row], now: Now) -> Shelf | None:
    """``None``: the catalogue is closed to us; the rows wait, and say why."""
    try:
        shelf = catalog.read_shelf(read_all(client, catalog.shelf()))
    except (Refused, WrongCredentials, LookupError, StopIteration) as error:
        until = now() + dt.timedelta(seconds=NO_ACCESS_S / portal.speed)
        for table in {type(row) for row in rows}:
            table.objects.filter(portal=portal, wanted__gt=F("confirmed")).update(
                retry_at=until, problem=NO_ACCESS.format(error)
            )
        return None
    if portal.inventory_accounting != shelf.inventory:
        portal.inventory_accounting = shelf.inventory
        portal.save(update_fields=["inventory_accounting"])
        _stocks_can_be_shown(portal, shelf)
    return _with_articles(portal, shelf)


def _stocks_can_be_shown(portal: Portal, shelf: Shelf) -> None:
    """What was written while the portal kept quantities for itself is written again."""
    if shelf.inventory is False:
        want(NomenclatureRow.objects.filter(portal=portal, confirmed__gt=0).exclude(stocks={}))


def _with_articles(portal: Portal, shelf: Shelf) -> Shelf:
    """What was written before the portal had a property for articles, or with another one, is written again."""
    portal.refresh_from_db(fields=["setup"])
    before = portal.setup.get("articles", {})
    if shelf.articles is None:
        return replace(shelf, articles={int(block): number for block, number in before.items()})
    known = {str(block): number for block, number in shelf.articles.items()}
    if before != known:
        portal.setup["articles"] = known
        portal.save(update_fields=["setup"])
        with_article = NomenclatureRow.objects.filter(portal=portal).exclude(article="").values("xml_id")
        want(NomenclatureRow.objects.filter(Q(parent__in=with_article) | ~Q(article=""), portal=portal, confirmed__gt=0))
    return shelf


# --- how it is written ------------------------------------------------------------------------------------------------


def _write(portal: Portal, client: PortalClient, pieces: Sequence[Piece], now: Now) -> None:
    _meet(client, pieces)
    by_key = {piece.key: piece for piece in pieces}
    chains = {piece.key: Chain(tuple(commands)) for piece in pieces if (commands := piece.commands())}
    _settle(portal, [(piece, {}) for piece in pieces if piece.key not in chains], now)

    def before(batch: tuple[Chain, ...]) -> None:
        _mark(portal, [piece for piece in _pieces_of(batch, by_key) if piece.row.entity_id is None], now())
        keep_limits(portal, client)

    for batch, outcomes in client.batches(pack(chains.values(), cost=client.cost, spread=client.spread), before=before):
        _settle(portal, [(piece, outcomes) for piece in _pieces_of(batch, by_key)], now)


def _pieces_of(batch: Iterable[Chain], by_key: Mapping[str, Piece]) -> list[Piece]:
    return [by_key[chain.commands[0].key.partition("_")[0]] for chain in batch]


def _meet(client: PortalClient, pieces: Sequence[Piece]) -> None:
    """What bears our Ид in the portal already is ours: made before an answer was lost, or by somebody before us."""
    new = [piece for piece in pieces if piece.row.entity_id is None]
    for families in ((SECTION,), (PRODUCT, PARENT, SERVICE), (VARIATION,)):
        own = {piece.row.xml_id: piece for piece in new if piece.family in families}
        block = next((piece.block for piece in own.values()), 0)
        parts = list(chunks(list(own), IDS_A_COMMAND))
        commands = {
            f"{family.one}{place}": (family, catalog.of_xml_ids(f"{family.one}{place}", family, block, part))
            for place, part in enumerate(parts)
            for family in families
        }
        found = read_all(client, [command for _, command in commands.values()])
        for key, result in sorted(found.items(), key=lambda one: commands[one[0]][0] is not PRODUCT):
            family = commands[key][0]
            for xml_id, entity_id in catalog.read_ids(family, result).items():
                if xml_id in own:
                    own[xml_id].row.entity_id = entity_id
                    own[xml_id].family = family  # the plain list may show every kind: what another list shows counts more


def _mark(portal: Portal, pieces: Sequence[Piece], moment: dt.datetime) -> None:
    """Just before a batch is sent: its creates are on record as unanswered."""
    for piece in pieces:
        piece.row.outcome_unknown = True
        piece.row.retry_at = moment + dt.timedelta(seconds=EXECUTION_LIMIT_S / portal.speed)
    _save([piece.row for piece in pieces])


@transaction.atomic
def _settle(portal: Portal, told: Sequence[tuple[Piece, Mapping[str, Outcome]]], now: Now) -> None:
    for piece, outcomes in told:
        _settle_one(portal, piece, outcomes, now())
    _begin_anew([piece.row for piece, _ in told if piece.row.problem])
    _save([piece.row for piece, _ in told])


def _begin_anew(refused: Sequence[Row]) -> None:
    """What changed while it was on its way is not to blame for the older content: it starts without attempts."""
    for table in (SectionRow, NomenclatureRow):
        own = [row for row in refused if isinstance(row, table)]
        locked = table.objects.filter(pk__in=[row.pk for row in own]).select_for_update().order_by("pk")
        wanted = dict(locked.values_list("pk", "wanted")) if own else {}
        for row in own:
            if wanted.get(row.pk, row.wanted) > row.wanted:
                row.attempts, row.problem_code, row.problem = 0, "", ""
                row.retry_at = row.retry_at if row.outcome_unknown else None


def _settle_one(portal: Portal, piece: Piece, outcomes: Mapping[str, Outcome], now: dt.datetime) -> None:
    write, prices = outcomes.get(f"{piece.key}_write"), outcomes.get(f"{piece.key}_prices")
    row = piece.row
    if isinstance(write, Done) and row.entity_id is None:
        try:
            row.entity_id = catalog.read_id(piece.family, write.result)
        except (LookupError, TypeError, ValueError):
            write = Unknown(BAD_ANSWER_TEXT)
    bad = next((one for one in (write, prices) if one is not None and not isinstance(one, Done)), None)
    if bad is None:
        row.shown = {"fields": piece.fields, "prices": piece.prices or {}, "family": piece.family.method}
        row.confirmed, row.attempts, row.retry_at, row.outcome_unknown = piece.wanted, 0, None, False
        row.problem_code = row.problem = ""
        return
    if isinstance(write, Done):  # the element is there, its prices are not
        row.shown = {**piece.shown, "fields": piece.fields, "family": piece.family.method}
    if row.entity_id is None and is_doubtful(bad):  # the mark of the create and its time stand
        if not was_not_tried(bad):
            count_doubt(row, bad, now, portal.speed)
        return
    row.outcome_unknown = False
    _refused(portal, piece, bad, now, of_prices=bad is not write)


def _refused(portal: Portal, piece: Piece, bad: Outcome, now: dt.datetime, *, of_prices: bool) -> None:
    """An attempt counts, unless nothing was tried. What people deleted is made anew."""
    row = piece.row
    if was_not_tried(bad):
        row.retry_at = now + dt.timedelta(seconds=PASSING_DELAY_S / portal.speed)
    elif is_doubtful(bad):
        row.retry_at = None
        count_doubt(row, bad, now, portal.speed)
    elif isinstance(bad, Failed):
        text = _why_no_prices(piece, bad) if of_prices else f"Портал не принял: {bad.text or bad.code}"
        count_refusal(row, bad.code, text, now, portal.speed)
        if row.entity_id is None:
            return
        if of_prices:  # whether the element itself is there, its own command tells with the next attempt
            row.shown = {**(row.shown or {}), "fields": {}}
        elif catalog.is_gone(piece.family, bad.code, bad.text):
            row.entity_id, row.shown = None, None
            row.retry_at = now if row.attempts <= ANEW_AT_ONCE else row.retry_at


def _why_no_prices(piece: Piece, bad: Failed) -> str:
    """The goods are in the portal; in plain words why their prices are not."""
    if catalog.lacks_currency(bad.text):
        return NO_CURRENCY.format(" или ".join(sorted({currency for _, currency in (piece.prices or {}).values()})))
    if catalog.lacks_price_type(bad.text):
        return NO_PRICE_TYPE.format(bad.text)
    return f"Портал не принял цены: {bad.text or bad.code}"


@transaction.atomic
def _wait_above(portal: Portal, rows: Iterable[Row], why: str, now: dt.datetime) -> None:
    """What they stand under is not there: an attempt like any other, and they are called up when it appears."""
    listed = list(rows)
    for row in listed:
        count_refusal(row, NOT_YET, why, now, portal.speed)
    _begin_anew(listed)
    _save(listed)


def _call_up(rows: QuerySet[Any], why: str) -> None:
    """What they waited for has appeared."""
    rows.filter(problem=why).update(attempts=0, retry_at=None, problem_code="", problem="")


def _save(rows: Sequence[Row]) -> None:
    for table in (SectionRow, NomenclatureRow):
        update_rows([row for row in rows if isinstance(row, table)], SETTLED)
