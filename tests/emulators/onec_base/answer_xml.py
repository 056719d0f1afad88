"""Answers to mode=query, built from a few words."""

from typing import Any
from xml.sax.saxutils import escape

from tests.emulators.onec_base.site import Reply, Site, xml
from uzel.emulators.onec_base import Base, Report

BUYER = "<Контрагент><Ид>1#ivan#</Ид><Наименование>Иван</Наименование><Роль>Покупатель</Роль></Контрагент>"
UNIT = '<БазоваяЕдиница Код="796">шт</БазоваяЕдиница>'


def document(number: str = "77", **changes: str) -> str:
    """A document of the site; ``requisites`` and whole elements can be given, an empty text leaves an element out."""
    parts = {
        "Ид": f"<Ид>{number}</Ид>",
        "Номер": f"<Номер>{number}</Номер>",
        "Дата": "<Дата>2024-03-04</Дата>",
        "ХозОперация": "<ХозОперация>Заказ товара</ХозОперация>",
        "Роль": "<Роль>Продавец</Роль>",
        "Валюта": "<Валюта>руб</Валюта>",
        "Курс": "<Курс>1</Курс>",
        "Сумма": "<Сумма>300.00</Сумма>",
        "Контрагенты": f"<Контрагенты>{BUYER}</Контрагенты>",
        "Время": "<Время>18:45:21</Время>",
        "Комментарий": "",
        "Товары": f"<Товары>{row()}</Товары>",
        "ЗначенияРеквизитов": "",
        "ПодчиненныеДокументы": "",
    }
    return f"<Документ>{''.join((parts | changes).values())}</Документ>"


def row(item_id: str = "it-1", name: str = "Чай", price: str = "150", quantity: str = "2", total: str = "300") -> str:
    sums = f"<ЦенаЗаЕдиницу>{price}</ЦенаЗаЕдиницу><Количество>{quantity}</Количество><Сумма>{total}</Сумма>"
    return f"<Товар><Ид>{item_id}</Ид><Наименование>{name}</Наименование>{UNIT}{sums}</Товар>"


def requisites(**values: Any) -> str:
    """Underscores stand for spaces."""
    row = "<ЗначениеРеквизита><Наименование>{}</Наименование><Значение>{}</Значение></ЗначениеРеквизита>"
    rows = (row.format(name.replace("_", " "), escape(value)) for name, value in values.items())
    return f"<ЗначенияРеквизитов>{''.join(rows)}</ЗначенияРеквизитов>"


def contacts(**values: str) -> str:
    """Underscores stand for spaces."""
    contact = "<Контакт><Тип>{}</Тип><Значение>{}</Значение></Контакт>"
    return f"<Контакты>{''.join(contact.format(kind.replace('_', ' '), value) for kind, value in values.items())}</Контакты>"


def envelope(*documents: str, encoding: str = "windows-1251", xmlns: str = "") -> str:
    namespace = f' xmlns="{xmlns}"' if xmlns else ""
    return (
        f'<?xml version="1.0" encoding="{encoding}"?>\n<КоммерческаяИнформация{namespace} ВерсияСхемы="2.05"'
        f' ДатаФормирования="2024-03-05T09:00:00">{"".join(documents)}</КоммерческаяИнформация>'
    )


def answer(*documents: str, encoding: str = "windows-1251", xmlns: str = "") -> Reply:
    return xml(envelope(*documents, encoding=encoding, xmlns=xmlns), encoding)


def party(inside: str) -> str:
    return f"<Контрагенты><Контрагент>{inside}<Роль>Покупатель</Роль></Контрагент></Контрагенты>"


def load(site: Site, base: Base, *documents: str, xmlns: str = "") -> Report:
    """An exchange in which the site gives these documents, and nothing more if it is asked again."""
    site.reply("query", answer(*documents, xmlns=xmlns), answer())
    return base.exchange()
