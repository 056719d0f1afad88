"""The writer: what 1C would refuse is never sent, and what is sent is valid under the official schemas."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from lxml import etree

from tests.commerceml.documents import COMPANY_ORDER, DOCUMENTS, FORMED_AT, KETTLE, ORDER, PAYMENT, SHIPMENT
from tests.commerceml.schema import assert_valid, needs_schemas
from uzel.commerceml.dialects import DIALECTS, Dialect
from uzel.commerceml.document import Document
from uzel.commerceml.writer import UnwritableDocument, write_info, write_package


def _write(*documents: Document, dialect: str = "unf", encoding: str = "utf-8") -> bytes:
    return write_package(documents, DIALECTS[dialect], formed_at=FORMED_AT, encoding=encoding)


@pytest.mark.parametrize("dialect", DIALECTS)
@pytest.mark.parametrize(
    ("encoding", "declared"), [("utf-8", b"utf-8"), ("windows-1251", b"windows-1251"), ("cp1251", b"windows-1251")]
)
def test_an_empty_answer_is_an_empty_root(dialect: str, encoding: str, declared: bytes) -> None:
    data = _write(dialect=dialect, encoding=encoding)
    assert data.startswith(b'<?xml version="1.0" encoding="' + declared + b'"?>\n<')
    root = etree.fromstring(data)
    assert (root.tag, len(root), (root.text or "").strip()) == ("КоммерческаяИнформация", 0, "")
    assert dict(root.attrib) == {"ВерсияСхемы": DIALECTS[dialect].schema_version, "ДатаФормирования": "2024-05-13T10:15:00"}


def test_no_other_encodings() -> None:
    with pytest.raises(ValueError, match="koi8-r"):
        _write(encoding="koi8-r")


def test_no_answer_has_a_namespace() -> None:
    assert all(b"xmlns" not in _write(*DOCUMENTS, dialect=name) for name in DIALECTS)


def test_characters_foreign_to_the_encoding_become_references() -> None:
    data = _write(replace(ORDER, comment="Ёж → 狐"), encoding="windows-1251")
    assert "Ёж &#8594; &#29392;".encode("cp1251") in data
    assert etree.fromstring(data).findtext("Документ/Комментарий") == "Ёж → 狐"


def test_a_zone_is_not_written() -> None:
    data = write_package((), DIALECTS["unf"], formed_at=FORMED_AT.replace(tzinfo=dt.UTC))
    assert b'"2024-05-13T10:15:00"' in data


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"document_id": ""}, "нет Ид"),
        ({"document_id": "x" * 41}, "Ид длиннее 40"),
        ({"number": " "}, "нет номера"),
        ({"number": "1" * 256}, "номер длиннее"),
        ({"date": None}, "нет даты"),
        ({"currency": ""}, "валюта"),
        ({"currency": "РУБЛЬ"}, "валюта"),
        ({"total": None}, "нет суммы"),
        ({"total": Decimal("NaN")}, "не число"),
        ({"total": Decimal(10) ** 15}, "велики"),
        ({"lines": (replace(KETTLE, price=Decimal("Infinity")),)}, "не число"),
        ({"operation": "Переезд"}, "Переезд"),
        ({"operation": "Счет на оплату"}, "не передаётся"),
    ],
)
def test_what_1c_would_refuse_is_refused_here(change: dict[str, object], words: str) -> None:
    with pytest.raises(UnwritableDocument, match=words) as caught:
        _write(COMPANY_ORDER, replace(ORDER, **change))  # type: ignore[arg-type]
    assert str(caught.value).startswith("Документ ")


def test_payments_and_shipments_where_the_dialect_puts_them() -> None:
    inside = etree.fromstring(_write(ORDER, dialect="unf_subordinate"))
    assert [sub.findtext("Ид") for sub in inside.iterfind("Документ/ПодчиненныеДокументы/ПодчиненныйДокумент")] == [
        PAYMENT.document_id,
        SHIPMENT.document_id,
    ]
    beside = etree.fromstring(_write(*DOCUMENTS, dialect="bitrix_31"))
    assert [len(container) for container in beside] == [3, 1]
    assert [document.findtext("Основание") for document in beside[0]] == [None, ORDER.document_id, ORDER.document_id]
    for dialect in ("unf", "ut", "bitrix_209"):
        assert PAYMENT.document_id.encode() not in _write(ORDER, dialect=dialect)


def test_documents_of_one_container_stay_together() -> None:
    order = replace(ORDER, subordinates=(), container=4)
    payment = replace(PAYMENT, basis_ids=(order.document_id,), container=4)
    other = replace(COMPANY_ORDER, container=7)
    root = etree.fromstring(_write(order, payment, other, dialect="bitrix_31"))
    assert [len(container) for container in root] == [2, 1]


def test_the_number_in_the_node_only_where_it_is_known() -> None:
    assert [name for name in DIALECTS if "Номер1С".encode() in _write(ORDER, dialect=name)] == ["bitrix_31"]


def test_an_empty_comment_clears_and_silence_does_not() -> None:
    assert "<Комментарий></Комментарий>".encode() in _write(replace(ORDER, comment=""))
    assert "Комментарий".encode() not in _write(replace(ORDER, comment=None))


def test_a_stranger_role_becomes_the_seller() -> None:
    assert "<Роль>Продавец</Роль>".encode() in _write(replace(ORDER, role="Сосед", counterparties=()))


LONG = replace(
    ORDER,
    number="9" * 255,
    comment="к" * 4000,
    requisites={"и" * 300: ("з" * 2000,)},
    lines=(
        replace(
            KETTLE,
            name="н" * 300,
            article="а" * 300,
            item_id="",
            barcode="1",
            quantity=Decimal("1.234567"),
            measure_name="е" * 300,
        ),
    ),
)
BARE = Document("1", "1", dt.date(2024, 1, 1), operation="Заказ товара", currency="RUB", total=Decimal("0.005"), lines=())
BAD_CODES = replace(COMPANY_ORDER, counterparties=(replace(COMPANY_ORDER.counterparties[0], role="Сосед"),))


@needs_schemas
@pytest.mark.parametrize(
    "documents", [(), DOCUMENTS, (LONG,), (BARE,), (BAD_CODES,)], ids=["empty", "usual", "long", "bare", "role"]
)
@pytest.mark.parametrize(("name", "dialect"), [pair for pair in DIALECTS.items() if pair[1].xsd])
def test_valid_under_the_official_schema(name: str, dialect: Dialect, documents: tuple[Document, ...]) -> None:
    assert_valid(_write(*documents, dialect=name), dialect.xsd)


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1251"])
def test_the_lists_for_the_settings_form(encoding: str) -> None:
    data = write_info(
        [("N", "Принят"), ("P", "К отгрузке")], [("1", "Наличные", "Наличная оплата")], [("2", "Курьер")], encoding
    )
    assert data.startswith(f'<?xml version="1.0" encoding="{encoding}"?>\n<Справочник>'.encode(encoding))
    root = etree.fromstring(data)
    assert [child.tag for child in root] == ["C" + "татусы", "ПлатежныеСистемы", "СлужбыДоставки"]
    assert root[0].tag[0] == "\N{LATIN CAPITAL LETTER C}"
    assert [[field.text for field in element] for element in root.iter("Элемент")] == [
        ["N", "Принят"],
        ["P", "К отгрузке"],
        ["1", "Наличные", "Наличная оплата"],
        ["2", "Курьер"],
    ]


def test_empty_lists() -> None:
    assert [len(child) for child in etree.fromstring(write_info([], [], []))] == [0, 0, 0]


def test_goldens_are_what_a_strict_reader_of_xml_takes() -> None:
    for path in (Path(__file__).parent / "golden").glob("*.written.xml"):
        assert etree.parse(str(path)).getroot().tag == "КоммерческаяИнформация"
