"""The little shop: orders appear, get edited, paid, shipped, canceled; every write registers a change for the exchange."""

import datetime as dt
import hashlib
import random
import uuid
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from uzel.emulators.onec_base.profiles import Settings
from uzel.emulators.onec_base.records import (
    CENT,
    Books,
    Counterparty,
    Employee,
    Line,
    Order,
    Payment,
    Shipment,
    make_line,
    part_of,
)
from uzel.emulators.onec_base.stock import COMMENTS, CUSTOMERS, DELIVERY, ITEMS, PROMO_CODES

EDITABLE = frozenset(
    {
        "lines", "comment", "status", "promo_code", "bonus_card_number", "paid_by_bonus",
        "responsible", "counterparty_id", "posted",
    }
)  # fmt: skip


class Shop:
    """The base's data and the actions of its users; deterministic for a seed and a clock."""

    def __init__(self, settings: Settings, login: str, title: str, seed: int, clock: Callable[[], dt.datetime]) -> None:
        self.settings = settings
        self.clock = clock
        self.books = Books()
        self.seed_text = f"{login}|{title}|{seed}"
        digest = hashlib.sha256(f"{login}|{title}".encode()).hexdigest()
        self.site_prefix = settings.site_prefix or digest[:3].upper()
        for item in (*ITEMS, DELIVERY):
            self.books.items[item.item_id] = item
        rng = random.Random(f"{self.seed_text}|customers")
        for customer in CUSTOMERS:
            known = replace(customer, counterparty_id=make_guid(rng))
            self.books.counterparties[known.counterparty_id] = known

    # --- users' actions -------------------------------------------------------------------------------------

    def new_order(self, **changes: Any) -> Order:
        """Put in a new order; fields not given are made up. ``counterparty`` and ``responsible`` as in :meth:`edit`."""
        rng, number = self.next_number()
        now = self.clock()
        order = Order(
            document_id=make_guid(rng),
            number_in_1c=f"{self.settings.number_prefix}-{number:06d}",
            date_in_1c=now,
            counterparty_id=rng.choice(sorted(self.books.counterparties)),
            lines=self.make_lines(rng),
            status=self.settings.statuses[0][0],
            comment=rng.choice(COMMENTS),
            responsible=rng.choice(self.settings.employees) if self.settings.employees else Employee(),
            posted=rng.random() < 0.5,
            **self._site_key(number, now),
        )
        if self.settings.additional_requisites:  # a bare configuration has nowhere to put them
            order = replace(order, **self._loyalty(rng))
        return self.write(replace(order, **self._known(changes)))

    def edit(self, document_id: str, **changes: Any) -> Order:
        """Change an order: lines, comment, status, promo_code, bonus_card_number, paid_by_bonus, posted,
        responsible (personnel number or Employee), counterparty (Counterparty or its id)."""
        if "status" in changes and not self.settings.sends_status:
            raise ValueError("УТ не передаёт статусы заказов: менять статус в этой базе нечем")
        return self._change(document_id, **self._known(changes))

    def post(self, document_id: str, posted: bool = True) -> Order:
        """Post the order or take the posting back."""
        return self._change(document_id, posted=posted)

    def pay(self, document_id: str, amount: Decimal | None = None, kind: str = "cash") -> Order:
        """Receive a payment for the order, the whole remainder unless ``amount`` is given."""
        order = self.books.orders[document_id]
        rng, number = self.next_number()
        number_in_1c = f"{self.settings.number_prefix}-{number:06d}"
        amount = order.left_to_pay if amount is None else amount
        payment = Payment(make_guid(rng), number_in_1c, self.clock(), kind, amount)
        return self._change(document_id, posted=True, payments=(*order.payments, payment))

    def refund(self, document_id: str, amount: Decimal | None = None) -> Order:
        """Give money back the way it came last, all that came unless ``amount`` is given."""
        order = self.books.orders[document_id]
        rng, number = self.next_number()
        number_in_1c = f"{self.settings.number_prefix}-{number:06d}"
        amount = order.total - order.left_to_pay if amount is None else amount
        kind = order.payments[-1].kind if order.payments else "cash"
        payment = Payment(make_guid(rng), number_in_1c, self.clock(), kind, amount, is_refund=True)
        return self._change(document_id, payments=(*order.payments, payment))

    def ship(self, document_id: str, pieces: Decimal | None = None) -> Order:
        """Ship what remains of the order, or so many ``pieces`` of its first row that has any left."""
        left = self.books.orders[document_id].left_to_ship
        lines = left if pieces is None else tuple(part_of(line, pieces) for line in left[:1])
        return self._move(document_id, lines, is_return=False)

    def take_back(self, document_id: str) -> Order:
        """All goods that the buyer has come back."""
        return self._move(document_id, self.books.orders[document_id].with_buyer, is_return=True)

    def cancel(self, document_id: str, canceled: bool = True) -> Order:
        """Call the order off (completion variant «Отменен») or take that back."""
        return self._change(document_id, canceled=canceled)

    def mark_deleted(self, document_id: str, mark: bool = True) -> Order:
        """Put the deletion mark; 1C takes the posting back with it."""
        posted = False if mark else self.books.orders[document_id].posted
        return self._change(document_id, deletion_mark=mark, posted=posted)

    def remove(self, document_id: str) -> None:
        """Remove the order for good: the exchange will never speak of it again (onec-exchange pitfall 17)."""
        del self.books.orders[document_id]
        self.books.changed.discard(document_id)

    # --- writing ---------------------------------------------------------------------------------------------

    def write(self, order: Order) -> Order:
        """Keep the order and register its change on the exchange plan."""
        self.books.orders[order.document_id] = order
        self.books.changed.add(order.document_id)
        return order

    def next_number(self) -> tuple[random.Random, int]:
        """The next number of the base and a generator that depends on nothing but the seed and that number."""
        self.books.serial += 1
        return random.Random(f"{self.seed_text}|{self.books.serial}"), self.books.serial

    def make_lines(self, rng: random.Random) -> tuple[Line, ...]:
        """From one to four made-up rows: of what has variants one of them, sometimes a discount and a delivery row."""
        lines = []
        for item in rng.sample(ITEMS, rng.randint(1, 4)):
            quantity = Decimal(rng.randint(1, 5)) if item.measure_name == "шт" else Decimal(rng.randint(2, 30)) / 4
            percent = rng.choice((0, 0, 0, 5, 10))
            discount = (item.price * quantity * percent / 100).quantize(CENT)
            variant = rng.choice(item.variants).variant_id if item.variants else ""
            lines.append(make_line(item, quantity, discount, variant))
        if rng.random() < 0.3:
            lines.append(make_line(DELIVERY, Decimal(1)))
        return tuple(lines)

    def _move(self, document_id: str, lines: tuple[Line, ...], *, is_return: bool) -> Order:
        order = self.books.orders[document_id]
        rng, number = self.next_number()
        number_in_1c = f"{self.settings.number_prefix}-{number:06d}"
        shipment = Shipment(make_guid(rng), number_in_1c, self.clock(), lines, is_return)
        return self._change(document_id, posted=True, shipments=(*order.shipments, shipment))

    def _loyalty(self, rng: random.Random) -> dict[str, Any]:
        promo_code = rng.choice(PROMO_CODES)
        if rng.random() > 0.4:
            return {"promo_code": promo_code}
        card, spent = f"2200{rng.randrange(10**8):08d}", Decimal(rng.randrange(0, 300))
        return {"promo_code": promo_code, "bonus_card_number": card, "paid_by_bonus": spent}

    def _change(self, document_id: str, **changes: Any) -> Order:
        order = self.books.orders[document_id]
        return self.write(replace(order, version=order.version + 1, **changes))

    def _site_key(self, number: int, now: dt.datetime) -> dict[str, Any]:
        """Number and date on the site for an order born here.

        The standard exchange writes only orders that have НомерЗаказаНаСайте and ДатаЗаказаНаСайте, so an order born
        in 1C would never leave (onec-exchange 3.2). An integrator's subscription fills both at the first write; so does
        the emulator, with a prefix of its own per base and at most 11 characters, because UT allows no more and UNF
        finds orders by this number alone. ``fill_site_number=False`` is the base without that extension.
        """
        if self.settings.profile == "bitrix":  # the module numbers by 1C itself and keeps the time
            return {
                "site_number": f"{self.settings.number_prefix}-{number:06d}",
                "site_date": now.date(),
                "site_time": now.time().replace(microsecond=0),
            }
        if not self.settings.fill_site_number:
            return {}
        return {"site_number": f"{self.site_prefix}-{number:06d}", "site_date": now.date()}

    def _known(self, changes: dict[str, Any]) -> dict[str, Any]:
        """Turn the words of a caller into fields of the order; an unknown field is a ValueError."""
        found = dict(changes)
        if "counterparty" in found:
            found["counterparty_id"] = self._counterparty(found.pop("counterparty"))
        if isinstance(found.get("responsible"), str):
            found["responsible"] = self._employee(found["responsible"])
        if "lines" in found:
            found["lines"] = tuple(found["lines"])
        unknown = sorted(set(found) - EDITABLE)
        if unknown:
            raise ValueError(f"у заказа нельзя изменить: {', '.join(unknown)}")
        return found

    def _employee(self, personnel_number: str) -> Employee:
        if not personnel_number:
            return Employee()
        found = find_employee(self.settings.employees, personnel_number)
        if found is None:
            raise ValueError(f"в базе нет сотрудника с табельным номером {personnel_number}")
        return found

    def _counterparty(self, given: Counterparty | str) -> str:
        if isinstance(given, str):
            if given not in self.books.counterparties:
                raise ValueError(f"в базе нет контрагента {given}")
            return given
        self.books.counterparties[given.counterparty_id] = given
        return given.counterparty_id


def find_employee(employees: Sequence[Employee], personnel_number: str) -> Employee | None:
    """The employee with that personnel number."""
    return next((one for one in employees if one.personnel_number == personnel_number), None)


def make_guid(rng: random.Random) -> str:
    """A GUID that the seed alone decides."""
    return str(uuid.UUID(int=rng.getrandbits(128), version=4))
