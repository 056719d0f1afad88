"""The buyer of an order, as both worlds know him."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LegalDetails:
    """Registration of a legal entity or a sole trader; an empty string means unknown."""

    inn: str = ""
    kpp: str = ""
    okpo: str = ""
    official_name: str = ""
    legal_address: str = ""


@dataclass(frozen=True, slots=True)
class Counterparty:
    """A person or a company inside an order; he never travels alone.

    ``counterparty_id`` is the sender's Ид, kept as written (``38#login#name`` is normal).
    ``is_company`` is decided by the sender's elements (ОфициальноеНаименование), never guessed from a name.
    """

    counterparty_id: str = ""
    name: str = ""
    full_name: str = ""
    last_name: str = ""
    first_name: str = ""
    middle_name: str = ""
    is_company: bool = False
    legal: LegalDetails = LegalDetails()
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    address: str = ""
