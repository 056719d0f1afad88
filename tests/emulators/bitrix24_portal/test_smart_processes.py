"""Smart processes: defined by an administrator, filled by ``crm.item.*``, parents of deals."""

from collections.abc import Callable
from typing import Any

from tests.emulators.bitrix24_portal.client import Client
from uzel.emulators.bitrix24_portal import Options, RunningPortal

NODES = {"title": "Узлы", "entityTypeId": 1030, "relations": {"child": [{"entityTypeId": 2, "isChildrenListEnabled": "true"}]}}


def make(rest: Client, **fields: Any) -> dict[str, Any]:
    return rest.call("crm.type.add", fields=NODES | fields).result["type"]


def test_a_type_has_two_ids_and_what_was_asked_for(rest: Client) -> None:
    made = make(rest, isStagesEnabled="N", isCategoriesEnabled="Y")
    assert (made["title"], made["entityTypeId"], made["isCategoriesEnabled"], made["isStagesEnabled"]) == (
        "Узлы",
        1030,
        "Y",
        "N",
    )
    assert made["isSetOpenPermissions"] == "Y"
    assert made["relations"] == {
        "parent": [], "child": [{"entityTypeId": 2, "isChildrenListEnabled": "Y", "isPredefined": "N"}]
    }  # fmt: skip
    assert rest.call("crm.type.get", id=made["id"]).result["type"] == made
    assert rest.call("crm.type.getByEntityTypeId", entityTypeId=1030).result["type"] == made
    listed = rest.call("crm.type.list", filter={"%title": "зл"}, order={"id": "ASC"})
    assert [(one["id"], "relations" in one) for one in listed.result["types"]] == [(made["id"], False)]
    assert listed.json["total"] == 1


def test_numbers_are_unique_and_in_their_ranges(rest: Client) -> None:
    make(rest)
    for number in (1030, 1031, 127, 193, 1028):
        assert rest.call("crm.type.add", fields=NODES | {"entityTypeId": number}).error[1] == "INVALID_ARG_VALUE"
    assert make(rest, entityTypeId="")["entityTypeId"] == 1032
    assert make(rest, entityTypeId=150)["entityTypeId"] == 150


def test_items_have_keys_and_fields_of_their_own(rest: Client) -> None:
    made = make(rest)
    name = f"UF_CRM_{made['id']}_CODE"
    rest.add_field(name, entity=f"CRM_{made['id']}")
    fields = {"title": "Тверская", "xmlId": "shop", name: "shop", "phone": "1"}
    item = rest.call("crm.item.add", entityTypeId=1030, useOriginalUfNames="Y", fields=fields).result["item"]
    assert (item["id"], item["title"], item["xmlId"], item[name], item["entityTypeId"]) == (1, "Тверская", "shop", "shop", 1030)
    assert {"fm", "stageId", "contactId"}.isdisjoint(item)
    changed = rest.call("crm.item.update", entityTypeId=1030, id=1, fields={"title": "Т"}).result["item"]
    assert changed["title"] == "Т"
    found = rest.call("crm.item.list", entityTypeId=1030, useOriginalUfNames="Y", filter={"=xmlId": "shop", f"={name}": "shop"})
    assert [one["id"] for one in found.result["items"]] == [1]
    assert rest.call("crm.item.add", entityTypeId=1030, fields={}).result["item"]["title"] == "Элемент #2"
    described = rest.call("crm.item.fields", entityTypeId=1030).result["fields"]
    assert {"xmlId", "title"} <= set(described)
    assert "contacts" not in described


def test_a_deal_has_its_parent_and_loses_it_with_the_item(rest: Client) -> None:
    make(rest)
    item = rest.call("crm.item.add", entityTypeId=1030, fields={"title": "Тверская"}).result["item"]["id"]
    deal = rest.add_deal(title="Заказ", parentId1030=item)
    assert deal["parentId1030"] == item
    assert rest.call("crm.item.add", entityTypeId=2, fields={"parentId1030": 99}).error[1] == "CRM_FIELD_ERROR_VALUE_NOT_VALID"
    found = rest.call("crm.item.list", entityTypeId=2, filter={"=parentId1030": item})
    assert [one["id"] for one in found.result["items"]] == [deal["id"]]
    assert "parentId1030" in rest.call("crm.item.fields", entityTypeId=2).result["fields"]
    rest.call("crm.item.delete", entityTypeId=1030, id=item)
    assert rest.call("crm.item.get", entityTypeId=2, id=deal["id"]).result["item"]["parentId1030"] is None


