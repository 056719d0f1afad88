"""Records are frozen values; an order knows whether it was called off."""

import dataclasses

import pytest

from uzel.model import Order, Verdict
from uzel.model.order import CANCELED


def test_an_order_is_called_off_by_its_status() -> None:
    assert Order("1", status=CANCELED).canceled
    assert not Order("1", status="N").canceled


def test_a_record_does_not_change() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        Order("1").number = "2"  # type: ignore[misc]


def test_the_seven_verdicts() -> None:
    assert [verdict.value for verdict in Verdict] == [
        "created", "updated", "unchanged", "duplicate", "held", "conflict", "rejected",
    ]  # fmt: skip
