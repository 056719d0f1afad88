"""Arithmetic of rows and orders: producers disagree on what a price, a discount and a sum include. Pure.

Сумма of a row and of an order is what the money says; everything else is made to fit it.
"""

from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal

from uzel.model import OrderLine
from uzel.model.order import ZERO

CENT = Decimal("0.01")
HALF_CENT = Decimal("0.005")
PRICE_STEP = Decimal("0.0001")
ONE = Decimal(1)
HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Discount:
    """What ``<Скидки>`` say: money and percent, and how much of the money Сумма does not contain yet."""

    amount: Decimal = ZERO
    percent: Decimal = ZERO
    outside: Decimal = ZERO


NO_DISCOUNT = Discount()


def settle_line(
    price: Decimal | None, quantity: Decimal | None, total: Decimal | None, discount: Discount
) -> tuple[Decimal, Decimal, Decimal, Decimal]:
    """``(price, quantity, total, discount)`` of a row such that ``price × quantity - discount = total`` within rounding."""
    quantity = _quantity(price, total) if quantity is None else quantity
    if discount is NO_DISCOUNT and price is not None and (total is None or price * quantity == total):
        return price, quantity, price * quantity if total is None else total, ZERO
    if price is None:
        price = _price_of(ZERO if total is None else total, quantity, discount.amount)
    gross = price * quantity
    amount = discount.amount or _cents(gross * discount.percent / HUNDRED)
    if total is None:
        return price, quantity, _cents(gross - amount), amount
    return _fitted(price, quantity, total, amount, discount.outside)


def _fitted(
    price: Decimal, quantity: Decimal, total: Decimal, amount: Decimal, outside: Decimal
) -> tuple[Decimal, Decimal, Decimal, Decimal]:
    gap, rounding = price * quantity - total, abs(quantity) * HALF_CENT + CENT
    if abs(gap - amount) <= rounding:  # the price is before the discount, the sum after it: UNF, UT
        return price, quantity, total, amount
    if outside and abs(gap - amount + outside) <= rounding:  # the sum still waits for the discount
        return price, quantity, total - outside, amount
    if abs(gap) <= rounding:  # both are after the discount: Bitrix (onec-exchange 3.3)
        return _price_of(total, quantity, amount), quantity, total, amount
    return price, quantity, total, max(gap, ZERO)  # a discount nobody spelled out


def _quantity(price: Decimal | None, total: Decimal | None) -> Decimal:
    return (total / price).quantize(PRICE_STEP, ROUND_HALF_UP).normalize() if price and total else ONE


def _price_of(total: Decimal, quantity: Decimal, discount: Decimal) -> Decimal:
    return ((total + discount) / quantity).quantize(PRICE_STEP, ROUND_HALF_UP) if quantity else total


def _cents(value: Decimal) -> Decimal:
    return value.quantize(CENT, ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Settled:
    """Lines and total of an order; ``gap`` is what still differs between the two and cannot be explained."""

    lines: tuple[OrderLine, ...]
    total: Decimal
    gap: Decimal = ZERO


def settle_order(lines: tuple[OrderLine, ...], total: Decimal | None, discount: Discount) -> Settled:
    """Make rows add up to the order: what only the whole order knows (discount, VAT on top) goes into the rows."""
    listed = sum([line.total for line in lines], ZERO)
    if total == listed:
        return Settled(lines, listed)
    if total is None:
        total = listed - discount.outside
    gap, rounding = listed - total, CENT * max(1, len(lines))
    if abs(gap) <= rounding:
        return Settled(lines, total)
    if abs(gap + sum(map(_vat_on_top, lines), ZERO)) <= rounding:
        return Settled(tuple(map(_vat_inside, lines)), total)
    if lines and gap > 0 and abs(gap - (discount.amount or _cents(listed * discount.percent / HUNDRED))) <= rounding:
        return Settled(_spread(lines, gap), total)
    return Settled(lines, total, gap)


def _vat_on_top(line: OrderLine) -> Decimal:
    return ZERO if line.vat_included else vat_of(line)


def _vat_inside(line: OrderLine) -> OrderLine:
    """The same row with its VAT in its sum, as the sum of the order counts it."""
    total = line.total + _vat_on_top(line)
    price = line.price if line.vat_included else _price_of(total, line.quantity, line.discount)
    return replace(line, price=price, total=total, vat_included=True)


def vat_of(line: OrderLine) -> Decimal:
    """VAT of a row in money, inside its sum or on top of it."""
    rate = line.vat_rate or ZERO
    return _cents(line.total * rate / (HUNDRED + rate if line.vat_included else HUNDRED))


def _spread(lines: tuple[OrderLine, ...], amount: Decimal) -> tuple[OrderLine, ...]:
    """Take the amount off the rows in proportion to their sums; kopecks left over go off the dearest row."""
    base = sum([line.total for line in lines if line.total > 0], ZERO)
    shares = [_cents(amount * line.total / base) if line.total > 0 else ZERO for line in lines]
    dearest = max(range(len(lines)), key=lambda place: lines[place].total)
    shares[dearest] += amount - sum(shares, ZERO)
    return tuple(
        replace(line, total=line.total - share, discount=line.discount + share)
        for line, share in zip(lines, shares, strict=True)
    )
