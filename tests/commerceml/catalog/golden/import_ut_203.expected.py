from decimal import Decimal

from uzel.commerceml.catalog.entry import Entry, EntryKind, Told
from uzel.model import NomenclatureItem, Section

ENTRIES = (
    Entry(
        kind=EntryKind.SECTION,
        xml_id="s-coats",
        place="Группа Пальто",
        told=(Told(Section("s-coats", "Пальто"), frozenset({"deletion_mark", "name", "parent_id", "section_id"})),),
    ),
    Entry(
        kind=EntryKind.ITEM,
        xml_id="i-lining",
        place="Товар Подкладка",
        told=(
            Told(
                record=NomenclatureItem(
                    item_id="i-lining",
                    name="Подкладка",
                    article="ПД-1",
                    section_id="s-coats",
                    measure_code="006",
                    measure_name="м",
                    vat_rate=Decimal("18"),
                    pictures=("import_files/3c/lining.gif",),
                ),
                fields=frozenset(
                    {"article", "deletion_mark", "is_service", "item_id", "measure_code", "measure_name"}
                    | {"name", "pictures", "section_id", "vat_rate"}
                ),
            ),
        ),
    ),
    Entry(
        kind=EntryKind.ITEM,
        xml_id="i-mending",
        place="Товар Починка",
        told=(
            Told(
                record=NomenclatureItem(item_id="i-mending", name="Починка", is_service=True),
                fields=frozenset({"deletion_mark", "is_service", "item_id", "name", "vat_rate"}),
            ),
        ),
    ),
    Entry(
        kind=EntryKind.ITEM,
        xml_id="i-cape",
        place="Товар Накидка",
        told=(
            Told(
                record=NomenclatureItem(item_id="i-cape", name="Накидка", deletion_mark=True),
                fields=frozenset({"deletion_mark", "item_id", "name"}),
            ),
        ),
    ),
)
