"""Rows of an order ↔ product rows of its deal.

A product ties a row to the catalogue and says nothing else: price, quantity, VAT and name are the order's.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal

from uzel.bitrix24.entities.product_row import DealRow
from uzel.mapping.goods import NO_GOODS, Goods, identified, tie
from uzel.model import OrderLine

KOPECK = Decimal("0.01")
NEW_LINE = OrderLine("", "", Decimal(1), Decimal(0), Decimal(0))

Rows = tuple[DealRow, ...]
Lines = tuple[OrderLine, ...]


def money(value: Decimal) -> Decimal:
    """Rounded to a kopeck."""
    return value.quantize(KOPECK, ROUND_HALF_UP)


def row_of(line: OrderLine) -> DealRow:
    """The row that shows a line, tied to nothing."""
    quantity = line.quantity or Decimal(1)
    return DealRow(
        name=line.name,
        price=money(line.total / quantity),
        quantity=line.quantity,
        discount=money(line.discount / quantity),
        vat_rate=line.vat_rate,
        vat_included=True,
        measure_code=line.measure_code,
    )


def is_same_row(a: DealRow, b: DealRow) -> bool:
    """Rows are equal within the portal's own rounding; it may fill in the measure and turn ``0 %`` into no VAT."""
    numbers = abs(a.price - b.price) <= KOPECK and a.quantity == b.quantity and abs(a.discount - b.discount) <= KOPECK
    return numbers and a.name == b.name and (a.vat_rate or 0) == (b.vat_rate or 0)


def are_retied(rows: Rows, shown: Rows) -> bool:
    """Whether rows that are otherwise the same name other products than before."""
    return [row.product_id for row in rows] != [row.product_id for row in shown]


# --- reading ----------------------------------------------------------------------------------------------------------


def lines_seen_in(rows: Rows, shown: Rows, meant: Lines, goods: Goods = NO_GOODS) -> Lines:
    """Order lines for product rows: an untouched row keeps its line, an edited one keeps its line's identity."""
    free = list(zip(shown, meant, strict=False))
    lines: list[OrderLine | None] = [None] * len(rows)
    for is_same in (_untouched, is_same_row, _same_goods, _same_product, _same_name):
        for place, row in enumerate(rows):
            pair = next((pair for pair in free if is_same(row, pair[0])), None)
            if lines[place] is None and pair is not None:
                free.remove(pair)
                was, line = pair
                line = line if is_same_row(row, was) else _edited(line, row)
                lines[place] = identified(line, row.product_id, was.product_id, goods)
    return tuple(
        line or identified(_edited(NEW_LINE, row), row.product_id, 0, goods) for line, row in zip(lines, rows, strict=True)
    )


def _untouched(row: DealRow, shown: DealRow) -> bool:
    return row.product_id == shown.product_id and is_same_row(row, shown)


def _same_goods(row: DealRow, shown: DealRow) -> bool:
    return (row.product_id, row.name) == (shown.product_id, shown.name)


def _same_product(row: DealRow, shown: DealRow) -> bool:
    return row.product_id == shown.product_id != 0


def _same_name(row: DealRow, shown: DealRow) -> bool:
    return row.name == shown.name


def _edited(line: OrderLine, row: DealRow) -> OrderLine:
    return replace(
        line,
        name=row.name,
        quantity=row.quantity,
        price=money(row.price + row.discount),
        discount=money(row.discount * row.quantity),
        total=money(row.price * row.quantity),
        vat_rate=row.vat_rate,
        vat_included=row.vat_included,
        measure_code=row.measure_code,
    )


# --- writing ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Retie:
    """A row of the deal that is to name a product, and nothing else of it changes."""

    row_id: int
    product_id: int
    name: str


def tied(rows: Rows, lines: Lines, shown: Rows, meant: Lines, goods: Goods) -> Rows:
    """The rows of these lines with their products; where none is found, a row keeps the product that the deal gives it.

    ``shown`` and ``meant``: the rows that the deal has, and the lines that they are.
    """
    free = list(zip(meant, shown, strict=False))
    found = []
    for row, line in zip(rows, lines, strict=True):
        pair = next((pair for pair in free if _is_same_item(pair[0], line)), None)
        there = 0
        if pair is not None:
            free.remove(pair)
            there = pair[1].product_id
        found.append(replace(row, product_id=_product_of(line, there, goods)))
    return tuple(found)


def _product_of(line: OrderLine, there: int, goods: Goods) -> int:
    """A product that a manager found outside of the sources' catalogue stays."""
    if goods.refused:
        return 0
    ours = tie(line, goods).product_id
    return ours if ours and (not there or there in goods.ours) else there


def _is_same_item(old: OrderLine, new: OrderLine) -> bool:
    """The same goods; a base may have given an Ид meanwhile to what was typed by hand."""
    return old.name == new.name and old.item_id in ("", new.item_id)


def reties(wanted: Rows, shown: Rows) -> Iterator[Retie]:
    """What ties the rows as they stand in the deal; the two say the same otherwise."""
    for row, there in zip(wanted, shown, strict=False):
        if there.row_id and row.product_id not in (0, there.product_id) and row.name == there.name:
            yield Retie(there.row_id, row.product_id, there.name)
