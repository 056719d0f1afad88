"""People at the screen: edits in a manager's name, in process and through the page's own addresses; state and calls."""

from decimal import Decimal
from typing import Any

import pytest

from tests.emulators.bitrix24_portal.client import Client
from tests.emulators.bitrix24_portal.conftest import Receiver
from uzel.emulators.bitrix24_portal import ApiError, RunningPortal

ROWS = [{"productName": "Чайник", "price": Decimal("100.50"), "quantity": 2, "taxRate": 20, "taxIncluded": "Y"}]


def test_a_deal_made_by_hand(portal: RunningPortal, rest: Client, receiver: Receiver) -> None:
    node = rest.add_field("UF_CRM_UZEL_NODE", "enumeration", enum=[{"value": "Лесная"}])["enum"][0]["id"]
    assert portal.enum_id("UF_CRM_UZEL_NODE", "Лесная") == int(node)
    portal.set_event_handler(receiver.url, "t")
    number = portal.manager_create(3, {"title": "Заказ", "UF_CRM_UZEL_NODE": int(node)}, ROWS)
    assert portal.events.wait_idle(5)
    assert receiver.names() == [("ONCRMDEALADD", "1")]
    deal = portal.state()["deals"][0]
    assert (deal["id"], deal["createdBy"], deal["assignedById"], deal["UF_CRM_UZEL_NODE"]) == (number, 3, 3, int(node))
    assert (deal["opportunity"], deal["rows"][0]["price"], deal["rows"][0]["ownerId"]) == (
        Decimal("201.00"),
        Decimal("100.50"),
        1,
    )
    with pytest.raises(KeyError):
        portal.enum_id("UF_CRM_UZEL_NODE", "Мира")


def test_an_edit_is_one_save_and_one_event(portal: RunningPortal, rest: Client, receiver: Receiver) -> None:
    rest.add_field("UF_CRM_PROMO")
    deal = rest.add_deal(title="x")["id"]
    portal.set_event_handler(receiver.url, "t")
    portal.manager_edit(deal, user_id=4, stage_id="WON", fields={"UF_CRM_PROMO": "ЛЕТО", "assignedById": 5}, rows=ROWS)
    assert portal.events.wait_idle(5)
    assert receiver.names() == [("ONCRMDEALUPDATE", "1")]
    shown = rest.deal(deal)
    assert (shown["updatedBy"], shown["movedBy"], shown["assignedById"]) == (4, 4, 5)
    assert (shown["stageId"], shown["UF_CRM_PROMO"], shown["opportunity"]) == ("WON", "ЛЕТО", 201)
    portal.manager_edit(deal, user_id=2, rows=ROWS)
    assert portal.events.waiting() == 0, "the same rows are no change"
    portal.manager_edit(deal, user_id=2, rows=[])
    assert rest.deal(deal)["opportunity"] == 0


def test_other_edits(portal: RunningPortal, receiver: Receiver) -> None:
    contact = portal.manager_create_contact(2, {"name": "Иван", "fm": [{"typeId": "PHONE", "value": "1"}]})
    deal = portal.manager_create(2, {"contactId": contact})
    portal.set_event_handler(receiver.url, "t")
    portal.manager_delete(deal)
    assert portal.events.wait_idle(5)
    assert receiver.names() == [("ONCRMDEALDELETE", "1")]
    assert portal.state()["contacts"][0]["fm"][0]["value"] == "1"
    for action in (lambda: portal.manager_edit(9), lambda: portal.manager_delete(9), lambda: portal.manager_create(99)):
        with pytest.raises(ApiError, match="NOT_FOUND"):
            action()


def test_state_over_http_is_the_state_in_process(portal: RunningPortal, rest: Client) -> None:
    rest.add_field("UF_CRM_PAID", "boolean")
    portal.manager_create(2, {"UF_CRM_PAID": True}, ROWS)
    company = rest.call("crm.item.add", entityTypeId=4, fields={"title": "ООО"}).result["item"]["id"]
    rest.call(
        "crm.requisite.add", fields={"ENTITY_TYPE_ID": 4, "ENTITY_ID": company, "PRESET_ID": 1, "NAME": "x", "RQ_INN": "77"}
    )
    shown, kept = rest.send("GET", "/_emulator/state").json, portal.state()
    assert shown.keys() == kept.keys()
    assert shown["deals"][0]["UF_CRM_PAID"] is True
    assert shown["deals"][0]["opportunity"] == float(kept["deals"][0]["opportunity"]) == 201
    assert shown["companies"][0]["requisites"][0]["RQ_INN"] == "77"
    assert [user["fullName"] for user in shown["users"]][1] == "Соколова Анна Викторовна"
    assert "secret" not in str(shown["users"])


