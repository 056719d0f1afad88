"""Names and values on a document."""

from tests.commerceml.xml import order, read_one, requisite, row
from uzel.commerceml.requisites import write_requisites
from uzel.commerceml.xml_write import XmlWriter


def _read(inside: str) -> dict[str, tuple[str, ...]]:
    return dict(read_one(order(inside)).requisites)


def test_repeats_in_one_block() -> None:
    one = "<ЗначениеРеквизита><Наименование>{}</Наименование><Значение>{}</Значение></ЗначениеРеквизита>"
    inside = one.format(" Промокод ", " ЛЕТО ") + one.format("Связь", "Почта") + one.format("Промокод", "ЗИМА")
    assert _read(f"<ЗначенияРеквизитов>{inside}</ЗначенияРеквизитов>") == {"Промокод": ("ЛЕТО", "ЗИМА"), "Связь": ("Почта",)}


def test_any_number_of_values() -> None:
    assert _read(requisite("Связь", "Телефон", "Почта")) == {"Связь": ("Телефон", "Почта")}
    assert _read(requisite("Пусто", "")) == {"Пусто": ("",)}
    assert _read(requisite("Нет")) == {"Нет": ()}


def test_the_value_may_stand_first() -> None:
    inside = "<ЗначениеРеквизита><Значение>1</Значение><Наименование>А</Наименование></ЗначениеРеквизита>"
    assert _read(f"<ЗначенияРеквизитов>{inside}</ЗначенияРеквизитов>") == {"А": ("1",)}


def test_requisites_of_goods_are_not_those_of_the_document() -> None:
    document = read_one(row(requisite("Вид", "1")))
    assert dict(document.requisites) == {}


def test_flags_written_as_elements_are_requisites_unless_there_is_one() -> None:
    document = read_one(order("<ПометкаУдаления>true</ПометкаУдаления>"))
    assert document.requisite("ПометкаУдаления") == "true"
    both = read_one(order("<Проведен>false</Проведен>" + requisite("Проведен", "true")))
    assert both.requisites == {"Проведен": ("true",)}


def _written(requisites: dict[str, tuple[str, ...]]) -> str:
    out = XmlWriter()
    write_requisites(out, requisites)
    return out.take("utf-8").decode()


def test_what_is_written() -> None:
    text = _written({"Связь": ("a", "b"), "Пусто": (), " ": ("x",)})
    assert text.count("<Значение>") == 3
    assert text.count("<Наименование>") == 2
    assert _written({}) == ""
    assert "x" * 1000 + "</Значение>" in _written({"Длинное": ("x" * 2000,)})
