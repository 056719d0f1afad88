from decimal import Decimal

from uzel.commerceml.catalog.entry import Entry, EntryKind, Told
from uzel.model import Price, Stock, Variant

ENTRIES = (
    Entry(kind=EntryKind.OFFER, xml_id="i-linen", place="Предложение Лён"),
    Entry(
        kind=EntryKind.OFFER,
        xml_id="i-linen#v-1",
        place="Предложение Лён (серый)",
        told=(
            Told(
                record=Variant(variant_id="i-linen#v-1", item_id="i-linen", name="Лён (серый)"),
                fields=frozenset({"deletion_mark", "item_id", "name", "variant_id"}),
            ),
        ),
    ),
    Entry(
        kind=EntryKind.OFFER,
        xml_id="i-linen#v-1",
        place="Предложение i-linen#v-1",
        prices=(Price(price_type_id="t-1", amount=Decimal("14240")),),
    ),
    Entry(
        kind=EntryKind.OFFER,
        xml_id="i-linen#v-1",
        place="Предложение i-linen#v-1",
        stocks=(Stock(warehouse_id="", quantity=Decimal("2")),),
    ),
    Entry(
        kind=EntryKind.OFFER,
        xml_id="i-linen",
        place="Предложение i-linen",
        stocks=(
            Stock(warehouse_id="w-1", quantity=Decimal("5.5")),
            Stock(warehouse_id="w-2", quantity=Decimal("-1")),
        ),
    ),
)
