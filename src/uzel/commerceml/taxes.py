"""VAT and discounts of rows: ``Налоги``, ``СтавкиНалогов``, ``Скидки`` (onec-exchange 3.1, 3.2)."""

import re
from decimal import Decimal
from functools import lru_cache

from uzel.commerceml import tags
from uzel.commerceml.notes import Notes
from uzel.commerceml.sums import NO_DISCOUNT, Discount, vat_of
from uzel.commerceml.values import LONGEST_VALUE_CHARACTERS, parse_number, plain, write_amount
from uzel.commerceml.xml_read import Element, Parts, number_of, row_place
from uzel.commerceml.xml_write import XmlWriter
from uzel.model import OrderLine
from uzel.model.order import ZERO

_RATE = re.compile(r"(\d{1,2}(?:[.,]\d{1,2})?)(?=\D|$)")
_FALSE = ("false", "0")


def read_vat(parts: Parts, notes: Notes, position: int = 0) -> tuple[Decimal | None, bool]:
    """Rate in percent (``None`` is «без НДС» or silence) and whether the row's sum contains the tax."""
    tax = _vat_in(parts.get(tags.TAXES))
    text = _rate_text(tax) or _rate_text(_vat_in(parts.get(tags.TAX_RATES)))
    if not text:
        return None, True
    try:
        rate = parse_rate(text)
    except ValueError:
        what = f"Ставка «{text[:LONGEST_VALUE_CHARACTERS]}» не понята, принято «без НДС»"
        notes.add("vat_rate_unknown", row_place(position, tags.TAX_PERCENT), what)
        return None, True
    flag = None if tax is None or rate is None else _child(tax, 1, tags.IN_TOTAL)
    return rate, flag is None or (flag.text or "").strip() not in _FALSE


def _vat_in(block: Element | None) -> Element | None:
    """The tax named НДС, or the only tax there is."""
    if block is None:
        return None
    if len(block) == 1:
        return block[0]
    return next((tax for tax in block if tags.VAT in (tax.findtext(tags.NAME) or "").upper()), None)


def _rate_text(tax: Element | None) -> str:
    rate = None if tax is None else _child(tax, -1, tags.TAX_PERCENT)
    return "" if rate is None else (rate.text or "").strip()


def _child(tax: Element, usual: int, tag: str) -> Element | None:
    """A child by its tag; its usual place is tried first, because this is asked of every row."""
    if len(tax) > 1:
        child = tax[usual]
        if child.tag == tag:
            return child
    return tax.find(tag)


@lru_cache(maxsize=256)
def parse_rate(text: str) -> Decimal | None:
    """``20``, ``20%``, ``НДС 20/120``, ``10.00`` → percent; ``Без НДС`` → ``None``; ValueError when it is neither."""
    found = _RATE.search(text) if len(text) <= LONGEST_VALUE_CHARACTERS else None
    if found:
        return parse_number(found.group(1))
    if text.strip().lower().startswith("без"):
        return None
    raise ValueError(f"not a rate: {text!r}")


def read_discount(block: Element | None, notes: Notes, position: int = 0) -> Discount:
    """All discounts of a row (or of the document, position 0) together."""
    if block is None or not len(block):
        return NO_DISCOUNT
    amount, percent, outside = ZERO, ZERO, ZERO
    for element in block:
        parts = {child.tag: child for child in element}
        money = number_of(parts, tags.SUM, notes, position) or ZERO
        amount += money
        percent += number_of(parts, tags.PERCENT, notes, position) or ZERO
        flag = parts.get(tags.IN_TOTAL)
        if flag is not None and (flag.text or "").strip() in _FALSE:
            outside += money
    return Discount(amount, percent, outside)


def write_rate(out: XmlWriter, rate: Decimal | None) -> None:
    """``СтавкиНалогов`` of a row or of goods: the place where 1C looks for the rate."""
    with out.block(tags.TAX_RATES), out.block(tags.TAX_RATE):
        out.leaf(tags.NAME, tags.VAT)
        out.leaf(tags.TAX_PERCENT, _rate(rate))


def write_tax(out: XmlWriter, line: OrderLine) -> None:
    """``Налоги`` of a row: nothing without a rate."""
    if line.vat_rate is None:
        return
    with out.block(tags.TAXES), out.block(tags.TAX):
        out.leaf(tags.NAME, tags.VAT)
        out.leaf(tags.IN_TOTAL, "true" if line.vat_included else "false")
        out.leaf(tags.SUM, write_amount(vat_of(line)))
        out.leaf(tags.TAX_PERCENT, _rate(line.vat_rate))


def write_discount(out: XmlWriter, line: OrderLine) -> None:
    """``Скидки`` of a row: nothing without a discount; the sum of the row already contains it."""
    if not line.discount:
        return
    with out.block(tags.DISCOUNTS), out.block(tags.DISCOUNT):
        out.leaf(tags.NAME, tags.DISCOUNT_NAME)
        out.leaf(tags.SUM, write_amount(line.discount))
        out.leaf(tags.IN_TOTAL, "true")


def _rate(rate: Decimal | None) -> str:
    return tags.WITHOUT_VAT if rate is None else plain(rate)
