"""XML of an upload as the real clients write it (onec-exchange 3.2, 4.1, 2.1)."""

import base64
import codecs
import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from lxml import etree

from uzel.emulators.onec_base.profiles import ORDER_OPERATION, PAYMENT_KINDS, Settings
from uzel.emulators.onec_base.records import ZERO, Books, Counterparty, Line, Order, Payment, Shipment
from uzel.emulators.onec_base.requisites import order_requisites, payment_requisites, rate_text, shipment_requisites

MAX_COMMENT_CHARS = 3000
EMPTY_DATE = "0001-01-01"  # СрокПлатежа is always assigned, even when there is none


def write_orders(orders: Sequence[Order], books: Books, settings: Settings, formed: dt.datetime) -> bytes:
    """One file of a session; ``formed`` is the session's start, the same for every portion."""
    root = _root(settings, formed)
    for order in orders:
        parent = _add(root, "Контейнер") if settings.is_container else root
        document = _write_order(parent, order, books, settings)
        if settings.is_container:
            _write_container_documents(parent, order, settings)
        elif settings.has_subordinates:
            _write_subordinates(document, order, settings)
    return _serialise(root, settings)


def write_documents_alone(orders: Sequence[Order], settings: Settings, formed: dt.datetime) -> bytes:
    """A file of 3.1 with the payments and shipments of these orders, without the orders."""
    root = _root(settings, formed)
    for order in orders:
        _write_container_documents(_add(root, "Контейнер"), order, settings)
    return _serialise(root, settings)


def _root(settings: Settings, formed: dt.datetime) -> etree._Element:
    namespace = settings.namespace
    nsmap: Any = {None: namespace} if namespace else None
    root = etree.Element(etree.QName(namespace or None, "КоммерческаяИнформация"), nsmap=nsmap)
    root.set("ВерсияСхемы", settings.schema_version)
    root.set("ДатаФормирования", formed.isoformat(timespec="seconds"))
    return root


def _serialise(root: etree._Element, settings: Settings) -> bytes:
    declaration = f'<?xml version="1.0" encoding="{settings.encoding.upper() if settings.bom else settings.encoding}"?>'
    # Characters that windows-1251 lacks become references, as ЗаписьXML does.
    text = etree.tostring(root, encoding="unicode", pretty_print=True)
    body = f"{declaration}\n{text}".encode(settings.encoding, errors="xmlcharrefreplace")
    is_utf8 = codecs.lookup(settings.encoding).name == "utf-8"
    return codecs.BOM_UTF8 + body if settings.bom and is_utf8 else body


def _write_order(parent: etree._Element, order: Order, books: Books, settings: Settings) -> etree._Element:
    document = _add(parent, "Документ")
    date = order.site_date or order.date_in_1c.date()
    _texts(document, Ид=order.document_id, Номер=order.site_number, Дата=date.isoformat(), ХозОперация=ORDER_OPERATION)
    _texts(document, Роль="Продавец", Валюта=_currency(order, settings), Курс="1", Сумма=_money(order.total))
    if settings.profile == "bitrix" and settings.version:
        _write_version(document, order)
    _write_counterparty(document, books.counterparties[order.counterparty_id], settings)
    _texts(document, Время=order.site_time.isoformat())
    if settings.profile == "unf":
        _texts(document, СрокПлатежа=EMPTY_DATE)
    if order.comment:
        _texts(document, Комментарий=order.comment[:MAX_COMMENT_CHARS])
    _write_order_taxes(document, order)
    _write_lines(document, order.lines, settings)
    _write_requisites(document, order_requisites(order, settings))
    return document


def _currency(order: Order, settings: Settings) -> str:
    """First three characters of the currency's NAME: «руб» in many a live base."""
    return settings.currency_name[:3] if order.currency == "RUB" else order.currency[:3]


def _write_version(document: etree._Element, order: Order) -> None:
    """НомерВерсии (base64), Номер1С and Дата1С: Bitrix's module only, from 2.09 on."""
    version = base64.b64encode(order.version.to_bytes(8, "big")).decode()
    number_date = order.date_in_1c.isoformat(timespec="seconds")
    _texts(document, НомерВерсии=version, Номер1С=order.number_in_1c, Дата1С=number_date)


