from decimal import Decimal

from uzel.commerceml.catalog.entry import Entry, EntryKind, Told
from uzel.model import Price, PriceType, Property, Stock, Variant

ENTRIES = (
    Entry(
        kind=EntryKind.PRICE_TYPE,
        xml_id="t-1",
        place="ТипЦены Розничная",
        told=(Told(PriceType("t-1", "Розничная", "RUB"), frozenset({"currency", "deletion_mark", "name", "price_type_id"})),),
    ),
    Entry(
        kind=EntryKind.PRICE_TYPE,
        xml_id="t-2",
        place="ТипЦены Закупочная",
        told=(Told(PriceType("t-2", "Закупочная", "USD"), frozenset({"currency", "deletion_mark", "name", "price_type_id"})),),
    ),
    Entry(
        kind=EntryKind.OFFER,
        xml_id="i-coat#v-46",
        place="Предложение Пальто (46)",
        told=(
            Told(
                record=Variant("i-coat#v-46", "i-coat", "Пальто (46)", properties=(Property("Размер", "46"),)),
                fields=frozenset({"deletion_mark", "item_id", "name", "properties", "variant_id"}),
            ),
        ),
        prices=(Price("t-1", Decimal("7400.00")), Price("t-2", Decimal("120"), "USD")),
        stocks=(Stock("", Decimal("4")),),
    ),
    Entry(
        kind=EntryKind.OFFER,
        xml_id="i-lining",
        place="Предложение Подкладка",
        prices=(Price("t-1", Decimal("90.5")),),
        stocks=(Stock("", Decimal("30.5")), Stock("w-cellar", Decimal("30.5"))),
    ),
)
