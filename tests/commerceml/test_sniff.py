"""Documents are told from a catalogue by what stands first."""

from pathlib import Path

import pytest

from tests.commerceml.samples import SAMPLES
from tests.commerceml.xml import order, package
from uzel.commerceml.sniff import Contents, contents_of

CLASSIFIER = "<Классификатор><Ид>1</Ид></Классификатор>"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (package(), False),
        (package(order()), False),
        (package(CLASSIFIER), True),
        (CLASSIFIER, True),
        (package(CLASSIFIER + order()), False),
        (package(f"<Контейнер>{order()}</Контейнер>"), False),
        (package("<Каталог/>" + order()), True),
        (package("<ПакетПредложений>"), True),
        (package("<ИзмененияПакетаПредложений/>"), True),
        (package(CLASSIFIER + "<"), True),
        ("<html/>", False),
        ("", False),
    ],
)
def test_what_stands_first(text: str, expected: bool) -> None:
    assert (contents_of([text.encode()]) is Contents.CATALOGUE) is expected
    assert (contents_of([bytes([byte]) for byte in text.encode()]) is Contents.CATALOGUE) is expected


@pytest.mark.parametrize("path", sorted(SAMPLES.glob("*/*.xml")), ids=lambda path: path.name)
def test_real_files(path: Path) -> None:
    assert (contents_of([path.read_bytes()]) is Contents.CATALOGUE) is (path.parent.name == "catalog")
