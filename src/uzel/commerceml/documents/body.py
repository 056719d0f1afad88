"""What all kinds of documents have in common, element by element (onec-exchange 3.2)."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from uzel.commerceml import tags
from uzel.commerceml.dialects import Dialect
from uzel.commerceml.document import Document
from uzel.commerceml.errors import UnwritableDocument
from uzel.commerceml.lines import write_lines
from uzel.commerceml.notes import Notes
from uzel.commerceml.parties import read_counterparties, write_counterparties
from uzel.commerceml.requisites import read_requisites, write_requisites
from uzel.commerceml.values import parse_currency, parse_time, plain, write_amount
from uzel.commerceml.xml_read import Parts, moment_of, number_of, text_of
from uzel.commerceml.xml_write import XmlWriter
from uzel.model import OrderLine, Problem

ID_CHARACTERS, NUMBER_CHARACTERS, COMMENT_CHARACTERS, CURRENCY_CHARACTERS = 40, 255, 3000, 3
AMOUNT_LIMIT = Decimal(10) ** 15  # roubles; the XSD has room for 16 digits before the point
_OPERATIONS = {name.lower(): name for name in tags.OPERATIONS}


@dataclass(frozen=True, slots=True)
class Nested:
    """Where a document stands (``container``) and what stands in it."""

    container: int | None = None
    subordinates: tuple[Document, ...] = ()


def read_body(
    parts: Parts, notes: Notes, nested: Nested, total: Decimal | None, lines: tuple[OrderLine, ...] | None
) -> Document:
    """The record; money and rows come from the kind of the document, because each kind counts them its own way."""
    moment = moment_of(parts, tags.DATE, notes)
    parties = parts.get(tags.COUNTERPARTIES)
    operation = text_of(parts, tags.OPERATION)
    return Document(
        document_id=text_of(parts, tags.ID),
        number=text_of(parts, tags.NUMBER),
        date=moment.date() if moment else None,
        time=_read_time(parts, notes, moment),
        operation=_OPERATIONS.get(operation.lower(), operation),
        role=text_of(parts, tags.ROLE),
        currency=_read_currency(parts, notes),
        rate=number_of(parts, tags.RATE, notes),
        total=total,
        counterparties=() if parties is None else read_counterparties(parties, notes),
        comment=text_of(parts, tags.COMMENT) if tags.COMMENT in parts else None,
        lines=lines,
        requisites=_read_requisites(parts),
        basis_ids=_read_basis(parts),
        subordinates=nested.subordinates,
        container=nested.container,
        version_number=text_of(parts, tags.VERSION_NUMBER),
        number_in_node=text_of(parts, tags.NUMBER_IN_NODE),
        date_in_node=moment_of(parts, tags.DATE_IN_NODE, notes),
        problems=tuple(notes.problems),  # last: by now everything has been read
    )


def refused(parts: Parts, place: str, code: str, what: str) -> Document:
    """A document that is not read at all, only named, so that it gets its verdict."""
    return Document(
        document_id=text_of(parts, tags.ID)[:ID_CHARACTERS],
        number=text_of(parts, tags.NUMBER)[:NUMBER_CHARACTERS],
        operation=text_of(parts, tags.OPERATION)[:NUMBER_CHARACTERS],
        problems=(Problem(code, place, what, fatal=True),),
    )


def _read_time(parts: Parts, notes: Notes, moment: dt.datetime | None) -> dt.time | None:
    """Время, or the hour inside Дата where a producer put both together."""
    text = text_of(parts, tags.TIME)
    if not text:
        return moment.time() if moment and moment.time() != dt.time() else None
    try:
        return parse_time(text)
    except ValueError:
        notes.add("time_unreadable", tags.TIME, f"Значение «{text[:40]}» не похоже на время")
        return None


def _read_currency(parts: Parts, notes: Notes) -> str:
    """Money in a currency nobody knows cannot be taken for roubles: the document is refused."""
    text = text_of(parts, tags.CURRENCY)[:40]
    currency = parse_currency(text) if text else ""
    if text and not currency:
        notes.add("currency_unknown", tags.CURRENCY, f"Неизвестная валюта «{text}»", fatal=True)
    return currency


def _read_requisites(parts: Parts) -> dict[str, tuple[str, ...]]:
    block = parts.get(tags.REQUISITES)
    found = {} if block is None else read_requisites(block)
    for name in tags.FLAGS:
        if name in parts and name not in found:
            found[name] = (text_of(parts, name),)
    return found


def _read_basis(parts: Parts) -> tuple[str, ...]:
    """Every ``<Основание>``, written as text or with an Ид inside."""
    last = parts.get(tags.BASIS)
    if last is None:
        return ()
    holders = [last, *last.itersiblings(tags.BASIS, preceding=True)][::-1]
    named = ((holder.findtext(tags.ID) or holder.text or "").strip() for holder in holders)
    return tuple(filter(None, named))


def check_writable(document: Document, *, money: bool) -> None:
    """Refuse what the receiver would refuse; one bad document fails the whole load of UNF (onec-exchange 1.3, 3.1)."""
    faults = (
        (not document.document_id, "нет Ид"),
        (len(document.document_id) > ID_CHARACTERS, f"Ид длиннее {ID_CHARACTERS} знаков"),
        (not document.number.strip(), "нет номера"),
        (len(document.number) > NUMBER_CHARACTERS, f"номер длиннее {NUMBER_CHARACTERS} знаков"),
        (document.date is None, "нет даты"),
        (document.operation not in tags.OPERATIONS, f"неизвестная хозоперация «{document.operation}»"),
        (money and len(document.currency) != CURRENCY_CHARACTERS, f"валюта «{document.currency}» не из трёх букв"),
        (money and document.total is None, "нет суммы"),
        (not _amounts_fit(document), "сумма или количество не число или слишком велики"),
    )
    fault = next((what for wrong, what in faults if wrong), "")
    if fault:
        raise UnwritableDocument(f"Документ {document.number or document.document_id or '?'}: {fault}")


def _amounts_fit(document: Document) -> bool:
    amounts = [document.total or Decimal(0), document.rate or Decimal(0)]
    for line in document.lines or ():
        amounts += (line.price, line.quantity, line.total, line.discount, line.vat_rate or Decimal(0))
    return all(amount.is_finite() and abs(amount) < AMOUNT_LIMIT for amount in amounts)


def write_body(out: XmlWriter, document: Document, dialect: Dialect, *, parties: bool) -> None:
    """Elements in the order of the XSD; ``parties`` says whether Контрагенты are written even when there are none."""
    _write_head(out, document, dialect)
    if parties or document.counterparties:
        write_counterparties(out, document.counterparties)
    if document.time is not None:
        out.leaf(tags.TIME, document.time.isoformat(timespec="seconds"))
    if document.comment is not None:
        out.leaf(tags.COMMENT, document.comment, COMMENT_CHARACTERS)
    if document.lines is not None:
        write_lines(out, document.lines)
    write_requisites(out, document.requisites)


def _write_head(out: XmlWriter, document: Document, dialect: Dialect) -> None:
    assert document.date is not None, "checked by check_writable"
    out.leaf(tags.ID, document.document_id)
    out.leaf(tags.NUMBER, document.number)
    out.leaf(tags.DATE, document.date.isoformat())
    out.leaf(tags.OPERATION, document.operation)
    out.leaf(tags.ROLE, document.role if document.role in tags.ROLES else tags.SELLER)
    out.leaf(tags.CURRENCY, document.currency)
    out.leaf(tags.RATE, plain(document.rate if document.rate is not None else Decimal(1)))
    out.leaf(tags.SUM, write_amount(document.total if document.total is not None else Decimal(0)))
    if dialect.node_number:
        out.optional(tags.VERSION_NUMBER, document.version_number)
        out.optional(tags.NUMBER_IN_NODE, document.number_in_node)
        out.optional(tags.DATE_IN_NODE, document.date_in_node.isoformat(timespec="seconds") if document.date_in_node else "")
    if dialect.container:
        for basis_id in document.basis_ids:
            out.leaf(tags.BASIS, basis_id)
