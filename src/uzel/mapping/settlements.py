"""Payments, shipments, refunds and returns beside an order: what each says, and what they make of the order together.

They come inside their order, in its container, or alone; one that is not mentioned stays as it was (onec-exchange 2.1, 4.1).
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from decimal import Decimal

from uzel.commerceml.document import Document
from uzel.mapping.requisites import parse_flag
from uzel.model import Order
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
        place = kind, _key(document)
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


def _is_paid(order: Order, before: Order) -> bool:
    return order.received >= order.total > 0 or (order.paid and order.received >= before.received)


def _is_shipped(order: Order) -> bool:
    return order.shipped or any(one.done and one.kind == SHIPMENT for one in order.settlements)


def _key(document: Document) -> str:
    """Its Ид; without one the number, and without that what else it says: sent again it is the same."""
    return document.document_id or document.number or f"{document.date or ''}/{document.total or ''}"


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
