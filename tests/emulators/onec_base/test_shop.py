"""The users of the base: what they do, and what the exchange plan notices."""

import dataclasses
from decimal import Decimal

import pytest

from tests.emulators.onec_base.conftest import NOW, MakeBase
from uzel.emulators.onec_base import Base, Counterparty, parse_options
from uzel.emulators.onec_base.profiles import make_settings
from uzel.emulators.onec_base.random_life import NAMES_RU, WEIGHTS, random_action
from uzel.emulators.onec_base.records import make_line
from uzel.emulators.onec_base.stock import ITEMS


def live(base: Base, days: int = 60) -> list[str]:
    done = []
    for _ in range(days):
        base.shop.new_order()
        happened = random_action(base.shop)
        done.append(happened[0] if happened else "")
    return done


def test_same_login_title_and_seed_make_the_same_life(make_base: MakeBase) -> None:
    first, second, other = make_base("unf"), make_base("unf"), make_base("unf", seed=8)
    assert live(first) == live(second)
    assert first.orders() == second.orders()
    live(other)
    assert first.orders() != other.orders()


def test_bases_of_other_titles_have_other_numbers_and_documents(make_base: MakeBase) -> None:
    first, second = make_base("unf", title="Юг"), make_base("unf", title="Север")
    one, two = first.shop.new_order(), second.shop.new_order()
    assert one.site_number != two.site_number
    assert one.document_id != two.document_id
    assert max(len(one.site_number), len(two.site_number)) <= 11


def test_every_write_counts_a_version_and_registers_a_change(make_base: MakeBase) -> None:
    base = make_base("unf")
    order = base.shop.new_order(posted=False)
    key = order.document_id
    base.shop.books.changed.clear()
    actions = [
        lambda: base.shop.edit(key, comment="Новый", lines=[make_line(ITEMS[0], Decimal(3))], responsible="0000-00004"),
        lambda: base.shop.edit(key, counterparty=Counterparty("c-9", "Астра"), promo_code="X", paid_by_bonus=Decimal(5)),
        lambda: base.shop.post(key),
        lambda: base.shop.pay(key, Decimal(70)),
        lambda: base.shop.pay(key),
        lambda: base.shop.ship(key),
        lambda: base.shop.cancel(key),
        lambda: base.shop.cancel(key, canceled=False),
    ]
    for version, act in enumerate(actions, start=2):
        assert act().version == version
        assert base.shop.books.changed == {key}
        base.shop.books.changed.clear()
    order = base.shop.books.orders[key]
    assert (order.total, order.paid, order.shipped, order.posted) == (Decimal("7470.00"), True, True, True)
    assert [payment.amount for payment in order.payments] == [Decimal(70), Decimal("7400.00")]
    assert order.responsible.name == "Ёлкин Юрий Андреевич"
    assert base.orders()[0]["counterparty"]["name"] == "Астра"


def test_removed_order_is_gone_without_a_word(make_base: MakeBase) -> None:
    base = make_base("unf")
    base.shop.remove(base.shop.new_order().document_id)
    assert (base.orders(), base.due()) == ([], [])


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"total": 5}, "нельзя изменить: total"),
        ({"responsible": "777"}, "нет сотрудника с табельным номером 777"),
        ({"counterparty": "nobody"}, "нет контрагента nobody"),
    ],
)
def test_impossible_edits(make_base: MakeBase, changes: dict[str, object], error: str) -> None:
    base = make_base("unf")
    order = base.shop.new_order()
    with pytest.raises(ValueError, match=error):
        base.shop.edit(order.document_id, **changes)


def test_ut_has_no_status_to_edit(make_base: MakeBase) -> None:
    base = make_base("ut")
    order = base.shop.new_order()
    with pytest.raises(ValueError, match="не передаёт статусы"):
        base.shop.edit(order.document_id, status="W")


def test_bare_configuration_makes_up_nothing_it_cannot_send(make_base: MakeBase) -> None:
    base = make_base("ut", additional_requisites=False)
    live(base)
    assert {(one["promo_code"], one["bonus_card_number"], one["paid_by_bonus"]) for one in base.orders()} == {("", "", "0")}


