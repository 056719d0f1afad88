from decimal import Decimal

from uzel.commerceml.catalog.entry import Entry, EntryKind, Told
from uzel.model import NomenclatureItem, PriceType, Section

ENTRIES = (
    Entry(
        kind=EntryKind.SECTION,
        xml_id="s-wires",
        place="Группа Провода",
        told=(Told(Section("s-wires", "Провода"), frozenset({"deletion_mark", "name", "parent_id", "section_id"})),),
    ),
    Entry(
        kind=EntryKind.PRICE_TYPE,
        xml_id="t-9",
        place="ТипЦены Опт",
        told=(Told(PriceType("t-9", "Опт", "RUB"), frozenset({"currency", "deletion_mark", "name", "price_type_id"})),),
    ),
    Entry(
        kind=EntryKind.ITEM,
        xml_id="i-cable",
        place="Товар Кабель",
        told=(
            Told(
                record=NomenclatureItem(
                    item_id="i-cable",
                    name="Кабель",
                    article="К-9",
                    section_id="s-wires",
                    measure_code="018",
                    measure_name="пог. м",
                    vat_rate=Decimal("20"),
                    pictures=("import_files/99/cable.png",),
                ),
                fields=frozenset(
                    {"article", "deletion_mark", "item_id", "measure_code", "measure_name"}
                    | {"name", "pictures", "section_id", "vat_rate"}
                ),
            ),
        ),
    ),
    Entry(
        kind=EntryKind.ITEM,
        xml_id="i-fuse",
        place="Товар Пробка",
        told=(
            Told(
                record=NomenclatureItem(item_id="i-fuse", name="Пробка", deletion_mark=True),
                fields=frozenset({"deletion_mark", "item_id", "name"}),
            ),
        ),
    ),
)