def test_calls(portal: RunningPortal, rest: Client) -> None:
    rest.call("profile")
    rest.batch({"a": "profile", "b": "no.such"})
    shown = rest.send("GET", "/_emulator/calls").json
    assert shown["counters"]["requests"] == 2
    assert shown["counters"]["by_status"] == {"200": 2}
    assert shown["counters"]["commands"] == {"profile": 2}
    assert shown["counters"]["command_errors"] == {"ERROR_METHOD_NOT_FOUND": 1}
    call = shown["calls"][1]
    assert (call["number"], call["method"], call["methods"], call["status"], call["user_id"]) == (
        2,
        "batch",
        ["profile", "no.such"],
        200,
        1,
    )
    assert portal.webhook.rstrip("/").rpartition("/")[2] not in str(shown)
    assert [one["number"] for one in rest.send("GET", "/_emulator/calls?after=1").json["calls"]] == [2]
    assert rest.send("GET", "/_emulator/calls?limit=0").json["calls"] == []
    portal.forget_calls()
    assert portal.calls()["counters"]["requests"] == 0
    rest.call("profile")
    rest.send("DELETE", "/_emulator/calls")
    assert portal.calls()["calls"] == []


def test_the_board(portal: RunningPortal, rest: Client) -> None:
    rest.add_field("UF_CRM_UZEL_PROMO")
    for number in range(65):
        portal.manager_create(2, {"title": f"Заказ {number}", "UF_CRM_UZEL_PROMO": "ЛЕТО", "opportunity": 10})
    board = rest.send("GET", "/_emulator/board").json
    new = board["stages"][0]
    assert (new["count"], len(new["cards"]), new["sum"], board["total"]) == (65, 60, 650, 65)
    assert new["cards"][0]["title"] == "Заказ 64"
    assert new["cards"][0]["chips"] == {"UF_CRM_UZEL_PROMO": "ЛЕТО"}
    assert [
        card["id"] for card in rest.send("GET", "/_emulator/board?search=%D0%B7%20%D0%B0%D0%BA").json["stages"][0]["cards"]
    ] == []
    assert rest.send("GET", "/_emulator/board?search=64").json["stages"][0]["count"] == 2
    assert rest.send("GET", "/_emulator/board?category=9").json["stages"] == []


def save(rest: Client, path: str, **body: Any) -> Any:
    return rest.post(f"/_emulator/deals/{path}", body)


def test_the_card(portal: RunningPortal, rest: Client) -> None:
    rows = [{"productName": "Чайник", "price": 10, "quantity": 3}]
    made = save(rest, "", userId=3, fields={"title": "Вручную", "comments": "позвонить"}, rows=rows).json
    assert (made["id"], made["createdBy"], made["opportunity"], made["comments"]) == (1, 3, 30, "позвонить")
    changed = save(rest, "1", userId=4, fields={"stageId": "WON"}).json
    assert (changed["updatedBy"], changed["stageId"], len(changed["rows"])) == (4, "WON", 1)
    assert rest.send("GET", "/_emulator/deals/1").json == changed
    assert save(rest, "1", userId=4, fields={"stageId": "НЕТ"}).error == (
        400, "CRM_FIELD_ERROR_VALUE_NOT_VALID", 'Некорректное значение поля "Стадия сделки"',
    )  # fmt: skip
    assert save(rest, "1", userId=77, fields={}).error[2] == "Сотрудника 77 нет"
    assert rest.send("DELETE", "/_emulator/deals/1").json == {"deleted": 1}
    assert rest.send("GET", "/_emulator/deals/1").status == 404
    assert rest.send("GET", "/_emulator/deals/x").status == 404
    assert rest.send("PUT", "/_emulator/deals/1").status == 405


def test_addresses_of_the_emulator(portal: RunningPortal, rest: Client) -> None:
    about = rest.send("GET", "/_emulator/about").json
    assert about == {"url": portal.url, "webhook": portal.webhook, "speed": 1.0, "limits": False}
    assert rest.send("GET", "/_emulator/no-such").status == 404
    assert rest.send("POST", "/_emulator/faults", "{", {"Content-Type": "application/json"}).status == 400
    assert portal.calls()["counters"]["requests"] == 0, "the emulator's own pages are in no journal"


def test_the_page_and_its_files(rest: Client) -> None:
    page = rest.send("GET", "/")
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["content-security-policy"].startswith("default-src 'self'")
    for path in ("/page/app.js", "/page/card.js", "/page/style.css", "/page/icon.svg"):
        assert rest.send("GET", path).status == 200
    assert b"http" not in page.body, "nothing comes from foreign hosts"
    assert rest.send("HEAD", "/").body == b""
    assert rest.send("GET", "/page/../options.py").status == 404
