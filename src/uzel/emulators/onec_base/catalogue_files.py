"""XML of a catalogue as the clients write it: УНФ and УТ in two files, Bitrix's module in four (onec-exchange 1.5, 2.1)."""

import datetime as dt
import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from xml.etree.ElementTree import Element, SubElement, tostring

from uzel.emulators.onec_base.profiles import Settings
from uzel.emulators.onec_base.records import Item

CATALOGUE_ID, SECTION_ID, PRICE_TYPE_ID, WAREHOUSE_ID = "catalogue-1", "section-1", "price-1", "warehouse-1"


@dataclass(frozen=True, slots=True)
class Goods:
    """An item as the site should show it; without ``picture`` it has none."""

    item: Item
    quantity: Decimal = Decimal(0)
    picture: bytes = b""

    @property
    def picture_name(self) -> str:
        """Name of the picture's file: two letters of its hash are the folder."""
        name = hashlib.sha256(self.item.item_id.encode()).hexdigest()[:32]
        return f"import_files/{name[:2]}/{name}.png"


def two_files(goods: Sequence[Goods], settings: Settings, formed: dt.datetime, *, only_changes: bool) -> dict[str, bytes]:
    """``import0_1.xml`` and ``offers0_1.xml``: prices and stocks stand together."""
    return {
        "import0_1.xml": _goods_file(goods, settings, formed, only_changes),
        "offers0_1.xml": _offers_file(goods, settings, formed, only_changes, (_name, _price, _stock)),
    }


def split_files(
    goods: Sequence[Goods], settings: Settings, formed: dt.datetime, stem: str, *, only_changes: bool
) -> dict[str, bytes]:
    """``import___``, ``offers___``, ``prices___`` and ``rests___``, each with what its name says."""
    parts: Mapping[str, tuple[Callable[..., None], ...]] = {"offers": (_name,), "prices": (_price,), "rests": (_stock,)}
    files = {f"import___{stem}.xml": _goods_file(goods, settings, formed, only_changes)}
    for word, writers in parts.items():
        files[f"{word}___{stem}.xml"] = _offers_file(goods, settings, formed, only_changes, writers)
    return files


def _goods_file(goods: Sequence[Goods], settings: Settings, formed: dt.datetime, only_changes: bool) -> bytes:
    root = _root(settings, formed)
    classifier = SubElement(root, "Классификатор")
    _texts(classifier, Ид=CATALOGUE_ID, Наименование="Классификатор (Основной каталог)")
    _texts(SubElement(SubElement(classifier, "Группы"), "Группа"), Ид=SECTION_ID, Наименование="Чайная лавка")
    catalogue = SubElement(root, "Каталог", {"СодержитТолькоИзменения": _flag(only_changes)})
    _texts(catalogue, Ид=CATALOGUE_ID, ИдКлассификатора=CATALOGUE_ID, Наименование="Основной каталог")
    block = SubElement(catalogue, "Товары")
    for one in goods:
        _write_item(SubElement(block, "Товар"), one)
    return _bytes(root)


def _write_item(element: Element, goods: Goods) -> None:
    item = goods.item
    _texts(element, Ид=item.item_id, Наименование=item.name)
    SubElement(element, "БазоваяЕдиница", {"Код": item.measure_code}).text = item.measure_name
    _texts(SubElement(element, "Группы"), Ид=SECTION_ID)
    if goods.picture:
        _texts(element, Картинка=goods.picture_name)
    rate = "Без НДС" if item.vat_rate is None else f"{item.vat_rate.normalize():f}"
    _texts(SubElement(SubElement(element, "СтавкиНалогов"), "СтавкаНалога"), Наименование="НДС", Ставка=rate)
    requisite = SubElement(SubElement(element, "ЗначенияРеквизитов"), "ЗначениеРеквизита")
    _texts(requisite, Наименование="ТипНоменклатуры", Значение="Услуга" if item.is_service else "Товар")


def _offers_file(
    goods: Sequence[Goods],
    settings: Settings,
    formed: dt.datetime,
    only_changes: bool,
    writers: Sequence[Callable[[Element, Goods], None]],
) -> bytes:
    root = _root(settings, formed)
    package = SubElement(root, "ПакетПредложений", {"СодержитТолькоИзменения": _flag(only_changes)})
    _texts(package, Ид=f"{CATALOGUE_ID}#", ИдКаталога=CATALOGUE_ID)
    _texts(SubElement(SubElement(package, "ТипыЦен"), "ТипЦены"), Ид=PRICE_TYPE_ID, Наименование="Розничная", Валюта="руб")
    _texts(SubElement(SubElement(package, "Склады"), "Склад"), Ид=WAREHOUSE_ID, Наименование="Основной склад")
    block = SubElement(package, "Предложения")
    for one in goods:
        offer = SubElement(block, "Предложение")
        _texts(offer, Ид=one.item.item_id)
        for write in writers:
            write(offer, one)
    return _bytes(root)


def _name(offer: Element, goods: Goods) -> None:
    _texts(offer, Наименование=goods.item.name)


def _price(offer: Element, goods: Goods) -> None:
    price = SubElement(SubElement(offer, "Цены"), "Цена")
    _texts(price, ИдТипаЦены=PRICE_TYPE_ID, ЦенаЗаЕдиницу=f"{goods.item.price}", Валюта="руб")


def _stock(offer: Element, goods: Goods) -> None:
    warehouse = SubElement(SubElement(SubElement(offer, "Остатки"), "Остаток"), "Склад")
    _texts(warehouse, Ид=WAREHOUSE_ID, Количество=f"{goods.quantity}")


def _root(settings: Settings, formed: dt.datetime) -> Element:
    words: dict[str, Any] = {"xmlns": settings.namespace} if settings.namespace else {}
    date = formed.isoformat(timespec="seconds")
    return Element("КоммерческаяИнформация", {**words, "ВерсияСхемы": settings.schema_version, "ДатаФормирования": date})


def _texts(parent: Element, **values: str) -> None:
    for tag, text in values.items():
        SubElement(parent, tag).text = text


def _flag(value: bool) -> str:
    return "true" if value else "false"


def _bytes(root: Element) -> bytes:
    written: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return written
