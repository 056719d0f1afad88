from decimal import Decimal

from uzel.commerceml.catalog.entry import Entry, EntryKind, Told
from uzel.model import Price, PriceType, Property, Stock, Variant, Warehouse

ENTRIES = (
    Entry(
        kind=EntryKind.PRICE_TYPE,
        xml_id="t-retail",
        place="ТипЦены Розничная",
        told=(
            Told(
                record=PriceType("t-retail", "Розничная", "RUB", vat_included=True),
                fields=frozenset({"currency", "deletion_mark", "name", "price_type_id", "vat_included"}),
            ),
        ),
    ),
    Entry(
        kind=EntryKind.PRICE_TYPE,
        xml_id="t-dealer",
        place="ТипЦены Дилерская",
        told=(
            Told(
                record=PriceType("t-dealer", "Дилерская", "RUB", vat_included=False),
                fields=frozenset({"currency", "deletion_mark", "name", "price_type_id", "vat_included"}),
            ),
        ),
    ),
    Entry(
        kind=EntryKind.WAREHOUSE,
        xml_id="w-north",
        place="Склад Северный склад",
        told=(Told(Warehouse("w-north", "Северный склад"), frozenset({"deletion_mark", "name", "warehouse_id"})),),
    ),
    Entry(
        kind=EntryKind.WAREHOUSE,
        xml_id="w-south",
        place="Склад Южный склад",
        told=(Told(Warehouse("w-south", "Южный склад"), frozenset({"deletion_mark", "name", "warehouse_id"})),),
    ),
    Entry(
        kind=EntryKind.OFFER,
        xml_id="i-paint#v-3",
        place="Предложение Краска белая (банка 3 л)",
        told=(
            Told(
                record=Variant(
                    variant_id="i-paint#v-3",
                    item_id="i-paint",
                    name="Краска белая (банка 3 л)",
                    article="К-12",
                    barcode="4600000000048",
                    properties=(Property("Тара", "банка 3 л"),),
                ),
                fields=frozenset({"article", "barcode", "deletion_mark", "item_id", "name", "properties", "variant_id"}),
            ),
        ),
        prices=(Price("t-retail", Decimal("280.00")), Price("t-dealer", Decimal("250.5"))),
        stocks=(Stock("", Decimal("14")), Stock("w-north", Decimal("9")), Stock("w-south", Decimal("5"))),
    ),
    Entry(
        kind=EntryKind.OFFER,
        xml_id="i-paint#v-9",
        place="Предложение Краска белая (ведро 9 л)",
        told=(
            Told(
                record=Variant("i-paint#v-9", "i-paint", "Краска белая (ведро 9 л)", deletion_mark=True),
                fields=frozenset({"deletion_mark", "item_id", "name", "variant_id"}),
            ),
        ),
        stocks=(Stock("", Decimal("0")),),
    ),
)
