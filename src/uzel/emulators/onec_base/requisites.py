"""ЗначенияРеквизитов of an uploaded order, in the order each client writes them (onec-exchange 4.1)."""

import datetime as dt
from collections.abc import Iterator
from decimal import Decimal

from uzel.emulators.onec_base import profiles
from uzel.emulators.onec_base.profiles import PAYMENT_KINDS, Settings
from uzel.emulators.onec_base.records import Order, Payment, Shipment
from uzel.emulators.onec_base.stock import DELIVERY_ID

Value = str | bool | Decimal | dt.datetime
Requisite = tuple[str, Value]

MAX_VALUE_CHARS = 1000
ORDER_KIND = "Заказ на продажу"  # «Вид заказа» of the NODE, the same for every order
IS_RETURN = "ПризнакВозврата"
DELIVERY_COST, DELIVERY_VAT = "Стоимость доставки", "Ставка НДС доставки"
# The delivery block in its order; what the base knows of it came from the site as «дополнительные сведения».
DELIVERY_BLOCK = (
    "Идентификатор отправления", "Комментарий доставки", "Адрес доставки", "Метод доставки ИД", "Метод доставки",
    "Способ доставки", DELIVERY_COST, DELIVERY_VAT, "Получатель", "Контактный телефон", "Запасной телефон",
    "Почта получателя", "Пункт выдачи заказа",
)  # fmt: skip


def order_requisites(order: Order, settings: Settings) -> list[tuple[str, str]]:
    """Names and texts for the order document of this client; unfilled values are gone already."""
    writers = {"unf": _unf, "ut": _ut, "bitrix": _bitrix}
    rows = [*writers[settings.profile](order, settings)]
    if settings.additional_requisites:
        rows += _additional(order)
    if settings.responsible_extension:
        rows += [
            (profiles.PERSONNEL_NUMBER, order.responsible.personnel_number),
            (profiles.RESPONSIBLE, order.responsible.name),
        ]
    return to_texts(rows, settings)


def to_texts(rows: list[Requisite], settings: Settings) -> list[tuple[str, str]]:
    """Texts as 1C writes them: an empty text, 0 or an empty date is not written, ``false`` is (onec-exchange 3.2)."""
    return [(name, _text(value, settings)) for name, value in rows if value or isinstance(value, bool)]


def payment_requisites(payment: Payment, settings: Settings) -> list[tuple[str, str]]:
    """Requisites of a payment document: subordinate in UNF, its own Документ in a container."""
    _, _, method_id, method = PAYMENT_KINDS[payment.kind]
    rows: list[Requisite] = [
        ("Номер оплаты по 1С", payment.number),
        ("Дата оплаты по 1С", payment.date),
        ("Оплачен", True),
        ("Номер платежного документа", payment.site_number),
        ("Метод оплаты ИД", method_id),
        ("Метод оплаты", method),
        *([(IS_RETURN, True)] if payment.is_refund else []),
    ]
    return to_texts(rows, settings)


def shipment_requisites(order: Order, shipment: Shipment, settings: Settings) -> list[tuple[str, str]]:
    """Requisites of a shipment document of the order."""
    rows: list[Requisite] = [
        ("Номер документа отгрузки", shipment.number),
        ("Дата документа отгрузки", shipment.date),
        *_delivery(order),
        ("Отгружен", True),
        *([(IS_RETURN, True)] if shipment.is_return else []),
    ]
    return to_texts(rows, settings)


def _unf(order: Order, settings: Settings) -> Iterator[Requisite]:
    yield from _head(order)
    if order.canceled:  # written only when true; its absence says nothing
        yield "Отменен", True
    yield "Оплачен", order.paid
    # With «Подчинённые документы» numbers, method and delivery move into ПодчиненныйДокумент.
    if not settings.has_subordinates:
        yield from _payment_numbers(order)
        yield from _payment_method(order)
    yield "Отгружен", order.shipped
    if not settings.has_subordinates:
        yield from _shipment_numbers(order)
        yield from _delivery(order)
    yield from _status(order, settings)
    yield "Вид заказа", ORDER_KIND


def _ut(order: Order, settings: Settings) -> Iterator[Requisite]:
    """No Оплачен, no Отгружен, no status: presence of «Дата оплаты по 1С» is the payment."""
    yield from _head(order)
    yield from _payment_numbers(order)
    yield from _shipment_numbers(order)
    if order.canceled:
        yield "Отменен", True


def _bitrix(order: Order, settings: Settings) -> Iterator[Requisite]:
    yield from _head(order)
    yield "Отменен", order.canceled
    if not settings.is_container:  # in 3.1 money and goods are told by documents of their own
        yield "Оплачен", order.paid
        yield from _payment_numbers(order)
        yield from _payment_method(order)
        yield "Отгружен", order.shipped
        yield from _shipment_numbers(order)
    yield from _status(order, settings)


def _head(order: Order) -> Iterator[Requisite]:
    yield "Номер по 1С", order.number_in_1c
    yield "Дата по 1С", order.date_in_1c
    yield "ПометкаУдаления", order.deletion_mark
    yield "Проведен", order.posted


def _payment_numbers(order: Order) -> Iterator[Requisite]:
    if order.paid:  # numbers only when fully paid, of one payment only
        yield "Номер оплаты по 1С", order.payments[-1].number
        yield "Дата оплаты по 1С", order.payments[-1].date


def _payment_method(order: Order) -> Iterator[Requisite]:
    if order.payments:  # the method is known from the first part of the money on
        _, _, method_id, method = PAYMENT_KINDS[order.payments[-1].kind]
        yield "Метод оплаты ИД", method_id
        yield "Метод оплаты", method


def _shipment_numbers(order: Order) -> Iterator[Requisite]:
    if order.shipped:
        yield "Номер отгрузки по 1С", order.shipments[-1].number
        yield "Дата отгрузки по 1С", order.shipments[-1].date


def _delivery(order: Order) -> Iterator[Requisite]:
    known: dict[str, Value] = dict(order.extra)
    row = next((line for line in order.lines if line.item_id == DELIVERY_ID), None)
    if row is not None:
        known |= {DELIVERY_COST: row.total, DELIVERY_VAT: rate_text(row.vat_rate)}
    yield from ((name, known[name]) for name in DELIVERY_BLOCK if name in known)


def _status(order: Order, settings: Settings) -> Iterator[Requisite]:
    yield "Статуса заказа ИД", order.status
    name = settings.status_name(order.status)
    yield "Статус заказа", f"[{order.status}] {name}" if name else ""  # code and name: onec-exchange pitfall 9


def _additional(order: Order) -> Iterator[Requisite]:
    yield profiles.PROMO_CODE, order.promo_code
    yield profiles.BONUS_CARD_NUMBER, order.bonus_card_number
    yield profiles.PAID_BY_BONUS, order.paid_by_bonus


def rate_text(rate: Decimal | None) -> str:
    """A VAT rate as written: a number of percent or «Без НДС»."""
    if rate is None:
        return "Без НДС"
    return format(rate.normalize(), "f") if rate else "0"


def _text(value: Value, settings: Settings) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dt.datetime):
        # ДЛФ=T of a Russian base has no leading zero in the hours (onec-exchange 3.2).
        hours = str(value.hour) if settings.short_hours else f"{value.hour:02d}"
        return f"{value:%Y-%m-%d}T{hours}:{value:%M:%S}"
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    return value[:MAX_VALUE_CHARS]
