from decimal import Decimal

from uzel.commerceml.catalog.entry import Entry, EntryKind, Told
from uzel.model import Price, PriceType, Stock, Variant, Warehouse

ENTRIES = (
    Entry(
        kind=EntryKind.PRICE_TYPE,
        xml_id="t-9",
        place="ТипЦены Розничная",
        told=(
            Told(
                record=PriceType("t-9", "Розничная", "RUB", vat_included=True),
                fields=frozenset({"currency", "deletion_mark", "name", "price_type_id", "vat_included"}),
            ),
        ),
    ),
    Entry(
        kind=EntryKind.PRICE_TYPE,
        xml_id="t-8",
        place="ТипЦены Дилерская",
        told=(Told(PriceType("t-8", "Дилерская", "EUR"), frozenset({"currency", "deletion_mark", "name", "price_type_id"})),),
    ),
    Entry(
        kind=EntryKind.WAREHOUSE,
        xml_id="w-9",
        place="Склад Мебельный склад",
        told=(Told(Warehouse("w-9", "Мебельный склад"), frozenset({"deletion_mark", "name", "warehouse_id"})),),
    ),
    Entry(
        kind=EntryKind.OFFER,
        xml_id="i-table#v-white",
        place="Предложение Стол (белый)",
        told=(
            Told(
                record=Variant("i-table#v-white", "i-table", "Стол (белый)", barcode="2000000000015"),
                fields=frozenset({"barcode", "deletion_mark", "item_id", "name", "variant_id"}),
            ),
        ),
        prices=(Price("t-9", Decimal("12500")), Price("t-8", Decimal("210.10"), "EUR")),
        stocks=(Stock("", Decimal("6")), Stock("w-9", Decimal("6"))),
    ),
    Entry(
        kind=EntryKind.OFFER,
        xml_id="i-table#v-black",
        place="Предложение Стол (чёрный)",
        told=(
            Told(
                record=Variant("i-table#v-black", "i-table", "Стол (чёрный)", deletion_mark=True),
                fields=frozenset({"deletion_mark", "item_id", "name", "variant_id"}),
            ),
        ),
        stocks=(Stock("", Decimal("0")),),
    ),
)
