"""Payments, shipments, refunds and returns beside an order: what each says, and what they make of the order together.

They come inside their order, in its container, or alone; one that is not mentioned stays as it was (onec-exchange 2.1, 4.1).
"""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from uzel.commerceml.document import Document
from uzel.mapping.requisites import parse_flag
from uzel.model import Order
from uzel.model.codec import to_json
from uzel.model.order import Settlement, SettlementKind

PAYMENT, REFUND, SHIPMENT, RETURN = SettlementKind

OPERATIONS: Mapping[str, SettlementKind] = {
    "выплата наличных денег": PAYMENT,
    "выплата безналичных денег": PAYMENT,
    "эквайринговая операция": PAYMENT,
    "возврат наличных денег": REFUND,
    "возврат безналичных денег": REFUND,
    "отпуск товара": SHIPMENT,
    "возврат товара": RETURN,
}
_BACK = {PAYMENT: REFUND, SHIPMENT: RETURN}
DELETION_MARK, POSTED, IS_RETURN = "ПометкаУдаления", "Проведен", "ПризнакВозврата"
PAID, SHIPPED = ("Оплачен", "Оплачено"), ("Отгружен", "Отгружено")
FLAGS = (DELETION_MARK, POSTED, IS_RETURN, *PAID, *SHIPPED)
FLAG_CHARACTERS, NUMBER_CHARACTERS = 20, 200  # kept of a document that waits; a longer flag is none


def kind_of(document: Document) -> SettlementKind | None:
    """What a document says, by its operation, compared without case as 1C does; ``None``: nothing of an order."""
    kind = OPERATIONS.get(document.operation.strip().lower())
    return _BACK.get(kind, kind) if kind and _flag(document, IS_RETURN) else kind


def with_settlements(order: Order, documents: Iterable[Document], *, told: Collection[str]) -> Order:
    """The order with what the documents say. ``told``: fields of which the order itself has spoken; its word goes first.

    Only a refund, or a payment that is taken back, makes a paid order unpaid: what is missing unpays nothing.
    """
    known = {(one.kind, one.key): one for one in order.settlements}
    for document in documents:
        kind = kind_of(document)
        if kind is None:
            continue
        place = kind, key_of(document)
        if _flag(document, DELETION_MARK):
            known.pop(place, None)
        else:
            known[place] = Settlement(place[1], kind, document.total or Decimal(0), _is_done(document, kind))
    settled = replace(order, settlements=tuple(known[place] for place in sorted(known)))
    return replace(
        settled,
        paid=order.paid if "paid" in told else _is_paid(settled, order),
        shipped=order.shipped if "shipped" in told else _is_shipped(settled),
    )


def kept_of(document: Document) -> dict[str, Any]:
    """All that is read here of a document, as JSON: what must be kept of one whose order has not come yet."""
    said = {name: document.requisite(name) for name in FLAGS}
    return {
        "document_id": document.document_id,
        "number": document.number[:NUMBER_CHARACTERS],
        "date": None if document.date is None else document.date.isoformat(),
        "operation": document.operation.strip(),
        "total": None if document.total is None else to_json(document.total),
        "flags": {name: value[:FLAG_CHARACTERS] for name, value in said.items() if value is not None},
    }


def from_kept(kept: Mapping[str, Any]) -> Document:
    """The document that :func:`kept_of` was made of, as far as it is read here."""
    return Document(
        document_id=kept["document_id"],
        number=kept["number"],
        date=None if kept["date"] is None else dt.date.fromisoformat(kept["date"]),
        operation=kept["operation"],
        total=None if kept["total"] is None else Decimal(kept["total"]),
        requisites={name: (value,) for name, value in kept["flags"].items()},
    )


def _is_paid(order: Order, before: Order) -> bool:
    return order.received >= order.total > 0 or (order.paid and order.received >= before.received)


def _is_shipped(order: Order) -> bool:
    return order.shipped or any(one.done and one.kind == SHIPMENT for one in order.settlements)


def key_of(document: Document) -> str:
    """Its Ид; without one the number, and without that what else it says: sent again it is the same."""
    return document.document_id or document.number or f"{document.date or ''}/{to_json(document.total or '')}"


def _is_done(document: Document, kind: SettlementKind) -> bool:
    """A shipment says that it took place; everything else did unless it says that it did not."""
    if _flag(document, POSTED) is False:
        return False
    flag = _flag(document, *(PAID if kind in (PAYMENT, REFUND) else SHIPPED))
    return bool(flag) if kind == SHIPMENT else flag is not False


def _flag(document: Document, *names: str) -> bool | None:
    """The first of the requisites that the document mentions; ``None`` when it mentions none, or nothing readable."""
    text = next((value for name in names if (value := document.requisite(name)) is not None), None)
    try:
        return None if text is None else parse_flag(text)
    except ValueError:
        return None
