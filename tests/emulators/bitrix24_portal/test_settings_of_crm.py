"""User fields, pipelines and stages: everything `portal setup` needs, and that only an administrator may."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.emulators.bitrix24_portal.client import Client
from uzel.emulators.bitrix24_portal import Options, RunningPortal


@pytest.fixture
def clerk(start: Callable[..., tuple[RunningPortal, Client]]) -> Client:
    return start(limits=False, options=Options(exchange_user_is_admin=False))[1]


def test_userfieldconfig(rest: Client) -> None:
    made = rest.add_field(
        "UF_CRM_NODE", "enumeration", enum=[{"value": "Склад", "sort": 200}, {"value": "Лесная", "xmlId": "shop"}]
    )
    assert (made["entityId"], made["fieldName"], made["multiple"], made["mandatory"]) == ("CRM_DEAL", "UF_CRM_NODE", "N", "N")
    assert isinstance(made["id"], str)
    assert [(item["value"], item["xmlId"] == "shop") for item in made["enum"]] == [("Лесная", True), ("Склад", False)]
    wish = {"userTypeId": "enumeration", "enum": [{"id": made["enum"][1]["id"], "value": "Склад 2"}, {"value": "Мира"}]}
    changed = rest.call("userfieldconfig.update", moduleId="crm", id=made["id"], field=wish).result["field"]
    assert [item["value"] for item in changed["enum"]] == ["Лесная", "Мира", "Склад 2"], "what is not named stays"
    ignored = rest.call("userfieldconfig.update", moduleId="crm", id=made["id"], field={"enum": [{"value": "Нет"}]}).result[
        "field"
    ]
    assert len(ignored["enum"]) == 3, "without userTypeId the items are not read"
    wish["enum"] = [{"id": made["enum"][0]["id"], "del": "Y"}]
    changed = rest.call("userfieldconfig.update", moduleId="crm", id=made["id"], field=wish).result["field"]
    assert [item["value"] for item in changed["enum"]] == ["Мира", "Склад 2"]
    assert rest.call("userfieldconfig.get", moduleId="crm", id=made["id"]).result["field"] == changed


def test_userfieldconfig_list(rest: Client) -> None:
    rest.add_field("UF_CRM_A", sort=300)
    rest.add_field("UF_CRM_B", entity="CRM_CONTACT")
    found = rest.call(
        "userfieldconfig.list", moduleId="crm", filter={"entityId": "CRM_DEAL"}, select={"0": "*", "language": "ru"}
    )
    field = found.result["fields"][0]
    assert (found.json["total"], field["fieldName"], field["editFormLabel"]) == (1, "UF_CRM_A", {"ru": "UF_CRM_A"})
    assert "enum" not in field
    every = rest.call("userfieldconfig.list", moduleId="crm").result["fields"]
    assert [one["fieldName"] for one in every] == ["UF_CRM_B", "UF_CRM_A"]
    assert "editFormLabel" not in every[0]
    assert rest.call("userfieldconfig.getTypes", moduleId="crm").result["fields"]["string"]["userTypeId"] == "string"


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ({"fieldName": ""}, "The 'FIELD_NAME' field is not found."),
        ({"userTypeId": ""}, "The 'USER_TYPE_ID' field is not found."),
        ({"fieldName": "PROMO"}, "You cannot create custom fields"),
        ({"fieldName": "UF_CRM_" + "X" * 44}, "You cannot create custom fields"),
        ({"fieldName": "UF_CRM_промо"}, "You cannot create custom fields"),
        ({"entityId": "CRM_7", "fieldName": "UF_CRM_X"}, "You cannot create custom fields"),
        ({"userTypeId": "no_such"}, "Fail to create new user field."),
    ],
)
def test_bad_user_fields(rest: Client, field: dict[str, Any], text: str) -> None:
    good = {"entityId": "CRM_DEAL", "fieldName": "UF_CRM_X", "userTypeId": "string"}
    assert rest.call("userfieldconfig.add", moduleId="crm", field=good | field).error == (400, "", text)


def test_a_name_is_taken_once(rest: Client) -> None:
    rest.add_field("UF_CRM_X")
    field = {"entityId": "CRM_DEAL", "fieldName": "UF_CRM_X", "userTypeId": "string"}
    error = rest.call("userfieldconfig.add", moduleId="crm", field=field).error
    assert error == (400, "", "Field UF_CRM_X for the CRM_DEAL object already exists.")
    assert rest.call("userfieldconfig.add", moduleId="crm", field=field | {"entityId": "CRM_COMPANY"}).status == 200
    smart = {"entityId": "CRM_7", "fieldName": "UF_CRM_7_X", "userTypeId": "string"}
    assert rest.call("userfieldconfig.add", moduleId="crm", field=smart).status == 200


def test_deleting_a_field_deletes_its_values(portal: RunningPortal, rest: Client) -> None:
    made = rest.add_field("UF_CRM_X")
    rest.add_deal(UF_CRM_X="1")
    assert rest.call("userfieldconfig.delete", moduleId="crm", id=made["id"]).result is None
    rest.add_field("UF_CRM_X")
    assert portal.state()["deals"][0]["UF_CRM_X"] is None


def test_old_user_fields(rest: Client) -> None:
    fields = {
        "FIELD_NAME": "my_list",
        "USER_TYPE_ID": "enumeration",
        "LABEL": "Список",
        "LIST": [{"VALUE": "А"}, {"VALUE": "Б"}],
    }
    number = rest.call("crm.deal.userfield.add", fields=fields).result
    shown = rest.call("crm.deal.userfield.get", id=number).result
    assert (shown["ID"], shown["FIELD_NAME"], shown["EDIT_FORM_LABEL"]["ru"]) == (str(number), "UF_CRM_MY_LIST", "Список")
    first = shown["LIST"][0]["ID"]
    change = {"LIST": [{"ID": first, "VALUE": "А1"}, {"VALUE": "В"}], "MANDATORY": "Y"}
    assert rest.call("crm.deal.userfield.update", id=number, fields=change).result is True
    listed = rest.call("crm.deal.userfield.list", filter={"FIELD_NAME": "UF_CRM_MY_LIST"})
    assert [item["VALUE"] for item in listed.result[0]["LIST"]] == ["А1", "Б", "В"]
    assert (listed.result[0]["MANDATORY"], listed.json["total"]) == ("Y", 1)
    assert "EDIT_FORM_LABEL" not in listed.result[0], "labels come only with LANG"
    assert rest.call("crm.deal.userfield.list", filter={"LANG": "ru"}).result[0]["EDIT_FORM_LABEL"] == "Список"
    assert rest.call("crm.contact.userfield.list").result == []
    assert rest.call("crm.deal.userfield.delete", id=number).result is True
    assert rest.call("crm.deal.userfield.get", id=number).status == 400


def test_the_length_of_old_names_is_switchable(with_options: Callable[..., Client]) -> None:
    rest = with_options(deal_userfield_name_limit_chars=20)
    fields = {"FIELD_NAME": "UZEL_PROMOTION_CODE", "USER_TYPE_ID": "string"}
    assert rest.call("crm.deal.userfield.add", fields=fields).error == (400, "", "Fail to create new user field.")


def test_only_an_administrator_sets_things_up(clerk: Client) -> None:
    field = {"entityId": "CRM_DEAL", "fieldName": "UF_CRM_X", "userTypeId": "string"}
    assert clerk.call("userfieldconfig.add", moduleId="crm", field=field).error == (400, "", "Access denied")
    old = {"FIELD_NAME": "X", "USER_TYPE_ID": "string"}
    assert clerk.call("crm.deal.userfield.add", fields=old).error == (400, "", "Access denied.")
    assert clerk.call("user.userfield.add", fields=old).error == (400, "", "Access denied.")
    assert clerk.call("crm.category.add", entityTypeId=2, fields={"name": "x"}).error == (400, "ACCESS_DENIED", "Access denied")
    status = {"ENTITY_ID": "DEAL_STAGE", "STATUS_ID": "X", "NAME": "x"}
    assert clerk.call("crm.status.add", fields=status).error == (400, "", "Access denied.")
    assert clerk.call("profile").result["ADMIN"] is False


def test_pipelines(rest: Client) -> None:
    assert rest.call("crm.category.list", entityTypeId=2).result["categories"] == [
        {"id": 0, "name": "Общая", "sort": 300, "entityTypeId": 2, "isDefault": "Y"}
    ]
    made = rest.call("crm.category.add", entityTypeId=2, fields={"name": "Опт", "sort": 100}).result["category"]
    assert made == {
        "id": 1,
        "name": "Опт",
        "sort": 100,
        "entityTypeId": 2,
        "isDefault": "N",
        "originId": "",
        "originatorId": "",
    }
    renamed = rest.call("crm.category.update", entityTypeId=2, id=1, fields={"name": "Розница"}).result["category"]
    assert rest.call("crm.category.get", entityTypeId=2, id=1).result["category"] == renamed
    deal = rest.add_deal(categoryId=1)["id"]
    assert rest.call("crm.category.delete", entityTypeId=2, id=1).status == 400
    rest.call("crm.item.delete", entityTypeId=2, id=deal)
    assert rest.call("crm.category.delete", entityTypeId=2, id=1).status == 200
    assert rest.call("crm.status.list", filter={"ENTITY_ID": "DEAL_STAGE_1"}).result == []
    assert rest.call("crm.category.delete", entityTypeId=2, id=0).status == 400
    assert rest.call("crm.category.list", entityTypeId=3).error[1] == "ENTITY_TYPE_NOT_SUPPORTED"


def test_currencies(rest: Client) -> None:
    answer = rest.call("crm.currency.list", order={"sort": "asc"})
    assert answer.json["total"] == 0
    assert [(one["CURRENCY"], one["BASE"]) for one in answer.result[:2]] == [("RUB", "Y"), ("USD", "N")]
    assert all(rest.add_deal(currencyId=one["CURRENCY"])["currencyId"] == one["CURRENCY"] for one in answer.result)


def test_stages(rest: Client) -> None:
    rest.call("crm.category.add", entityTypeId=2, fields={"name": "Опт"})
    stages = rest.call("crm.status.list", order={"SORT": "ASC"}, filter={"ENTITY_ID": "DEAL_STAGE"})
    ids = [stage["STATUS_ID"] for stage in stages.result]
    assert ids == ["NEW", "PREPARATION", "PREPAYMENT_INVOICE", "EXECUTING", "FINAL_INVOICE", "WON", "LOSE", "APOLOGY"]
    assert [stage["EXTRA"]["SEMANTICS"] for stage in stages.result[-3:]] == ["success", "failure", "apology"]
    assert (stages.result[0]["SEMANTICS"], stages.result[5]["SEMANTICS"], stages.json["total"]) == (None, "S", 8)
    in_pipeline = rest.call("crm.status.list", filter={"ENTITY_ID": "DEAL_STAGE_1"}).result
    assert (in_pipeline[0]["STATUS_ID"], in_pipeline[0]["CATEGORY_ID"]) == ("C1:NEW", "1")
    fields = {"ENTITY_ID": "DEAL_STAGE_1", "STATUS_ID": "PACKED", "NAME": "Собран", "SORT": 45}
    number = rest.call("crm.status.add", fields=fields).result
    assert rest.call("crm.status.get", id=number).result["STATUS_ID"] == "C1:PACKED"
    assert rest.call("crm.status.add", fields=fields).status == 400
    assert rest.add_deal(categoryId=1, stageId="C1:PACKED")["stageSemanticId"] == "P"
    assert rest.call("crm.status.update", id=number, fields={"NAME": "Упакован"}).result is True
    assert rest.call("crm.status.delete", id=number).status == 400, "a deal stands there"
    system = next(stage["ID"] for stage in in_pipeline if stage["SYSTEM"] == "Y")
    assert rest.call("crm.status.delete", id=system).error == (400, "", "CRM System Status can not be deleted.")
    assert rest.call("crm.status.add", fields={**fields, "ENTITY_ID": "DEAL_STAGE_9"}).status == 400
    late = {**fields, "STATUS_ID": "LATE", "SORT": 65}
    assert rest.call("crm.status.add", fields=late).error == (400, "", "Cannot create an intermediate stage after success")
    assert rest.call("crm.status.add", fields={**late, "SEMANTICS": "F"}).status == 200
