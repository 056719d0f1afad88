"""A made-up catalogue in the shape of УНФ (2.08): goods in one file, offers in another, streamed to disk at any size."""

import random
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.made_goods import NAMES, PIECES

ROOT = '<КоммерческаяИнформация xmlns="urn:1C.ru:commerceml_210" ВерсияСхемы="2.08" ДатаФормирования="2024-05-13T10:15:00">\n'
DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n'
CLOSING = "</КоммерческаяИнформация>\n"
SECTIONS = 200
PRICE_TYPES = ("Розничная", "Оптовая")
WAREHOUSES = ("Основной", "Витрина")
WITH_VARIANTS = 4  # every fourth item has them
COLOURS = ("белый", "чёрный")
CHANGED = 100  # every hundredth item, when the file has changes
ITEM = """\t\t\t<Товар>
\t\t\t\t<Ид>{id}</Ид>
\t\t\t\t<Штрихкод>{barcode}</Штрихкод>
\t\t\t\t<Артикул>А-{number}</Артикул>
\t\t\t\t<Наименование>{name}, арт. {number}</Наименование>
{unit}\t\t\t\t<Группы>
\t\t\t\t\t<Ид>{section}</Ид>
\t\t\t\t</Группы>
\t\t\t\t<Описание>{name}: прочный, удобный, не боится ни воды, ни мороза. Гарантия два года.</Описание>
\t\t\t\t<Картинка>import_files/{id}.jpg</Картинка>
{taxes}\t\t\t\t<ЗначенияРеквизитов>
{kinds}\t\t\t\t\t<ЗначениеРеквизита>
\t\t\t\t\t\t<Наименование>Полное наименование</Наименование>
\t\t\t\t\t\t<Значение>{name}, арт. {number}</Значение>
\t\t\t\t\t</ЗначениеРеквизита>
\t\t\t\t</ЗначенияРеквизитов>
\t\t\t</Товар>
"""
OFFER = """\t\t\t<Предложение>
\t\t\t\t<Ид>{id}</Ид>
\t\t\t\t<Артикул>А-{number}</Артикул>
\t\t\t\t<Наименование>{name}</Наименование>
{unit}{traits}\t\t\t\t<Цены>
{prices}\t\t\t\t</Цены>
\t\t\t\t<Количество>{quantity}</Количество>
{stocks}\t\t\t</Предложение>
"""
TRAITS = """\t\t\t\t<ХарактеристикиТовара>
\t\t\t\t\t<ХарактеристикаТовара>
\t\t\t\t\t\t<Наименование>Цвет</Наименование>
\t\t\t\t\t\t<Значение>{colour}</Значение>
\t\t\t\t\t</ХарактеристикаТовара>
\t\t\t\t</ХарактеристикиТовара>
"""
PRICE = """\t\t\t\t\t<Цена>
\t\t\t\t\t\t<Представление>{amount} руб за шт</Представление>
\t\t\t\t\t\t<ИдТипаЦены>{type_id}</ИдТипаЦены>
\t\t\t\t\t\t<ЦенаЗаЕдиницу>{amount}</ЦенаЗаЕдиницу>
\t\t\t\t\t\t<Валюта>руб</Валюта>
\t\t\t\t\t\t<Единица>шт</Единица>
\t\t\t\t\t\t<Коэффициент>1</Коэффициент>
\t\t\t\t\t</Цена>
"""
#: About 1 KB of goods and offer together: what a small configuration writes of an item with one price.
SHORT_ITEM = """\t\t\t<Товар>
\t\t\t\t<Ид>{id}</Ид>
\t\t\t\t<Артикул>А-{number}</Артикул>
\t\t\t\t<Наименование>{name}, арт. {number}</Наименование>
\t\t\t\t<БазоваяЕдиница Код="796">шт</БазоваяЕдиница>
\t\t\t\t<Группы><Ид>{section}</Ид></Группы>
\t\t\t</Товар>
"""
SHORT_OFFER = """\t\t\t<Предложение>
\t\t\t\t<Ид>{id}</Ид>
\t\t\t\t<Наименование>{name}</Наименование>
{traits}\t\t\t\t<Цены><Цена><ИдТипаЦены>t-0</ИдТипаЦены><ЦенаЗаЕдиницу>{price}</ЦенаЗаЕдиницу></Цена></Цены>
\t\t\t\t<Количество>{quantity}</Количество>
\t\t\t</Предложение>
"""
STOCK = '\t\t\t\t<Склад ИдСклада="{warehouse}" КоличествоНаСкладе="{quantity}"/>\n'


