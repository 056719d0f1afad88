"""What a CommerceML document says, in the words of 1C: the record between XML and ``mapping``.

``None`` and an absent requisite both mean "not mentioned", which is never the same as "empty".
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from uzel.model import Counterparty, OrderLine, Problem

ORDER_OPERATION = "Заказ товара"


@dataclass(frozen=True, slots=True)
class DocumentCounterparty:
    """A counterparty with the role it plays in the document (Покупатель, Плательщик, Получатель...)."""

    role: str
    counterparty: Counterparty


@dataclass(frozen=True, slots=True)
class Document:
    """One ``<Документ>`` (or ``<ПодчиненныйДокумент>``), read tolerantly or ready to be written.

    ``currency`` is normalised to ISO 4217 (``руб``/``643`` → ``RUB``); ``requisites`` keeps every value of a
    requisite in the order written, with names trimmed. ``basis_ids`` are the Ид named by ``<Основание>``.
    ``container`` counts the 3.1 ``<Контейнер>`` the document stood in (0-based), ``None`` outside one.
    ``problems`` lists what was wrong; a fatal one means that the document must be rejected.
    """

    document_id: str
    number: str = ""
    date: dt.date | None = None
    time: dt.time | None = None
    operation: str = ""
    role: str = ""
    currency: str = ""
    rate: Decimal | None = None
    total: Decimal | None = None
    counterparties: tuple[DocumentCounterparty, ...] = ()
    comment: str | None = None
    lines: tuple[OrderLine, ...] | None = None
    requisites: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    basis_ids: tuple[str, ...] = ()
    subordinates: tuple["Document", ...] = ()
    container: int | None = None
    version_number: str = ""
    number_in_node: str = ""
    date_in_node: dt.datetime | None = None
    problems: tuple[Problem, ...] = ()

    @property
    def fatal(self) -> Problem | None:
        """The first problem that makes the document unusable, if any."""
        return next((problem for problem in self.problems if problem.fatal), None)

    def requisite(self, name: str) -> str | None:
        """First value of a requisite, ``None`` when the document does not mention it."""
        values = self.requisites.get(name)
        return None if values is None else (values[0] if values else "")
