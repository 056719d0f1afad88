from decimal import Decimal

from uzel.commerceml.catalog.entry import Entry, EntryKind, Told
from uzel.model import Price, PriceType, Property, Stock, Variant, Warehouse

ENTRIES = (
    Entry(
        kind=EntryKind.PRICE_TYPE,
        xml_id="t-5",
        place="ТипЦены Розничная",
        told=(Told(PriceType("t-5", "Розничная", "RUB"), frozenset({"currency", "deletion_mark", "name", "price_type_id"})),),
    ),
    Entry(
        kind=EntryKind.PRICE_TYPE,
        xml_id="t-6",
        place="ТипЦены Мелкий опт",
        told=(Told(PriceType("t-6", "Мелкий опт", "RUB"), frozenset({"currency", "deletion_mark", "name", "price_type_id"})),),
    ),
    Entry(
        kind=EntryKind.WAREHOUSE,
        xml_id="w-5",
        place="Склад Склад посуды",
        told=(Told(Warehouse("w-5", "Склад посуды"), frozenset({"deletion_mark", "name", "warehouse_id"})),),
    ),
    Entry(
        kind=EntryKind.OFFER,
        xml_id="i-cup#v-blue",
        place="Предложение Чашка (синяя)",
        told=(
            Told(
                record=Variant("i-cup#v-blue", "i-cup", "Чашка (синяя)", properties=(Property("Цвет", "синяя"),)),
                fields=frozenset({"deletion_mark", "item_id", "name", "properties", "variant_id"}),
            ),
        ),
        prices=(Price("t-5", Decimal("231.74")), Price("t-6", Decimal("200"))),
        stocks=(Stock("", Decimal("24")), Stock("w-5", Decimal("24"))),
    ),
    Entry(
        kind=EntryKind.OFFER,
        xml_id="i-cup#v-red",
        place="Предложение i-cup#v-red",
        told=(
            Told(
                record=Variant("i-cup#v-red", "i-cup", deletion_mark=True),
                fields=frozenset({"deletion_mark", "item_id", "variant_id"}),
            ),
        ),
    ),
)
