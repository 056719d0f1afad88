"""Rows of the nomenclature that a chunk of a catalogue file speaks of: read at once, changed in memory, written at once.

A row belongs to the source base that named it first. ``wanted`` rises only for what really changed and can be shown.
"""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, LiteralString

from django.db import connection
from django.db.models import Case, F, QuerySet, When
from psycopg import sql

from uzel.commerceml.catalog.common import item_of
from uzel.commerceml.catalog.entry import Entry, Record, Told
from uzel.hub.bulk import insert_values, is_among, update_values
from uzel.hub.models import Node, NomenclatureRow, Package, PriceTypeRow, SectionRow, SourceWord
from uzel.model import NomenclatureItem, PriceType, Section, Unit, Variant, Warehouse
from uzel.model.codec import to_json

CATALOG_LOCK = 7403  # class of the advisory lock; the portal's id is its object
NAME_CHARACTERS, CODE_CHARACTERS = 400, 100  # of the columns that rows are searched by

Json = dict[str, Any]
WordKey = tuple[str, str]  # kind and Ид
Table = type[SectionRow] | type[PriceTypeRow] | type[NomenclatureRow]
#: Where a record is kept, and the field that holds its Ид.
TABLES: Mapping[type, tuple[Table, str]] = {
    Section: (SectionRow, "section_id"),
    PriceType: (PriceTypeRow, "price_type_id"),
    NomenclatureItem: (NomenclatureRow, "item_id"),
    Variant: (NomenclatureRow, "variant_id"),
}
WORDS: Mapping[type, tuple[str, str]] = {
    Warehouse: (SourceWord.Kind.WAREHOUSE, "warehouse_id"),
    Unit: (SourceWord.Kind.UNIT, "unit_id"),
}
#: What :func:`want` does, in the statement that writes the row: a second one would make every row once more.
WANT: LiteralString = (
    "wanted = wanted + 1, attempts = 0, problem_code = '', problem = '', retry_at = CASE WHEN outcome_unknown THEN retry_at END"
)
_decode = json.JSONDecoder().raw_decode  # ``loads`` takes longer to look for blanks around than to read a short text
#: One array, not as many parameters as there are rows; Django's own way of reading them takes twice the time.
_READ = sql.SQL("SELECT xml_id, node_id, id, wanted, content, {offered} FROM {table} WHERE portal_id = %s AND xml_id = ANY(%s)")
OFFERED: LiteralString = "prices, stocks"
#: What variants show of their item: with a change of it they are due too.
OF_VARIANTS = ("name", "deletion_mark", "vat_rate", "measure_code", "article")


class Outcome(StrEnum):
    """What became of an entry, the weightiest first: several records of one entry have the first of theirs."""

    REFUSED = "refused"
    CREATED = "created"
    CHANGED = "changed"
    UNCHANGED = "unchanged"


WEIGHTS = {outcome: place for place, outcome in enumerate(Outcome)}


@dataclass(slots=True)
class Kept:
    """A row as it stands in this transaction; ``wanted`` is that of the beginning.

    ``changed`` are the columns that are to be written. ``passed_on``: its variants change too.
    """

    xml_id: str
    node_id: int
    pk: int | None = None
    wanted: int = 0
    content: Json | None = None
    prices: Json = field(default_factory=dict)
    stocks: Json = field(default_factory=dict)
    named_in: int | None = None
    changed: set[str] = field(default_factory=set)
    passed_on: bool = False

    @property
    def deleted(self) -> bool:
        """Whether the base has marked it for deletion."""
        return bool(self.content and self.content["deletion_mark"])


