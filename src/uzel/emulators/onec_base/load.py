"""Loading the site's orders into the books in one transaction (onec-exchange 3.1)."""

import random
from dataclasses import dataclass, field, replace
from typing import Any

from uzel.emulators.onec_base import profiles
from uzel.emulators.onec_base.errors import ExchangeError
from uzel.emulators.onec_base.profiles import Settings
from uzel.emulators.onec_base.read import SiteCounterparty, SiteLine, SiteOrder, read_number, read_vat
from uzel.emulators.onec_base.records import CENT, ZERO, Books, Counterparty, Employee, Item, Line, Order, Payment
from uzel.emulators.onec_base.shop import Shop, find_employee, make_guid

STATUS_ID = "Статуса заказа ИД"
CANCELED = "Отменен"
COMMENT = "Комментарий"
# Read into the document itself; the rest becomes «дополнительные сведения».
_NOT_KEPT = frozenset({STATUS_ID, "Статус заказа", CANCELED, COMMENT})
_CURRENCIES = {"РУБ": "RUB", "RUB": "RUB", "RUR": "RUB", "643": "RUB"}


@dataclass(slots=True)
class Loaded:
    """What a load did: ids of the written documents and remarks for the log."""

    created: list[str] = field(default_factory=list)
    updated: list[str] = field(default_factory=list)
    skipped: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def add(self, other: "Loaded") -> None:
        """Take in what another load of the same session did."""
        self.created += other.created
        self.updated += other.updated
        self.skipped += other.skipped
        self.remarks += other.remarks

    @property
    def document_ids(self) -> frozenset[str]:
        """Orders that must not be uploaded in the same session."""
        return frozenset(self.created + self.updated)


def load_orders(shop: Shop, orders: list[SiteOrder]) -> Loaded:
    """Write all orders or none: the books change only when the last document went through.

    Change registrations of loaded orders are deleted, which is how 1C avoids the echo (onec-exchange 4.2).
    """
    draft = _Draft(shop, shop.books.copy())
    for order in orders:
        draft.load(order)
    draft.books.changed -= draft.loaded.document_ids
    shop.books = draft.books
    return draft.loaded