def _write_counterparty(document: etree._Element, one: Counterparty, settings: Settings) -> None:
    """Exactly one, the buyer; no address and no contacts unless the client is Bitrix's module."""
    element = _add(_add(document, "Контрагенты"), "Контрагент")
    _texts(element, Ид=one.counterparty_id, Наименование=one.name)
    _write_names_and_codes(element, one, settings)
    contacts = (("Телефон рабочий", one.phone), ("Почта", one.email)) if settings.contacts else ()
    filled = [(kind, value) for kind, value in contacts if value]
    if filled:
        parent = _add(element, "Контакты")
        for kind, value in filled:
            _texts(_add(parent, "Контакт"), Тип=kind, Значение=value)
    _texts(element, Роль="Покупатель")


def _write_names_and_codes(element: etree._Element, one: Counterparty, settings: Settings) -> None:
    """A person's codes stand before his name in UNF's package of 2.10, after it in the official schema."""
    full_name = one.full_name or one.name
    inn = {"ИНН": one.inn} if len(one.inn) in (10, 12) else {}
    kpp = {"КПП": one.kpp} if len(one.kpp) == 9 else {}
    if one.is_company:
        _texts(element, ОфициальноеНаименование=full_name, **inn, **kpp, ОКПО=one.okpo)
    elif settings.profile == "unf":
        _texts(element, **inn, **kpp, ПолноеНаименование=full_name)
    else:
        _texts(element, ПолноеНаименование=full_name, **inn, **kpp)


def _vat(total: Decimal, rate: Decimal | None) -> Decimal:
    return (total * rate / (100 + rate)).quantize(Decimal("0.01")) if rate else ZERO


def _write_tax(parent: etree._Element, amount: Decimal, rate: Decimal | None) -> None:
    tax = _add(parent, "Налог")
    _texts(tax, Наименование="НДС", УчтеноВСумме="true", Сумма=_money(amount), Ставка=rate_text(rate))


def _write_order_taxes(document: etree._Element, order: Order) -> None:
    amounts: dict[Decimal, Decimal] = {}
    for line in order.lines:
        if line.vat_rate:
            amounts[line.vat_rate] = amounts.get(line.vat_rate, ZERO) + _vat(line.total, line.vat_rate)
    if amounts:
        parent = _add(document, "Налоги")
        for rate, amount in amounts.items():
            _write_tax(parent, amount, rate)


def _write_lines(document: etree._Element, lines: Sequence[Line], settings: Settings) -> None:
    if not lines:
        return
    goods = _add(document, "Товары")
    for line in lines:
        _write_line(_add(goods, "Товар"), line, settings)


def _write_line(row: etree._Element, line: Line, settings: Settings) -> None:
    _texts(row, Ид=line.item_id, Наименование=line.name)
    unit = _add(row, "БазоваяЕдиница", line.measure_name)
    unit.set("Код", line.measure_code)
    unit.set("НаименованиеПолное", line.measure_name)
    rate = _add(_add(row, "СтавкиНалогов"), "СтавкаНалога")
    _texts(rate, Наименование="НДС", Ставка=rate_text(line.vat_rate))
    kind = "Услуга" if line.is_service else "Товар"
    _write_requisites(row, [("ВидНоменклатуры", kind), ("ТипНоменклатуры", kind)])
    _texts(row, ЦенаЗаЕдиницу=_money(line.price), Количество=_number(line.quantity), Сумма=_money(line.total))
    if settings.profile == "unf":
        _texts(row, Единица=line.measure_code, Коэффициент="1")
    if line.vat_rate is not None:
        _write_tax(_add(row, "Налоги"), _vat(line.total, line.vat_rate), line.vat_rate)
    if line.discount:
        gross = line.price * line.quantity
        percent = (line.discount * 100 / gross).quantize(Decimal("0.01")) if gross else ZERO
        discount = _add(_add(row, "Скидки"), "Скидка")
        _texts(discount, Наименование="Ручная скидка", Сумма=_money(line.discount), Процент=_number(percent))
        _texts(discount, УчтеноВСумме="true")


