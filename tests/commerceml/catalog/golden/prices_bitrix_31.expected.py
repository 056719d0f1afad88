from decimal import Decimal

from uzel.commerceml.catalog.entry import Entry, EntryKind
from uzel.model import Price

ENTRIES = (
    Entry(
        kind=EntryKind.OFFER,
        xml_id="i-linen",
        place="Предложение i-linen",
        prices=(Price("t-1", Decimal("14240")),),
    ),
    Entry(
        kind=EntryKind.OFFER,
        xml_id="i-linen#v-1",
        place="Предложение i-linen#v-1",
        prices=(Price("t-1", Decimal("11660")), Price("t-2", Decimal("99.5"), "EUR")),
    ),
)
