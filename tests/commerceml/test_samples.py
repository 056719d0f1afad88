"""Real files of other people's systems, when they are at hand: every document is read, none breaks anything."""

from decimal import Decimal

import pytest

from tests.commerceml.samples import SAMPLES
from tests.commerceml.xml import read, read_until_fault

ORDERS = {
    "alex8bits_orders.xml": 1,
    "bitrix-query-response-empty.xml": 0,
    "bitrix-query-response-full.xml": 2,
    "carono_orders.xml": 1,
    "carono_yii2_from.xml": 1,
    "irpsv_offdoc_orders.xml": 3,
}
pytestmark = pytest.mark.skipif(not SAMPLES.is_dir(), reason="the samples are not here")


def test_none_is_forgotten() -> None:
    assert {path.name for path in (SAMPLES / "orders").iterdir()} == set(ORDERS)


@pytest.mark.parametrize(("name", "count"), ORDERS.items())
def test_orders(name: str, count: int) -> None:
    documents = read((SAMPLES / "orders" / name).read_bytes())
    assert len(documents) == count
    assert [problem for document in documents for problem in document.problems] == []
    for document in documents:
        listed = sum((line.total for line in document.lines or ()), Decimal(0))
        assert document.lines is None or document.total == listed


@pytest.mark.parametrize("path", sorted((SAMPLES / "catalog").glob("*.xml")), ids=lambda path: path.name)
def test_catalogues_are_told_from_orders(path: object) -> None:
    found, fault = read_until_fault(path.read_bytes())  # type: ignore[attr-defined]
    assert found == []
    assert fault is not None
    assert fault.code in ("catalogue", "not_commerceml")
