"""Leads: the universal and the old methods, their stages, their events, and the search of duplicates."""

from collections.abc import Callable

from tests.emulators.bitrix24_portal.client import Client, Got
from tests.emulators.bitrix24_portal.conftest import Receiver
from uzel.emulators.bitrix24_portal import Options, RunningPortal

PHONE = "+7 916 123-45-67"
FM = [{"typeId": "PHONE", "valueType": "WORK", "value": PHONE}]


def add(rest: Client, **fields: object) -> Got:
    return rest.call("crm.item.add", entityTypeId=1, fields={"title": "Звонок", "fm": FM, **fields})


def test_a_lead_is_made_changed_and_deleted(rest: Client) -> None:
    made = add(rest, name="Анна", companyTitle="Ромашка").result["item"]
    assert (made["stageId"], made["stageSemanticId"], made["hasPhone"], made["companyTitle"]) == ("NEW", "P", "Y", "Ромашка")
    changed = rest.call("crm.item.update", entityTypeId=1, id=made["id"], fields={"stageId": "JUNK"}).result["item"]
    assert (changed["stageId"], changed["stageSemanticId"], changed["movedBy"]) == ("JUNK", "F", 1)
    wrong = rest.call("crm.item.update", entityTypeId=1, id=made["id"], fields={"stageId": "WON"})
    assert wrong.error[1] == "CRM_FIELD_ERROR_VALUE_NOT_VALID"
    found = rest.call("crm.item.list", entityTypeId=1, filter={"stageId": "JUNK"}, select=["id"]).result["items"]
    assert found == [{"id": made["id"]}]
    assert rest.call("crm.item.delete", entityTypeId=1, id=made["id"]).result == []
    assert rest.portal.state()["leads"] == []
    assert add(rest, title="").result["item"]["title"] == "Лид #2"


def test_the_old_methods_call_a_stage_a_status(rest: Client) -> None:
    fields = {"TITLE": "Заявка", "STATUS_ID": "IN_PROCESS", "PHONE": [{"VALUE": PHONE, "VALUE_TYPE": "WORK"}]}
    lead_id = rest.call("crm.lead.add", fields=fields).result
    shown = rest.call("crm.lead.get", id=lead_id).result
    assert (shown["ID"], shown["STATUS_ID"], shown["STATUS_SEMANTIC_ID"]) == (str(lead_id), "IN_PROCESS", "P")
    assert (shown["PHONE"][0]["VALUE"], shown["OPPORTUNITY"], shown["HAS_PHONE"]) == (PHONE, "0.00", "Y")
    assert "LEAD_ID" not in shown
    assert rest.call("crm.lead.update", id=lead_id, fields={"STATUS_ID": "CONVERTED"}).result is True
    (row,) = rest.call("crm.lead.list", filter={"STATUS_ID": "CONVERTED"}, select=["ID", "STATUS_SEMANTIC_ID"]).result
    assert row == {"ID": str(lead_id), "STATUS_SEMANTIC_ID": "S"}
    assert rest.call("crm.lead.fields").result["STATUS_ID"]["type"] == "crm_status"
    assert rest.call("crm.lead.delete", id=lead_id).result is True
    assert rest.call("crm.lead.get", id=lead_id).error == (400, "", "Not found")


def test_stages_of_leads_are_a_directory(rest: Client) -> None:
    stages = rest.call("crm.status.list", filter={"ENTITY_ID": "STATUS"}).result
    assert [one["STATUS_ID"] for one in stages] == ["NEW", "IN_PROCESS", "PROCESSED", "CONVERTED", "JUNK"]
    assert rest.call("crm.category.list", entityTypeId=1).error[1] == "ENTITY_TYPE_NOT_SUPPORTED"


def test_duplicates_are_looked_for_among_leads_too(rest: Client) -> None:
    lead = add(rest).result["item"]["id"]
    contact = rest.call("crm.item.add", entityTypeId=3, fields={"name": "Анна", "fm": FM}).result["item"]["id"]
    found = rest.call("crm.duplicate.findbycomm", type="PHONE", values=["8 (916) 1234567"])
    assert found.result == {"LEAD": [lead], "CONTACT": [contact]}
    assert rest.call("crm.duplicate.findbycomm", type="PHONE", values=[PHONE], entity_type="LEAD").result == {"LEAD": [lead]}


def test_rights_to_leads_are_their_own(with_options: Callable[..., Client]) -> None:
    rest = with_options(exchange_user_is_admin=False, exchange_user_rights={"lead": "none"})
    assert add(rest).error[1] == "ACCESS_DENIED"
    assert rest.call("crm.lead.add", fields={}).error == (400, "", "Access denied.")


def test_a_lead_has_its_events(start: Callable[..., tuple[RunningPortal, Client]], receiver: Receiver) -> None:
    portal, rest = start(limits=False, options=Options(event_delay_s=0))
    portal.set_event_handler(receiver.url, "token", ("ONCRMLEADADD", "ONCRMLEADDELETE"))
    lead = add(rest).result["item"]["id"]
    rest.call("crm.lead.delete", id=lead)
    assert portal.events.wait_idle(5)
    assert sorted(receiver.names()) == [("ONCRMLEADADD", str(lead)), ("ONCRMLEADDELETE", str(lead))]