class CatalogBook:
    """What the portal's sources have told so far of the entries of one chunk."""

    def __init__(self, node: Node, entries: Sequence[Entry]) -> None:
        """Read the rows: one query a table. Until the end of the transaction no other source writes."""
        self.node = node
        lock_catalog(node.portal_id)
        self.rows: dict[Table, dict[str, Kept]] = {}
        for table, ids in _ids(entries).items():
            self.rows[table] = _read(table, node.portal_id, ids)
        self.words = _read_words(node, entries)
        self.new_words: dict[WordKey, Json] = {}

    def take(self, entry: Entry) -> tuple[Outcome, int | None]:
        """Note what an entry says; with a refusal the base that owns the row already."""
        outcomes = [self._told(told) for told in entry.told]
        if entry.prices or entry.stocks:
            outcomes.append(self._offered(entry))
        return min(outcomes, key=lambda found: WEIGHTS[found[0]], default=(Outcome.UNCHANGED, None))

    def _told(self, told: Told) -> tuple[Outcome, int | None]:
        record = told.record
        if type(record) in WORDS:
            return self._worded(_word_key(record), told), None
        table, id_field = TABLES[type(record)]
        kept = self.rows[table].get(getattr(record, id_field))
        if kept is None or kept.content is None:
            return self._introduced(table, getattr(record, id_field), kept, record)
        written = to_json(record)
        said = {name: written[name] for name in told.fields}
        if said.items() <= kept.content.items():
            return Outcome.UNCHANGED, None
        content = kept.content | said
        if type(record) is NomenclatureItem and kept.node_id == self.node.pk:
            kept.passed_on |= any(content[name] != kept.content[name] for name in OF_VARIANTS)
        return self._change(kept, content=content)

    def _worded(self, key: WordKey, told: Told) -> Outcome:
        """Warehouses and units: every source has its own."""
        known = self.words.get(key)
        written = to_json(told.record)
        content = {**(known or written), **{name: written[name] for name in told.fields}}
        if content == known or not content["name"]:
            return Outcome.UNCHANGED
        self.words[key] = self.new_words[key] = content
        return Outcome.CHANGED if known else Outcome.CREATED

    def _introduced(self, table: Table, xml_id: str, kept: Kept | None, record: Record) -> tuple[Outcome, int | None]:
        """What nobody has told of yet; a deletion mark on what is not known leaves nothing to do."""
        if not record.name:
            return Outcome.UNCHANGED, None
        outcome, owner = self._change(kept or self._new(table, xml_id), content=to_json(record))
        return (outcome if owner else Outcome.CREATED), owner

    def _offered(self, entry: Entry) -> tuple[Outcome, int | None]:
        """Prices and stocks wait on a row without content when they come before their item."""
        known = self.rows[NomenclatureRow].get(entry.xml_id)
        kept = known or self._new(NomenclatureRow, entry.xml_id)
        prices = kept.prices | {price.price_type_id: [to_json(price.amount), price.currency] for price in entry.prices}
        stocks = kept.stocks | {stock.warehouse_id: to_json(stock.quantity) for stock in entry.stocks}
        if (prices, stocks) == (kept.prices, kept.stocks):
            return Outcome.UNCHANGED, None
        outcome, owner = self._change(kept, prices=prices, stocks=stocks)
        return (outcome if known or owner else Outcome.CREATED), owner

    def _new(self, table: Table, xml_id: str) -> Kept:
        kept = self.rows[table][xml_id] = Kept(xml_id, self.node.pk)
        return kept

    def _change(self, kept: Kept, **values: Json) -> tuple[Outcome, int | None]:
        if kept.node_id != self.node.pk:
            return Outcome.REFUSED, kept.node_id
        for name, value in values.items():
            setattr(kept, name, value)
        kept.changed.update(values)
        return Outcome.CHANGED, None

    def save(self, package: Package, named: Collection[str] = ()) -> None:
        """Write what changed, and with it which items a full load ``named``: a statement of its own would write them twice."""
        self._name(package, set(named))
        _save_words(self.node, self.new_words)
        for table, rows in self.rows.items():
            changed = [kept for kept in rows.values() if kept.changed]
            if changed:
                self._save(table, changed, package)

    def _name(self, package: Package, named: set[str]) -> None:
        for kept in self.rows.get(NomenclatureRow, {}).values():
            if kept.changed and kept.xml_id in named:
                kept.named_in = package.pk
                kept.changed |= {"named_in"}
                named.discard(kept.xml_id)
        note_named(package, named)

    def _save(self, table: Table, changed: list[Kept], package: Package) -> None:
        self._insert(table, [kept for kept in changed if kept.pk is None], package)
        known: defaultdict[tuple[frozenset[str], bool], list[Kept]] = defaultdict(list)
        for kept in changed:
            if kept.pk is not None:
                known[frozenset(kept.changed), self._shows(kept)].append(kept)
        for (names, shows), of_a_sort in known.items():
            rows = [{"id": kept.pk, "package_id": package.pk} | _columns(table, kept, names) for kept in of_a_sort]
            update_values(table, rows, WANT if shows else "")
        if table is NomenclatureRow:
            new = [kept.xml_id for kept in changed if not kept.wanted and self._shows(kept)]
            self._wake_variants([xml_id for xml_id in new if not item_of(xml_id)])
            want_variants(self.node.portal_id, [kept.xml_id for kept in changed if kept.passed_on and kept.wanted])

    def _insert(self, table: Table, new: list[Kept], package: Package) -> None:
        names = ("content", "named_in", "prices", "stocks") if table is NomenclatureRow else ("content",)
        fields = {"portal_id": self.node.portal_id, "node_id": self.node.pk, "package_id": package.pk}
        rows = [
            {"xml_id": kept.xml_id, "wanted": int(self._shows(kept))} | fields | _columns(table, kept, names) for kept in new
        ]
        insert_values(table, rows)

    def _shows(self, kept: Kept) -> bool:
        """Whether the portal has anything to show or to take down; a variant waits for its item."""
        if kept.content is None or (kept.deleted and not kept.wanted):
            return False
        item_id = kept.content.get("item_id") if "variant_id" in kept.content else None
        item = self.rows[NomenclatureRow].get(item_id) if item_id else None
        return not item_id or (item is not None and self._shows(item))

    def _wake_variants(self, items: list[str]) -> None:
        """Variants that came before their item can be shown from now on."""
        if items:
            waiting = NomenclatureRow.objects.filter(
                is_among("parent", items), portal=self.node.portal_id, wanted=0, active=True
            )
            waiting.filter(content__isnull=False).update(wanted=1)


