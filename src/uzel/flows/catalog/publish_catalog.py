"""The catalogue of the source bases becomes sections, products, variations and prices of the portal.

due rows ─ what the portal has under our Ид is met, not made again ─ add or change, prices in the same chain ─ confirmed
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet

from uzel.bitrix24.batch import Chain, Done, Failed, Outcome, pack
from uzel.bitrix24.client import PortalClient
from uzel.bitrix24.entities import catalog
from uzel.bitrix24.entities.catalog import PARENT, PRODUCT, SECTION, SERVICE, VARIATION, Shelf
from uzel.bitrix24.errors import Refused, WrongCredentials
from uzel.flows.catalog.catalog_book import want
from uzel.flows.catalog.catalog_pieces import Piece, Row, item_pieces, parent_of, section_piece, variant_pieces
from uzel.flows.catalog.picture_book import note_pictures
from uzel.flows.clients.find_clients import EXECUTION_LIMIT_S
from uzel.flows.deals.tie_rows import products_appeared
from uzel.flows.portal.portal_job import LIMITED, PASSING_DELAY_S, count_refusal, is_doubtful, next_try
from uzel.flows.portal.portal_line import keep_limits
from uzel.flows.portal.portal_reading import chunks, read_all
from uzel.hub.bulk import update_rows
from uzel.hub.models import NomenclatureRow, Portal, PriceTypeRow, SectionRow
from uzel.model import PriceType
from uzel.model.codec import from_json

Now = Callable[[], dt.datetime]
SETTLED = ("entity_id", "shown", "confirmed", "attempts", "retry_at", "outcome_unknown", "problem_code", "problem")
IDS_A_COMMAND = 50
NO_ACCESS_S = 1800  # until a catalogue that is closed to us is tried again
NO_ACCESS = "Каталог портала недоступен: добавьте вебхуку право «Торговый каталог» (catalog). Ответ портала: {}"
DEEPEST = 50  # sections inside one another


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
        _write(portal, client, [section_piece(row, known, shelf) for row in ready], now)
        for row in ready:
            known[waiting.pop(row.xml_id).xml_id] = row.entity_id
    _postpone(portal, waiting.values(), now())


def _publish_products(portal: Portal, client: PortalClient, rows: Sequence[NomenclatureRow], shelf: Shelf, now: Now) -> None:
    """Items, then variants."""
    new = [row for row in rows if row.entity_id is None]
    groups = _price_groups(portal, client, shelf, now())
    variants = [row for row in rows if row.parent]
    _write(portal, client, item_pieces(portal, [row for row in rows if not row.parent], shelf, groups), now)
    pieces = variant_pieces(portal, variants, shelf, groups)
    _write(portal, client, pieces, now)
    reached = {piece.row.pk for piece in pieces}
    _postpone(portal, [row for row in variants if row.pk not in reached], now())
    note_pictures([row for row in rows if row.confirmed == row.wanted], now())
    products_appeared(portal, [row.xml_id for row in new if row.entity_id is not None])


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


def _price_groups(portal: Portal, client: PortalClient, shelf: Shelf, now: dt.datetime) -> dict[str, int]:
    """Kinds of price of the bases and of the portal: by external id; the first of ours is the base one; others are made."""
    by_xml_id = {group.xml_id: group.group_id for group in shelf.groups if group.xml_id}
    base = next((group.group_id for group in shelf.groups if group.is_base), 0)
    known: dict[str, int] = {}
    for row in PriceTypeRow.objects.filter(portal=portal, content__isnull=False).order_by("pk"):
        group_id = row.entity_id or by_xml_id.get(row.xml_id) or (base if base not in known.values() else 0)
        group_id = group_id or _new_group(portal, client, row, now)
        if not group_id:
            continue
        known[row.xml_id] = group_id
        if (row.entity_id, row.confirmed) != (group_id, row.wanted):
            late, row.problem = bool(row.problem), ""
            row.entity_id, row.confirmed, row.retry_at = group_id, row.wanted, None
            row.save(update_fields=["entity_id", "confirmed", "retry_at", "problem"])
            if late:  # goods were written without this price meanwhile
                want(NomenclatureRow.objects.filter(portal=portal, confirmed__gt=0, prices__has_key=row.xml_id))
    return known


def _new_group(portal: Portal, client: PortalClient, row: PriceTypeRow, now: dt.datetime) -> int:
    """0: the portal refuses to have one more kind of price; goods go on without it until it is tried again."""
    if row.retry_at is not None and row.retry_at > now:
        return 0
    command = catalog.add_group(from_json(PriceType, row.content).name, row.xml_id)
    try:
        return catalog.read_group(client.call(command.method, command.params).result)
    except (Refused, WrongCredentials) as error:
        row.retry_at = now + dt.timedelta(seconds=NO_ACCESS_S / portal.speed)
        row.problem = f"Портал не принял вид цен: {error}"
        row.save(update_fields=["retry_at", "problem"])
        return 0


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
    if isinstance(write, Done):
        row.entity_id = row.entity_id or catalog.read_id(piece.family, write.result)
    bad = next((one for one in (write, prices) if one is not None and not isinstance(one, Done)), None)
    if bad is None:
        row.shown = {"fields": piece.fields, "prices": piece.prices or {}, "family": piece.family.method}
        row.confirmed, row.attempts, row.retry_at, row.outcome_unknown = piece.wanted, 0, None, False
        row.problem_code = row.problem = ""
        return
    if isinstance(write, Done):  # the element is there, its prices are not
        row.shown = {**piece.shown, "fields": piece.fields, "family": piece.family.method}
    if row.entity_id is None and is_doubtful(bad):
        return  # the mark of the create and its time stand
    row.outcome_unknown = False
    _refused(portal, row, bad, now)


def _refused(portal: Portal, row: Row, bad: Outcome, now: dt.datetime) -> None:
    """A refusal counts as an attempt; anything else is tried again soon. What people deleted is made anew."""
    if isinstance(bad, Failed) and catalog.GONE in bad.text and row.entity_id is not None:
        row.entity_id, row.shown, row.retry_at = None, None, now
    elif is_doubtful(bad) or (isinstance(bad, Failed) and bad.code.upper() in LIMITED):
        row.retry_at = now + dt.timedelta(seconds=PASSING_DELAY_S / portal.speed)
    elif isinstance(bad, Failed):
        count_refusal(row, bad.code, f"Портал не принял: {bad.text or bad.code}", now, portal.speed)


def _postpone(portal: Portal, rows: Iterable[Row], now: dt.datetime) -> None:
    """What stands above them is not there yet."""
    listed = list(rows)
    for row in listed:
        row.retry_at = next_try(1, now, portal.speed)
    _save(listed)


def _save(rows: Sequence[Row]) -> None:
    for table in (SectionRow, NomenclatureRow):
        update_rows([row for row in rows if isinstance(row, table)], SETTLED)
