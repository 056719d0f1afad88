"""Order: the one record of ours between a 1C document and a Bitrix24 deal."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from uzel.model.counterparty import Counterparty

ZERO = Decimal(0)
UNKNOWN_BUYER = Counterparty()
CANCELED = "@canceled"  # the status of an order that was called off, whatever else is said of it


@dataclass(frozen=True, slots=True)
class OrderLine:
    """One row of goods or services.

    ``price`` is the unit price before the discount (ЦенаЗаЕдиницу), ``discount`` the whole discount
    of the row in money, ``total`` the row's sum after the discount, VAT inside when ``vat_included``.
    ``vat_rate`` is a percent, ``None`` means «без НДС». ``item_id`` is the Ид of the goods as written:
    ``guid``, ``guid#variant``, ``ORDER_DELIVERY`` or empty for a row typed by hand.
    """

    item_id: str
    name: str
    quantity: Decimal
    price: Decimal
    total: Decimal
    discount: Decimal = ZERO
    vat_rate: Decimal | None = None
    vat_included: bool = True
    measure_code: str = "796"
    measure_name: str = "шт"
    article: str = ""
    barcode: str = ""
    is_service: bool = False


@dataclass(frozen=True, slots=True)
class Responsible:
    """The employee who answers for the order, by personnel number first, by full name second."""

    personnel_number: str = ""
    full_name: str = ""


class SettlementKind(StrEnum):
    """What a document beside an order says: money came or went back, goods went or came back."""

    PAYMENT = "payment"
    REFUND = "refund"
    SHIPMENT = "shipment"
    RETURN = "return"


@dataclass(frozen=True, slots=True)
class Moved:
    """How much of a thing a shipment or a return moved; ``item`` is what :func:`item_of` makes of its row."""

    item: str
    quantity: Decimal


def item_of(line: OrderLine) -> str:
    """What tells the goods of a row from others: their Ид, or their name where they have none."""
    return line.item_id or " ".join(line.name.lower().split())


@dataclass(frozen=True, slots=True)
class Settlement:
    """A payment, shipment, refund or return of an order. ``key`` is its Ид, or what tells it from others without one.

    ``done``: it has taken place; a payment that is only expected, or a document that is not posted, has not. ``goods``: what
    it moved, one row for each item, by item; nothing where the document names no goods. ``said``: what it says for fields
    of the deal, as ``Order.extras`` has them.
    """

    key: str
    kind: SettlementKind
    amount: Decimal = ZERO
    done: bool = True
    goods: tuple[Moved, ...] = ()
    said: tuple[tuple[str, str], ...] = ()


def extras_of(values: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """Values of fields of the deal as an order keeps them."""
    return tuple(sorted(values.items()))


@dataclass(frozen=True, slots=True)
class Order:
    """What one side knows of an order.

    ``status`` is a key of the node's status table (see ``mapping.stages``): the node's own status code
    or one of the words that start with ``@`` (``@canceled``, ``@paid``...) where the node sends flags only.
    ``number``/``date`` are the document's, ``number_in_node``/``date_in_node`` are those of 1C itself.
    ``time`` and ``date_in_node`` are local time of the base: the protocol has no time zones.
    ``extras`` are fields of the deal that the node's table of requisites adds: (code of the field, value in the portal's
    words), by code. ``settlements`` are the payments, shipments, refunds and returns that documents of their own spoke of.
    """

    document_id: str
    number: str = ""
    date: dt.date | None = None
    time: dt.time | None = None
    currency: str = "RUB"
    total: Decimal = ZERO
    status: str = ""
    comment: str = ""
    counterparty: Counterparty = UNKNOWN_BUYER
    lines: tuple[OrderLine, ...] = ()
    responsible: Responsible = Responsible()
    promo_code: str = ""
    bonus_card_number: str = ""
    paid_by_bonus: Decimal = ZERO
    number_in_node: str = ""
    date_in_node: dt.datetime | None = None
    posted: bool = False
    deletion_mark: bool = False
    paid: bool = False
    shipped: bool = False
    extras: tuple[tuple[str, str], ...] = ()
    settlements: tuple[Settlement, ...] = ()

    def with_extras(self, told: Mapping[str, str]) -> "Order":
        """The order with what is told of fields of the deal; of the others it says what it said."""
        return replace(self, extras=extras_of({**dict(self.extras), **told}))

    @property
    def received(self) -> Decimal:
        """Money that came less money that went back, as far as documents told."""
        return self.settled(SettlementKind.PAYMENT) - self.settled(SettlementKind.REFUND)

    def settled(self, kind: SettlementKind) -> Decimal:
        """Sum of what has taken place of one kind."""
        return sum((one.amount for one in self.settlements if one.done and one.kind == kind), ZERO)

    @property
    def canceled(self) -> bool:
        """Whether the order was called off."""
        return self.status == CANCELED
