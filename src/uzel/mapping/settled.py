"""Whether an order is paid and shipped, by the payments, shipments, refunds and returns that are known of it."""

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from uzel.model import Order
from uzel.model.order import Settlement, SettlementKind, item_of

PAYMENT, REFUND, SHIPMENT, RETURN = SettlementKind


def is_paid(order: Order, before: Order) -> bool:
    """Money covers the sum; or the order was paid by a word of its own, and nothing has gone back since."""
    by_word = order.paid and not _covers(before.received, before.total)
    return _covers(order.received, order.total) or (by_word and order.received >= before.received)


def is_shipped(order: Order, before: Order) -> bool:
    """Nothing is left to be shipped; or the order was shipped by a word of its own, and nothing has come back since."""
    by_word = order.shipped and not is_gone(before)
    return is_gone(order) or (by_word and _sum(order) >= _sum(before) and _pieces(order) >= _pieces(before))


def was_paid(order: Order) -> bool:
    """Whether the order has been paid, whatever went back later."""
    return order.paid or _covers(order.settled(PAYMENT), order.total)


def was_shipped(order: Order) -> bool:
    """Whether the order has been shipped, whatever came back later."""
    return order.shipped or is_gone(order, returns=False)


def is_gone(order: Order, *, returns: bool = True) -> bool:
    """Whether documents say that nothing is left to be shipped: a part of an order is not an order (onec-exchange 4.1).

    Each row of goods is counted where every document names its goods, the sums otherwise; a shipment that names neither
    is of the whole order. ``returns``: what came back counts as not shipped.
    """
    moved = [one for one in order.settlements if one.done and (one.kind == SHIPMENT or (returns and one.kind == RETURN))]
    shipments = [one for one in moved if one.kind == SHIPMENT]
    if not shipments:
        return False
    if order.lines and all(one.goods for one in moved):
        rows = [line for line in order.lines if not line.is_service] or order.lines
        wanted = quantities((item_of(line), line.quantity) for line in rows)
        gone = quantities((each.item, _sign(one) * each.quantity) for one in moved for each in one.goods)
        return all(gone.get(item, 0) >= quantity for item, quantity in wanted.items())
    came_back = sum((one.amount for one in moved if one.kind == RETURN), Decimal(0))
    whole = not came_back and any(not one.goods and not one.amount for one in shipments)
    return whole or _covers(sum((one.amount for one in shipments), -came_back), order.total)


def quantities(rows: Iterable[tuple[str, Decimal]]) -> dict[str, Decimal]:
    """How much there is of each item."""
    found: dict[str, Decimal] = defaultdict(Decimal)
    for item, quantity in rows:
        found[item] += quantity
    return found


def _covers(came: Decimal, total: Decimal) -> bool:
    """An order of no sum is covered by nothing."""
    return came >= total > 0


def _sum(order: Order) -> Decimal:
    """Of the goods that went and did not come back."""
    return order.settled(SHIPMENT) - order.settled(RETURN)


def _pieces(order: Order) -> Decimal:
    """Of the same goods."""
    moved = (one for one in order.settlements if one.done)
    return sum((_sign(one) * each.quantity for one in moved for each in one.goods), Decimal(0))


def _sign(one: Settlement) -> int:
    return -1 if one.kind == RETURN else 1
