"""Pipelines by their old names, entries of the timeline, and what fields things have."""

from collections.abc import Callable

import pytest

from tests.emulators.bitrix24_portal.client import Client


def test_pipelines_by_their_old_names(rest: Client) -> None:
    assert rest.call("crm.dealcategory.default.get").result == {"ID": 0, "NAME": "Общая"}
    assert rest.call("crm.dealcategory.list").result == [], "the default one stands apart"
    made = rest.call("crm.dealcategory.add", fields={"NAME": "Опт", "SORT": "20"}).result
    assert rest.call("crm.dealcategory.update", id=made, fields={"SORT": "30"}).result is True
    shown = {"ID": str(made), "CREATED_DATE": None, "NAME": "Опт", "IS_LOCKED": "N", "SORT": "30"}
    assert rest.call("crm.dealcategory.get", id=made).result == shown
    assert rest.call("crm.dealcategory.list", select=["ID", "NAME"]).result == [{"ID": str(made), "NAME": "Опт"}]
    assert rest.call("crm.dealcategory.status", id=made).result == f"DEAL_STAGE_{made}"
    stages = rest.call("crm.dealcategory.stage.list", id=made).result
    assert stages == rest.call("crm.status.list", filter={"ENTITY_ID": f"DEAL_STAGE_{made}"}).result
    assert rest.call("crm.dealcategory.stage.list").result[0]["STATUS_ID"] == "NEW"
    assert rest.call("crm.dealcategory.stage.list", id=77).result == []
    deal = rest.add_deal(categoryId=made)
    assert rest.call("crm.dealcategory.delete", id=made).error == (400, "", "Category has dependencies.")
    rest.call("crm.deal.delete", id=deal["id"])
    assert rest.call("crm.dealcategory.delete", id=made).result is True
    assert rest.call("crm.dealcategory.get", id=made).error == (400, "", "Not found")
    assert rest.call("crm.dealcategory.default.set", name="Розница").result is True
    assert rest.call("crm.category.get", entityTypeId=2, id=0).result["category"]["name"] == "Розница"


def test_pipelines_are_made_by_those_who_set_crm_up(with_options: Callable[..., Client]) -> None:
    clerk = with_options(exchange_user_is_admin=False)
    for method, params in (("add", {"fields": {"NAME": "x"}}), ("default.set", {"name": "x"}), ("delete", {"id": 0})):
        assert clerk.call(f"crm.dealcategory.{method}", **params).error == (400, "", "Access denied.")


def test_an_entry_of_the_timeline(rest: Client) -> None:
    deal = rest.add_deal()
    fields = {"entityTypeId": 2, "entityId": deal["id"], "title": "Обмен", "text": "Заказ принят", "iconCode": "info"}
    made = rest.call("crm.timeline.logmessage.add", fields=fields).result["logMessage"]
    assert {name: made[name] for name in ("id", "authorId", "title", "text", "iconCode")} == {
        "id": 1, "authorId": 1, "title": "Обмен", "text": "Заказ принят", "iconCode": "info",
    }  # fmt: skip
    (kept,) = rest.portal.state()["log_messages"]
    assert (kept["entityId"], kept["text"]) == (deal["id"], "Заказ принят")
    assert rest.deal(deal["id"])["updatedTime"] == deal["updatedTime"]
    for changed, code in (
        ({"entityId": 99}, "OWNER_NOT_FOUND"),
        ({"entityTypeId": 77}, "OWNER_NOT_FOUND"),
        ({"title": ""}, "100"),
    ):
        assert rest.call("crm.timeline.logmessage.add", fields=fields | changed).error[1] == code


@pytest.mark.parametrize(
    ("method", "name", "flags"),
    [
        ("crm.dealcategory.fields", "NAME", (True, False, False)),
        ("crm.status.fields", "STATUS_ID", (True, False, True)),
        ("crm.requisite.fields", "DATE_CREATE", (False, True, False)),
        ("crm.address.fields", "TYPE_ID", (True, False, True)),
    ],
)
def test_what_fields_things_have(rest: Client, method: str, name: str, flags: tuple[bool, bool, bool]) -> None:
    one = rest.call(method).result[name]
    assert tuple(one[flag] for flag in ("isRequired", "isReadOnly", "isImmutable")) == flags


def test_what_fields_an_employee_has(rest: Client) -> None:
    rest.call("user.userfield.add", fields={"USER_TYPE_ID": "string", "FIELD_NAME": "UF_USR_NUMBER"})
    got = rest.call("user.fields").result
    assert (got["LAST_NAME"], got["ID"], "UF_USR_NUMBER" in got) == ("Фамилия", "ID", False)
