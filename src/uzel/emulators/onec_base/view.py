"""The orders of the base in plain neutral fields, ready for JSON and for comparing with the other side."""

from decimal import Decimal
from typing import Any

from uzel.emulators.onec_base.records import Books, Counterparty, Line, Order


def plain_number(value: Decimal) -> str:
    """A number without trailing zeros and without an exponent."""
    return format(value.normalize(), "f") if value else "0"


def plain_order(order: Order, books: Books) -> dict[str, Any]:
    """One order; every number is a string, every moment is ISO."""
    return {
        "document_id": order.document_id,
        "number": order.site_number,
        "date": order.site_date.isoformat() if order.site_date else "",
        "number_in_1c": order.number_in_1c,
        "date_in_1c": order.date_in_1c.isoformat(),
        "total": plain_number(order.total),
        "currency": order.currency,
        "status": order.status,
        "comment": order.comment,
        "lines": [_plain_line(line) for line in order.lines],
        "counterparty": _plain_counterparty(books.counterparties.get(order.counterparty_id)),
        "responsible": {"personnel_number": order.responsible.personnel_number, "name": order.responsible.name},
        "promo_code": order.promo_code,
        "bonus_card_number": order.bonus_card_number,
        "paid_by_bonus": plain_number(order.paid_by_bonus),
        "posted": order.posted,
        "paid": order.paid,
        "shipped": order.shipped,
        "canceled": order.canceled,
        "deletion_mark": order.deletion_mark,
    }


def _plain_line(line: Line) -> dict[str, Any]:
    return {
        "item_id": line.item_id,
        "name": line.name,
        "quantity": plain_number(line.quantity),
        "price": plain_number(line.price),
        "discount": plain_number(line.discount),
        "total": plain_number(line.total),
        "vat_rate": None if line.vat_rate is None else plain_number(line.vat_rate),
        "measure_code": line.measure_code.strip(),
    }


def _plain_counterparty(one: Counterparty | None) -> dict[str, Any]:
    found = one or Counterparty("", "")
    return {
        "id": found.counterparty_id,
        "name": found.name,
        "full_name": found.full_name,
        "is_company": found.is_company,
        "inn": found.inn,
        "kpp": found.kpp,
        "phone": found.phone,
        "email": found.email,
    }
