"""Why an order waits, in words."""

from dataclasses import replace

import pytest

from uzel.sync.locks import OfferFacts, lock_reason

FREE = OfferFacts("unf", "B17", True, "RUB")


@pytest.mark.parametrize(
    ("facts", "word"),
    [
        (FREE, ""),
        (replace(FREE, pending_package="orders.xml", hold="рано"), "orders.xml"),
        (replace(FREE, hold="рано"), "рано"),
        (replace(FREE, deal_deleted=True), "сделка удалена"),
        (replace(FREE, number=""), "нет номера"),
        (replace(FREE, profile="ut", number="B" * 11), ""),
        (replace(FREE, profile="ut", number="B" * 12), "длиннее 11"),
        (replace(FREE, number="B" * 21), "длиннее 20"),
        (replace(FREE, has_date=False), "нет даты"),
        (replace(FREE, currency=""), "нет валюты"),
    ],
)
def test_lock_reason(facts: OfferFacts, word: str) -> None:
    reason = lock_reason(facts)
    assert word in reason
    assert bool(word) == bool(reason)
