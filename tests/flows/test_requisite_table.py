"""The table of requisites of a base: kept by people, and what it does to orders and deals, over real HTTP."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from lxml import etree

from tests.exchange.talk import order, package
from tests.flows.due_orders import NOW, session_of
from tests.flows.portal_town import Hub, open_hub
from uzel.flows.calls.offer_to_node import offer
from uzel.flows.files.import_file import import_file
from uzel.flows.portal.portal_line import open_line
from uzel.flows.requisite_table import (
    BadRequisiteError,
    as_csv,
    import_requisites,
    reset_requisite,
    set_requisite,
    table_of,
)
from uzel.flows.setup.set_up_portal import set_up
from uzel.hub.models import Conflict
from uzel.mapping.rules import OwnRequisite

pytestmark = pytest.mark.django_db
SOURCE, GIFT, AREA = "UF_CRM_SOURCE_AD", "UF_CRM_GIFT", "UF_CRM_AREA"


@pytest.fixture
def hub() -> Iterator[Hub]:
    """A base with two requisites of its own, which became fields of deals."""
    with open_hub() as found:
        set_requisite("shop", OwnRequisite(SOURCE, "Источник рекламы"))
        set_requisite("shop", OwnRequisite(GIFT, "Подарок", converter="flag"))
        found.node.refresh_from_db()
        set_up(found.portal)
        yield found


def send(hub: Hub, tmp_path: Path, **requisites: str) -> None:
    """The base sends its order, and the portal is written."""
    hub.node.refresh_from_db()
    path = tmp_path / "orders.xml"
    path.write_bytes(package(order("a", "A-1", requisites={"Проведен": "false", **requisites})))
    import_file(hub.node, path)
    hub.drain()
    hub.drain()


def shown(hub: Hub, *codes: str) -> list[Any]:
    (deal,) = hub.deals()
    return [deal.get(code) for code in codes or (SOURCE, GIFT)]


def edit(hub: Hub, **fields: Any) -> None:
    hub.emulator.manager_edit(hub.row().deal_id or 0, fields=fields)
    hub.sweep()


def given(hub: Hub) -> dict[str, str]:
    """Requisites of the order that the base is offered; nothing when it is offered none."""
    hub.node.refresh_from_db()
    answer = etree.fromstring(offer(hub.node, session_of(hub.node), NOW))
    return {
        one.findtext("Наименование") or "": one.findtext("Значение") or "" for one in answer.iter("ЗначениеРеквизита")
    }  # fmt: skip


def test_the_set_up_makes_the_fields_and_an_undo_could_take_them(hub: Hub) -> None:
    fields = {one["FIELD_NAME"]: one["USER_TYPE_ID"] for one in hub.emulator.state()["user_fields"]}
    assert (fields[SOURCE], fields[GIFT]) == ("string", "boolean")
    hub.emulator.forget_calls()
    set_up(hub.portal)
    assert "crm.deal.userfield.add" not in hub.commands()


def test_a_field_of_the_portal_of_another_type_is_said_and_not_touched(hub: Hub) -> None:
    set_requisite("shop", OwnRequisite(GIFT, converter="date"))
    set_requisite("shop", OwnRequisite("UF_CRM_MUCH_TOO_LONG_CODE", "Длинный"))
    told = {check.what: check for check in set_up(hub.portal)}
    assert "другого типа (boolean, нужен date)" in told[f"Поле сделки {GIFT} («Подарок»)"].outcome
    assert "длиннее 20 знаков" in told["Поле сделки UF_CRM_MUCH_TOO_LONG_CODE («Длинный»)"].outcome


def test_a_requisite_becomes_a_field_of_the_deal_and_comes_back_edited(hub: Hub, tmp_path: Path) -> None:
    send(hub, tmp_path, **{"Источник рекламы": "Карты", "Подарок": "true"})
    assert shown(hub) == ["Карты", True]
    hub.emulator.forget_calls()
    send(hub, tmp_path, **{"Источник рекламы": "Карты", "Подарок": "true"})
    assert hub.writes() == 0, "the same again costs nothing"
    assert given(hub) == {}
    edit(hub, **{SOURCE: "Листовка"})
    assert (given(hub)["Источник рекламы"], given(hub)["Подарок"]) == ("Листовка", "true")
    hub.emulator.forget_calls()
    hub.drain()
    assert hub.writes() == 0, "nothing goes back to where it came from"


def test_two_fields_changed_on_two_sides_both_count(hub: Hub, tmp_path: Path) -> None:
    send(hub, tmp_path, **{"Источник рекламы": "Карты", "Подарок": "false"})
    edit(hub, **{GIFT: "1"})
    send(hub, tmp_path, **{"Источник рекламы": "Сайт", "Подарок": "false"})
    assert shown(hub) == ["Сайт", True]
    assert given(hub)["Подарок"] == "true"
    assert Conflict.objects.count() == 0


def test_what_a_file_is_silent_about_stays(hub: Hub, tmp_path: Path) -> None:
    send(hub, tmp_path, **{"Источник рекламы": "Карты"})
    send(hub, tmp_path)
    assert shown(hub, SOURCE) == ["Карты"]


def test_what_comes_from_1c_only_is_put_back(hub: Hub, tmp_path: Path) -> None:
    set_requisite("shop", OwnRequisite(SOURCE, direction="in"))
    send(hub, tmp_path, **{"Источник рекламы": "Карты"})
    edit(hub, **{SOURCE: "Листовка"})
    hub.drain()
    assert shown(hub, SOURCE) == ["Карты"]
    assert [one.field for one in Conflict.objects.all()] == [f"extras.{SOURCE}"]
    assert given(hub) == {}


def test_what_goes_to_1c_only_is_not_read_from_it(hub: Hub, tmp_path: Path) -> None:
    set_requisite("shop", OwnRequisite(SOURCE, direction="out"))
    send(hub, tmp_path, **{"Источник рекламы": "Карты"})
    assert shown(hub, SOURCE) in ([""], [None])
    edit(hub, **{SOURCE: "Листовка"})
    assert given(hub)["Источник рекламы"] == "Листовка"


def test_a_field_that_the_portal_does_not_have_is_nobodys_edit(hub: Hub, tmp_path: Path) -> None:
    set_requisite("shop", OwnRequisite(AREA, "Район"))
    send(hub, tmp_path, Район="Арбат")
    assert shown(hub, AREA) == [None]
    edit(hub, comments="Не звонить")
    assert given(hub)["Район"] == "Арбат"
    set_up(hub.portal)
    send(hub, tmp_path, Район="Арбат", Комментарий="x")
    send(hub, tmp_path, Район="Таганка")
    assert shown(hub, AREA) == ["Таганка"]


def test_the_table_is_shown_whole_and_goes_through_a_file(hub: Hub) -> None:
    table = {row.field: row for row in table_of(hub.node)}
    assert (table["promo_code"].name, table["promo_code"].own) == ("Промокод", False)
    assert (table[GIFT].name, table[GIFT].converter, table[GIFT].own) == ("Подарок", "flag", True)
    before, sheet = hub.node.requisites, as_csv(hub.node).encode()
    done = import_requisites("shop", sheet)
    assert (done.changed, done.unchanged, done.refused) == (0, len(table), [])
    hub.node.refresh_from_db()
    assert hub.node.requisites == before
    done = import_requisites("shop", "поле;реквизит;направление\nposted;;в обе стороны\npromo_code;Купон;из 1С\n".encode())
    assert (done.changed, [(one.line, one.field) for one in done.refused]) == (1, [(2, "posted")])
    hub.node.refresh_from_db()
    assert {"field": "promo_code", "name": "Купон", "direction": "in", "converter": ""} in hub.node.requisites


def test_rows_are_set_over_each_other_and_taken_back(hub: Hub) -> None:
    set_requisite("shop", OwnRequisite("promo_code", "Купон"))
    set_requisite("shop", OwnRequisite("promo_code", direction="in"))
    hub.node.refresh_from_db()
    assert hub.node.requisites[-1] == {"field": "promo_code", "name": "Купон", "direction": "in", "converter": ""}
    set_requisite("shop", OwnRequisite("promo_code", "Промокод", "both"))
    hub.node.refresh_from_db()
    assert [row["field"] for row in hub.node.requisites] == [SOURCE, GIFT], "a row that says the standard is not kept"
    with pytest.raises(BadRequisiteError, match="назван и для promo_code"):
        set_requisite("shop", OwnRequisite("promo_code", "Подарок"))
    assert reset_requisite("shop", GIFT)
    assert not reset_requisite("shop", GIFT)


# --- rows that are ready ----------------------------------------------------------------------------------------------------

NOTE, ADDRESS, TRACK, STORE = "UF_CRM_1C_BUYER_NOTE", "UF_CRM_1C_ADDRESS", "UF_CRM_1C_TRACK", "UF_CRM_1C_STORE"
BUYER = "Я повелитель порошочков"
SAID = {
    "Комментарии покупателя": BUYER,
    "Адрес доставки": "Арбат, 1",
    "Склад": "Основной",
    "Трек-номер": "RA1",
}


def test_what_a_buyer_wrote_is_seen_in_the_deal_and_goes_back_edited(hub: Hub, tmp_path: Path) -> None:
    send(hub, tmp_path, **SAID)
    assert shown(hub, NOTE, ADDRESS, STORE, TRACK) == [BUYER, "Арбат, 1", "Основной", None]
    hub.emulator.forget_calls()
    send(hub, tmp_path, **SAID)
    assert hub.writes() == 0
    edit(hub, **{ADDRESS: "Арбат, 12", STORE: "Дальний"})
    hub.drain()
    assert shown(hub, ADDRESS, STORE) == ["Арбат, 12", "Основной"], "the warehouse is chosen in 1C"
    told = given(hub)
    assert (told["Адрес доставки"], told["Комментарии покупателя"], "Склад" in told) == (
        "Арбат, 12",
        BUYER,
        False,
    )


def test_a_row_switched_on_is_a_field_after_the_next_set_up(hub: Hub, tmp_path: Path) -> None:
    send(hub, tmp_path, **SAID)
    assert set_requisite("shop", OwnRequisite("Трек-номер", direction="on")) == TRACK
    hub.node.refresh_from_db()
    set_up(hub.portal)
    send(hub, tmp_path, **SAID)
    assert shown(hub, TRACK) == ["RA1"]
    set_requisite("shop", OwnRequisite("Трек-номер", direction="off"))
    hub.node.refresh_from_db()
    assert TRACK not in [row["field"] for row in hub.node.requisites], "it waits as before"
    send(hub, tmp_path, **SAID | {"Трек-номер": "RA2"})
    assert shown(hub, TRACK) == ["RA1"]
    assert not reset_requisite("shop", "Трек-номер")


def test_before_the_set_up_has_made_the_fields_orders_go_on_and_then_they_are_filled(tmp_path: Path) -> None:
    with open_hub() as hub:
        ids = [one["ID"] for one in hub.emulator.state()["user_fields"] if one["FIELD_NAME"].startswith("UF_CRM_1C_")]
        with open_line(hub.portal) as client:
            for field_id in ids:
                client.call("crm.deal.userfield.delete", {"id": field_id})
        send(hub, tmp_path, **SAID)
        edit(hub, comments="Не звонить")
        assert given(hub)["Адрес доставки"] == "Арбат, 1"
        hub.portal.refresh_from_db()
        set_up(hub.portal)
        send(hub, tmp_path, **SAID | {"Промокод": "ЛЕТО"})
        assert shown(hub, NOTE, ADDRESS) == [BUYER, "Арбат, 1"]
