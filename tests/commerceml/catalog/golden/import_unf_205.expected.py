from decimal import Decimal

from uzel.commerceml.catalog.entry import Entry, EntryKind, Told
from uzel.model import NomenclatureItem, Section

ENTRIES = (
    Entry(
        kind=EntryKind.SECTION,
        xml_id="s-tea",
        place="Группа Чай",
        told=(Told(Section("s-tea", "Чай"), frozenset({"deletion_mark", "name", "parent_id", "section_id"})),),
    ),
    Entry(
        kind=EntryKind.ITEM,
        xml_id="i-green",
        place="Товар Чай зелёный",
        told=(
            Told(
                record=NomenclatureItem(
                    item_id="i-green",
                    name="Чай зелёный",
                    full_name="Чай зелёный листовой",
                    article="ЗЧ-5",
                    section_id="s-tea",
                    measure_code="166",
                    measure_name="кг",
                    vat_rate=Decimal("10"),
                    pictures=("import_files/1a/green.jpg",),
                ),
                fields=frozenset(
                    {"article", "deletion_mark", "full_name", "is_service", "item_id", "measure_code", "measure_name"}
                    | {"name", "pictures", "section_id", "vat_rate"}
                ),
            ),
        ),
    ),
    Entry(
        kind=EntryKind.ITEM,
        xml_id="i-black",
        place="Товар Чай чёрный",
        told=(
            Told(
                record=NomenclatureItem(item_id="i-black", name="Чай чёрный", deletion_mark=True),
                fields=frozenset({"deletion_mark", "item_id", "name"}),
            ),
        ),
    ),
)
