from decimal import Decimal

from uzel.commerceml.catalog.entry import Entry, EntryKind, Told
from uzel.model import NomenclatureItem, Property, Variant

ENTRIES = (
    Entry(
        kind=EntryKind.ITEM,
        xml_id="i-table#v-white",
        place="Товар Стол (белый)",
        told=(
            Told(
                record=NomenclatureItem(
                    item_id="i-table",
                    name="Стол (белый)",
                    full_name="Стол обеденный",
                    section_id="s-tables",
                    vat_rate=Decimal("18"),
                ),
                fields=frozenset(
                    {"deletion_mark", "full_name", "item_id", "measure_code", "measure_name", "name", "section_id", "vat_rate"}
                ),
            ),
            Told(
                record=Variant(
                    variant_id="i-table#v-white",
                    item_id="i-table",
                    name="Стол (белый)",
                    barcode="2000000000015",
                    properties=(Property(name="Цвет", value="Белый"),),
                ),
                fields=frozenset({"barcode", "deletion_mark", "item_id", "name", "properties", "variant_id"}),
            ),
        ),
        of_full_list=True,
    ),
    Entry(
        kind=EntryKind.ITEM,
        xml_id="i-table#v-black",
        place="Товар Стол (чёрный)",
        told=(
            Told(
                record=Variant(
                    variant_id="i-table#v-black",
                    item_id="i-table",
                    name="Стол (чёрный)",
                    properties=(Property(name="Цвет", value="Чёрный"),),
                    deletion_mark=True,
                ),
                fields=frozenset({"deletion_mark", "item_id", "name", "properties", "variant_id"}),
            ),
        ),
        of_full_list=True,
    ),
    Entry(
        kind=EntryKind.ITEM,
        xml_id="i-cloth",
        place="Товар Скатерть",
        told=(
            Told(
                record=NomenclatureItem(
                    item_id="i-cloth",
                    name="Скатерть",
                    measure_code="006",
                    measure_name="м",
                    pictures=("import_files/9f/cloth.jpg",),
                ),
                fields=frozenset({"deletion_mark", "item_id", "measure_code", "measure_name", "name", "pictures"}),
            ),
        ),
        of_full_list=True,
    ),
)
