"""A document of 1C ↔ an order of ours.

What a document does not mention stays as it was (invariant 6); what it mentions counts, even when empty.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from uzel.commerceml.document import ORDER_OPERATION, Document, DocumentCounterparty
from uzel.mapping import requisites, stages
from uzel.mapping.rules import NodeRules
from uzel.mapping.settled import was_paid, was_shipped
from uzel.mapping.settlements import with_settlements
from uzel.model import Counterparty, LegalDetails, Order, Problem, Responsible
from uzel.model.order import CANCELED, SettlementKind
from uzel.sync.match import is_another_buyer
from uzel.sync.same import phone_digits, same

BUYER = "Покупатель"


def order_of(document: Document, previous: Order | None, rules: NodeRules) -> tuple[Order, list[Problem]]:
    """What the node now says of the order, over what it said before; and what could not be understood."""
    before = previous or Order(document.document_id)
    said = _said(document, rules)
    told = _requisites(before, said, rules)
    order = replace(before, **_elements(before, document), **told)
    if document.subordinates or before.settlements:
        order = with_settlements(order, document.subordinates, rules, told={*told, *said.fields}, before=before)
    status = _status(order, before, said, rules, new=previous is None)
    unreadable = ((name, f"Значение «{said.values[name]}» не понято") for name in said.unreadable)
    problems = [Problem("requisite_unreadable", name, what) for name, what in unreadable]
    if said.status is None:
        problems.append(_unknown_status(said.fields["status_name"]))
    return order if status == order.status else replace(order, status=status), problems


def document_of(order: Order, rules: NodeRules) -> Document:
    """The document that tells the base what the order should be."""
    fields = {
        **_status_fields(order, rules),
        "promo_code": order.promo_code,
        "bonus_card_number": order.bonus_card_number,
        "paid_by_bonus": order.paid_by_bonus,
        "responsible.personnel_number": order.responsible.personnel_number,
        "responsible.full_name": order.responsible.full_name,
        **dict(order.extras),
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
        requisites=requisites.write(fields, rules),
        number_in_node=order.number_in_node,
        date_in_node=order.date_in_node,
    )


@dataclass(frozen=True, slots=True)
class _Said:
    """Requisites of a document: texts by name, fields of the order they speak of, and names that were not understood.

    ``status`` is the code that the base gives or names; empty where it does neither, ``None`` for a name nobody knows.
    ``revives``: without «Отменен» it says that the order lives. УНФ and УТ write «Отменен» only when it is true
    (onec-exchange 4.1), in whatever has «Проведен»; for the module of 1С-Битрикс every order does (4.2).
    """

    values: Mapping[str, str]
    fields: Mapping[str, Any]
    unreadable: tuple[str, ...]
    status: str | None
    revives: bool

    @property
    def canceled(self) -> bool | None:
        """``None`` where nothing is said of it."""
        return self.fields.get("canceled")

    @property
    def from_1c(self) -> bool:
        """Whether 1C wrote the document: it always says whether an order is posted."""
        return "posted" in self.fields


def _said(document: Document, rules: NodeRules) -> _Said:
    values = {name: (found[0] if found else "") for name, found in document.requisites.items()}
    fields, unreadable = requisites.read(values, rules)
    if document.number_in_node:
        fields.setdefault("number_in_node", document.number_in_node)
    if document.date_in_node:
        fields.setdefault("date_in_node", document.date_in_node)
    revives = "posted" in fields or (rules.profile == "bitrix" and document.operation == ORDER_OPERATION)
    return _Said(values, fields, tuple(unreadable), _given_status(fields, rules), revives)


def _elements(before: Order, document: Document) -> dict[str, Any]:
    """Fields that the elements of a document mention; numbers in 1C may be said by requisites as well."""
    found: dict[str, Any] = {
        "document_id": document.document_id or None,
        "number": document.number or None,
        "date": document.date,
        "time": document.time,
        "currency": document.currency or None,
        "total": document.total,
        "comment": document.comment,
        "lines": document.lines,
    }
    if before.date == document.date and before.date is not None:
        found["time"] = before.time or document.time  # 1C keeps no time of a site order (onec-exchange 3.2)
    buyer = _buyer(document.counterparties)
    if buyer:
        found["counterparty"] = _merged_counterparty(before.counterparty, buyer)
    return {name: value for name, value in found.items() if value is not None}


def _buyer(parties: Iterable[DocumentCounterparty]) -> Counterparty | None:
    listed = list(parties)
    chosen = next((party for party in listed if party.role == BUYER), listed[0] if listed else None)
    return chosen.counterparty if chosen else None


def _merged_counterparty(old: Counterparty, new: Counterparty) -> Counterparty:
    """The newly named counterparty; what the file is silent about stays if it is the same one."""
    if new == old:
        return old
    named = replace(new, counterparty_id=new.counterparty_id or old.counterparty_id)
    if is_another_buyer(old, named) or (old.name and named.name and not new.counterparty_id and old.name != new.name):
        return new
    legal = LegalDetails(*(getattr(new.legal, f) or getattr(old.legal, f) for f in LegalDetails.__slots__))
    kept = {f: getattr(named, f) or getattr(old, f) for f in Counterparty.__slots__ if f not in ("legal", "is_company")}
    kept["phones"] = _united(new.phones, old.phones, phone_digits)
    kept["emails"] = _united(new.emails, old.emails, str.lower)
    if old.name:  # 1C repeats the name where it was given no other (onec-exchange 3.1)
        kept["full_name"] = old.full_name if kept["full_name"] == kept["name"] else kept["full_name"]
        if legal.official_name == kept["name"]:
            legal = replace(legal, official_name=old.legal.official_name)
    return Counterparty(**kept, legal=legal, is_company=new.is_company or old.is_company)


def _united(new: Sequence[str], old: Sequence[str], key: Callable[[str], str]) -> tuple[str, ...]:
    """Phones or e-mails of the file and those it does not mention; a list that adds none changes nothing."""
    known, listed = set(map(key, old)), set(map(key, new))
    if listed <= known:
        return tuple(old)
    return (*new, *(value for value in old if key(value) not in listed))


def _requisites(before: Order, said: _Said, rules: NodeRules) -> dict[str, Any]:
    """Fields that the requisites mention."""
    extras = {name: value for name, value in said.fields.items() if name.startswith(requisites.EXTRA)}
    aside = requisites.INDIRECT | extras.keys()
    plain = {name: value for name, value in said.fields.items() if "." not in name and name not in aside}
    person = {name.partition(".")[2]: value for name, value in said.fields.items() if name.startswith("responsible.")}
    if rules.dates_are_flags and said.from_1c:
        plain = {flag: bool(said.fields.get(date)) for flag, date in requisites.DATE_OF_FLAG.items()} | plain
    if extras:
        plain["extras"] = before.with_extras(extras).extras
    if person:
        plain["responsible"] = _responsible(before.responsible, Responsible(**person))
    return plain


def _responsible(old: Responsible, new: Responsible) -> Responsible:
    """The newly named employee; of the same one what is not said stays known."""
    if not same("responsible", old, new):
        return new
    return Responsible(new.personnel_number or old.personnel_number, new.full_name or old.full_name)


def _status(order: Order, before: Order, said: _Said, rules: NodeRules, *, new: bool) -> str:
    """Canceled, or the code the base gives or names, or what the flags say."""
    if order.deletion_mark or said.canceled:
        return CANCELED
    if said.status:
        return said.status
    if before.status == CANCELED and said.canceled is None and not said.revives:
        return CANCELED
    flags_moved = (order.paid, order.shipped) != (before.paid, before.shipped)
    if new or before.status.startswith("@") or (said.from_1c and flags_moved):
        return _status_of_flags(order, before, rules, new=new)
    return before.status


def _status_of_flags(order: Order, before: Order, rules: NodeRules, *, new: bool) -> str:
    """What the flags say; but an order that was over stays so when money goes back or goods come back."""
    reached = stages.flag_status(paid=was_paid(order), shipped=was_shipped(order))
    was_there = order.settled(SettlementKind.RETURN) > 0 if new else before.status == reached
    if was_there and stages.is_last(stages.stage_of(reached, rules)):
        return reached
    return stages.flag_status(paid=order.paid, shipped=order.shipped)


def _given_status(fields: Mapping[str, Any], rules: NodeRules) -> str | None:
    """«Статуса заказа ИД», or the code that «Статус заказа» gives in brackets, or the one that its bare name has."""
    text = fields.get("status_name", "").strip()
    code = fields.get("status_id") or _code_in_brackets(text)
    return code or (stages.code_of_name(text, rules) if text else "")


def _unknown_status(name: str) -> Problem:
    what = f"Статуса «{name.strip()[:100]}» нет в таблице статусов узла, стадия не изменена"
    return Problem("status_unknown", "Статус заказа", what)


def _code_in_brackets(text: str) -> str:
    """``[N] Принят`` → ``N`` (onec-exchange 3.3)."""
    return text[1 : text.index("]")].strip() if text.startswith("[") and "]" in text else ""


def _status_fields(order: Order, rules: NodeRules) -> dict[str, Any]:
    found: dict[str, Any] = {"canceled": order.canceled}
    if rules.profile != "ut":  # of an order with payments properties alone are taken, not the element (onec-exchange 3.1)
        found["comment"] = order.comment
    if not order.status.startswith("@"):
        found["status_id"] = order.status
        found["status_name"] = f"[{order.status}] {stages.status_name(order.status, rules)}".strip()
    return found
