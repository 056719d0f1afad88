from decimal import Decimal

from uzel.commerceml.catalog.entry import Entry, EntryKind
from uzel.model import Stock

ENTRIES = (
    Entry(
        kind=EntryKind.OFFER,
        xml_id="i-lamp#v-warm",
        place="Предложение i-lamp#v-warm",
        stocks=(Stock("w-8", Decimal("40")), Stock("w-9", Decimal("12"))),
    ),
)
