"""``Контрагенты``: who the document names, in which role (onec-exchange 3.1, 3.2)."""

from collections.abc import Iterable

from uzel.commerceml import tags
from uzel.commerceml.document import DocumentCounterparty
from uzel.commerceml.notes import Notes
from uzel.commerceml.values import one_line
from uzel.commerceml.xml_read import Element, Parts, text_of
from uzel.commerceml.xml_write import XmlWriter
from uzel.model import Counterparty, LegalDetails

ID_CHARACTERS, NAME_CHARACTERS = 40, 250
INN_CHARACTERS, KPP_CHARACTERS = (10, 12), (9,)
PHONE_WORDS = ("телефон", "мобильный", "рабочий", "домашний", "phone", "tel", "моб")
EMAIL_WORDS = ("почта", "электроннаяпочта", "email", "e-mail", "mail", "эл.почта", "адресэлектроннойпочты")
LEGAL_TAGS = frozenset((tags.INN, tags.KPP, tags.OKPO, tags.OFFICIAL_NAME, tags.LEGAL_ADDRESS))
NO_DETAILS = LegalDetails()
ANONYMOUS = Counterparty()


def read_counterparties(block: Element, notes: Notes) -> tuple[DocumentCounterparty, ...]:
    """Everybody named by the block."""
    return tuple([read_counterparty(element, notes) for element in block if element.tag == tags.COUNTERPARTY])


def read_counterparty(element: Element, notes: Notes) -> DocumentCounterparty:
    """One of them, with the role that he has."""
    parts = {child.tag: child for child in element}
    counterparty_id = text_of(parts, tags.ID)
    if not counterparty_id:
        notes.add("counterparty_without_id", tags.COUNTERPARTY, "У контрагента пустой Ид")
    legal = _read_legal(parts)
    phones, emails = _read_contacts(parts)
    return DocumentCounterparty(
        role=text_of(parts, tags.ROLE),
        counterparty=Counterparty(
            counterparty_id=counterparty_id,
            name=one_line(text_of(parts, tags.NAME)),
            full_name=one_line(text_of(parts, tags.FULL_NAME)),
            last_name=text_of(parts, tags.LAST_NAME),
            first_name=text_of(parts, tags.FIRST_NAME),
            middle_name=text_of(parts, tags.MIDDLE_NAME),
            is_company=bool(legal.official_name or (legal.inn and legal.kpp)),
            legal=legal,
            phones=phones,
            emails=emails,
            address=_read_address(parts, tags.ADDRESS) or _read_address(parts, tags.REGISTRATION_ADDRESS),
        ),
    )


def _read_legal(parts: Parts) -> LegalDetails:
    if parts.keys().isdisjoint(LEGAL_TAGS):
        return NO_DETAILS
    return LegalDetails(
        inn="".join(text_of(parts, tags.INN).split()),
        kpp="".join(text_of(parts, tags.KPP).split()),
        okpo=text_of(parts, tags.OKPO),
        official_name=one_line(text_of(parts, tags.OFFICIAL_NAME)),
        legal_address=_read_address(parts, tags.LEGAL_ADDRESS),
    )


def _read_address(parts: Parts, tag: str) -> str:
    """The address in one line: its presentation, or its fields one after another, or its bare text."""
    element = parts.get(tag)
    if element is None:
        return ""
    shown = one_line((element.findtext(tags.PRESENTATION) or "").strip())
    fields = (one_line((field.findtext(tags.VALUE) or "").strip()) for field in element.iter(tags.ADDRESS_FIELD))
    return shown or ", ".join(filter(None, fields)) or one_line((element.text or "").strip())


def _read_contacts(parts: Parts) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Phones and e-mails of the counterparty and of those who represent it, each once, in the order written."""
    phones: dict[str, None] = {}
    emails: dict[str, None] = {}
    for holder in (tags.CONTACTS, tags.REPRESENTATIVES):
        block = parts.get(holder)
        for contact in () if block is None else block.iter(tags.CONTACT):
            kind = next((found for tag in tags.CONTACT_TYPES if (found := contact.findtext(tag))), "")
            value = (contact.findtext(tags.VALUE) or "").strip()
            target = {"phone": phones, "email": emails}.get(_contact_kind(kind, value))
            if value and target is not None:
                target[value] = None
    return tuple(phones), tuple(emails)


def _contact_kind(kind: str, value: str) -> str:
    """``phone``, ``email`` or nothing; a kind that says nothing is judged by the value."""
    word = "".join(kind.lower().split())
    if word.startswith(EMAIL_WORDS):
        return "email"
    if word.startswith(PHONE_WORDS):
        return "phone"
    return "email" if "@" in value and " " not in value and word in ("", "контакт", "прочее") else ""


def write_counterparties(out: XmlWriter, parties: Iterable[DocumentCounterparty]) -> None:
    """The block of counterparties. The XSD demands one: an order of nobody gets an empty buyer, as Bitrix does."""
    with out.block(tags.COUNTERPARTIES):
        for party in tuple(parties) or (DocumentCounterparty(tags.BUYER, ANONYMOUS),):
            with out.block(tags.COUNTERPARTY):
                _write_counterparty(out, party.counterparty)
                out.leaf(tags.ROLE, party.role if party.role in tags.ROLES else tags.BUYER)


def _write_counterparty(out: XmlWriter, party: Counterparty) -> None:
    out.leaf(tags.ID, party.counterparty_id, ID_CHARACTERS)
    out.leaf(tags.NAME, party.name, NAME_CHARACTERS)
    if party.is_company:
        _write_company(out, party)
    else:
        _write_person(out, party)
    _write_address(out, tags.ADDRESS, party.address)
    contacts = [(tags.PHONE_CONTACT, phone) for phone in party.phones]
    contacts += [(tags.EMAIL_CONTACT, email) for email in party.emails]
    if contacts:
        with out.block(tags.CONTACTS):
            for kind, value in contacts:
                with out.block(tags.CONTACT):
                    out.leaf(tags.TYPE, kind)
                    out.leaf(tags.VALUE, value)


def _write_company(out: XmlWriter, party: Counterparty) -> None:
    out.leaf(tags.OFFICIAL_NAME, party.legal.official_name or party.name, NAME_CHARACTERS)
    _write_address(out, tags.LEGAL_ADDRESS, party.legal.legal_address)
    _write_codes(out, party.legal)
    out.optional(tags.OKPO, party.legal.okpo)


def _write_person(out: XmlWriter, party: Counterparty) -> None:
    out.leaf(tags.FULL_NAME, party.full_name or party.name, NAME_CHARACTERS)
    out.optional(tags.LAST_NAME, party.last_name)
    out.optional(tags.FIRST_NAME, party.first_name)
    out.optional(tags.MIDDLE_NAME, party.middle_name)
    _write_codes(out, party.legal)
    _write_address(out, tags.REGISTRATION_ADDRESS, party.address)


def _write_codes(out: XmlWriter, legal: LegalDetails) -> None:
    """INN and KPP of a wrong length would fail the whole load where the package is strict (onec-exchange 1.3, 7)."""
    if len(legal.inn) in INN_CHARACTERS:
        out.leaf(tags.INN, legal.inn)
    if len(legal.kpp) in KPP_CHARACTERS:
        out.leaf(tags.KPP, legal.kpp)


def _write_address(out: XmlWriter, tag: str, address: str) -> None:
    if address:
        with out.block(tag):
            out.leaf(tags.PRESENTATION, address, NAME_CHARACTERS)
