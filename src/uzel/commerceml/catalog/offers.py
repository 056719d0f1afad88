"""``Предложение``: a variant, and what the goods cost and how many there are (2.x whole, 3.1 in files of their own)."""

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

from uzel.commerceml import tags
from uzel.commerceml.catalog.common import is_deleted, item_of, read_id, read_name
from uzel.commerceml.catalog.entry import Entry, EntryKind, Known, Told
from uzel.commerceml.catalog.goods import read_variant
from uzel.commerceml.limits import ID_CHARACTERS, PRICES_PER_OFFER, STOCKS_PER_OFFER
from uzel.commerceml.notes import Notes
from uzel.commerceml.values import parse_currency, parse_number
from uzel.commerceml.xml_read import Element, Parts, number_of, text_of
from uzel.model import Price, Stock

_CENT = Decimal("0.01")
WHOLE_BASE = ""  # the warehouse of a stock that names none


def read_offer(element: Element, parts: Parts, notes: Notes, known: Known) -> Entry:
    """The entry of one ``<Предложение>``. Only an offer with a ``#`` is a variant; the item itself is told by ``<Товар>``."""
    xml_id = read_id(parts, notes)
    told = _variant(element, xml_id, parts, notes) if item_of(xml_id) else ()
    prices, stocks = _prices(parts, notes, known), _stocks(parts, notes)
    return Entry(EntryKind.OFFER, xml_id, notes.place, told, prices, stocks, tuple(notes.problems))


def _variant(element: Element, xml_id: str, parts: Parts, notes: Notes) -> tuple[Told, ...]:
    """A file of prices or stocks says nothing of the variant itself."""
    name = read_name(parts, notes, needed=False)
    deleted = is_deleted(element, parts)
    says = deleted or name or tags.DELETION_MARK in parts
    if not (says or tags.TRAITS in parts):
        return ()
    return (read_variant(xml_id, name, parts, notes, deleted if says else None),)


def _prices(parts: Parts, notes: Notes, known: Known) -> tuple[Price, ...]:
    """One price of a type: that of the smallest quantity, where a price depends on it."""
    block = parts.get(tags.PRICES)
    found: dict[str, tuple[Decimal, Price]] = {}
    for element in () if block is None else block:
        price = _price({child.tag: child for child in element}, notes, known)
        if price and (price[1].price_type_id not in found or price[0] < found[price[1].price_type_id][0]):
            found[price[1].price_type_id] = price
    if len(found) > PRICES_PER_OFFER:
        notes.add("too_many_prices", tags.PRICES, f"Цен больше {PRICES_PER_OFFER}, остальные не взяты")
    return tuple([price for _, price in found.values()][:PRICES_PER_OFFER])


def _price(parts: Parts, notes: Notes, known: Known) -> tuple[Decimal, Price] | None:
    """The quantity from which the price counts, and the price of one base unit."""
    type_id, amount = text_of(parts, tags.PRICE_TYPE_ID), number_of(parts, tags.PRICE, notes)
    if amount is None:
        return None
    if not type_id or len(type_id) > ID_CHARACTERS:
        notes.add("price_type_missing", tags.PRICE_OF_TYPE, "У цены не указан вид цены (ИдТипаЦены), цена не взята")
        return None
    text = text_of(parts, tags.CURRENCY)[:40]
    currency = parse_currency(text) if text else known.currencies.get(type_id, "RUB")
    if not currency:
        notes.add("currency_unknown", tags.PRICE_OF_TYPE, f"Неизвестная валюта «{text}», цена не взята")
        return None
    ratio = number_of(parts, tags.RATIO, notes)
    if ratio and ratio != 1:
        amount = (amount / ratio).quantize(_CENT, ROUND_HALF_UP)
    return number_of(parts, tags.MINIMUM, notes) or Decimal(0), Price(type_id, amount, currency)


def _stocks(parts: Parts, notes: Notes) -> tuple[Stock, ...]:
    """Of every warehouse, and of the whole base where no warehouse is named; a warehouse named twice counts together."""
    found: dict[str, Decimal] = {}
    total = number_of(parts, tags.QUANTITY, notes)
    if total is not None:
        found[WHOLE_BASE] = total
    for holder in (*_siblings(parts, tags.WAREHOUSE), *_siblings(parts, tags.WAREHOUSES), *_siblings(parts, tags.STOCKS)):
        for warehouse_id, text in _quantities(holder):
            _add(found, warehouse_id, text, notes)
    if len(found) > STOCKS_PER_OFFER:
        notes.add("too_many_stocks", tags.WAREHOUSE, f"Складов больше {STOCKS_PER_OFFER}, остальные не взяты")
    return tuple([Stock(name, quantity) for name, quantity in found.items()][:STOCKS_PER_OFFER])


def _siblings(parts: Parts, tag: str) -> list[Element]:
    """Every child of that name, in the order written."""
    last = parts.get(tag)
    return [] if last is None else [last, *last.itersiblings(tag, preceding=True)][::-1]


def _quantities(holder: Element) -> Iterator[tuple[str, str]]:
    """Warehouse and quantity: attributes of ``<Склад>``, or elements of ``<Склад>`` and ``<Остаток>`` (3.1)."""
    if tags.WAREHOUSE_ID in holder.attrib:
        yield holder.get(tags.WAREHOUSE_ID) or "", holder.get(tags.STOCK_IN_WAREHOUSE) or ""
        return
    texts = {child.tag: child.text or "" for child in holder}
    quantity = texts.get(tags.QUANTITY, texts.get(tags.STOCK_IN_WAREHOUSE))
    if quantity is not None:
        yield texts.get(tags.ID, WHOLE_BASE), quantity
        return
    for inner in holder:
        if inner.tag in (tags.WAREHOUSE, tags.STOCK):
            yield from _quantities(inner)


def _add(found: dict[str, Decimal], warehouse_id: str, text: str, notes: Notes) -> None:
    warehouse_id, text = warehouse_id.strip()[:ID_CHARACTERS], text.strip()
    try:
        quantity = parse_number(text) if text else Decimal(0)
    except ValueError:
        notes.add("number_unreadable", tags.STOCK, f"Остаток «{text[:40]}» не похож на число", fatal=True)
        return
    found[warehouse_id] = found.get(warehouse_id, Decimal(0)) + quantity if warehouse_id else quantity