class _Draft:
    """One transaction over a copy of the books."""

    def __init__(self, shop: Shop, books: Books) -> None:
        self.shop = shop
        self.settings: Settings = shop.settings
        self.books = books
        self.loaded = Loaded()

    def load(self, site: SiteOrder) -> None:
        """Find or create the order and apply what the site says."""
        known = find_order(self.books, site, self.settings)
        if known is None:
            created = self._create(site)
            self.books.orders[created.document_id] = created
            self.loaded.created.append(created.document_id)
        elif self._is_closed(known):
            self.loaded.skipped.append(known.document_id)
            self.loaded.remarks.append(f"Заказ {site.number} завершён или проведён, изменения сайта пропущены")
        else:
            changed = replace(self._apply(known, site), version=known.version + 1)
            self.books.orders[known.document_id] = changed
            self.loaded.updated.append(known.document_id)

    def _is_closed(self, order: Order) -> bool:
        completed = order.canceled or order.status == self.settings.statuses[-1][0]
        return (self.settings.skip_completed and completed) or (self.settings.only_unposted and order.posted)

    def _create(self, site: SiteOrder) -> Order:
        if site.buyer is None:
            raise ExchangeError(f"Документ {site.number}: не указан контрагент с ролью «Покупатель»")
        rng, serial = self._next()
        order = Order(
            document_id=make_guid(rng),
            number_in_1c=number_for_site_order(self.settings, site.number, serial),
            date_in_1c=self.shop.clock(),
            counterparty_id="",
            site_number=site.number,
            site_date=site.date,  # the base keeps the date only: midnight goes back (onec-exchange 3.2)
            site_id=site.document_id,
            currency=_CURRENCIES.get(site.currency.strip(".").upper(), site.currency),
            status=self.settings.statuses[0][0],
        )
        return self._apply(order, site)

    def _apply(self, order: Order, site: SiteOrder) -> Order:
        """The order with what the site says; one with payments or shipments takes properties and status only."""
        changes: dict[str, Any] = {"site_id": site.document_id or order.site_id}
        if not order.has_documents:
            if site.comment is not None:  # an empty element clears, a missing one does not
                changes["comment"] = site.comment
            if site.buyer is not None:
                changes["counterparty_id"] = self._find_buyer(site.buyer)
            if site.lines is not None:
                changes["lines"] = self._lines(order, site)
        if site.payments:
            changes["payments"] = (*order.payments, *self._payments(order, site))
        return replace(order, **changes | self._requisites(order, site, "comment" in changes))

    def _requisites(self, order: Order, site: SiteOrder, has_comment: bool) -> dict[str, Any]:
        given = dict(site.requisites)
        changes: dict[str, Any] = {}
        if COMMENT in given and not has_comment:  # a property with the name of an attribute is written into it
            changes["comment"] = given[COMMENT]
        if self.settings.sends_status:
            changes |= self._status(given.get(STATUS_ID, ""), site.number)
        if CANCELED in given:
            changes["canceled"] = given[CANCELED] == "true"
        if self.settings.additional_requisites:
            changes |= self._loyalty(given, site.number)
        if self.settings.responsible_extension:
            changes |= self._responsible(given.pop(profiles.PERSONNEL_NUMBER, ""), site.number)
            given.pop(profiles.RESPONSIBLE, None)
        kept = dict(order.extra) | {name: value for name, value in given.items() if name not in _NOT_KEPT}
        return changes | {"extra": tuple(kept.items())}

    def _status(self, status: str, number: str) -> dict[str, str]:
        if status and not self.settings.status_name(status):
            self.loaded.remarks.append(f"Заказ {number}: статус «{status}» не сопоставлен")
            return {}
        return {"status": status} if status else {}

    def _loyalty(self, given: dict[str, str], number: str) -> dict[str, Any]:
        """Promo code, card and sum out of the properties: a custom attribute of the same name takes each."""
        fields = {profiles.PROMO_CODE: "promo_code", profiles.BONUS_CARD_NUMBER: "bonus_card_number"}
        changes: dict[str, Any] = {fields[name]: given.pop(name) for name in fields if name in given}
        bonus = given.pop(profiles.PAID_BY_BONUS, None)
        try:
            return changes if bonus is None else changes | {"paid_by_bonus": read_number(bonus or "0", "")}
        except ExchangeError:  # a property is a text: it spoils nothing but itself
            self.loaded.remarks.append(f"Заказ {number}: «{profiles.PAID_BY_BONUS}» не число")
            return changes

    def _responsible(self, personnel_number: str, number: str) -> dict[str, Employee]:
        found = find_employee(self.settings.employees, personnel_number)
        if personnel_number and found is None:
            self.loaded.remarks.append(f"Заказ {number}: нет сотрудника с табельным номером {personnel_number}")
        return {"responsible": found} if personnel_number and found else {}

    def _payments(self, order: Order, site: SiteOrder) -> list[Payment]:
        """Online payments the base does not know yet; each makes a payment document of its own."""
        known = {payment.site_number for payment in order.payments}
        new = []
        for paid in site.payments:
            if paid.number not in known:
                rng, serial = self._next()
                number = f"{self.settings.number_prefix}-{serial:06d}"
                now = self.shop.clock()
                new.append(Payment(make_guid(rng), number, now, "card", paid.amount, paid.number, paid.date))
        return new

    # --- counterparty ------------------------------------------------------------------------------------------

    def _find_buyer(self, buyer: SiteCounterparty) -> str:
        known = find_counterparty(self.books, buyer)
        card = known or Counterparty(make_guid(self._next()[0]), buyer.name or "Покупатель сайта")
        if known is None or self.settings.update_counterparties:
            # A card found by phone or name may be somebody else's: it is completed, never rewritten.
            rewrite = known is None or known.counterparty_id == buyer.counterparty_id
            card = _fill(card, buyer, rewrite)
        self.books.counterparties[card.counterparty_id] = card
        return card.counterparty_id

    # --- rows ---------------------------------------------------------------------------------------------------

    def _lines(self, order: Order, site: SiteOrder) -> tuple[Line, ...]:
        lines = tuple(self._line(order, row) for row in site.lines or ())
        total = sum((line.total for line in lines), ZERO)
        if site.total is not None and total != site.total:
            self.loaded.remarks.append(f"Заказ {site.number}: сумма сайта {site.total}, сумма строк {total}")
        return lines

    def _line(self, order: Order, row: SiteLine) -> Line:
        item, item_id = self._find_item(row)
        old = next((line for line in order.lines if line.item_id == row.item_id), None)
        otherwise = old.vat_rate if old else item.vat_rate
        return Line(
            item_id=item_id,
            name=item.name,  # the presentation of the nomenclature, whatever the site calls it
            quantity=row.quantity,
            price=row.price,
            discount=row.discount,
            total=row.total.quantize(CENT),
            vat_rate=read_vat(row.vat_rate, otherwise),
            measure_code=item.measure_code,
            measure_name=item.measure_name,
            is_service=item.is_service,
        )

    def _find_item(self, row: SiteLine) -> tuple[Item, str]:
        """By Ид, then by name; an unknown item is created, because a row of 1C always refers to one."""
        key = row.item_id.partition("#")[0]
        if key in self.books.items:
            return self.books.items[key], row.item_id
        found = next((item for item in self.books.items.values() if item.name == row.name), None)
        if found is not None:
            return found, found.item_id
        key = key or make_guid(self._next()[0])
        code, name = row.measure_code or "796", row.measure_name or "шт"
        self.books.items[key] = Item(key, row.name, row.price, read_vat(row.vat_rate, None), code, name, row.is_service)
        return self.books.items[key], row.item_id or key

    def _next(self) -> tuple[random.Random, int]:
        # The shop's counter belongs to the draft while the transaction lasts.
        self.books.serial += 1
        return random.Random(f"{self.shop.seed_text}|{self.books.serial}"), self.books.serial


