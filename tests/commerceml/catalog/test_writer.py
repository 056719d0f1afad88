"""What is written for a base that fetches the catalogue reads back equal, and is valid where a schema covers it."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from tests.commerceml.schema import assert_valid, needs_schemas
from uzel.commerceml import tags
from uzel.commerceml.catalog.entry import Entry
from uzel.commerceml.catalog.reader import read_catalog
from uzel.commerceml.catalog.writer import GROUP_LEVELS, Frame, Offer, write_goods, write_groups, write_offers
from uzel.model import NomenclatureItem, Price, PriceType, Property, Section, Variant

FORMED_AT = dt.datetime(2026, 1, 10, 12, 30, tzinfo=dt.UTC)
FRAMES = st.sampled_from([Frame(FORMED_AT), Frame(FORMED_AT, "windows-1251"), Frame(FORMED_AT, package=1042)])
words = st.text("абвЁ ()&<>\"'№—xyz09😀", min_size=1, max_size=40).map(str.strip).filter(bool)
texts = st.one_of(st.just(""), words)
ids = st.text("0123456789abcdef-", min_size=1, max_size=40)
money = st.decimals(Decimal(0), Decimal(10**9), places=2)
CURRENCIES = st.sampled_from(["RUB", "USD", "KZT"])
items = st.builds(
    NomenclatureItem,
    ids, words, full_name=texts, article=texts, barcode=texts, section_id=st.one_of(st.just(""), ids),
    measure_code=st.sampled_from(["796", "166", "006"]), measure_name=words,
    vat_rate=st.sampled_from([None, Decimal(0), Decimal(10), Decimal(20), Decimal("22")]),
    description=texts, weight=st.one_of(st.none(), st.decimals(Decimal("0.001"), Decimal(1000), places=3)),
    is_service=st.booleans(), deletion_mark=st.booleans(),
)  # fmt: skip
types = st.builds(PriceType, ids, words, CURRENCIES, st.booleans())


@st.composite
def offers(draw: st.DrawFn, kinds: list[PriceType]) -> Offer:
    item = draw(items)
    chosen = draw(st.lists(st.sampled_from(kinds), unique_by=lambda kind: kind.price_type_id, min_size=1))
    prices = tuple(Price(kind.price_type_id, draw(money), draw(CURRENCIES)) for kind in chosen)
    if draw(st.booleans()):
        return Offer(item, None, prices)
    traits = tuple(draw(st.lists(st.builds(Property, words, words), max_size=3)))
    own_id = f"{item.item_id}#{draw(ids)}"
    marked = draw(st.booleans())
    return Offer(item, Variant(own_id, item.item_id, draw(words), draw(texts), draw(texts), traits, marked), prices)


packs = st.lists(types, min_size=1, max_size=4, unique_by=lambda kind: kind.price_type_id).flatmap(
    lambda kinds: st.tuples(st.just(kinds), st.lists(offers(kinds), max_size=5))
)


def read(data: bytes) -> list[Entry]:
    found = list(read_catalog([data]))
    assert not [one.problems for one in found if one.problems]
    return found


def records(entries: list[Entry]) -> list[object]:
    return [told.record for entry in entries for told in entry.told]


@given(st.lists(items, max_size=5), FRAMES)
def test_goods_read_back_equal(written: list[NomenclatureItem], frame: Frame) -> None:
    found = read(write_goods(written, frame))
    assert records(found) == written
    assert not any(entry.of_full_list for entry in found), "a piece names not all goods"


@given(packs, FRAMES)
def test_offers_read_back_equal(written: tuple[list[PriceType], list[Offer]], frame: Frame) -> None:
    kinds, offered = written
    found = read(write_offers(offered, kinds, frame))
    assert records(found) == [*kinds, *(one.variant for one in offered if one.variant)]
    told = [(entry.xml_id, entry.prices) for entry in found[len(kinds) :]]
    assert told == [(one.offer_id, one.prices) for one in offered]


@given(st.lists(words, min_size=1, max_size=12), st.data(), FRAMES)
def test_groups_read_back_equal(names: list[str], data: st.DataObject, frame: Frame) -> None:
    above = [data.draw(st.integers(-1, place - 1)) for place in range(len(names))]
    written = [Section(str(place), name, str(above[place]) if above[place] >= 0 else "") for place, name in enumerate(names)]
    found = records(read(write_groups(written, frame)))
    assert sorted(found, key=lambda one: int(one.section_id)) == written  # type: ignore[attr-defined]


def test_no_parents_lose_a_group_and_none_comes_twice() -> None:
    ring = [Section("a", "А", "b"), Section("b", "Б", "a"), Section("c", "В", "нет такой")]
    deep = [Section(f"d{place}", "Г", f"d{place - 1}" if place else "") for place in range(3 * GROUP_LEVELS)]
    found = read(write_groups([*ring, *deep], Frame(FORMED_AT)))
    assert sorted(entry.xml_id for entry in found) == sorted(one.section_id for one in (*ring, *deep))


def test_what_the_base_reads_at_the_root() -> None:
    root = etree.fromstring(write_groups([], Frame(FORMED_AT, package=7)))
    assert dict(root.attrib) == {"ВерсияСхемы": "2.021", "ДатаФормирования": "2026-01-10T12:30:00", "ПараметрПакета": "7"}
    assert write_goods([], Frame(FORMED_AT, "windows-1251")).startswith(b'<?xml version="1.0" encoding="windows-1251"?>\n')


OWNER = (
    "<Владелец><Ид>1</Ид><Наименование>Узел</Наименование><ОфициальноеНаименование>Узел</ОфициальноеНаименование></Владелец>"
)


def complete(data: bytes) -> bytes:
    """With the owner that the schema wants and Bitrix never writes."""
    root = etree.fromstring(data)
    part = root[0]
    before = [child for child in part if child.tag in (tags.ID, tags.NAME, tags.CATALOG_ID, tags.CLASSIFIER_ID)][-1]
    before.addnext(etree.fromstring(OWNER))
    root.attrib.pop(tags.PACKAGE, None)
    return etree.tostring(root, encoding="utf-8")


def tidy(item: NomenclatureItem) -> NomenclatureItem:
    """Of the lengths that the schema knows; the reader takes longer ones, and the writer what was read."""
    return replace(item, barcode="46070012", measure_name="шт")


@needs_schemas
@pytest.mark.parametrize("version", ["2.08", "2.10"])
@settings(max_examples=50)
@given(st.lists(items, min_size=1, max_size=3), packs.filter(lambda pack: bool(pack[1])))
def test_pieces_are_valid(version: str, goods: list[NomenclatureItem], pack: tuple[list[PriceType], list[Offer]]) -> None:
    kinds, offered = pack
    whole = [Offer(tidy(one.item), one.variant and replace(one.variant, barcode="46070012"), one.prices) for one in offered]
    frame = Frame(FORMED_AT)
    assert_valid(complete(write_groups([Section("1", "Мебель"), Section("2", "Столы", "1")], frame)), version)
    assert_valid(complete(write_goods([tidy(one) for one in goods], frame)), version)
    assert_valid(complete(write_offers(whole, kinds, frame)), version)