def test_life_names_what_it_did(make_base: MakeBase) -> None:
    assert set(NAMES_RU) == {"new", *(name for name, _ in WEIGHTS)}
    base = make_base("ut")
    done = set(live(base, 200))
    assert "status" not in done
    assert {"pay", "ship", "cancel", "lines", "comment"} <= done


def test_life_without_orders_does_nothing(make_base: MakeBase) -> None:
    assert random_action(make_base("unf").shop) is None


def test_plain_order_is_ready_for_json(make_base: MakeBase) -> None:
    base = make_base("unf")
    order = base.shop.new_order(lines=[make_line(ITEMS[1], Decimal("2.50"), Decimal("6.25"))])
    (plain,) = base.orders()
    assert plain["lines"] == [
        {
            "item_id": ITEMS[1].item_id, "name": ITEMS[1].name, "quantity": "2.5", "price": "390.5", "discount": "6.25",
            "total": "970", "vat_rate": "20", "measure_code": "796",
        }
    ]  # fmt: skip
    assert (plain["date"], plain["date_in_1c"], plain["number"]) == ("2024-03-05", NOW.isoformat(), order.site_number)


# --- settings ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("profile", "options", "error"),
    [
        ("umi", {}, "неизвестный профиль"),
        ("unf", {"colour": 1}, "неизвестные настройки базы: colour"),
        ("ut", {"subordinate_documents": True}, "только у УНФ"),
        ("unf", {"subordinate_documents": True, "protocol_bitrix": False}, "только у УНФ"),
    ],
)
def test_impossible_settings(profile: str, options: dict[str, object], error: str) -> None:
    with pytest.raises(ValueError, match=error):
        make_settings(profile, options)


def test_options_of_a_command_line() -> None:
    found = parse_options(
        ["subordinate_documents=yes", "portion_size=5", "version=3.1", "import_pause_seconds=0.5", "upload_from=2024-01-02"]
    )
    assert dataclasses.replace(make_settings("unf", {}), **found).portion_size == 5
    assert {name: str(value) for name, value in found.items()} == {
        "subordinate_documents": "True", "portion_size": "5", "version": "3.1", "import_pause_seconds": "0.5",
        "upload_from": "2024-01-02",
    }  # fmt: skip


@pytest.mark.parametrize("pair", ["portion_size=many", "bom=maybe", "colour=red", "statuses=N", "version"])
def test_options_that_cannot_be_understood(pair: str) -> None:
    if pair == "version":
        assert parse_options([pair]) == {"version": ""}
        return
    with pytest.raises(ValueError, match="не понята"):
        parse_options([pair])


def test_goods_and_money_go_in_parts_and_come_back(make_base: MakeBase) -> None:
    base = make_base("bitrix")
    lines = [make_line(ITEMS[0], Decimal(3), Decimal(9)), make_line(ITEMS[1], Decimal(1))]
    key = base.shop.new_order(lines=lines).document_id
    part = base.shop.ship(key, Decimal(1)).shipments[-1]
    assert [(line.quantity, line.discount, line.total) for line in part.lines] == [(Decimal(1), Decimal(3), ITEMS[0].price - 3)]
    order = base.shop.ship(base.shop.pay(key).document_id)
    assert [line.quantity for line in order.shipments[-1].lines] == [Decimal(2), Decimal(1)]
    assert (order.paid, order.shipped, order.with_buyer) == (True, True, order.lines)
    order = base.shop.refund(base.shop.take_back(key).document_id, Decimal(50))
    assert (order.paid, order.shipped, order.left_to_pay, order.left_to_ship) == (False, False, Decimal(50), order.lines)
    order = base.shop.refund(key)
    assert (order.left_to_pay, order.payments[-1].amount) == (order.total, order.total - 50)
    assert base.shop.take_back(key).shipments[-1].lines == (), "nothing is left to come back"
    order = base.shop.ship(base.shop.pay(key).document_id)
    assert (order.paid, order.shipped) == (True, True)
