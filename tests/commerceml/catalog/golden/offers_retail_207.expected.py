from decimal import Decimal

from uzel.commerceml.catalog.entry import Entry, EntryKind, Told
from uzel.model import Price, PriceType, Property, Stock, Variant, Warehouse

ENTRIES = (
    Entry(
        kind=EntryKind.PRICE_TYPE,
        xml_id="t-shop",
        place="ТипЦены Цена магазина",
        told=(
            Told(
                PriceType("t-shop", "Цена магазина", "RUB"), frozenset({"currency", "deletion_mark", "name", "price_type_id"})
            ),
        ),
    ),
    Entry(
        kind=EntryKind.PRICE_TYPE,
        xml_id="t-sale",
        place="ТипЦены Распродажа",
        told=(
            Told(PriceType("t-sale", "Распродажа", "RUB"), frozenset({"currency", "deletion_mark", "name", "price_type_id"})),
        ),
    ),
    Entry(
        kind=EntryKind.WAREHOUSE,
        xml_id="w-hall",
        place='Склад Магазин "Обувь"',
        told=(Told(Warehouse("w-hall", 'Магазин "Обувь"'), frozenset({"deletion_mark", "name", "warehouse_id"})),),
    ),
    Entry(
        kind=EntryKind.OFFER,
        xml_id="i-boots#v-42",
        place="Предложение Сапоги резиновые (42)",
        told=(
            Told(
                record=Variant(
                    variant_id="i-boots#v-42",
                    item_id="i-boots",
                    name="Сапоги резиновые (42)",
                    barcode="2000000000091",
                    properties=(Property("Размер", "42"), Property("Цвет", "зелёный")),
                ),
                fields=frozenset({"barcode", "deletion_mark", "item_id", "name", "properties", "variant_id"}),
            ),
        ),
        prices=(Price("t-shop", Decimal("1999")), Price("t-sale", Decimal("999.9"))),
        stocks=(Stock("w-hall", Decimal("2")),),
    ),
)
