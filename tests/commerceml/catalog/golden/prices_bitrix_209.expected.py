from decimal import Decimal

from uzel.commerceml.catalog.entry import Entry, EntryKind
from uzel.model import Price

ENTRIES = (
    Entry(
        kind=EntryKind.OFFER,
        xml_id="i-cable#v-25",
        place="Предложение i-cable#v-25",
        prices=(Price("t-9", Decimal("95.60")), Price("t-10", Decimal("99"), "KZT")),
    ),
)
