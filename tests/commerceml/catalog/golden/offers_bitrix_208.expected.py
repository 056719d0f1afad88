from uzel.commerceml.catalog.entry import Entry, EntryKind, Told
from uzel.model import Property, Variant

ENTRIES = (
    Entry(
        kind=EntryKind.OFFER,
        xml_id="i-lamp#v-warm",
        place="Предложение Лампа (тёплая)",
        told=(
            Told(
                record=Variant(
                    "i-lamp#v-warm", "i-lamp", "Лампа (тёплая)", article="Л-8", properties=(Property("Свет", "тёплый"),)
                ),
                fields=frozenset({"article", "deletion_mark", "item_id", "name", "properties", "variant_id"}),
            ),
        ),
    ),
    Entry(
        kind=EntryKind.OFFER,
        xml_id="i-lamp#v-cold",
        place="Предложение Лампа (холодная)",
        told=(
            Told(
                record=Variant("i-lamp#v-cold", "i-lamp", "Лампа (холодная)", deletion_mark=True),
                fields=frozenset({"deletion_mark", "item_id", "name", "variant_id"}),
            ),
        ),
    ),
)
