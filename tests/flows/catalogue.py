"""Small catalogue files for tests, and their way into the hub."""

from typing import Any

from tests.flows.due_orders import NOW
from uzel.flows.files.read_in_turn import read_in_turn
from uzel.hub import feed_store
from uzel.hub.models import Node, NomenclatureRow, Package

State = Package.State


def root(inside: str) -> bytes:
    return f'<КоммерческаяИнформация ВерсияСхемы="2.08">{inside}</КоммерческаяИнформация>'.encode()


def goods(*items: str, classifier: str = "") -> bytes:
    """A file of goods."""
    return root(f"{classifier}<Каталог><Ид>k</Ид><Товары>{''.join(items)}</Товары></Каталог>")


def offers(*items: str, head: str = "") -> bytes:
    """A file of offers."""
    return root(f"<ПакетПредложений><Ид>k#</Ид>{head}<Предложения>{''.join(items)}</Предложения></ПакетПредложений>")


def item(item_id: str = "i", name: str = "Стул", inside: str = "", attributes: str = "") -> str:
    return f"<Товар{attributes}><Ид>{item_id}</Ид><Наименование>{name}</Наименование>{inside}</Товар>"


def offer(offer_id: str = "i", inside: str = "", name: str = "") -> str:
    title = f"<Наименование>{name}</Наименование>" if name else ""
    return f"<Предложение><Ид>{offer_id}</Ид>{title}{inside}</Предложение>"


def price(amount: str, type_id: str = "t", currency: str = "<Валюта>руб</Валюта>") -> str:
    return f"<Цены><Цена><ИдТипаЦены>{type_id}</ИдТипаЦены><ЦенаЗаЕдиницу>{amount}</ЦенаЗаЕдиницу>{currency}</Цена></Цены>"


def quantity(amount: str) -> str:
    return f"<Количество>{amount}</Количество>"


def section(section_id: str, name: str = "Мебель", inside: str = "") -> str:
    groups = f"<Группы>{inside}</Группы>" if inside else ""
    return f"<Группа><Ид>{section_id}</Ид><Наименование>{name}</Наименование>{groups}</Группа>"


def price_type(type_id: str = "t", name: str = "Розничная", currency: str = "руб") -> str:
    return f"<ТипЦены><Ид>{type_id}</Ид><Наименование>{name}</Наименование><Валюта>{currency}</Валюта></ТипЦены>"


def classifier(inside: str) -> str:
    return f"<Классификатор><Ид>k</Ид>{inside}</Классификатор>"


def waiting(node: Node, data: bytes, name: str = "import.xml") -> Package:
    """A file that has come and waits to be read."""
    feed = feed_store.store_bytes(data)
    zipped = data.startswith(b"PK")
    return Package.objects.create(node=node, file_name=name, feed=feed, size=feed.size, zipped=zipped, state=State.WAITING)


def load(node: Node, data: bytes) -> Package:
    """Read a file to its end."""
    package = waiting(node, data)
    read_in_turn(package.pk, NOW)
    package.refresh_from_db()
    return package


def counts(package: Package) -> dict[str, int]:
    """Outcomes of all kinds together."""
    total: dict[str, int] = {}
    for of_kind in (package.catalog or {}).values():
        for outcome, count in of_kind.items():
            total[outcome] = total.get(outcome, 0) + count
    return total


def row(xml_id: str = "i") -> NomenclatureRow:
    return NomenclatureRow.objects.get(xml_id=xml_id)


def due() -> set[str]:
    """Ids of the products that are due."""
    return {row.xml_id for row in NomenclatureRow.objects.all() if row.wanted > row.confirmed}


def shown() -> None:
    """As if the portal showed everything that is due."""
    for one in NomenclatureRow.objects.all():
        NomenclatureRow.objects.filter(pk=one.pk).update(confirmed=one.wanted, entity_id=one.pk if one.wanted else None)


def state() -> dict[str, dict[str, Any]]:
    """What the rows say, without how they came to say it."""
    names = ("content", "parent", "name", "article", "barcode", "active", "prices", "stocks")
    return {row.xml_id: {name: getattr(row, name) for name in names} for row in NomenclatureRow.objects.all()}
