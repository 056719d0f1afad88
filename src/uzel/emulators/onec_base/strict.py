"""Value checks of a declared namespace: one bad value kills the whole load (onec-exchange 1.3, 3.2)."""

import re
from collections.abc import Callable, Mapping

from lxml import etree

from uzel.emulators.onec_base.errors import ExchangeError

# Packages registered in the configurations; any other namespace is read untyped.
KNOWN_NAMESPACES = frozenset({"urn:1C.ru:commerceml_2", *(f"urn:1C.ru:commerceml_2{n}" for n in ("05", "08", "10"))})

OPERATIONS = frozenset(
    {
        "Заказ товара", "Счет на оплату", "Отпуск товара", "Счет-фактура", "Возврат товара",
        "Передача товара на комиссию", "Возврат комиссионного товара",
        "Отчет о продажах комиссионного товара", "Выплата наличных денег", "Возврат наличных денег",
        "Выплата безналичных денег", "Возврат безналичных денег", "Переоценка товаров", "Прочие",
        "Эквайринговая операция",
    }
)  # fmt: skip
ROLES = frozenset({"Продавец", "Покупатель", "Плательщик", "Получатель", "Комитент", "Комиссионер"})
CONTACTS = frozenset(
    {
        "Телефон внутренний", "Телефон рабочий", "Телефон мобильный", "Телефон домашний",
        "Пейджер", "Факс", "Почта", "ICQ", "ВебСайт",
    }
)  # fmt: skip

# Children of Документ in the only order the package knows.
DOCUMENT_SEQUENCE = (
    "Ид", "Номер", "Дата", "ХозОперация", "Роль", "Валюта", "Курс", "Сумма", "Контрагенты", "Время", "СрокПлатежа",
    "Комментарий", "Налоги", "Скидки", "ДопРасходы", "ЗанятостьРесурсов", "Товары", "ЗначенияРеквизитов",
    "ПодчиненныеДокументы",
)  # fmt: skip


def _length(low: int, high: int) -> Callable[[str], bool]:
    return lambda text: low <= len(text) <= high


def _matches(pattern: str) -> Callable[[str], bool]:
    return lambda text: re.fullmatch(pattern, text.strip()) is not None


def _one_of(words: frozenset[str]) -> Callable[[str], bool]:
    return lambda text: text in words


_DATE = _matches(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
_MONEY = _matches(r"-?\d+(\.\d{1,2})?")

# (parent, element): check; a parent of "*" stands for any.
CHECKS: Mapping[tuple[str, str], Callable[[str], bool]] = {
    ("Документ", "Ид"): _length(1, 40),
    ("Контрагент", "Ид"): _length(1, 40),
    ("Товар", "Ид"): _length(1, 80),
    ("*", "Наименование"): _length(1, 250),
    ("*", "ИНН"): _length(10, 12),
    ("*", "КПП"): _length(9, 9),
    ("*", "Валюта"): _length(3, 3),
    ("*", "ХозОперация"): _one_of(OPERATIONS),
    ("*", "Роль"): _one_of(ROLES),
    ("Контакт", "Тип"): _one_of(CONTACTS),
    ("*", "Дата"): _DATE,
    ("*", "СрокПлатежа"): _DATE,
    ("*", "Время"): _matches(r"([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?"),
    ("*", "Сумма"): _MONEY,
    ("*", "ЦенаЗаЕдиницу"): _MONEY,
    ("*", "Количество"): _matches(r"-?\d+(\.\d{1,4})?"),
    ("*", "Комментарий"): _length(1, 3000),
    ("*", "Значение"): _length(0, 1000),
}


def check_strictly(root: etree._Element) -> None:
    """Apply the package's rules when the root declares a registered namespace; else everything is allowed."""
    if etree.QName(root).namespace not in KNOWN_NAMESPACES:
        return
    for element in root.iter("{*}*"):
        name = etree.QName(element).localname
        parent = element.getparent()
        above = "" if parent is None else etree.QName(parent).localname
        if name == "Документ":
            _check_sequence(element)
        check = CHECKS.get((above, name)) or CHECKS.get(("*", name))
        if check and not len(element) and not check(element.text or ""):
            raise ExchangeError(f"Ошибка преобразования данных XDTO: значение «{element.text or ''}» элемента {above}/{name}")


def _check_sequence(document: etree._Element) -> None:
    last = 0
    for child in document.iterchildren("{*}*"):
        name = etree.QName(child).localname
        place = DOCUMENT_SEQUENCE.index(name) if name in DOCUMENT_SEQUENCE else -1
        if place < last:
            raise ExchangeError(f"Ошибка преобразования данных XDTO: элемент {name} не на своём месте в документе")
        last = place
