from decimal import Decimal

from uzel.commerceml.catalog.entry import Entry, EntryKind
from uzel.model import Price

ENTRIES = (
    Entry(
        kind=EntryKind.OFFER,
        xml_id="i-lamp#v-warm",
        place="Предложение i-lamp#v-warm",
        prices=(Price("t-8", Decimal("310")), Price("t-9", Decimal("2.95"), "USD")),
    ),
)
