from uzel.commerceml.catalog.entry import Entry, EntryKind, Told
from uzel.model import Property, Variant

ENTRIES = (
    Entry(kind=EntryKind.OFFER, xml_id="i-linen", place="Предложение Лён"),
    Entry(
        kind=EntryKind.OFFER,
        xml_id="i-linen#v-1",
        place="Предложение Лён (серый)",
        told=(
            Told(
                record=Variant("i-linen#v-1", "i-linen", "Лён (серый)", properties=(Property("Цвет", "серый"),)),
                fields=frozenset({"deletion_mark", "item_id", "name", "properties", "variant_id"}),
            ),
        ),
    ),
    Entry(
        kind=EntryKind.OFFER,
        xml_id="i-linen#v-2",
        place="Предложение Лён (белый)",
        told=(
            Told(
                record=Variant("i-linen#v-2", "i-linen", "Лён (белый)", deletion_mark=True),
                fields=frozenset({"deletion_mark", "item_id", "name", "variant_id"}),
            ),
        ),
    ),
)
