"""Orders of the query answer, read with the client's own severity: the first bad document ends the load."""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from lxml import etree

from uzel.emulators.onec_base.answers import UNREADABLE
from uzel.emulators.onec_base.errors import ExchangeError
from uzel.emulators.onec_base.profiles import ORDER_OPERATION, PAYMENT_KINDS, Settings
from uzel.emulators.onec_base.records import ZERO
from uzel.emulators.onec_base.strict import check_strictly

ROOT = "КоммерческаяИнформация"
_ILLEGAL = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_NO_VAT = re.compile(r"без\s*ндс", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class SiteCounterparty:
    """The buyer as the site names him; empty means not sent."""

    counterparty_id: str = ""
    name: str = ""
    full_name: str = ""
    is_company: bool = False
    inn: str = ""
    kpp: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class SiteLine:
    """A row of the site's order; ``vat_rate`` is a text because it may be absent («») or «Без НДС»."""

    item_id: str
    name: str
    quantity: Decimal
    price: Decimal
    discount: Decimal
    total: Decimal
    vat_rate: str
    measure_code: str
    measure_name: str
    is_service: bool


@dataclass(frozen=True, slots=True)
class SitePayment:
    """An online payment inside the order."""

    number: str
    date: dt.date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class SiteOrder:
    """One document of the site; ``None`` means that the element is absent."""

    document_id: str
    number: str
    date: dt.date
    currency: str
    time: dt.time | None = None
    total: Decimal | None = None
    buyer: SiteCounterparty | None = None
    comment: str | None = None
    lines: tuple[SiteLine, ...] | None = None
    requisites: dict[str, str] = field(default_factory=dict)
    payments: tuple[SitePayment, ...] = ()


def read_orders(text: str, settings: Settings) -> tuple[list[SiteOrder], list[str]]:
    """All orders of an answer and remarks about what was passed over; ExchangeError on the first fault."""
    root = _parse(text, settings)
    check_strictly(root)
    path = "{*}Контейнер/{*}Документ" if settings.is_container else "{*}Документ"
    remarks = []
    if settings.is_container and root.find("{*}Документ") is not None:
        remarks.append("Документы вне <Контейнер> пропущены: версия 3.1 их не читает")
    orders = []
    for document in root.iterfind(path):
        operation = text_of(document, "ХозОперация")
        if operation.lower() == ORDER_OPERATION.lower():
            orders.append(_read_order(document, settings))
        elif settings.strict_operation:
            raise ExchangeError(f"Документ {text_of(document, 'Номер')}: неизвестная хозоперация «{operation}»")
        else:
            remarks.append(f"Документ «{operation}» {text_of(document, 'Номер')} пропущен")
    return orders, remarks


def text_of(element: etree._Element, path: str) -> str:
    """Trimmed text of a descendant, whatever its namespace; empty when absent."""
    found = element.find("/".join(f"{{*}}{step}" for step in path.split("/")))
    return "" if found is None else (found.text or "").strip()


def _parse(text: str, settings: Settings) -> etree._Element:
    # The text is decoded already, so the declaration with its encoding goes.
    body = re.sub(r"^<\?xml[^>]*\?>", "", text)
    if settings.profile == "unf":  # UNF strips illegal characters before parsing, the others fail on them
        body = _ILLEGAL.sub("", body)
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True)
    try:
        root = etree.fromstring(body.encode("utf-8"), parser)
    except etree.XMLSyntaxError as error:
        raise ExchangeError(f"{UNREADABLE}: {error}") from error
    if etree.QName(root).localname != ROOT:
        raise ExchangeError(f"{UNREADABLE}: корневой элемент не {ROOT}")
    return root


def _read_order(document: etree._Element, settings: Settings) -> SiteOrder:
    number, date, currency = (text_of(document, name) for name in ("Номер", "Дата", "Валюта"))
    for name, value in (("Номер", number), ("Дата", date), ("Валюта", currency)):
        if not value:
            raise ExchangeError(f"Документ {number or '(без номера)'}: не заполнено поле «{name}»")
    if settings.max_number_length and len(number) > settings.max_number_length:
        raise ExchangeError(f"Документ {number}: номер длиннее {settings.max_number_length} символов")
    where = f"Документ {number}"
    total, time = text_of(document, "Сумма"), text_of(document, "Время")
    comment, goods = document.find("{*}Комментарий"), document.find("{*}Товары")
    return SiteOrder(
        document_id=text_of(document, "Ид"),
        number=number,
        date=_date(date, where),
        currency=currency,
        time=_time(time, where) if time else None,
        total=read_number(total, f"{where}: Сумма") if total else None,
        buyer=_read_buyer(document),
        comment=None if comment is None else comment.text or "",
        lines=None if goods is None else tuple(_read_line(row, where) for row in goods.iterfind("{*}Товар")),
        requisites=_read_requisites(document),
        payments=tuple(_read_payments(document, where)) if settings.has_subordinates else (),
    )


