"""Pipelines, stages and the other fields that the settings of a smart process bring to its items."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.emulators.bitrix24_portal.client import Client
from uzel.emulators.bitrix24_portal import Options, RunningPortal

Start = Callable[..., tuple[RunningPortal, Client]]


def make(rest: Client, **flags: Any) -> dict[str, Any]:
    fields = {"title": "Узлы", "entityTypeId": 1030, **flags}
    made: dict[str, Any] = rest.call("crm.type.add", fields=fields).result["type"]
    return made


def add(rest: Client, **fields: Any) -> dict[str, Any]:
    made: dict[str, Any] = rest.call("crm.item.add", entityTypeId=1030, fields=fields).result["item"]
    return made


def change(rest: Client, **fields: Any) -> dict[str, Any]:
    item: dict[str, Any] = rest.call("crm.item.update", entityTypeId=1030, id=1, fields=fields).result["item"]
    return item


def test_a_new_process_has_a_pipeline_with_stages(rest: Client) -> None:
    make(rest, isStagesEnabled="Y")
    rest.call("crm.category.add", entityTypeId=2, fields={"name": "Опт"})
    (own,) = rest.call("crm.category.list", entityTypeId=1030).result["categories"]
    assert own == {"id": 1, "name": "Общая", "sort": 500, "entityTypeId": 1030, "isDefault": "Y"}
    stages = rest.call("crm.status.list", filter={"ENTITY_ID": "DYNAMIC_1030_STAGE_1"}).result
    assert [(one["STATUS_ID"], one["SEMANTICS"]) for one in stages] == [
        ("DT1030_1:NEW", None), ("DT1030_1:PREPARATION", None), ("DT1030_1:CLIENT", None), ("DT1030_1:SUCCESS", "S"),
        ("DT1030_1:FAIL", "F"),
    ]  # fmt: skip
    described = rest.call("crm.item.fields", entityTypeId=1030).result["fields"]
    assert (described["stageId"]["type"], described["stageId"]["statusType"]) == ("crm_status", "DYNAMIC_1030_STAGE_1")


def test_an_item_stands_in_a_stage_of_its_pipeline(rest: Client) -> None:
    make(rest, isStagesEnabled="Y", isCategoriesEnabled="Y")
    second = rest.call("crm.category.add", entityTypeId=1030, fields={"name": "Ещё"}).result["category"]["id"]
    item = add(rest)
    assert (item["categoryId"], item["stageId"], item["movedBy"]) == (1, "DT1030_1:NEW", 1)
    moved = change(rest, stageId="DT1030_1:CLIENT")
    assert (moved["stageId"], moved["previousStageId"]) == ("DT1030_1:CLIENT", "DT1030_1:NEW")
    refused = rest.call("crm.item.update", entityTypeId=1030, id=1, fields={"stageId": "NEW"}).error
    assert refused[1] == "CRM_FIELD_ERROR_VALUE_NOT_VALID"
    assert change(rest, categoryId=second)["stageId"] == f"DT1030_{second}:NEW"
    found = rest.call("crm.item.list", entityTypeId=1030, filter={"stageId": f"DT1030_{second}:NEW"}).result["items"]
    assert [one["id"] for one in found] == [1]


def test_pipelines_and_stages_of_a_process_are_changed_like_those_of_deals(rest: Client) -> None:
    make(rest, isStagesEnabled="Y", isCategoriesEnabled="Y")
    second = rest.call("crm.category.add", entityTypeId=1030, fields={"name": "Ещё"}).result["category"]["id"]
    rest.call("crm.category.update", entityTypeId=1030, id=second, fields={"name": "Опт"})
    assert rest.call("crm.category.get", entityTypeId=1030, id=second).result["category"]["name"] == "Опт"
    stage = {"ENTITY_ID": f"DYNAMIC_1030_STAGE_{second}", "STATUS_ID": "WAIT", "NAME": "Ждём"}
    number = rest.call("crm.status.add", fields=stage).result
    item = add(rest, categoryId=second, stageId=f"DT1030_{second}:WAIT")
    assert item["stageId"] == f"DT1030_{second}:WAIT"
    assert rest.call("crm.status.delete", id=number).error[2] == "There are active items in this status."
    assert rest.call("crm.category.delete", entityTypeId=1030, id=second).error[1] == "REMOVING_DISABLED"
    assert rest.call("crm.category.delete", entityTypeId=1030, id=1).error[1] == "REMOVING_DISABLED", "the default one"
    rest.call("crm.item.delete", entityTypeId=1030, id=1)
    assert rest.call("crm.category.delete", entityTypeId=1030, id=second).status == 200
    assert rest.call("crm.category.get", entityTypeId=2, id=second).error[1] == "NOT_FOUND"
    wrong = {"ENTITY_ID": "DYNAMIC_1030_STAGE_9", "STATUS_ID": "WAIT", "NAME": "Ждём"}
    assert rest.call("crm.status.add", fields=wrong).error[2] == "ENTITY_ID is not defined or invalid."


def test_a_deleted_process_takes_its_pipelines_along(rest: Client) -> None:
    before = rest.call("crm.status.list").result
    made = make(rest, isStagesEnabled="Y")
    rest.call("crm.type.delete", id=made["id"])
    assert rest.call("crm.status.list").result == before
    assert rest.portal.state()["type_categories"] == []
    assert rest.call("crm.category.list", entityTypeId=1030).error[1] == "NOT_FOUND"
    assert rest.call("crm.category.list", entityTypeId=4).error[1] == "ENTITY_TYPE_NOT_SUPPORTED"


@pytest.mark.parametrize(
    ("flag", "names"),
    [
        ("isStagesEnabled", {"stageId", "previousStageId", "movedBy", "movedTime"}),
        ("isBeginCloseDatesEnabled", {"begindate", "closedate"}),
        ("isClientEnabled", {"companyId", "contactId", "contactIds"}),
        ("isSourceEnabled", {"sourceId", "sourceDescription"}),
        ("isObserversEnabled", {"observers"}),
        ("isMycompanyEnabled", {"mycompanyId"}),
    ],
)
def test_a_setting_brings_its_fields_and_takes_them_away(rest: Client, flag: str, names: set[str]) -> None:
    made = make(rest, **{flag: "N"})
    plain = set(add(rest))
    rest.call("crm.type.update", id=made["id"], fields={flag: "Y"})
    assert set(add(rest)) - plain == names
    rest.call("crm.type.update", id=made["id"], fields={flag: "N"})
    assert set(rest.call("crm.item.get", entityTypeId=1030, id=2).result["item"]) == plain


def test_an_item_has_a_client_a_source_and_watchers(rest: Client) -> None:
    make(rest, isClientEnabled="Y", isSourceEnabled="Y", isObserversEnabled="Y")
    rest.call("crm.contact.add", fields={"NAME": "А"})
    item = add(rest, contactIds=[1], observers=[3], SOURCE_ID="WEB")
    assert (item["contactId"], item["contactIds"], item["observers"], item["sourceId"]) == (1, [1], [3], "WEB")
    assert rest.call("crm.item.update", entityTypeId=1030, id=1, fields={"sourceId": "?"}).status == 400
    assert rest.call("crm.item.update", entityTypeId=1030, id=1, fields={"contactId": 9}).status == 400
    rest.call("crm.item.delete", entityTypeId=3, id=1)
    left = rest.call("crm.item.get", entityTypeId=1030, id=1).result["item"]
    assert (left["contactId"], left["contactIds"]) == (0, [])


def test_the_settings_of_a_process_are_described(rest: Client) -> None:
    made = make(rest, linkedUserFields={"TASKS_TASK|UF_CRM_TASK": "true", "UF_OTHER": "true"})
    assert made["linkedUserFields"] == {
        "CALENDAR_EVENT|UF_CRM_CAL_EVENT": "N", "TASKS_TASK|UF_CRM_TASK": "Y", "TASKS_TASK_TEMPLATE|UF_CRM_TASK": "N",
    }  # fmt: skip
    described = rest.call("crm.type.fields").result["fields"]
    undescribed = {"relations", "linkedUserFields", "customSections", "isPaymentsEnabled", "isCountersEnabled"}
    assert set(made) - set(described) == undescribed
    assert (described["isBizProcEnabled"]["type"], described["isBizProcEnabled"]["upperName"]) == (
        "boolean", "IS_BIZ_PROC_ENABLED"
    )  # fmt: skip
    assert (described["entityTypeId"]["isRequired"], described["entityTypeId"]["isImmutable"]) == (True, True)


def test_a_plan_may_forbid_items(start: Start) -> None:
    rest = start(limits=False, options=Options(smart_process_items_editable=False))[1]
    make(rest)
    for method in ("crm.item.add", "crm.item.import"):
        assert rest.call(method, entityTypeId=1030, fields={}).error == (
            400, "CREATE_DYNAMIC_ITEM_RESTRICTED", "You cannot create a new item due to your plan restrictions"
        )  # fmt: skip
    assert rest.add_deal(title="x")["id"] == 1, "deals are no items of smart processes"


def test_a_plan_that_got_worse_keeps_items_as_they_are(start: Start, tmp_path: Path) -> None:
    file = tmp_path / "portal.json"
    portal, rest = start(limits=False, state_file=file)
    make(rest)
    add(rest, title="а")
    portal.save()
    worse = start(limits=False, options=Options(smart_process_items_editable=False), state_file=file)[1]
    refused = worse.call("crm.item.update", entityTypeId=1030, id=1, fields={"title": "б"}).error
    assert refused[1:] == ("UPDATE_DYNAMIC_ITEM_RESTRICTED", "You cannot change the item due to your plan restrictions")
    assert worse.call("crm.item.get", entityTypeId=1030, id=1).result["item"]["title"] == "а"
