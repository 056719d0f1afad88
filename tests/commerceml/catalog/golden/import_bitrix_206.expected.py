from decimal import Decimal

from uzel.commerceml.catalog.entry import Entry, EntryKind, Told
from uzel.model import NomenclatureItem, Section

ENTRIES = (
    Entry(
        kind=EntryKind.SECTION,
        xml_id="s-books",
        place="Группа Книги",
        told=(Told(Section("s-books", "Книги"), frozenset({"deletion_mark", "name", "parent_id", "section_id"})),),
    ),
    Entry(
        kind=EntryKind.ITEM,
        xml_id="i-novel",
        place="Товар Роман",
        told=(
            Told(
                record=NomenclatureItem(
                    item_id="i-novel",
                    name="Роман",
                    barcode="9785000000017",
                    section_id="s-books",
                    measure_code="778",
                    measure_name="упак",
                    vat_rate=Decimal("10"),
                    description="В двух томах",
                    pictures=("import_files/66/novel.jpg",),
                ),
                fields=frozenset(
                    {"barcode", "deletion_mark", "description", "item_id", "measure_code", "measure_name"}
                    | {"name", "pictures", "section_id", "vat_rate"}
                ),
            ),
        ),
    ),
    Entry(
        kind=EntryKind.ITEM,
        xml_id="i-poem",
        place="Товар Поэма",
        told=(
            Told(
                record=NomenclatureItem(item_id="i-poem", name="Поэма", deletion_mark=True),
                fields=frozenset({"deletion_mark", "item_id", "name"}),
            ),
        ),
    ),
)
