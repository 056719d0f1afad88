from uzel.commerceml.catalog.entry import Entry, EntryKind, Told
from uzel.model import Variant

ENTRIES = (
    Entry(
        kind=EntryKind.OFFER,
        xml_id="i-cable#v-25",
        place="Предложение Кабель (3×2,5)",
        told=(
            Told(
                record=Variant("i-cable#v-25", "i-cable", "Кабель (3×2,5)"),
                fields=frozenset({"deletion_mark", "item_id", "name", "variant_id"}),
            ),
        ),
    ),
    Entry(
        kind=EntryKind.OFFER,
        xml_id="i-cable#v-15",
        place="Предложение i-cable#v-15",
        told=(
            Told(
                record=Variant("i-cable#v-15", "i-cable", deletion_mark=True),
                fields=frozenset({"deletion_mark", "item_id", "variant_id"}),
            ),
        ),
    ),
)
