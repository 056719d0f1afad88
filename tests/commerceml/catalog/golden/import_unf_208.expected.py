from decimal import Decimal

from uzel.commerceml.catalog.entry import Entry, EntryKind, Told
from uzel.model import NomenclatureItem, Problem, Section

ENTRIES = (
    Entry(
        kind=EntryKind.SECTION,
        xml_id="s-kettles",
        place="Группа Чайники",
        told=(
            Told(
                record=Section(section_id="s-kettles", name="Чайники", parent_id="s-kitchen"),
                fields=frozenset({"deletion_mark", "name", "parent_id", "section_id"}),
            ),
        ),
    ),
    Entry(
        kind=EntryKind.SECTION,
        xml_id="s-old",
        place="Группа Самовары",
        told=(
            Told(
                record=Section(section_id="s-old", name="Самовары", parent_id="s-kitchen", deletion_mark=True),
                fields=frozenset({"deletion_mark", "name", "parent_id", "section_id"}),
            ),
        ),
    ),
    Entry(
        kind=EntryKind.SECTION,
        xml_id="s-kitchen",
        place="Группа Кухня",
        told=(
            Told(
                record=Section(section_id="s-kitchen", name="Кухня"),
                fields=frozenset({"deletion_mark", "name", "parent_id", "section_id"}),
            ),
        ),
    ),
    Entry(
        kind=EntryKind.SECTION,
        xml_id="",
        place="Группа Без идентификатора",
        told=(
            Told(
                record=Section(section_id="", name="Без идентификатора"),
                fields=frozenset({"deletion_mark", "name", "parent_id", "section_id"}),
            ),
        ),
        problems=(
            Problem(code="id_missing", where="Группа Без идентификатора / Ид", what="Нет идентификатора (Ид)", fatal=True),
        ),
    ),
    Entry(
        kind=EntryKind.ITEM,
        xml_id="i-kettle",
        place="Товар Чайник электрический",
        told=(
            Told(
                record=NomenclatureItem(
                    item_id="i-kettle",
                    name="Чайник электрический",
                    full_name="Чайник электрический ЧЭ-17, 1,7 л",
                    article="ЧЭ-17",
                    barcode="4600000000017",
                    section_id="s-kettles",
                    vat_rate=Decimal("20"),
                    description="Греет <быстро>.\nНе шумит.",
                    weight=Decimal("1.25"),
                    pictures=(
                        "import_files/ab/kettle_1.jpg",
                        "import_files/ab/kettle_2.png",
                    ),
                ),
                fields=frozenset(
                    {
                        "article",
                        "barcode",
                        "deletion_mark",
                        "description",
                        "full_name",
                        "is_service",
                        "item_id",
                        "measure_code",
                        "measure_name",
                        "name",
                        "pictures",
                        "section_id",
                        "vat_rate",
                        "weight",
                    }
                ),
            ),
        ),
        of_full_list=True,
    ),
    Entry(
        kind=EntryKind.ITEM,
        xml_id="i-delivery",
        place="Товар Доставка",
        told=(
            Told(
                record=NomenclatureItem(item_id="i-delivery", name="Доставка", is_service=True),
                fields=frozenset({"deletion_mark", "is_service", "item_id", "name", "vat_rate"}),
            ),
        ),
        of_full_list=True,
    ),
    Entry(
        kind=EntryKind.ITEM,
        xml_id="i-rope",
        place="Товар Верёвка льняная",
        told=(
            Told(
                record=NomenclatureItem(item_id="i-rope", name="Верёвка льняная", measure_code="006", measure_name="м"),
                fields=frozenset({"deletion_mark", "item_id", "measure_code", "measure_name", "name"}),
            ),
        ),
        problems=(
            Problem(
                code="vat_rate_unknown",
                where="Товар Верёвка льняная / Ставка",
                what="Ставка «как у всех» не понята, принято «без НДС»",
            ),
        ),
        of_full_list=True,
    ),
    Entry(
        kind=EntryKind.ITEM,
        xml_id="i-gone",
        place="Товар i-gone",
        told=(
            Told(record=NomenclatureItem(item_id="i-gone", name="", deletion_mark=True), fields=frozenset({"deletion_mark"})),
        ),
        of_full_list=True,
    ),
    Entry(
        kind=EntryKind.ITEM,
        xml_id="i-nameless",
        place="Товар i-nameless",
        problems=(Problem(code="name_missing", where="Товар i-nameless / Наименование", what="Нет наименования", fatal=True),),
        of_full_list=True,
    ),
)
