"""A made-up file of orders in the shape of UNF (2.08, indented as 1C writes it), streamed to disk at any size."""

import random
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from bench.made_goods import NAMES, PIECES

NAMESPACE = "urn:1C.ru:commerceml_210"
HEAD = f"""<?xml version="1.0" encoding="UTF-8"?>
<КоммерческаяИнформация xmlns="{NAMESPACE}" xmlns:xs="http://www.w3.org/2001/XMLSchema" \
xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" ВерсияСхемы="2.08" ДатаФормирования="2024-05-13T10:15:00">
"""
TAIL = "</КоммерческаяИнформация>"
MEGABYTE = 1_000_000
ASSORTMENT = 2_000  # goods of the made-up shop, each with a price of its own
SURNAMES = ("Соколова", "Мельников", "Гусева", "Ёлкин", "Тарасова", "Зимин")
DOCUMENT = """\t<Документ>
\t\t<Ид>{id}</Ид>
\t\t<Номер>{number}</Номер>
\t\t<Дата>2024-05-{day:02}</Дата>
\t\t<ХозОперация>Заказ товара</ХозОперация>
\t\t<Роль>Продавец</Роль>
\t\t<Валюта>руб</Валюта>
\t\t<Курс>1</Курс>
\t\t<Сумма>{total}</Сумма>
\t\t<Контрагенты>
\t\t\t<Контрагент>
\t\t\t\t<Ид>{party_id}</Ид>
\t\t\t\t<Наименование>{party}</Наименование>
\t\t\t\t<ПолноеНаименование>{party}</ПолноеНаименование>
\t\t\t\t<Роль>Покупатель</Роль>
\t\t\t</Контрагент>
\t\t</Контрагенты>
\t\t<Время>00:00:00</Время>
\t\t<СрокПлатежа>0001-01-01</СрокПлатежа>
\t\t<Комментарий>Позвонить за час, вход со двора</Комментарий>
\t\t<Налоги>
\t\t\t<Налог>
\t\t\t\t<Наименование>НДС</Наименование>
\t\t\t\t<УчтеноВСумме>true</УчтеноВСумме>
\t\t\t\t<Сумма>{vat}</Сумма>
\t\t\t</Налог>
\t\t</Налоги>
\t\t<Товары>
{lines}\t\t</Товары>
\t\t<ЗначенияРеквизитов>
{requisites}\t\t</ЗначенияРеквизитов>
\t</Документ>
"""
LINE = """\t\t\t<Товар>
\t\t\t\t<Ид>{id}</Ид>
\t\t\t\t<Артикул>{article}</Артикул>
\t\t\t\t<Наименование>{name}</Наименование>
{unit}{taxes}\t\t\t\t<ЗначенияРеквизитов>
{kinds}\t\t\t\t</ЗначенияРеквизитов>
\t\t\t\t<ЦенаЗаЕдиницу>{price}</ЦенаЗаЕдиницу>
\t\t\t\t<Количество>{quantity}</Количество>
\t\t\t\t<Сумма>{total}</Сумма>
\t\t\t\t<Единица>796</Единица>
\t\t\t\t<Коэффициент>1</Коэффициент>
\t\t\t\t<Налоги>
\t\t\t\t\t<Налог>
\t\t\t\t\t\t<Наименование>НДС</Наименование>
\t\t\t\t\t\t<УчтеноВСумме>true</УчтеноВСумме>
\t\t\t\t\t\t<Сумма>{vat}</Сумма>
\t\t\t\t\t\t<Ставка>20</Ставка>
\t\t\t\t\t</Налог>
\t\t\t\t</Налоги>
{discount}\t\t\t</Товар>
"""
DISCOUNT = """\t\t\t\t<Скидки>
\t\t\t\t\t<Скидка>
\t\t\t\t\t\t<Наименование>Ручная скидка</Наименование>
\t\t\t\t\t\t<Сумма>{amount}</Сумма>
\t\t\t\t\t\t<Процент>10</Процент>
\t\t\t\t\t\t<УчтеноВСумме>true</УчтеноВСумме>
\t\t\t\t\t</Скидка>
\t\t\t\t</Скидки>
"""
REQUISITE = """\t\t\t<ЗначениеРеквизита>
\t\t\t\t<Наименование>{name}</Наименование>
\t\t\t\t<Значение>{value}</Значение>
\t\t\t</ЗначениеРеквизита>
"""