def _write_subordinates(document: etree._Element, order: Order, settings: Settings) -> None:
    """Payments and shipments of UNF 2.10: Номер and Дата only of what came from the site (onec-exchange 4.1).

    Refunds and returns it does not export (onec-exchange 6).
    """
    payments = [payment for payment in order.payments if not payment.is_refund]
    shipments = [shipment for shipment in order.shipments if not shipment.is_return]
    if not payments and not shipments:
        return
    parent = _add(document, "ПодчиненныеДокументы")
    for payment in payments:
        element = _add(parent, "ПодчиненныйДокумент")
        _texts(element, Ид=payment.payment_id)
        if payment.site_date:
            _texts(element, Номер=payment.site_number, Дата=payment.site_date.isoformat())
        _texts(element, ХозОперация=PAYMENT_KINDS[payment.kind][0])
        _texts(element, Валюта=_currency(order, settings), Курс="1", Сумма=_money(payment.amount))
        _write_requisites(element, payment_requisites(payment, settings))
    for shipment in shipments:
        element = _add(parent, "ПодчиненныйДокумент")
        _texts(element, Ид=shipment.shipment_id, ХозОперация="Отпуск товара")
        _write_lines(element, shipment.lines, settings)
        _write_requisites(element, shipment_requisites(order, shipment, settings))


def _write_container_documents(container: etree._Element, order: Order, settings: Settings) -> None:
    """Payments and shipments of 3.1: documents of their own beside the order, bound by Основание."""
    for payment in order.payments:
        operation = PAYMENT_KINDS[payment.kind][1 if payment.is_refund else 0]
        document = _container_head(container, order, payment, operation, settings)
        _texts(document, Сумма=_money(payment.amount), Основание=order.document_id, Время=_clock(payment.date))
        _write_requisites(document, payment_requisites(payment, settings))
    for shipment in order.shipments:
        operation = "Возврат товара" if shipment.is_return else "Отпуск товара"
        document = _container_head(container, order, shipment, operation, settings)
        _texts(document, Сумма=_money(shipment.total), Основание=order.document_id, Время=_clock(shipment.date))
        _write_lines(document, shipment.lines, settings)
        _write_requisites(document, shipment_requisites(order, shipment, settings))


def _container_head(
    container: etree._Element, order: Order, one: Payment | Shipment, operation: str, settings: Settings
) -> etree._Element:
    document = _add(container, "Документ")
    identifier = one.payment_id if isinstance(one, Payment) else one.shipment_id
    _texts(document, Ид=identifier, Номер=one.number, Дата=one.date.date().isoformat(), ХозОперация=operation)
    _texts(document, Роль="Продавец", Валюта=_currency(order, settings), Курс="1")
    return document


def _write_requisites(parent: etree._Element, rows: Sequence[tuple[str, str]]) -> None:
    if not rows:
        return
    block = _add(parent, "ЗначенияРеквизитов")
    for name, value in rows:
        _texts(_add(block, "ЗначениеРеквизита"), Наименование=name, Значение=value)


def _clock(moment: dt.datetime) -> str:
    return moment.time().isoformat(timespec="seconds")


def _money(value: Decimal) -> str:
    """``1234.5``: a dot, no grouping, no trailing zeros."""
    return _number(value.quantize(Decimal("0.01")))


def _number(value: Decimal) -> str:
    return format(value.normalize(), "f") if value else "0"


def _add(parent: etree._Element, tag: str, text: str = "") -> etree._Element:
    element = etree.SubElement(parent, etree.QName(etree.QName(parent).namespace, tag))
    if text:
        element.text = text
    return element


def _texts(parent: etree._Element, **values: str) -> None:
    """Children with a text each, in the order given."""
    for tag, text in values.items():
        _add(parent, tag, text)
