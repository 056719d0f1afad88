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
SECTION_NAME = "Чайная лавка"


@dataclass(frozen=True, slots=True)
class Offer:
    """What is sold: an item, or one of its variants."""

    offer_id: str
    name: str
    price: Decimal
    quantity: Decimal
    variant: str = ""


@dataclass(frozen=True, slots=True)
class Goods:
    """An item as the site should show it; without ``picture`` it has none. ``quantity`` is of each of its variants."""

    item: Item
    quantity: Decimal = Decimal(0)
    picture: bytes = b""

    @property
    def picture_name(self) -> str:
        """Name of the picture's file: two letters of its hash are the folder."""
        name = hashlib.sha256(self.item.item_id.encode()).hexdigest()[:32]
        return f"import_files/{name[:2]}/{name}.png"

    @property
    def offers(self) -> tuple[Offer, ...]:
        """The item itself, or each of its variants in its stead."""
        item = self.item
        if not item.variants:
            return (Offer(item.item_id, item.name, item.price, self.quantity),)
        return tuple(
            Offer(f"{item.item_id}#{one.variant_id}", f"{item.name} ({one.name})", item.price, self.quantity, one.name)
            for one in item.variants
        )


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
    _texts(SubElement(SubElement(classifier, "Группы"), "Группа"), Ид=SECTION_ID, Наименование=SECTION_NAME)
    catalogue = SubElement(root, "Каталог", {"СодержитТолькоИзменения": _flag(only_changes)})
    _texts(catalogue, Ид=CATALOGUE_ID, ИдКлассификатора=CATALOGUE_ID, Наименование="Основной каталог")
    block = SubElement(catalogue, "Товары")
    for one in goods:
        _write_item(SubElement(block, "Товар"), one)
    return _bytes(root)


def _write_item(element: Element, goods: Goods) -> None:
    item = goods.item
    _texts(element, Ид=item.item_id, Наименование=item.name)
    if item.article:
        _texts(element, Артикул=item.article)
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
    writers: Sequence[Callable[[Element, Offer], None]],
) -> bytes:
    root = _root(settings, formed)
    package = SubElement(root, "ПакетПредложений", {"СодержитТолькоИзменения": _flag(only_changes)})
    _texts(package, Ид=f"{CATALOGUE_ID}#", ИдКаталога=CATALOGUE_ID)
    _texts(SubElement(SubElement(package, "ТипыЦен"), "ТипЦены"), Ид=PRICE_TYPE_ID, Наименование="Розничная", Валюта="руб")
    _texts(SubElement(SubElement(package, "Склады"), "Склад"), Ид=WAREHOUSE_ID, Наименование="Основной склад")
    block = SubElement(package, "Предложения")
    for one in (offer for each in goods for offer in each.offers):
        element = SubElement(block, "Предложение")
        _texts(element, Ид=one.offer_id)
        for write in writers:
            write(element, one)
    return _bytes(root)


def _name(element: Element, offer: Offer) -> None:
    _texts(element, Наименование=offer.name)
    if offer.variant:
        block = SubElement(SubElement(element, "ХарактеристикиТовара"), "ХарактеристикаТовара")
        _texts(block, Наименование="Характеристика", Значение=offer.variant)


def _price(element: Element, offer: Offer) -> None:
    price = SubElement(SubElement(element, "Цены"), "Цена")
    _texts(price, ИдТипаЦены=PRICE_TYPE_ID, ЦенаЗаЕдиницу=f"{offer.price}", Валюта="руб")


def _stock(element: Element, offer: Offer) -> None:
    warehouse = SubElement(SubElement(SubElement(element, "Остатки"), "Остаток"), "Склад")
    _texts(warehouse, Ид=WAREHOUSE_ID, Количество=f"{offer.quantity}")


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
