from decimal import Decimal

from uzel.commerceml.catalog.entry import Entry, EntryKind, Told
from uzel.model import NomenclatureItem, Section

ENTRIES = (
    Entry(
        kind=EntryKind.SECTION,
        xml_id="s-shoes",
        place="Группа Обувь",
        told=(Told(Section("s-shoes", "Обувь"), frozenset({"deletion_mark", "name", "parent_id", "section_id"})),),
    ),
    Entry(
        kind=EntryKind.ITEM,
        xml_id="i-boots",
        place="Товар Сапоги резиновые",
        told=(
            Told(
                record=NomenclatureItem(
                    item_id="i-boots",
                    name="Сапоги резиновые",
                    barcode="2000000000084",
                    section_id="s-shoes",
                    measure_code="715",
                    measure_name="пар",
                    vat_rate=Decimal("20"),
                    pictures=("import_files/c0/boots.png",),
                ),
                fields=frozenset(
                    {"barcode", "deletion_mark", "item_id", "measure_code", "measure_name", "name"}
                    | {"pictures", "section_id", "vat_rate"}
                ),
            ),
        ),
        of_full_list=True,
    ),
    Entry(
        kind=EntryKind.ITEM,
        xml_id="i-slippers",
        place="Товар Тапки",
        told=(
            Told(
                record=NomenclatureItem(item_id="i-slippers", name="Тапки", deletion_mark=True),
                fields=frozenset({"deletion_mark", "item_id", "name"}),
            ),
        ),
        of_full_list=True,
    ),
)
