from decimal import Decimal

from uzel.commerceml.catalog.entry import Entry, EntryKind, Told
from uzel.model import NomenclatureItem, PriceType, Section, Warehouse

ENTRIES = (
    Entry(
        kind=EntryKind.SECTION,
        xml_id="s-light",
        place="Группа Свет",
        told=(Told(Section("s-light", "Свет"), frozenset({"deletion_mark", "name", "parent_id", "section_id"})),),
    ),
    Entry(
        kind=EntryKind.SECTION,
        xml_id="s-gas",
        place="Группа Газ",
        told=(
            Told(
                record=Section("s-gas", "Газ", deletion_mark=True),
                fields=frozenset({"deletion_mark", "name", "parent_id", "section_id"}),
            ),
        ),
    ),
    Entry(
        kind=EntryKind.PRICE_TYPE,
        xml_id="t-8",
        place="ТипЦены Розничная",
        told=(
            Told(
                record=PriceType("t-8", "Розничная", "RUB", vat_included=True),
                fields=frozenset({"currency", "deletion_mark", "name", "price_type_id", "vat_included"}),
            ),
        ),
    ),
    Entry(
        kind=EntryKind.WAREHOUSE,
        xml_id="w-8",
        place="Склад Склад ламп",
        told=(Told(Warehouse("w-8", "Склад ламп"), frozenset({"deletion_mark", "name", "warehouse_id"})),),
    ),
    Entry(
        kind=EntryKind.ITEM,
        xml_id="i-lamp",
        place="Товар Лампа",
        told=(
            Told(
                record=NomenclatureItem(
                    item_id="i-lamp",
                    name="Лампа",
                    article="Л-8",
                    section_id="s-light",
                    measure_code="812",
                    measure_name="ящ",
                    vat_rate=Decimal("20"),
                    pictures=("import_files/88/lamp.jpg",),
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
        xml_id="i-candle",
        place="Товар Свеча",
        told=(
            Told(
                record=NomenclatureItem(item_id="i-candle", name="Свеча", deletion_mark=True),
                fields=frozenset({"deletion_mark", "item_id", "name"}),
            ),
        ),
    ),
)
