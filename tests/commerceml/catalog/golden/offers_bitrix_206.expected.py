from decimal import Decimal

from uzel.commerceml.catalog.entry import Entry, EntryKind, Told
from uzel.model import Price, PriceType, Stock, Variant

ENTRIES = (
    Entry(
        kind=EntryKind.PRICE_TYPE,
        xml_id="t-6",
        place="ТипЦены Цена сайта",
        told=(
            Told(
                record=PriceType("t-6", "Цена сайта", "RUB", vat_included=True),
                fields=frozenset({"currency", "deletion_mark", "name", "price_type_id", "vat_included"}),
            ),
        ),
    ),
    Entry(
        kind=EntryKind.OFFER,
        xml_id="i-novel#v-gift",
        place="Предложение Роман (подарочный)",
        told=(
            Told(
                record=Variant("i-novel#v-gift", "i-novel", "Роман (подарочный)", barcode="9785000000024"),
                fields=frozenset({"barcode", "deletion_mark", "item_id", "name", "variant_id"}),
            ),
        ),
        prices=(Price("t-6", Decimal("1500")), Price("t-7", Decimal("17.25"), "USD")),
        stocks=(Stock("w-6", Decimal("3")), Stock("w-7", Decimal("-1"))),
    ),
)