def test_a_type_without_a_relation_is_nobodys_parent(rest: Client) -> None:
    made = make(rest, relations={})
    rest.call("crm.item.add", entityTypeId=1030, fields={"title": "Тверская"})
    assert "parentId1030" not in rest.add_deal(title="Заказ", parentId1030=1)
    changed = rest.call("crm.type.update", id=made["id"], fields={"relations": NODES["relations"], "title": "Базы"})
    assert changed.result["type"]["title"] == "Базы"
    assert rest.add_deal(title="Заказ", parentId1030=1)["parentId1030"] == 1


def test_only_an_empty_type_is_deleted_and_its_fields_go_with_it(rest: Client) -> None:
    made = make(rest)
    rest.add_field(f"UF_CRM_{made['id']}_CODE", entity=f"CRM_{made['id']}")
    rest.call("crm.item.add", entityTypeId=1030, fields={"title": "Тверская"})
    assert rest.call("crm.type.delete", id=made["id"]).error[1] == "BX_ERROR"
    rest.call("crm.item.delete", entityTypeId=1030, id=1)
    assert rest.call("crm.type.delete", id=made["id"]).result == []
    assert rest.call("crm.item.list", entityTypeId=1030).error[1] == "NOT_FOUND"
    listed = rest.call("userfieldconfig.list", moduleId="crm", filter={"entityId": f"CRM_{made['id']}"})
    assert listed.result["fields"] == []
    assert rest.call("crm.type.get", id=made["id"]).error[2] == "Smart process not found"


def test_a_plan_may_have_none_and_a_clerk_may_not(start: Callable[..., tuple[RunningPortal, Client]]) -> None:
    poor = start(limits=False, options=Options(most_smart_processes=0))[1]
    assert poor.call("crm.type.add", fields=NODES).error[1] == "CREATE_DYNAMIC_TYPE_RESTRICTED"
    clerk = start(limits=False, options=Options(exchange_user_is_admin=False))[1]
    for method in ("crm.type.add", "crm.type.list"):
        assert clerk.call(method, fields=NODES).error[1] == "ACCESS_DENIED"


def test_people_choose_a_parent_at_the_screen(rest: Client, portal: RunningPortal) -> None:
    make(rest)
    rest.call("crm.item.add", entityTypeId=1030, fields={"title": "Тверская"})
    number = portal.manager_create(2, {"title": "Звонок", "parentId1030": 1})
    assert next(deal for deal in portal.state()["deals"] if deal["id"] == number)["parentId1030"] == 1
    assert [one["title"] for one in portal.state()["type_items"]] == ["Тверская"]
    assert [one["entityTypeId"] for one in portal.state()["types"]] == [1030]


def test_the_board_shows_a_parent_and_lets_people_choose_one(rest: Client, portal: RunningPortal) -> None:
    make(rest)
    for title in ("Тверская", "Арбат"):
        rest.call("crm.item.add", entityTypeId=1030, fields={"title": title})
    number = portal.manager_create(2, {"title": "Звонок", "parentId1030": 1})
    board = rest.send("GET", "/_emulator/board").json
    assert board["stages"][0]["cards"][0]["chips"] == {"parentId1030": "Тверская"}
    offered = next(field for field in board["fields"] if field["name"] == "parentId1030")
    assert (offered["title"], [item["value"] for item in offered["items"]]) == ("Узлы", ["Тверская", "Арбат"])
    saved = rest.post(f"/_emulator/deals/{number}", {"userId": 2, "fields": {"parentId1030": "2"}}).json
    assert saved["parentId1030"] == 2
