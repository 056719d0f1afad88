"""Rows of goods, their taxes and discounts, in both directions."""

from decimal import Decimal

import pytest

from tests.commerceml.xml import order, read_one, requisite, row
from uzel.commerceml.lines import write_lines
from uzel.commerceml.xml_write import XmlWriter
from uzel.model import OrderLine


def _line(inside: str) -> OrderLine:
    (line,) = read_one(row(inside)).lines or ()
    return line


@pytest.mark.parametrize(
    ("inside", "rate"),
    [
        (
            "<СтавкиНалогов><СтавкаНалога><Наименование>НДС</Наименование><Ставка>18</Ставка></СтавкаНалога></СтавкиНалогов>",
            "18",
        ),
        ("<Налоги><Налог><Наименование>НДС</Наименование><Ставка>НДС 20%</Ставка></Налог></Налоги>", "20"),
        ("<Налоги><Налог><Ставка>20/120</Ставка><Наименование>НДС</Наименование></Налог></Налоги>", "20"),
        ("<Налоги><Налог><Ставка>10.00</Ставка></Налог></Налоги>", "10"),
        ("<СтавкиНалогов><СтавкаНалога><Ставка>0</Ставка></СтавкаНалога></СтавкиНалогов>", "0"),
        ("<СтавкиНалогов><СтавкаНалога><Ставка>Без НДС</Ставка></СтавкаНалога></СтавкиНалогов>", ""),
        (
            "<Налоги><Налог><Наименование>Акциз</Наименование><Ставка>5</Ставка></Налог>"
            "<Налог><Наименование>НДС</Наименование><Ставка>7</Ставка></Налог></Налоги>",
            "7",
        ),
        ("<Налоги><Налог><Наименование>НДС</Наименование></Налог></Налоги>", ""),
        ("<Налоги/><СтавкиНалогов/>", ""),
        ("", ""),
    ],
)
def test_rates_of_vat(inside: str, rate: str) -> None:
    assert _line(inside).vat_rate == (Decimal(rate) if rate else None)


def test_vat_on_top() -> None:
    tax = (
        "<Налоги><Налог><Наименование>НДС</Наименование><УчтеноВСумме>false</УчтеноВСумме><Ставка>20</Ставка></Налог></Налоги>"
    )
    assert _line(tax).vat_included is False
    assert _line(tax.replace("false", "true")).vat_included is True


def test_an_unknown_rate_is_noted() -> None:
    document = read_one(row("<Налоги><Налог><Ставка>обычная</Ставка></Налог></Налоги>"))
    assert [(problem.code, problem.fatal) for problem in document.problems] == [("vat_rate_unknown", False)]


def test_discounts_add_up() -> None:
    one = "<Скидка><Сумма>{}</Сумма><УчтеноВСумме>true</УчтеноВСумме></Скидка>"
    line = _line(
        f"<ЦенаЗаЕдиницу>100</ЦенаЗаЕдиницу><Количество>1</Количество><Сумма>70</Сумма><Скидки>{one.format(10)}{one.format(20)}</Скидки>"
    )
    assert (line.price, line.discount, line.total) == (100, 30, 70)


@pytest.mark.parametrize(
    ("item_id", "nature", "expected"),
    [("g", "Услуга", True), ("g", "Товар", False), ("ORDER_DELIVERY", "", True), ("", "", False)],
)
def test_services(item_id: str, nature: str, expected: bool) -> None:
    kind = requisite("ТипНоменклатуры", nature)
    (line,) = read_one(order(f"<Товары><Товар><Ид>{item_id}</Ид>{kind}</Товар></Товары>")).lines or ()
    assert (line.item_id, line.is_service) == (item_id, expected)


def test_a_category_in_the_first_nature_does_not_hide_the_second() -> None:
    both = "".join(
        f"<ЗначениеРеквизита><Наименование>{name}</Наименование><Значение>{value}</Значение></ЗначениеРеквизита>"
        for name, value in (("ВидНоменклатуры", "Ремонт обуви"), ("ТипНоменклатуры", "Услуга"))
    )
    assert _line(f"<ЗначенияРеквизитов>{both}</ЗначенияРеквизитов>").is_service is True


def test_a_deleted_row_is_no_row_and_strangers_are_passed_over() -> None:
    rows = '<Товары><Товар Статус="Удален"><Ид>a</Ид></Товар><Прочее/><Товар Статус="Изменен"><Ид>b</Ид></Товар></Товары>'
    assert [line.item_id for line in read_one(order(rows)).lines or ()] == ["b"]
    assert read_one(order("<Товары/>")).lines == ()


def test_numbers_that_cannot_be_read_refuse_the_document_and_name_the_place() -> None:
    document = read_one(row("<Количество>пара</Количество>"))
    assert document.fatal is not None
    assert (document.fatal.code, document.fatal.where) == ("number_unreadable", "Документ 1 / Товар 1 / Количество")
    assert "пара" in document.fatal.what


def test_both_spellings_of_a_barcode() -> None:
    assert _line("<ШтрихКод>46000017</ШтрихКод>").barcode == "46000017"
    assert _line("<Штрихкод>46000017</Штрихкод>").barcode == "46000017"


def _written(**changes: object) -> str:
    line = OrderLine("g", "Чай", Decimal("1.23456"), Decimal("10.005"), Decimal("12.355"))
    out = XmlWriter()
    write_lines(out, [OrderLine(**({name: getattr(line, name) for name in OrderLine.__slots__} | changes))])  # type: ignore[arg-type]
    return out.take("utf-8").decode()


def test_decimals_are_cut_to_what_the_schema_allows() -> None:
    text = _written()
    assert "<ЦенаЗаЕдиницу>10.01</ЦенаЗаЕдиницу>" in text
    assert "<Количество>1.2346</Количество>" in text
    assert "<Сумма>12.36</Сумма>" in text


def test_what_does_not_fit_is_left_out_and_not_cut() -> None:
    text = _written(item_id="x" * 81, barcode="123", measure_code="12345")
    assert "<Ид>" not in text
    assert "<Штрихкод>" not in text
    assert "<БазоваяЕдиница>шт</БазоваяЕдиница>" in text


def test_without_vat_there_is_a_rate_and_no_tax() -> None:
    assert "<Ставка>Без НДС</Ставка>" in _written()
    assert "<Налоги>" not in _written()
    assert "<УчтеноВСумме>false</УчтеноВСумме>\n<Сумма>2.47</Сумма>" in _written(vat_rate=Decimal(20), vat_included=False)


def test_no_rows_no_block() -> None:
    out = XmlWriter()
    write_lines(out, [])
    assert out.take("utf-8") == b""
