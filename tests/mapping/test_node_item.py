"""What an item of «Узлы обмена» shows, and when it is worth a write."""

import datetime as dt
from dataclasses import replace

from uzel.bitrix24.entities.smart_process import NODES
from uzel.mapping.node_item import CALL_STEP, NodeStatus, is_news, note_of, values_of

CALLED = dt.datetime(2026, 3, 2, 12, 5, tzinfo=dt.UTC)
SHOP = NodeStatus("shop", "Тверская (shop)", "1С:УНФ", receives_changes=True, active=True, called_at=CALLED, orders=5)


def test_every_field_of_the_process_has_its_value() -> None:
    values = values_of(SHOP)
    assert set(values) == {field.suffix for field in NODES.fields}
    assert (values["UZEL_CALLED"], values["UZEL_CHANGES"], values["UZEL_ORDERS"]) == ("02.03.2026 12:05", "1", 5)
    assert values_of(replace(SHOP, called_at=None))["UZEL_CALLED"] == ""


def test_a_call_a_little_later_is_no_news() -> None:
    shown = note_of(SHOP)
    assert is_news(SHOP, None)
    assert not is_news(SHOP, shown)
    assert not is_news(replace(SHOP, called_at=CALLED + dt.timedelta(minutes=5)), shown)
    assert is_news(replace(SHOP, called_at=CALLED + CALL_STEP), shown)
    assert is_news(replace(SHOP, held=1), shown)
    assert is_news(replace(SHOP, title="Тверская, 2 (shop)"), shown)
    assert is_news(SHOP, note_of(replace(SHOP, called_at=None)))