def _read_payments(document: etree._Element, where: str) -> Iterator[SitePayment]:
    """Subordinate documents that are a paid acquiring operation; all others are passed over (onec-exchange 3.1)."""
    operation, _, method_id, method = PAYMENT_KINDS["card"]
    for one in document.iterfind("{*}ПодчиненныеДокументы/{*}ПодчиненныйДокумент"):
        given = _read_requisites(one)
        is_card = given.get("Метод оплаты ИД") == method_id or given.get("Метод оплаты") == method
        is_paid = given.get("Оплачено", given.get("Оплачен")) != "false"
        amount = text_of(one, "Сумма")
        if text_of(one, "ХозОперация") == operation and amount and is_card and is_paid:
            number = text_of(one, "Номер") or text_of(one, "Ид")
            yield SitePayment(number, _date(text_of(one, "Дата"), where), read_number(amount, f"{where}: Сумма оплаты"))


def _read_buyer(document: etree._Element) -> SiteCounterparty | None:
    for one in document.iterfind("{*}Контрагенты/{*}Контрагент"):
        if text_of(one, "Роль") == "Покупатель":
            break
    else:
        return None
    official = text_of(one, "ОфициальноеНаименование")
    person = " ".join(filter(None, (text_of(one, part) for part in ("Фамилия", "Имя", "Отчество"))))
    full_name = official or text_of(one, "ПолноеНаименование") or person
    return SiteCounterparty(
        counterparty_id=text_of(one, "Ид"),
        name=text_of(one, "Наименование") or full_name,
        full_name=full_name,
        is_company=bool(official or text_of(one, "КПП")),
        inn=text_of(one, "ИНН"),
        kpp=text_of(one, "КПП"),
        phone=_contact(one, ("телефон",)),
        email=_contact(one, ("почта", "mail")),
    )


def _contact(one: etree._Element, words: tuple[str, ...]) -> str:
    for contact in one.iterfind("{*}Контакты/{*}Контакт"):
        if any(word in text_of(contact, "Тип").lower() for word in words):
            return text_of(contact, "Значение")
    return ""


def _read_line(row: etree._Element, order: str) -> SiteLine:
    where = f"{order}, товар «{text_of(row, 'Наименование')}»"
    quantity = read_number(text_of(row, "Количество") or "0", f"{where}: Количество")
    price = read_number(text_of(row, "ЦенаЗаЕдиницу") or "0", f"{where}: ЦенаЗаЕдиницу")
    discount, outside = _read_discounts(row, where)
    total = text_of(row, "Сумма")
    unit = row.find("{*}БазоваяЕдиница")
    return SiteLine(
        item_id=text_of(row, "Ид"),
        name=text_of(row, "Наименование"),
        quantity=quantity,
        price=price,
        discount=discount,
        total=read_number(total, f"{where}: Сумма") - outside if total else price * quantity - discount,
        vat_rate=text_of(row, "СтавкиНалогов/СтавкаНалога/Ставка") or text_of(row, "Налоги/Налог/Ставка"),
        measure_code="" if unit is None else unit.get("Код", ""),
        measure_name="" if unit is None else (unit.text or "").strip(),
        is_service=_read_requisites(row).get("ТипНоменклатуры") == "Услуга",
    )


def _read_discounts(row: etree._Element, where: str) -> tuple[Decimal, Decimal]:
    """All discounts of a row, and the part that the row's Сумма does not contain yet."""
    total, outside = ZERO, ZERO
    for one in row.iterfind("{*}Скидки/{*}Скидка"):
        amount = read_number(text_of(one, "Сумма") or "0", f"{where}: Скидка")
        total += amount
        outside += amount if text_of(one, "УчтеноВСумме") == "false" else ZERO
    return total, outside


def _read_requisites(element: etree._Element) -> dict[str, str]:
    rows = element.iterfind("{*}ЗначенияРеквизитов/{*}ЗначениеРеквизита")
    return {text_of(row, "Наименование"): text_of(row, "Значение") for row in rows}


def read_number(text: str, where: str) -> Decimal:
    """A number as 1C's Число() takes it: a comma is fine, letters are not."""
    try:
        value = Decimal(text.replace("\u00a0", "").replace(" ", "").replace(",", "."))
    except InvalidOperation:
        raise ExchangeError(f"{where}: преобразование значения «{text}» к типу Число не может быть выполнено") from None
    if not value.is_finite():
        raise ExchangeError(f"{where}: преобразование значения «{text}» к типу Число не может быть выполнено")
    return value


def _date(text: str, where: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text[:10])
    except ValueError:
        raise ExchangeError(f"{where}: дата «{text}» не прочитана") from None


def _time(text: str, where: str) -> dt.time:
    try:
        return dt.time.fromisoformat(text)
    except ValueError:
        raise ExchangeError(f"{where}: время «{text}» не прочитано") from None


def read_vat(text: str, otherwise: Decimal | None) -> Decimal | None:
    """A VAT rate in percent, None for «Без НДС», ``otherwise`` when nothing is said."""
    if not text:
        return otherwise
    if _NO_VAT.search(text):
        return None
    digits = re.match(r"\d+(?:[.,]\d+)?", text)
    return Decimal(digits.group(0).replace(",", ".")) if digits else otherwise