def write_order_file(path: Path, megabytes: int, seed: int = 1) -> int:
    """Write a file of about that many megabytes; returns how many documents are in it. The same seed, the same file."""
    documents, size = 0, 0
    rng = random.Random(seed)
    goods = [_goods(rng) for _ in range(ASSORTMENT)]
    with path.open("wb") as file:
        size += file.write(HEAD.encode())
        for document in _documents(rng, goods):
            size += file.write(document)
            documents += 1
            if size >= megabytes * MEGABYTE:
                break
        file.write(TAIL.encode())
    return documents


@dataclass(frozen=True)
class Goods:
    """Something the shop sells; the price is in kopecks."""

    item_id: str
    article: str
    name: str
    price: int


def _goods(rng: random.Random) -> Goods:
    item_id = f"{_guid(rng)}#{_guid(rng)}" if rng.random() < 0.3 else _guid(rng)
    price = rng.randint(50, 9_000) * 100 + rng.choice((0, 50, 99))
    return Goods(item_id, f"А-{rng.randint(1000, 99999)}", f"{rng.choice(NAMES)}, арт. {rng.randint(1, 999)}", price)


def _documents(rng: random.Random, goods: Sequence[Goods]) -> Iterator[bytes]:
    for number in count(1):
        yield _document(rng, number, goods).encode()


def _document(rng: random.Random, number: int, goods: Sequence[Goods]) -> str:
    rows = [_line(rng, rng.choice(goods)) for _ in range(rng.randint(1, 8))]
    total = sum(kopecks for _, kopecks in rows)
    party = f"{rng.choice(SURNAMES)} {rng.choice('АБВГД')}. {rng.choice('ЕИКЛМ')}."
    return DOCUMENT.format(
        id=_guid(rng),
        number=number,
        day=rng.randint(1, 28),
        total=_money(total),
        party_id=_guid(rng),
        party=party,
        vat=_money(total * 20 // 120),
        lines="".join(text for text, _ in rows),
        requisites="".join(REQUISITE.format(name=name, value=value) for name, value in _requisites(rng, number)),
    )


def _line(rng: random.Random, goods: Goods) -> tuple[str, int]:
    """XML of a row and its sum in kopecks."""
    quantity, discounted = rng.randint(1, 5), rng.random() < 0.3
    discount = goods.price * quantity // 10 if discounted else 0
    total = goods.price * quantity - discount
    text = LINE.format(
        **PIECES,
        id=goods.item_id,
        article=goods.article,
        name=goods.name,
        price=_money(goods.price),
        quantity=quantity,
        total=_money(total),
        vat=_money(total * 20 // 120),
        discount=DISCOUNT.format(amount=_money(discount)) if discounted else "",
    )
    return text, total


def _requisites(rng: random.Random, number: int) -> tuple[tuple[str, str], ...]:
    status, title = rng.choice((("N", "Принят"), ("P", "К отгрузке"), ("F", "Выполнен")))
    day = f"2024-05-{rng.randint(1, 28):02}T{rng.randint(0, 23)}:{rng.randint(0, 59):02}:00"
    return (
        ("Номер по 1С", f"СЕВ-{number:06}"),
        ("Дата по 1С", day),
        ("ПометкаУдаления", "false"),
        ("Проведен", "true"),
        ("Оплачен", rng.choice(("true", "false"))),
        ("Отгружен", rng.choice(("true", "false"))),
        ("Метод оплаты ИД", "2"),
        ("Метод оплаты", "Безналичные"),
        ("Статуса заказа ИД", status),
        ("Статус заказа", title),
        ("Вид заказа", "Заказ интернет-магазина"),
        ("Промокод", rng.choice(("ЛЕТО", "SALE10", "СВОИМ"))),
        ("Номер бонусной карты", f"77{rng.randint(0, 10**9):010}"),
        ("Сумма оплаченная бонусами", str(rng.randint(0, 500))),
    )


def _guid(rng: random.Random) -> str:
    return str(uuid.UUID(int=rng.getrandbits(128), version=4))


def _money(kopecks: int) -> str:
    rubles, rest = divmod(kopecks, 100)
    return f"{rubles}.{rest:02}".rstrip("0").rstrip(".") if rest else str(rubles)
