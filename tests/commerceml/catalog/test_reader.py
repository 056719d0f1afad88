"""Catalogue files: golden pairs, real files, faults. Beside each file of a producer's shape stand the entries it means."""

import runpy
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.commerceml.samples import SAMPLES
from tests.commerceml.xml import requisite
from uzel.commerceml.catalog.entry import Entry, EntryKind, Known
from uzel.commerceml.catalog.reader import read_catalog
from uzel.commerceml.errors import PackageError
from uzel.commerceml.limits import PICTURES_PER_ITEM, ReadLimits
from uzel.model import NomenclatureItem, PriceType, Unit

GOLDEN = sorted((Path(__file__).parent / "golden").glob("*.xml"))
#: Real files: how many entries of each kind.
REAL = {
    "alfredotg_import.xml": {"item": 2},
    "alfredotg_offer.xml": {"offer": 2},
    "andrtechno_import.xml": {"section": 7, "item": 82},
    "andrtechno_offers.xml": {"price_type": 2, "offer": 121},
    "argentcrusade_group.xml": {"section": 12},
    "argentcrusade_prices.xml": {"offer": 3},
    "argentcrusade_products.xml": {"item": 1},
    "argentcrusade_remainders.xml": {"offer": 2},
    "carono_classifier.xml": {"section": 22},
    "carono_import.xml": {"section": 22, "item": 2},
    "carono_import_wo_classifier.xml": {"item": 2},
    "carono_offers.xml": {"price_type": 1, "warehouse": 5, "offer": 5},
    "imega_import.xml": {"section": 4, "item": 4},
    "imega_offer.xml": {"price_type": 1, "offer": 4},
    "irpsv_cscart_import.xml": {"section": 4, "item": 27},
    "irpsv_offdoc_import.xml": {"section": 1, "item": 4},
    "irpsv_offdoc_offers.xml": {"price_type": 4, "offer": 2},
    "irpsv_readyscript_import.xml": {"section": 4, "item": 1},
    "irpsv_readyscript_offers.xml": {"price_type": 1, "offer": 2},
    "stee1cat_import___29d3f7f0.xml": {"section": 25, "warehouse": 13, "unit": 10},
    "wagood_import___5335d080-66b0-4355-887c-d54bba6f1f08.xml": {"item": 1},
    "wagood_import___57c55968-51d1-46f0-b5d7-927f420b8fd4.xml": {"section": 1, "price_type": 1, "unit": 1},
    "wagood_offers___13955e2c-c7d0-4189-8db7-9bc863cde645.xml": {"offer": 2},
    "wagood_prices___478f43af-4dba-47c9-b3fa-d9737c14a30f.xml": {"offer": 2},
    "wagood_rests___9ebdccc5-f70a-43db-8c03-0103301aad32.xml": {"offer": 2},
}


def catalog(inside: str) -> bytes:
    return f"<КоммерческаяИнформация><Каталог><Товары>{inside}</Товары></Каталог></КоммерческаяИнформация>".encode()


def item(inside: str) -> str:
    return f"<Товар><Ид>i</Ид><Наименование>Стул</Наименование>{inside}</Товар>"


def read_item(inside: str, known: Known | None = None) -> tuple[Entry, NomenclatureItem]:
    (entry,) = read_catalog([catalog(item(inside))], known)
    record = entry.told[0].record
    assert isinstance(record, NomenclatureItem)
    return entry, record


def fault_of(data: bytes, limits: ReadLimits | None = None) -> tuple[int, str]:
    """How many entries came before the fault, and its code."""
    count = 0
    try:
        for _ in read_catalog([data], limits=limits or ReadLimits()):
            count += 1
    except PackageError as error:
        return count, error.code
    return count, ""


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_what_is_read(path: Path) -> None:
    assert tuple(read_catalog([path.read_bytes()])) == runpy.run_path(str(path.with_suffix(".expected.py")))["ENTRIES"]


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_it_does_not_matter_how_the_bytes_are_cut(path: Path) -> None:
    data = path.read_bytes()
    pieces = [data[start : start + 7] for start in range(0, len(data), 7)]
    assert list(read_catalog(pieces)) == list(read_catalog([data]))


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the samples are not here")
@pytest.mark.parametrize(("name", "counts"), REAL.items())
def test_real_files(name: str, counts: dict[str, int]) -> None:
    entries = list(read_catalog([(SAMPLES / "catalog" / name).read_bytes()]))
    assert {kind: sum(entry.kind == kind for entry in entries) for kind in counts} == counts
    assert len(entries) == sum(counts.values())
    assert [problem for entry in entries for problem in entry.problems] == []


@pytest.mark.skipif(not SAMPLES.is_dir(), reason="the samples are not here")
def test_no_real_file_is_forgotten() -> None:
    assert {path.name for path in (SAMPLES / "catalog").iterdir()} == set(REAL)


def test_a_prefix_changes_nothing() -> None:
    plain = '<c:КоммерческаяИнформация xmlns:c="urn:1C.ru:commerceml_3"><c:Каталог><c:Товары><c:Товар><c:Ид>i</c:Ид>'
    closing = "<c:Наименование>Стул</c:Наименование></c:Товар></c:Товары></c:Каталог></c:КоммерческаяИнформация>"
    assert list(read_catalog([(plain + closing).encode()])) == list(read_catalog([catalog(item(""))]))


