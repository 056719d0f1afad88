"""A document of 1C ↔ an order of ours.

What a document does not mention stays as it was (invariant 6); what it mentions counts, even when empty.
"""

from collections.abc import Iterable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from uzel.commerceml.document import ORDER_OPERATION, Document, DocumentCounterparty
from uzel.mapping import requisites, stages
from uzel.mapping.rules import NodeRules
from uzel.model import Counterparty, LegalDetails, Order, Problem, Responsible
from uzel.model.order import CANCELED

BUYER = "Покупатель"
PAYMENT_OPERATIONS = ("Выплата наличных денег", "Выплата безналичных денег", "Эквайринговая операция")
SHIPMENT_OPERATION = "Отпуск товара"


def order_of(document: Document, previous: Order | None, rules: NodeRules) -> tuple[Order, list[Problem]]:
    """What the node now says of the order, over what it said before; and what could not be understood."""
    before = previous or Order(document.document_id)
    values = {name: (found[0] if found else "") for name, found in document.requisites.items()}
    fields, unreadable = requisites.read(values, rules)
    order = _with_requisites(_with_elements(before, document), fields, values)
    order = _with_subordinates(order, document.subordinates)
    problems = [Problem("requisite_unreadable", name, f"Значение «{values[name]}» не понято") for name in unreadable]
    return replace(order, status=_status(order, before, values, rules, new=previous is None)), problems


def document_of(order: Order, rules: NodeRules) -> Document:
    """The document that tells the base what the order should be."""
    fields = {
        "promo_code": order.promo_code,
        "bonus_card_number": order.bonus_card_number,
        "paid_by_bonus": order.paid_by_bonus,
        "responsible.personnel_number": order.responsible.personnel_number,
        "responsible.full_name": order.responsible.full_name,
    }
    return Document(
        document_id=order.document_id,
        number=order.number,
        date=order.date,
        time=order.time,
        operation=ORDER_OPERATION,
        role="Продавец",
        currency=order.currency,
        rate=Decimal(1),
        total=order.total,
        counterparties=(DocumentCounterparty(BUYER, order.counterparty),),
        comment=order.comment,
        lines=order.lines,
        requisites=_status_requisites(order, rules) | requisites.write(fields, rules),
        number_in_node=order.number_in_node,
        date_in_node=order.date_in_node,
    )


def _with_elements(order: Order, document: Document) -> Order:
    found: dict[str, Any] = {
        "document_id": document.document_id or None,
        "number": document.number or None,
        "date": document.date,
        "time": document.time,
        "currency": document.currency or None,
        "total": document.total,
        "comment": document.comment,
        "lines": document.lines,
        "number_in_node": document.number_in_node or None,
        "date_in_node": document.date_in_node,
    }
    if order.date == document.date and order.date is not None:
        found["time"] = order.time or document.time  # 1C keeps no time of a site order (onec-exchange 3.2)
    buyer = _buyer(document.counterparties)
    if buyer:
        found["counterparty"] = _merged_counterparty(order.counterparty, buyer)
    return replace(order, **{name: value for name, value in found.items() if value is not None})


def _buyer(parties: Iterable[DocumentCounterparty]) -> Counterparty | None:
    listed = list(parties)
    chosen = next((party for party in listed if party.role == BUYER), listed[0] if listed else None)
    return chosen.counterparty if chosen else None


def _merged_counterparty(old: Counterparty, new: Counterparty) -> Counterparty:
    """The newly named counterparty; what the file is silent about stays if it is the same one."""
    if old.counterparty_id != new.counterparty_id and old != Counterparty() and old.counterparty_id:
        return new
    legal = LegalDetails(*(getattr(new.legal, f) or getattr(old.legal, f) for f in LegalDetails.__slots__))
    kept = {f: getattr(new, f) or getattr(old, f) for f in Counterparty.__slots__ if f not in ("legal", "is_company")}
    return Counterparty(**kept, legal=legal, is_company=new.is_company or old.is_company)


def _with_requisites(order: Order, fields: dict[str, Any], values: dict[str, str]) -> Order:
    plain = {name: value for name, value in fields.items() if "." not in name}
    person = {name.partition(".")[2]: value for name, value in fields.items() if name.startswith("responsible.")}
    if "paid" not in plain and "posted" in plain:  # UT writes only the date of a full payment (onec-exchange 4.1)
        plain["paid"] = bool(values.get(requisites.PAID_ON))
    if "shipped" not in plain and "posted" in plain:
        plain["shipped"] = bool(values.get(requisites.SHIPPED_ON))
    if person:
        plain["responsible"] = replace(Responsible(), **person)
    return replace(order, **plain)


def _with_subordinates(order: Order, subordinates: Iterable[Document]) -> Order:
    """Payments and shipments that name the order; a return does not unpay it, the flag of the order does."""
    for document in subordinates:
        if document.operation in PAYMENT_OPERATIONS and _said(document, "Оплачен", "Оплачено"):
            order = replace(order, paid=order.paid or (document.total or Decimal(0)) >= order.total > 0)
        if document.operation == SHIPMENT_OPERATION and _said(document, "Отгружен", "Отгружено"):
            order = replace(order, shipped=True)
    return order


def _said(document: Document, *names: str) -> bool:
    return any((document.requisite(name) or "").strip().lower() == "true" for name in names)


def _status(order: Order, before: Order, values: dict[str, str], rules: NodeRules, *, new: bool) -> str:
    """Canceled, or the code the base gives, or what the flags say."""
    canceled = values.get(requisites.CANCELED)
    if order.deletion_mark or (canceled is not None and _true(canceled)):
        return CANCELED
    code = values.get(requisites.STATUS_ID) or _code_in_brackets(values.get(requisites.STATUS, ""))
    if code:
        return code
    from_1c = "Проведен" in values
    revived = canceled is not None or (rules.absence_revives and from_1c)
    if before.status.startswith("@") or new:
        if before.status == CANCELED and not revived:
            return CANCELED
        return stages.flag_status(paid=order.paid, shipped=order.shipped)
    return before.status


def _true(text: str) -> bool:
    try:
        return requisites.parse_flag(text)
    except ValueError:
        return False


def _code_in_brackets(text: str) -> str:
    """``[N] Принят`` → ``N`` (onec-exchange 3.3); a bare name gives nothing."""
    return text[1 : text.index("]")].strip() if text.startswith("[") and "]" in text else ""


def _status_requisites(order: Order, rules: NodeRules) -> dict[str, tuple[str, ...]]:
    found = {requisites.CANCELED: ("true" if order.canceled else "false",)}
    if not order.status.startswith("@"):
        found[requisites.STATUS_ID] = (order.status,)
        found[requisites.STATUS] = (f"[{order.status}] {stages.status_name(order.status, rules)}".strip(),)
    return found
