from decimal import Decimal

from uzel.commerceml.catalog.entry import Entry, EntryKind
from uzel.model import Stock

ENTRIES = (
    Entry(
        kind=EntryKind.OFFER,
        xml_id="i-linen#v-1",
        place="Предложение i-linen#v-1",
        stocks=(Stock("", Decimal("2")),),
    ),
    Entry(
        kind=EntryKind.OFFER,
        xml_id="i-linen",
        place="Предложение i-linen",
        stocks=(Stock("w-1", Decimal("5.5")), Stock("w-2", Decimal("-1"))),
    ),
)
