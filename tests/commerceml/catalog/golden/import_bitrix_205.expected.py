from decimal import Decimal

from uzel.commerceml.catalog.entry import Entry, EntryKind, Told
from uzel.model import NomenclatureItem, Section

ENTRIES = (
    Entry(
        kind=EntryKind.SECTION,
        xml_id="s-cups",
        place="Группа Чашки",
        told=(Told(Section("s-cups", "Чашки"), frozenset({"deletion_mark", "name", "parent_id", "section_id"})),),
    ),
    Entry(
        kind=EntryKind.ITEM,
        xml_id="i-cup",
        place="Товар Чашка",
        told=(
            Told(
                record=NomenclatureItem(
                    item_id="i-cup",
                    name="Чашка",
                    article="Ч-1",
                    section_id="s-cups",
                    measure_code="839",
                    measure_name="компл",
                    vat_rate=Decimal("18"),
                    pictures=("import_files/55/cup.jpeg",),
                ),
                fields=frozenset(
                    {"article", "deletion_mark", "is_service", "item_id", "measure_code", "measure_name"}
                    | {"name", "pictures", "section_id", "vat_rate"}
                ),
            ),
        ),
        of_full_list=True,
    ),
    Entry(
        kind=EntryKind.ITEM,
        xml_id="i-saucer",
        place="Товар Блюдце",
        told=(
            Told(
                record=NomenclatureItem(item_id="i-saucer", name="Блюдце", deletion_mark=True),
                fields=frozenset({"deletion_mark", "item_id", "name"}),
            ),
        ),
        of_full_list=True,
    ),
)