def test_a_unit_may_have_been_told_in_another_file() -> None:
    text = "<БазоваяЕдиница>u-5</БазоваяЕдиница>"
    known = Known(units={"u-5": Unit("u-5", "166", "кг")})
    assert read_item(text, known)[1].measure_code == "166"
    entry, unknown = read_item(text)
    assert ("measure_code" in entry.told[0].fields, unknown.measure_code) == (False, "796")


def test_a_price_has_the_currency_of_its_kind() -> None:
    price = "<Цены><Цена><ИдТипаЦены>t</ИдТипаЦены><ЦенаЗаЕдиницу>5</ЦенаЗаЕдиницу></Цена></Цены>"
    data = (
        f"<КоммерческаяИнформация><ПакетПредложений><Предложения><Предложение><Ид>i</Ид>{price}</Предложение></Предложения>"
        "</ПакетПредложений></КоммерческаяИнформация>"
    ).encode()
    (known,), (unknown,) = read_catalog([data], Known(currencies={"t": "EUR"})), read_catalog([data])
    assert (known.prices[0].currency, unknown.prices[0].currency) == ("EUR", "RUB")


def test_what_is_not_said_is_not_mentioned() -> None:
    entry, _ = read_item(requisite("Код", "17"))
    assert entry.told[0].fields == {"item_id", "name", "deletion_mark"}
    kind = "<ТипЦены><Ид>t</Ид><Наименование>Опт</Наименование></ТипЦены>"
    text = f"<КоммерческаяИнформация><Классификатор><ТипыЦен>{kind}</ТипыЦен></Классификатор></КоммерческаяИнформация>"
    known = Known(currencies={"t": "USD"})
    (entry,) = read_catalog([text.encode()], known)
    assert (entry.told[0].fields, known.currencies) == ({"price_type_id", "name", "deletion_mark"}, {"t": "USD"})


def test_pictures_have_a_limit() -> None:
    entry, record = read_item("".join(f"<Картинка>{n}.jpg</Картинка>" for n in range(PICTURES_PER_ITEM + 1)))
    assert (len(record.pictures), record.pictures[0]) == (PICTURES_PER_ITEM, "0.jpg")
    assert [problem.code for problem in entry.problems] == ["too_many_pictures"]


def test_a_long_text_refuses_one_item() -> None:
    long = item(f"<Описание>{'а' * 300_000}</Описание>")
    entries = list(read_catalog([catalog(item("") + long + item(""))]))
    assert [entry.fatal.code if entry.fatal else "" for entry in entries] == ["", "text_too_long", ""]


def test_an_id_that_does_not_fit_is_refused() -> None:
    (entry,) = read_catalog([catalog(f"<Товар><Ид>{'i' * 201}</Ид><Наименование>Стул</Наименование></Товар>")])
    assert entry.fatal is not None
    assert (entry.fatal.code, len(entry.xml_id)) == ("id_too_long", 200)


def test_rows_of_an_order_are_no_items() -> None:
    order = "<Документ><Ид>d</Ид><Товары><Товар><Ид>i</Ид></Товар></Товары></Документ>"
    (entry,) = read_catalog([f"<КоммерческаяИнформация>{order}</КоммерческаяИнформация>".encode()])
    assert entry.fatal is not None
    assert (entry.kind, entry.fatal.code) == (EntryKind.DOCUMENT, "document_in_catalogue")


def test_a_flag_of_a_kind_of_price() -> None:
    kind = "<ТипЦены><Ид>t</Ид><Наименование>Опт</Наименование><Налог><УчтеноВСумме>0</УчтеноВСумме></Налог></ТипЦены>"
    text = f"<КоммерческаяИнформация><Классификатор><ТипыЦен>{kind}</ТипыЦен></Классификатор></КоммерческаяИнформация>"
    (entry,) = read_catalog([text.encode()])
    assert entry.told[0].record == PriceType("t", "Опт", "RUB", vat_included=False)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (catalog(item("") * 3)[:-40], (3, "truncated")),
        (catalog(item("") + "<Товар><Ид>"), (1, "xml_broken")),
        (catalog(item("<Описание>&nbsp;</Описание>")), (0, "entity_unknown")),
        ("<!DOCTYPE x><КоммерческаяИнформация/>".encode(), (0, "doctype_refused")),
        (b"", (0, "empty")),
    ],
)
def test_what_came_before_a_fault_is_kept(data: bytes, expected: tuple[int, str]) -> None:
    assert fault_of(data) == expected


def test_a_file_without_entries_does_not_fill_the_memory() -> None:
    data = ("<КоммерческаяИнформация><Каталог>" + "<Прочее/>" * 20_000).encode()
    assert fault_of(data, ReadLimits(feed_bytes=4096, document_bytes=100_000)) == (0, "entry_too_large")


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(GOLDEN), st.data())
def test_a_file_with_one_place_overwritten(path: Path, data: st.DataObject) -> None:
    original = path.read_bytes()
    start = data.draw(st.integers(0, len(original)))
    patch = data.draw(st.one_of(st.binary(max_size=6), st.sampled_from(["</Товар>".encode(), b"<", b"&", b"#", b"-1e9"])))
    fault_of(original[:start] + patch + original[start + len(patch) :])
