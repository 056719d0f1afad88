from decimal import Decimal

from uzel.commerceml.catalog.entry import Entry, EntryKind, Told
from uzel.model import Price, PriceType, Property, Stock, Variant, Warehouse

ENTRIES = (
    Entry(
        kind=EntryKind.PRICE_TYPE,
        xml_id="t-retail",
        place="ТипЦены Розничная цена",
        told=(
            Told(
                record=PriceType(price_type_id="t-retail", name="Розничная цена"),
                fields=frozenset({"currency", "deletion_mark", "name", "price_type_id", "vat_included"}),
            ),
        ),
    ),
    Entry(
        kind=EntryKind.PRICE_TYPE,
        xml_id="t-bulk",
        place="ТипЦены Оптовая цена",
        told=(
            Told(
                record=PriceType(price_type_id="t-bulk", name="Оптовая цена", currency="EUR", vat_included=False),
                fields=frozenset({"currency", "deletion_mark", "name", "price_type_id", "vat_included"}),
            ),
        ),
    ),
    Entry(
        kind=EntryKind.WAREHOUSE,
        xml_id="w-shop",
        place="Склад Магазин",
        told=(Told(Warehouse("w-shop", "Магазин"), frozenset({"deletion_mark", "name", "warehouse_id"})),),
    ),
    Entry(
        kind=EntryKind.OFFER,
        xml_id="i-green#v-100",
        place="Предложение Чай зелёный (пачка 100 г)",
        told=(
            Told(
                record=Variant(
                    variant_id="i-green#v-100",
                    item_id="i-green",
                    name="Чай зелёный (пачка 100 г)",
                    article="ЗЧ-5",
                    properties=(Property("Фасовка", "100 г"),),
                ),
                fields=frozenset({"article", "deletion_mark", "item_id", "name", "properties", "variant_id"}),
            ),
        ),
        prices=(Price("t-retail", Decimal("1250.4")), Price("t-bulk", Decimal("12.5"), "EUR")),
        stocks=(Stock("", Decimal("7.25")), Stock("w-shop", Decimal("7.25"))),
    ),
    Entry(
        kind=EntryKind.OFFER,
        xml_id="i-black",
        place="Предложение Чай чёрный",
        stocks=(Stock("", Decimal("0")),),
    ),
)
