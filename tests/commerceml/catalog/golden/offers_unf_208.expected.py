from decimal import Decimal

from uzel.commerceml.catalog.entry import Entry, EntryKind, Told
from uzel.model import Price, PriceType, Problem, Property, Stock, Variant, Warehouse

ENTRIES = (
    Entry(
        kind=EntryKind.PRICE_TYPE,
        xml_id="t-retail",
        place="ТипЦены Розничная",
        told=(
            Told(
                record=PriceType(price_type_id="t-retail", name="Розничная"),
                fields=frozenset({"currency", "deletion_mark", "name", "price_type_id", "vat_included"}),
            ),
        ),
    ),
    Entry(
        kind=EntryKind.PRICE_TYPE,
        xml_id="t-export",
        place="ТипЦены Оптовая (доллары)",
        told=(
            Told(
                record=PriceType(price_type_id="t-export", name="Оптовая (доллары)", currency="USD", vat_included=False),
                fields=frozenset({"currency", "deletion_mark", "name", "price_type_id", "vat_included"}),
            ),
        ),
    ),
    Entry(
        kind=EntryKind.PRICE_TYPE,
        xml_id="t-odd",
        place="ТипЦены Ракушки",
        told=(
            Told(
                record=PriceType(price_type_id="t-odd", name="Ракушки", currency=""),
                fields=frozenset({"currency", "deletion_mark", "name", "price_type_id"}),
            ),
        ),
        problems=(
            Problem(
                code="currency_unknown",
                where="ТипЦены Ракушки / Валюта",
                what="Неизвестная валюта «ракушки морские»",
                fatal=True,
            ),
        ),
    ),
    Entry(
        kind=EntryKind.WAREHOUSE,
        xml_id="w-1",
        place="Склад Основной склад",
        told=(
            Told(
                record=Warehouse(warehouse_id="w-1", name="Основной склад"),
                fields=frozenset({"deletion_mark", "name", "warehouse_id"}),
            ),
        ),
    ),
    Entry(
        kind=EntryKind.OFFER,
        xml_id="i-kettle",
        place="Предложение Чайник электрический",
        prices=(
            Price(price_type_id="t-retail", amount=Decimal("1990.50")),
            Price(price_type_id="t-export", amount=Decimal("20.00"), currency="USD"),
        ),
        stocks=(
            Stock(warehouse_id="", quantity=Decimal("12")),
            Stock(warehouse_id="w-1", quantity=Decimal("10")),
            Stock(warehouse_id="w-2", quantity=Decimal("2.5")),
        ),
        problems=(
            Problem(
                code="currency_unknown",
                where="Предложение Чайник электрический / Цена",
                what="Неизвестная валюта «ракушки морские», цена не взята",
            ),
        ),
    ),
    Entry(
        kind=EntryKind.OFFER,
        xml_id="i-shirt#v-red",
        place="Предложение Рубаха (красная, 48)",
        told=(
            Told(
                record=Variant(
                    variant_id="i-shirt#v-red",
                    item_id="i-shirt",
                    name="Рубаха (красная, 48)",
                    article="Р-1",
                    barcode="4600000000024",
                    properties=(
                        Property(name="Цвет", value="красная"),
                        Property(name="Размер", value="48"),
                    ),
                ),
                fields=frozenset({"article", "barcode", "deletion_mark", "item_id", "name", "properties", "variant_id"}),
            ),
        ),
        prices=(Price(price_type_id="t-retail", amount=Decimal("1000")),),
        stocks=(Stock(warehouse_id="", quantity=Decimal("3")),),
    ),
    Entry(
        kind=EntryKind.OFFER,
        xml_id="i-shirt#v-blue",
        place="Предложение i-shirt#v-blue",
        told=(
            Told(
                record=Variant(variant_id="i-shirt#v-blue", item_id="i-shirt", deletion_mark=True),
                fields=frozenset({"deletion_mark", "item_id", "variant_id"}),
            ),
        ),
    ),
    Entry(
        kind=EntryKind.OFFER,
        xml_id="i-rope",
        place="Предложение i-rope",
        problems=(
            Problem(
                code="number_unreadable",
                where="Предложение i-rope / ЦенаЗаЕдиницу",
                what="Значение «дорого» не похоже на число",
                fatal=True,
            ),
        ),
    ),
)
