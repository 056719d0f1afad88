"""Units of measure as different producers spell them."""

import pytest

from tests.commerceml.xml import read_one, row


@pytest.mark.parametrize(
    ("inside", "unit"),
    [
        ('<БазоваяЕдиница Код="796 ">шт</БазоваяЕдиница>', ("796", "шт")),
        ('<БазоваяЕдиница Код="796" НаименованиеПолное="Штука"/>', ("796", "шт")),
        ('<БазоваяЕдиница Код="6">м</БазоваяЕдиница>', ("006", "м")),
        ("<БазоваяЕдиница>упак.</БазоваяЕдиница>", ("778", "упак.")),
        ("<БазоваяЕдиница>166</БазоваяЕдиница>", ("166", "кг")),
        ("<Единица>166</Единица><БазоваяЕдиница>шт</БазоваяЕдиница>", ("166", "кг")),
        ("<Единица/><БазоваяЕдиница>кг</БазоваяЕдиница>", ("166", "кг")),
        ("<Единица><Код>112</Код><НаименованиеКраткое>л</НаименованиеКраткое></Единица>", ("112", "л")),
        ("", ("796", "шт")),
    ],
)
def test_units(inside: str, unit: tuple[str, str]) -> None:
    (line,) = read_one(row(inside)).lines or ()
    assert (line.measure_code, line.measure_name) == unit


def test_an_unknown_unit_is_noted() -> None:
    document = read_one(row("<БазоваяЕдиница>охапка</БазоваяЕдиница>"))
    (line,) = document.lines or ()
    assert (line.measure_code, line.measure_name) == ("796", "охапка")
    assert [(problem.code, problem.fatal) for problem in document.problems] == [("measure_unknown", False)]