def find_order(books: Books, site: SiteOrder, settings: Settings) -> Order | None:
    """UNF by Номер alone, UT by Номер and Дата, Bitrix's module by Ид and then by Номер (onec-exchange 3.1)."""
    orders = books.orders.values()
    if settings.profile == "bitrix" and site.document_id:
        by_id = next((one for one in orders if site.document_id in (one.document_id, one.site_id)), None)
        if by_id is not None:
            return by_id
    same_number = [one for one in orders if one.site_number == site.number]
    if settings.profile == "ut":
        same_number = [one for one in same_number if one.site_date == site.date]
    return same_number[0] if same_number else None


def find_counterparty(books: Books, buyer: SiteCounterparty) -> Counterparty | None:
    """By Ид as the base's GUID, then ИНН with КПП, then phone, e-mail and name."""
    if buyer.counterparty_id in books.counterparties:
        return books.counterparties[buyer.counterparty_id]
    everyone = list(books.counterparties.values())
    keys = (
        (buyer.inn, [one for one in everyone if one.inn == buyer.inn and one.kpp in (buyer.kpp, "")]),
        (buyer.phone, [one for one in everyone if one.phone == buyer.phone]),
        (buyer.email, [one for one in everyone if one.email.lower() == buyer.email.lower()]),
        (buyer.name, [one for one in everyone if one.name == buyer.name]),
    )
    return next((found[0] for value, found in keys if value and found), None)


def number_for_site_order(settings: Settings, site_number: str, serial: int) -> str:
    """Number in 1C: two letters of the organisation, «СА», a dash and six digits (onec-exchange 3.1)."""
    digits = site_number if site_number.isdigit() and len(site_number) <= 6 else str(serial)
    return f"{settings.number_prefix[:2]}СА-{digits.zfill(6)}"


def _fill(known: Counterparty, buyer: SiteCounterparty, rewrite: bool) -> Counterparty:
    """The card with what the site knows; what the site does not send stays as it is."""
    names = ("name", "full_name", "inn", "kpp", "phone", "email")
    sent = {name: getattr(buyer, name) for name in names}
    new = {name: value for name, value in sent.items() if value and (rewrite or not getattr(known, name))}
    return replace(known, is_company=known.is_company or buyer.is_company, **new)
