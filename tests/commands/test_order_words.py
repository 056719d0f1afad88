"""What an order says in one field, in words: nothing of how it is kept."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from tests.flows.portal_town import ORDER, moved, open_hub
from uzel.cli import main
from uzel.commands.order_words import in_words
from uzel.hub.models import Conflict
from uzel.model import Counterparty, Order, Responsible
from uzel.model.codec import to_json
from uzel.model.order import Settlement, SettlementKind
from uzel.sync.fields import PATHS, PATHS_WHOLE_BUYER, value

LOCAL = dt.datetime.fromisoformat("2026-03-01 10:30")  # of the base: no time zones
PAID = Settlement("p1", SettlementKind.PAYMENT, Decimal("600.00"))
SETTLED = (
    replace(PAID, done=False, amount=Decimal(50)), PAID, replace(PAID, key="p2", amount=Decimal("400.50")),
    Settlement("s", SettlementKind.SHIPMENT, Decimal("1E+3")), Settlement("r", SettlementKind.REFUND, Decimal(200)),
)  # fmt: skip
FULL = replace(
    ORDER, settlements=SETTLED, time=dt.time(10, 30), date_in_node=LOCAL, status="@paid",
    paid_by_bonus=Decimal("10.00"), bonus_card_number="77", paid=True, shipped=True, posted=True, deletion_mark=True,
    extras=(("UF_CRM_1", "Самовывоз"),),
)  # fmt: skip


@pytest.mark.parametrize(
    ("path", "given", "told"),
    [
        ("settlements", SETTLED[1:3], "оплата 1000.50"),
        ("settlements", SETTLED, "оплата 1000.50, отгрузка 1000, возврат оплаты 200, ожидается оплата 50"),
        ("settlements", (), ""),
        ("goods", (ORDER.lines, ORDER.total), "строк 2 на 660.50"),
        ("goods", ((), Decimal(0)), ""),
        ("responsible", Responsible("0001", "Петров Пётр"), "Петров Пётр 0001"),
        ("responsible", Responsible(), ""),
        ("counterparty", Counterparty(name="Иванова"), "Иванова"),
        ("counterparty.phones", ("+7916", "+7917"), "+7916, +7917"),
        ("date", dt.date(2026, 3, 1), "01.03.2026"),
        ("date_in_node", LOCAL, "01.03.2026 10:30:00"),
        ("paid_by_bonus", Decimal("0.00"), ""),
        ("paid_by_bonus", Decimal("10.00"), "10"),
        ("paid", False, ""),
        ("paid", True, "да"),
        ("status", "@canceled", "Отменен"),
        ("status", "N", "N"),
        ("comment", "х" * 200, "х" * 119 + "…"),
    ],
)
def test_each_kind_of_value_has_its_words(path: str, given: object, told: str) -> None:
    assert in_words(path, to_json(given)) == told


def test_no_field_of_an_order_shows_how_it_is_kept() -> None:
    for path in (*PATHS, *PATHS_WHOLE_BUYER):
        told = in_words(path, to_json(value(FULL, path)))
        assert not set(told) & set("(){}[]'=<>@") or path == "counterparty.emails", (path, told)
    empty = Order("d", currency="")
    assert not [path for path in PATHS_WHOLE_BUYER if in_words(path, to_json(value(empty, path)))]


@pytest.mark.django_db
def test_the_command_shows_an_order_without_a_word_of_python(capsys: pytest.CaptureFixture[str]) -> None:
    with open_hub() as hub:
        hub.receive(FULL, moved(ORDER, document_id="doc-2", number="A-2"))
        Conflict.objects.create(
            order=hub.row(),
            field="settlements",
            in_node=to_json(SETTLED[1:2]),
            in_portal=[],
            winner="node",
            reason="both_moved",
        )
        for number in ("A-1", "A-2"):
            assert main(("orders", "show", hub.node.code, number)) == 0
    printed = " ".join(capsys.readouterr().out.split())
    assert "оплата 600" in printed
    assert "Самовывоз" in printed
    assert not [word for word in ("Settlement(", "Decimal(", "()", "[]", "{", "False") if word in printed]