def lock_catalog(portal_id: int | None) -> None:
    """Until the end of the transaction no other source changes the portal's catalogue."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, %s)", (CATALOG_LOCK, portal_id))


def note_named(package: Package, items: Collection[str]) -> None:
    """Of the base's own items note which a full load named."""
    if items:
        rows = NomenclatureRow.objects.filter(is_among("xml_id", items), portal=package.node.portal_id, node=package.node_id)
        rows.update(named_in=package.pk)


def _ids(entries: Iterable[Entry]) -> dict[Table, set[str]]:
    """What to read: every row that is spoken of, and the items of variants."""
    ids: dict[Table, set[str]] = {}
    for entry in entries:
        for told in entry.told:
            if type(told.record) in TABLES:
                table, id_field = TABLES[type(told.record)]
                ids.setdefault(table, set()).add(getattr(told.record, id_field))
        if entry.prices or entry.stocks:
            ids.setdefault(NomenclatureRow, set()).add(entry.xml_id)
    products = ids.get(NomenclatureRow, set())
    products |= set(filter(None, map(item_of, products)))
    return ids


def _read(table: Table, portal_id: int | None, ids: Collection[str]) -> dict[str, Kept]:
    offered = sql.SQL(OFFERED if table is NomenclatureRow else "'{}', '{}'")
    query = _READ.format(offered=offered, table=sql.Identifier(table._meta.db_table))
    with connection.cursor() as cursor:
        cursor.execute(query, [portal_id, list(ids)])
        return {
            xml_id: Kept(xml_id, node_id, pk, wanted, content and _json(content), _json(prices), _json(stocks))
            for xml_id, node_id, pk, wanted, content, prices, stocks in cursor.fetchall()
        }


def _json(text: str) -> Json:
    value: Json = _decode(text)[0]
    return value


def _columns(table: Table, kept: Kept, names: Collection[str]) -> Json:
    """The named columns, with the content those that repeat it."""
    columns = {name: getattr(kept, name) for name in names}
    if "content" in columns and table is NomenclatureRow:
        content = kept.content or {}
        columns |= {
            "parent": item_of(kept.xml_id),
            "name": content.get("name", "")[:NAME_CHARACTERS],
            "article": content.get("article", "")[:CODE_CHARACTERS],
            "barcode": content.get("barcode", "")[:CODE_CHARACTERS],
            "active": not kept.deleted,
        }
    return columns


def want(rows: QuerySet[Any]) -> None:
    """Make rows due, and give those that were given up a new chance. An unanswered create keeps its time."""
    retry_at = Case(When(outcome_unknown=True, then=F("retry_at")), default=None)
    rows.update(wanted=F("wanted") + 1, attempts=0, problem_code="", problem="", retry_at=retry_at)


def want_variants(portal_id: int | None, items: Sequence[str]) -> None:
    """Make variants due whose items changed in what variants show of them."""
    if items:
        want(NomenclatureRow.objects.filter(is_among("parent", items), portal=portal_id, wanted__gt=0, content__isnull=False))


def _word_key(record: Record) -> WordKey:
    kind, id_field = WORDS[type(record)]
    return kind, getattr(record, id_field)


def _read_words(node: Node, entries: Iterable[Entry]) -> dict[WordKey, Json]:
    keys = [_word_key(told.record) for entry in entries for told in entry.told if type(told.record) in WORDS]
    found = SourceWord.objects.filter(node=node, xml_id__in=[xml_id for _, xml_id in keys]) if keys else ()
    return {(word.kind, word.xml_id): word.content for word in found}


def _save_words(node: Node, words: Mapping[WordKey, Json]) -> None:
    rows = [SourceWord(node=node, kind=kind, xml_id=xml_id, content=content) for (kind, xml_id), content in words.items()]
    if rows:
        unique = ["node", "kind", "xml_id"]
        SourceWord.objects.bulk_create(rows, update_conflicts=True, unique_fields=unique, update_fields=["content"])
