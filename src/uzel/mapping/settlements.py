"""Payments, shipments, refunds and returns beside an order: what each says, and what they make of the order together.

They come inside their order, in its container, or alone; one that is not mentioned stays as it was (onec-exchange 2.1, 4.1).
"""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from itertools import chain, repeat, starmap
from typing import Any

from uzel.commerceml.document import Document
from uzel.mapping.requisite_rows import READY_NAMES
from uzel.mapping.requisites import EXTRA, parse_flag, read
from uzel.mapping.rules import NodeRules
from uzel.mapping.settled import is_paid, is_shipped, quantities
from uzel.model import Order, OrderLine
from uzel.model.codec import from_json, to_json
from uzel.model.order import Moved, Settlement, SettlementKind, extras_of, item_of

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
TEXT_CHARACTERS = 1000  # of a requisite, as 1C cuts them
KEPT_GOODS = 500  # items of it; of more the sum alone is kept


def kind_of(document: Document) -> SettlementKind | None:
    """What a document says, by its operation, compared without case as 1C does; ``None``: nothing of an order."""
    kind = OPERATIONS.get(document.operation.strip().lower())
    return _BACK.get(kind, kind) if kind and _flag(document, IS_RETURN) else kind


def with_settlements(
    order: Order, documents: Iterable[Document], rules: NodeRules, *, told: Collection[str], before: Order | None = None
) -> Order:
    """The order with what the documents say. ``told``: fields of which the order itself has spoken; its word goes first.

    ``before``: what the order was before this news, if that is not ``order``. A field of the deal of which several speak
    is as the last news of it said: a document that says what it always said is no news.
    """
    known = {(one.kind, one.key): one for one in order.settlements}
    news: dict[str, str] = {}
    for document in documents:
        kind = kind_of(document)
        if kind is None:
            continue
        place = kind, key_of(document)
        if _flag(document, DELETION_MARK):
            known.pop(place, None)
        else:
            heard = known[place].said if place in known else ()
            known[place] = _settlement(document, *place, rules)
            news |= dict(one for one in known[place].said if one not in heard and one[0] not in told)
    settled = replace(order, settlements=tuple(known[place] for place in sorted(known)))
    settled = settled.with_extras(news) if news else settled
    return replace(
        settled,
        paid=order.paid if "paid" in told else is_paid(settled, before or order),
        shipped=order.shipped if "shipped" in told else is_shipped(settled, before or order),
    )


def kept_of(document: Document) -> dict[str, Any]:
    """All that is read here of a document, as JSON: what must be kept of one whose order has not come yet."""
    said = {name: document.requisite(name) for name in FLAGS}
    texts = {name: text for name in sorted(READY_NAMES) if (text := document.requisite(name)) is not None}
    return {
        "document_id": document.document_id,
        "number": document.number[:NUMBER_CHARACTERS],
        "date": None if document.date is None else document.date.isoformat(),
        "operation": document.operation.strip(),
        "total": None if document.total is None else to_json(document.total),
        **_kept_goods(document),
        "flags": {name: value[:FLAG_CHARACTERS] for name, value in said.items() if value is not None},
        **({"texts": {name: text[:TEXT_CHARACTERS] for name, text in texts.items()}} if texts else {}),
    }


def from_kept(kept: Mapping[str, Any]) -> Document:
    """The document that :func:`kept_of` was made of, as far as it is read here."""
    return Document(
        document_id=kept["document_id"],
        number=kept["number"],
        date=None if kept["date"] is None else dt.date.fromisoformat(kept["date"]),
        operation=kept["operation"],
        total=None if kept["total"] is None else Decimal(kept["total"]),
        lines=_rows_of(kept),
        requisites={name: (value,) for name, value in (kept["flags"] | kept.get("texts", {})).items()},
    )


def _settlement(document: Document, kind: SettlementKind, key: str, rules: NodeRules) -> Settlement:
    goods = _goods(document) if kind in (SHIPMENT, RETURN) else ()
    said = extras_of(_said(document, rules)) if kind in (PAYMENT, SHIPMENT) else ()
    return Settlement(key, kind, _amount(document), _is_done(document, kind), goods, said)


def _said(document: Document, rules: NodeRules) -> dict[str, str]:
    """What it says for fields of the deal: УНФ moves the delivery and the way of payment there (onec-exchange 4.1)."""
    texts = {name: values[0] if values else "" for name, values in document.requisites.items()}
    return {name: value for name, value in read(texts, rules)[0].items() if name.startswith(EXTRA)}


def _amount(document: Document) -> Decimal:
    """Its sum; that of its rows where it has any: a part of an order may travel with the order's sum."""
    listed = sum((line.total for line in document.lines or ()), Decimal(0))
    return listed or document.total or Decimal(0)


def _goods(document: Document) -> tuple[Moved, ...]:
    return tuple(starmap(Moved, sorted(quantities((item_of(line), line.quantity) for line in document.lines or ()).items())))


def _kept_goods(document: Document) -> dict[str, Any]:
    goods = _goods(document)
    if len(goods) > KEPT_GOODS:
        return {"total": to_json(_amount(document))}
    return {"goods": to_json(goods), "amount": to_json(_amount(document))} if goods else {}


def _rows_of(kept: Mapping[str, Any]) -> tuple[OrderLine, ...] | None:
    """Rows that say what was moved; what all of it cost stands on the first."""
    amounts = chain((Decimal(kept.get("amount", 0)),), repeat(Decimal(0)))
    moved = (from_json(Moved, one) for one in kept.get("goods", ()))
    return (
        tuple(OrderLine(one.item, "", one.quantity, Decimal(0), cost) for one, cost in zip(moved, amounts, strict=False))
        or None
    )


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