@dataclass(frozen=True)
class Goods:
    """One made-up item; ``raised`` is added to its prices."""

    number: int
    item_id: str
    name: str
    price: int
    quantity: int
    raised: int

    @property
    def colours(self) -> tuple[str, ...]:
        """Colours of its variants, if it has any."""
        return COLOURS if self.number % WITH_VARIANTS == 0 else ()


def write_catalog_files(folder: Path, items: int, *, changed: bool = False, short: bool = False) -> tuple[Path, Path, int]:
    """Write the two files; their paths and how many offers there are. ``changed``: 1 % of the items cost more.

    ``short``: nothing said of an item but what a shop needs.
    """
    goods_path, offers_path = folder / "import.xml", folder / "offers.xml"
    with goods_path.open("w", encoding="utf-8") as file:
        file.write(
            f'{DECLARATION}{ROOT}{_classifier()}\t<Каталог СодержитТолькоИзменения="false">\n\t\t<Ид>k</Ид>\n\t\t<Товары>\n'
        )
        file.writelines(_item(goods, SHORT_ITEM if short else ITEM) for goods in _assortment(items, changed=changed))
        file.write(f"\t\t</Товары>\n\t</Каталог>\n{CLOSING}")
    offers = 0
    with offers_path.open("w", encoding="utf-8") as file:
        file.write(f'{DECLARATION}{ROOT}\t<ПакетПредложений СодержитТолькоИзменения="false">\n\t\t<Ид>k#</Ид>\n{_words()}')
        file.write("\t\t<Предложения>\n")
        for goods in _assortment(items, changed=changed):
            for offer in _offers(goods, SHORT_OFFER if short else OFFER):
                file.write(offer)
                offers += 1
        file.write(f"\t\t</Предложения>\n\t</ПакетПредложений>\n{CLOSING}")
    return goods_path, offers_path, offers


def raised_offers(items: int) -> int:
    """How many offers cost more in a changed catalogue."""
    return sum(len(goods.colours) or 1 for goods in _assortment(items, changed=True) if goods.raised)


def _assortment(items: int, *, changed: bool) -> Iterator[Goods]:
    rng = random.Random(1)
    for number in range(items):
        item_id, name = str(uuid.UUID(int=rng.getrandbits(128), version=4)), rng.choice(NAMES)
        raised = 1 if changed and number % CHANGED == 0 else 0
        yield Goods(number, item_id, name, rng.randint(50, 9_000), rng.randint(0, 40), raised)


def _classifier() -> str:
    groups = "".join(f"\t\t\t<Группа><Ид>s-{n}</Ид><Наименование>Группа {n}</Наименование></Группа>\n" for n in range(SECTIONS))
    return f"\t<Классификатор>\n\t\t<Ид>k</Ид>\n\t\t<Группы>\n{groups}\t\t</Группы>\n\t</Классификатор>\n"


def _words() -> str:
    kinds = "".join(
        f"\t\t\t<ТипЦены><Ид>t-{n}</Ид><Наименование>{name}</Наименование><Валюта>руб</Валюта></ТипЦены>\n"
        for n, name in enumerate(PRICE_TYPES)
    )
    warehouses = "".join(
        f"\t\t\t<Склад><Ид>w-{n}</Ид><Наименование>{name}</Наименование></Склад>\n" for n, name in enumerate(WAREHOUSES)
    )
    return f"\t\t<ТипыЦен>\n{kinds}\t\t</ТипыЦен>\n\t\t<Склады>\n{warehouses}\t\t</Склады>\n"


def _item(goods: Goods, form: str) -> str:
    section, barcode = f"s-{goods.number % SECTIONS}", 4_600_000_000_000 + goods.number
    return form.format(**PIECES, id=goods.item_id, barcode=barcode, number=goods.number, name=goods.name, section=section)


def _offers(goods: Goods, form: str) -> Iterator[str]:
    """Of the item itself, or of its variants."""
    for colour in goods.colours or ("",):
        prices = (goods.price + goods.raised, goods.price * 8 // 10 + goods.raised)
        stocks = (goods.quantity, goods.quantity // 2)
        yield form.format(
            **PIECES,
            id=f"{goods.item_id}#{COLOURS.index(colour)}" if colour else goods.item_id,
            number=goods.number,
            name=f"{goods.name} ({colour})" if colour else goods.name,
            traits=TRAITS.format(colour=colour) if colour else "",
            prices="".join(PRICE.format(type_id=f"t-{n}", amount=amount) for n, amount in enumerate(prices)),
            price=prices[0],
            quantity=sum(stocks),
            stocks="".join(STOCK.format(warehouse=f"w-{n}", quantity=quantity) for n, quantity in enumerate(stocks)),
        )
