"""An order of ours ↔ the state of its deal.

Reading rests on one rule: a field of the deal that still shows what we last saw there still means what it
meant. Only changed fields are translated, so rounding, an unmapped employee or a stage outside the node's
table never look like somebody's edit.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from uzel.mapping import stages
from uzel.mapping.deal_state import DealRow, DealState
from uzel.mapping.employees import Staff, assign, responsible_of
from uzel.mapping.rules import NodeRules
from uzel.model import Order, OrderLine

KOPECK = Decimal("0.01")
TITLE_LIMIT = 250  # characters


def title_of(order: Order, rules: NodeRules) -> str:
    """Title of a new deal; managers may change it afterwards, we never do."""
    return f"Заказ {order.number or order.document_id} · {rules.title}"[:TITLE_LIMIT]


def state_of(order: Order, rules: NodeRules, staff: Staff) -> DealState:
    """What the deal should show of an order."""
    return DealState(
        stage_id=stages.stage_of(order.status, rules),
        currency=order.currency,
        opportunity=money(order.total),
        assigned_by_id=assign(order.responsible, staff).user_id,
        comments=order.comment,
        number=order.number,
        number_in_node=order.number_in_node,
        date_in_node=order.date_in_node.isoformat() if order.date_in_node else "",
        posted=order.posted,
        paid=order.paid,
        shipped=order.shipped,
        promo_code=order.promo_code,
        bonus_card_number=order.bonus_card_number,
        paid_by_bonus=money(order.paid_by_bonus),
        rows=tuple(_row_of(line) for line in order.lines),
    )


def differences(wanted: DealState, shown: DealState) -> dict[str, Any]:
    """Fields of ``wanted`` that ``shown`` does not show; money within a kopeck is the same money."""
    return {
        field.name: getattr(wanted, field.name)
        for field in fields(DealState)
        if not _same(getattr(wanted, field.name), getattr(shown, field.name))
    }


def order_seen_in(deal: DealState, shown: DealState, meant: Order, rules: NodeRules, staff: Staff) -> Order:
    """The order as the portal now shows it: ``meant`` where nothing moved since ``shown``, translated where it did."""
    order = meant
    for name, value in differences(deal, shown).items():
        order = _TRANSLATORS[name](order, value, _Context(shown, rules, staff))
    if "rows" not in differences(deal, shown) and not _same(deal.opportunity, shown.opportunity):
        order = replace(order, total=deal.opportunity)
    return order


class _Context:
    """What a translator may look at beside the value."""

    def __init__(self, shown: DealState, rules: NodeRules, staff: Staff) -> None:
        self.shown, self.rules, self.staff = shown, rules, staff


def _row_of(line: OrderLine) -> DealRow:
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


def lines_seen_in(rows: tuple[DealRow, ...], shown: tuple[DealRow, ...], meant: tuple[OrderLine, ...]) -> tuple[OrderLine, ...]:
    """Order lines for product rows: an untouched row keeps its line, an edited one keeps its line's identity."""
    free = list(zip(shown, meant, strict=False))
    lines: list[OrderLine | None] = [None] * len(rows)
    for match in (_untouched, _same_goods):
        for place, row in enumerate(rows):
            pair = next((pair for pair in free if match(row, pair[0])), None)
            if lines[place] is None and pair is not None:
                free.remove(pair)
                lines[place] = pair[1] if match is _untouched else _edited(pair[1], row)
    return tuple(line or _edited(OrderLine("", "", Decimal(1), Decimal(0), Decimal(0)), row) for line, row in zip(lines, rows, strict=True))


def _untouched(row: DealRow, shown: DealRow) -> bool:
    return _same_row(row, shown)


def _same_goods(row: DealRow, shown: DealRow) -> bool:
    return (row.product_id, row.name) == (shown.product_id, shown.name)


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


def money(value: Decimal) -> Decimal:
    """Rounded to a kopeck."""
    return value.quantize(KOPECK, ROUND_HALF_UP)


def _same(a: Any, b: Any) -> bool:
    if isinstance(a, Decimal) and isinstance(b, Decimal):
        return abs(a - b) <= KOPECK
    if isinstance(a, tuple) and isinstance(b, tuple):
        return len(a) == len(b) and all(map(_same_row, a, b))
    return bool(a == b)


def _same_row(a: DealRow, b: DealRow) -> bool:
    """Rows are equal within the portal's own rounding; it may fill in the measure and turn ``0 %`` into no VAT."""
    numbers = abs(a.price - b.price) <= KOPECK and a.quantity == b.quantity and abs(a.discount - b.discount) <= KOPECK
    return numbers and a.name == b.name and (a.vat_rate or 0) == (b.vat_rate or 0)


def _rows(order: Order, rows: tuple[DealRow, ...], seen: _Context) -> Order:
    lines = lines_seen_in(rows, seen.shown.rows, order.lines)
    return replace(order, lines=lines, total=sum((line.total for line in lines), Decimal(0)))


def _plain(field: str) -> Callable[[Order, Any, _Context], Order]:
    def translate(order: Order, value: Any, _: _Context) -> Order:
        return replace(order, **{field: value})

    return translate


def _ours(order: Order, _value: Any, _context: _Context) -> Order:
    """A field that only shows: nobody's edit of it means anything to 1C."""
    return order


_TRANSLATORS: Mapping[str, Callable[[Order, Any, _Context], Order]] = {
    "stage_id": lambda order, value, seen: replace(order, status=stages.status_of(value, seen.rules, order.status)),
    "assigned_by_id": lambda order, value, seen: replace(order, responsible=responsible_of(value, seen.staff)),
    "opportunity": _ours,  # follows the rows; without a change of rows see order_seen_in
    "currency": _plain("currency"),
    "comments": _plain("comment"),
    "number": _ours,
    "number_in_node": _plain("number_in_node"),
    "date_in_node": _ours,
    "posted": _plain("posted"),
    "paid": _plain("paid"),
    "shipped": _plain("shipped"),
    "promo_code": _plain("promo_code"),
    "bonus_card_number": _plain("bonus_card_number"),
    "paid_by_bonus": _plain("paid_by_bonus"),
    "rows": _rows,
}
