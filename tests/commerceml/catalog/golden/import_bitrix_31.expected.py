from decimal import Decimal

from uzel.commerceml.catalog.entry import Entry, EntryKind, Told
from uzel.model import NomenclatureItem, PriceType, Problem, Section, Unit, Warehouse

ENTRIES = (
    Entry(
        kind=EntryKind.SECTION,
        xml_id="s-1",
        place="Группа Ткани",
        told=(
            Told(
                record=Section(section_id="s-1", name="Ткани"),
                fields=frozenset({"deletion_mark", "name", "parent_id", "section_id"}),
            ),
        ),
    ),
    Entry(
        kind=EntryKind.PRICE_TYPE,
        xml_id="t-1",
        place="ТипЦены Розничные",
        told=(
            Told(
                record=PriceType(price_type_id="t-1", name="Розничные", deletion_mark=True),
                fields=frozenset({"currency", "deletion_mark", "name", "price_type_id"}),
            ),
        ),
    ),
    Entry(
        kind=EntryKind.WAREHOUSE,
        xml_id="w-1",
        place="Склад Склад ткани",
        told=(
            Told(
                record=Warehouse(warehouse_id="w-1", name="Склад ткани"),
                fields=frozenset({"deletion_mark", "name", "warehouse_id"}),
            ),
        ),
    ),
    Entry(
        kind=EntryKind.UNIT,
        xml_id="u-1",
        place="ЕдиницаИзмерения u-1",
        told=(Told(record=Unit(unit_id="u-1", code="006", name="м"), fields=frozenset({"code", "name", "unit_id"})),),
    ),
    Entry(
        kind=EntryKind.UNIT,
        xml_id="u-2",
        place="ЕдиницаИзмерения u-2",
        told=(Told(record=Unit(unit_id="u-2", code="", name="рулончик"), fields=frozenset({"code", "name", "unit_id"})),),
        problems=(
            Problem(code="measure_unknown", where="ЕдиницаИзмерения u-2 / Код", what="Нет кода единицы измерения", fatal=True),
        ),
    ),
    Entry(
        kind=EntryKind.ITEM,
        xml_id="i-linen",
        place="Товар Лён",
        told=(
            Told(
                record=NomenclatureItem(
                    item_id="i-linen",
                    name="Лён",
                    article="Л-2",
                    section_id="s-1",
                    measure_code="006",
                    measure_name="м",
                    vat_rate=Decimal("20"),
                    pictures=("import_files/31/linen.jpg",),
                ),
                fields=frozenset(
                    {
                        "article",
                        "barcode",
                        "deletion_mark",
                        "description",
                        "item_id",
                        "measure_code",
                        "measure_name",
                        "name",
                        "pictures",
                        "section_id",
                        "vat_rate",
                    }
                ),
            ),
        ),
    ),
    Entry(
        kind=EntryKind.ITEM,
        xml_id="i-silk",
        place="Товар Шёлк",
        told=(
            Told(
                record=NomenclatureItem(item_id="i-silk", name="Шёлк", deletion_mark=True),
                fields=frozenset({"deletion_mark", "item_id", "name"}),
            ),
        ),
        problems=(
            Problem(
                code="measure_unknown", where="Товар Шёлк / БазоваяЕдиница", what="Единица «u-77» без кода, принята за штуки"
            ),
        ),
    ),
)
