"""``Классификатор``: groups, kinds of prices, warehouses, units of measure."""

from collections.abc import Iterable

from uzel.commerceml import tags
from uzel.commerceml.catalog.common import is_deleted, read_id, read_name
from uzel.commerceml.catalog.entry import Entry, EntryKind, Known, Record, Told
from uzel.commerceml.notes import Notes
from uzel.commerceml.units import CODE_CHARACTERS, UNIT_CHARACTERS
from uzel.commerceml.values import parse_currency
from uzel.commerceml.xml_read import Element, Parts, local_name, text_of
from uzel.model import PriceType, Section, Unit, Warehouse

_FALSE = ("false", "0", "нет")


def read_section(element: Element, parts: Parts, notes: Notes, known: Known) -> Entry:
    """A group; the group around it is its parent."""
    deleted = is_deleted(element, parts)
    section = Section(read_id(parts, notes), read_name(parts, notes, needed=not deleted), _parent_id(element), deleted)
    return _entry(EntryKind.SECTION, section.section_id, section, notes, deleted=deleted)


def _parent_id(element: Element) -> str:
    block = element.getparent()
    above = None if block is None else block.getparent()
    if above is None or local_name(above) != tags.SECTION:
        return ""
    return next(((child.text or "").strip() for child in above if local_name(child) == tags.ID), "")


def read_price_type(element: Element, parts: Parts, notes: Notes, known: Known) -> Entry:
    """A kind of price; a currency that nobody knows refuses it, because its prices would be taken for roubles."""
    deleted = is_deleted(element, parts)
    text = text_of(parts, tags.CURRENCY)[:40]
    currency = parse_currency(text) if text else "RUB"
    if not currency:
        notes.add("currency_unknown", tags.CURRENCY, f"Неизвестная валюта «{text}»", fatal=True)
    tax = parts.get(tags.TAX)
    flag = "" if tax is None else (tax.findtext(tags.IN_TOTAL) or "").strip().lower()
    name = read_name(parts, notes, needed=not deleted)
    kind = PriceType(read_id(parts, notes), name, currency, flag not in _FALSE, deleted)
    silent = {field for field, absent in (("currency", not text), ("vat_included", not flag)) if absent}
    if text and currency:
        known.currencies[kind.price_type_id] = currency
    return _entry(EntryKind.PRICE_TYPE, kind.price_type_id, kind, notes, deleted=deleted, silent=silent)


def read_warehouse(element: Element, parts: Parts, notes: Notes, known: Known) -> Entry:
    """A warehouse."""
    deleted = is_deleted(element, parts)
    warehouse = Warehouse(read_id(parts, notes), read_name(parts, notes, needed=not deleted), deleted)
    return _entry(EntryKind.WAREHOUSE, warehouse.warehouse_id, warehouse, notes, deleted=deleted)


def read_measure(element: Element, parts: Parts, notes: Notes, known: Known) -> Entry:
    """A unit of measure (3.1); goods name it by its Ид."""
    name = text_of(parts, tags.UNIT_SHORT_NAME) or text_of(parts, tags.NAME)
    code = text_of(parts, tags.CODE)[:UNIT_CHARACTERS]
    unit = Unit(read_id(parts, notes), code.zfill(CODE_CHARACTERS) if code else "", name[:UNIT_CHARACTERS])
    if not code:
        notes.add("measure_unknown", tags.CODE, "Нет кода единицы измерения", fatal=True)
    else:
        known.units[unit.unit_id] = unit
    return _entry(EntryKind.UNIT, unit.unit_id, unit, notes, deleted=False)


def _entry(kind: EntryKind, xml_id: str, record: Record, notes: Notes, *, deleted: bool, silent: Iterable[str] = ()) -> Entry:
    """What is deleted may come without the rest of it: only the mark counts then. ``silent``: not mentioned."""
    names = frozenset({"deletion_mark"}) if deleted and not record.name else frozenset(record.__slots__).difference(silent)
    return Entry(kind, xml_id, notes.place, (Told(record, names),), problems=tuple(notes.problems))
