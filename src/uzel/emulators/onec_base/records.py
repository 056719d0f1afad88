"""What the emulated base keeps: frozen records, money as Decimal, moments in the base's local time."""

import datetime as dt
from dataclasses import dataclass, field, replace
from decimal import Decimal

ZERO = Decimal(0)
CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Variant:
    """A characteristic of an item: what of its kind is sold."""

    variant_id: str
    name: str


@dataclass(frozen=True, slots=True)
class Item:
    """A row of the nomenclature; what has ``variants`` is sold as one of them."""

    item_id: str
    name: str
    price: Decimal
    vat_rate: Decimal | None = Decimal(20)
    measure_code: str = "796"
    measure_name: str = "шт"
    is_service: bool = False
    article: str = ""
    variants: tuple[Variant, ...] = ()


@dataclass(frozen=True, slots=True)
class Line:
    """A row of an order; ``price`` is before the discount, ``total`` after it, VAT inside."""

    item_id: str
    name: str
    quantity: Decimal
    price: Decimal
    discount: Decimal = ZERO
    total: Decimal = ZERO
    vat_rate: Decimal | None = Decimal(20)
    measure_code: str = "796"
    measure_name: str = "шт"
    is_service: bool = False


@dataclass(frozen=True, slots=True)
class Counterparty:
    """A buyer; ``is_company`` chooses between ОфициальноеНаименование and ПолноеНаименование."""

    counterparty_id: str
    name: str
    full_name: str = ""
    is_company: bool = False
    inn: str = ""
    kpp: str = ""
    okpo: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Employee:
    """A member of staff; the personnel number is the only thing two systems share about him."""

    personnel_number: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class Payment:
    """A payment document of 1C, or a refund; ``kind`` is a key of ``profiles.PAYMENT_KINDS``.

    ``site_number`` and ``site_date`` stand on an online payment that came from the site, and only there.
    """

    payment_id: str
    number: str
    date: dt.datetime
    kind: str
    amount: Decimal
    site_number: str = ""
    site_date: dt.date | None = None
    is_refund: bool = False

    @property
    def signed(self) -> Decimal:
        """What the money of the order grew by."""
        return -self.amount if self.is_refund else self.amount


@dataclass(frozen=True, slots=True)
class Shipment:
    """A shipment document of 1C, or a return of goods; ``lines`` are what it moved, in rows of the order."""

    shipment_id: str
    number: str
    date: dt.datetime
    lines: tuple[Line, ...] = ()
    is_return: bool = False

    @property
    def total(self) -> Decimal:
        """Sum of what it moved."""
        return sum((line.total for line in self.lines), ZERO)


@dataclass(frozen=True, slots=True)
class Order:
    """A customer order as the base holds it.

    ``site_number``/``site_date`` are НомерЗаказаНаСайте and ДатаЗаказаНаСайте: the standard exchange keys on them.
    ``site_id`` is the Ид the site used, ``version`` counts the writes of the document.
    """

    document_id: str
    number_in_1c: str
    date_in_1c: dt.datetime
    counterparty_id: str
    lines: tuple[Line, ...] = ()
    site_number: str = ""
    site_date: dt.date | None = None
    site_time: dt.time = dt.time(0, 0)
    site_id: str = ""
    currency: str = "RUB"
    status: str = ""
    comment: str = ""
    responsible: Employee = Employee()
    promo_code: str = ""
    bonus_card_number: str = ""
    paid_by_bonus: Decimal = ZERO
    posted: bool = False
    canceled: bool = False
    deletion_mark: bool = False
    payments: tuple[Payment, ...] = ()
    shipments: tuple[Shipment, ...] = ()
    extra: tuple[tuple[str, str], ...] = ()
    version: int = 1

    @property
    def total(self) -> Decimal:
        """Sum of the rows."""
        return sum((line.total for line in self.lines), ZERO)

    @property
    def paid(self) -> bool:
        """Posted and nothing left to pay (onec-exchange 4.1)."""
        return self.posted and bool(self.payments) and self.left_to_pay <= 0

    @property
    def left_to_pay(self) -> Decimal:
        """The sum less what came and did not go back."""
        return self.total - sum((payment.signed for payment in self.payments), ZERO)

    @property
    def shipped(self) -> bool:
        """Posted and nothing left to ship; a partial shipment is not one (onec-exchange 4.1)."""
        return self.posted and bool(self.shipments) and not self.left_to_ship

    @property
    def left_to_ship(self) -> tuple[Line, ...]:
        """Rows of what was not shipped, or came back."""
        left = (part_of(line, line.quantity - gone) for line, gone in zip(self.lines, self._gone(), strict=True))
        return tuple(line for line in left if line.quantity)

    @property
    def with_buyer(self) -> tuple[Line, ...]:
        """Rows of what was shipped and did not come back."""
        parts = (part_of(line, gone) for line, gone in zip(self.lines, self._gone(), strict=True))
        return tuple(line for line in parts if line.quantity)

    def _gone(self) -> list[Decimal]:
        """How much of each row."""
        moved: dict[str, Decimal] = {}
        for shipment in self.shipments:
            for line in shipment.lines:
                moved[line.item_id] = moved.get(line.item_id, ZERO) + (-line.quantity if shipment.is_return else line.quantity)
        gone = []
        for line in self.lines:
            gone.append(min(line.quantity, moved.get(line.item_id, ZERO)))
            moved[line.item_id] = moved.get(line.item_id, ZERO) - gone[-1]
        return gone

    @property
    def has_documents(self) -> bool:
        """Whether payment or shipment documents stand on the order: then its rows are closed to the site."""
        return bool(self.payments or self.shipments)


@dataclass(frozen=True, slots=True)
class DirectoryElement:
    """An element of the directory «Промокоды», its requisites by name.

    ``version`` counts the base's own writes of it, ``site_version`` is what the site said last; empty: it never told of it.
    """

    element_id: str
    values: dict[str, str] = field(default_factory=dict)
    deletion_mark: bool = False
    version: int = 1
    site_version: str = ""


@dataclass(slots=True)
class Books:
    """The data of the base: what one transaction changes as a whole."""

    orders: dict[str, Order] = field(default_factory=dict)
    counterparties: dict[str, Counterparty] = field(default_factory=dict)
    items: dict[str, Item] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)
    promo_codes: dict[str, DirectoryElement] = field(default_factory=dict)
    serial: int = 0

    def copy(self) -> "Books":
        """A draft to work on: the records are frozen, so copying the dictionaries is enough."""
        tables = dict(self.orders), dict(self.counterparties), dict(self.items), set(self.changed), dict(self.promo_codes)
        return Books(*tables, self.serial)


def part_of(line: Line, quantity: Decimal) -> Line:
    """A part of a row, with its share of the discount."""
    if quantity == line.quantity:
        return line
    share = quantity / line.quantity
    discount, total = (line.discount * share).quantize(CENT), (line.total * share).quantize(CENT)
    return replace(line, quantity=quantity, discount=discount, total=total)


def make_line(item: Item, quantity: Decimal, discount: Decimal = ZERO, variant: str = "") -> Line:
    """A row of an order for an item, ``variant`` being the characteristic's GUID."""
    return Line(
        item_id=f"{item.item_id}#{variant}" if variant else item.item_id,
        name=item.name,
        quantity=quantity,
        price=item.price,
        discount=discount,
        total=(item.price * quantity - discount).quantize(CENT),
        vat_rate=item.vat_rate,
        measure_code=item.measure_code,
        measure_name=item.measure_name,
        is_service=item.is_service,
    )
