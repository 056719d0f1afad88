from decimal import Decimal

from uzel.commerceml.catalog.entry import Entry, EntryKind
from uzel.model import Stock

ENTRIES = (
    Entry(
        kind=EntryKind.OFFER,
        xml_id="i-cable",
        place="Предложение i-cable",
        stocks=(Stock("", Decimal("1200.5")),),
    ),
    Entry(
        kind=EntryKind.OFFER,
        xml_id="i-cable#v-25",
        place="Предложение i-cable#v-25",
        stocks=(Stock("w-9", Decimal("300")),),
    ),
)
