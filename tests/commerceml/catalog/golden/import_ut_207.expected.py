from decimal import Decimal

from uzel.commerceml.catalog.entry import Entry, EntryKind, Told
from uzel.model import NomenclatureItem, Section

ENTRIES = (
    Entry(
        kind=EntryKind.SECTION,
        xml_id="s-paint",
        place="Группа Краски",
        told=(
            Told(
                record=Section("s-paint", "Краски", parent_id="s-build"),
                fields=frozenset({"deletion_mark", "name", "parent_id", "section_id"}),
            ),
        ),
    ),
    Entry(
        kind=EntryKind.SECTION,
        xml_id="s-build",
        place="Группа Стройка",
        told=(Told(Section("s-build", "Стройка"), frozenset({"deletion_mark", "name", "parent_id", "section_id"})),),
    ),
    Entry(
        kind=EntryKind.ITEM,
        xml_id="i-paint",
        place="Товар Краска белая",
        told=(
            Told(
                record=NomenclatureItem(
                    item_id="i-paint",
                    name="Краска белая",
                    full_name="Краска водная белая",
                    article="К-12",
                    barcode="4600000000031",
                    section_id="s-paint",
                    measure_code="112",
                    measure_name="л",
                    vat_rate=Decimal("20"),
                    description="Для потолка",
                    weight=Decimal("1.4"),
                    pictures=("import_files/b6/paint_1.jpg", "import_files/b6/paint_2.jpg"),
                ),
                fields=frozenset(
                    {"article", "barcode", "deletion_mark", "description", "full_name", "is_service", "item_id"}
                    | {"measure_code", "measure_name", "name", "pictures", "section_id", "vat_rate", "weight"}
                ),
            ),
        ),
    ),
    Entry(
        kind=EntryKind.ITEM,
        xml_id="i-brush",
        place="Товар Кисть",
        told=(
            Told(
                record=NomenclatureItem(item_id="i-brush", name="Кисть", deletion_mark=True),
                fields=frozenset({"deletion_mark", "item_id", "name"}),
            ),
        ),
    ),
)
