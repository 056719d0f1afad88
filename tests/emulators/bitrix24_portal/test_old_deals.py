"""crm.deal.*: texts everywhere, bare ids, empty codes of errors."""

from collections.abc import Callable

from tests.emulators.bitrix24_portal.client import Client
from uzel.emulators.bitrix24_portal import Options, RunningPortal


def test_add_and_get(rest: Client) -> None:
    rest.add_field("UF_CRM_PROMO")
    rest.add_field("UF_CRM_PAID", "boolean")
    fields = {"TITLE": "Заказ", "OPPORTUNITY": 100, "STAGE_ID": "WON", "UF_CRM_PROMO": "ЛЕТО", "UF_CRM_PAID": 1, "NO_SUCH": 1}
    number = rest.call("crm.deal.add", fields=fields).result
    assert number == 1
    shown = rest.call("crm.deal.get", ID=number).result
    assert {type(value) for value in shown.values()} <= {str, type(None)}
    assert (shown["ID"], shown["OPPORTUNITY"], shown["CONTACT_ID"], shown["CATEGORY_ID"]) == ("1", "100.00", "0", "0")
    assert (shown["STAGE_SEMANTIC_ID"], shown["UF_CRM_PROMO"], shown["UF_CRM_PAID"]) == ("S", "ЛЕТО", "1")
    assert (shown["CREATED_BY_ID"], shown["MODIFY_BY_ID"], shown["MOVED_BY_ID"]) == ("1", "1", "1")
    assert shown["DATE_CREATE"].endswith("+03:00")


def test_update_delete(rest: Client) -> None:
    category = rest.call("crm.category.add", entityTypeId=2, fields={"name": "Опт"}).result["category"]["id"]
    number = rest.call("crm.deal.add", fields={"TITLE": "x"}).result
    assert rest.call("crm.deal.update", id=number, fields={"TITLE": "y", "CATEGORY_ID": category}).result is True
    assert rest.deal(number)["categoryId"] == 0, "the old method does not change the pipeline"
    assert rest.call("crm.deal.update", id=number, fields={"STAGE_ID": "НЕТ"}).status == 400
    assert rest.call("crm.deal.delete", id=number).result is True
    assert rest.call("crm.deal.delete", id=number).error == (400, "", "Not found")


def test_list(rest: Client) -> None:
    rest.add_field("UF_CRM_PROMO")
    for number in range(51):
        rest.call("crm.deal.add", fields={"TITLE": f"d{number}", "UF_CRM_PROMO": str(number % 2)})
    page = rest.call("crm.deal.list", order={"ID": "DESC"}, filter={">ID": 0}, select=["ID", "TITLE"])
    assert (page.json["total"], page.json["next"], page.result[0]) == (51, 50, {"ID": "51", "TITLE": "d50"})
    everything = rest.call("crm.deal.list").result[0]
    assert "UF_CRM_PROMO" not in everything
    chosen = rest.call("crm.deal.list", filter={"UF_CRM_PROMO": "1"}, select=["*", "UF_*"], start=-1)
    assert (chosen.json["total"], len(chosen.result), chosen.result[0]["UF_CRM_PROMO"]) == (0, 25, "1")
    assert rest.call("crm.deal.list", filter={"NO_SUCH": 1}).json["total"] == 51


def test_errors(rest: Client) -> None:
    assert rest.call("crm.deal.add").error == (400, "", "Parameter 'fields' must be array.")
    assert rest.call("crm.deal.get").error == (400, "", "ID is not defined or invalid.")
    assert rest.call("crm.deal.get", id=5).error == (400, "", "Not found")


def test_rights(start: Callable[..., tuple[RunningPortal, Client]]) -> None:
    portal, rest = start(limits=False, options=Options(exchange_user_is_admin=False, exchange_user_rights="none"))
    portal.manager_create(2)
    assert rest.call("crm.deal.get", id=1).error == (400, "", "Access denied.")
    assert rest.call("crm.deal.add", fields={}).error == (400, "", "Access denied.")


def test_fields(rest: Client) -> None:
    rest.add_field("UF_CRM_PROMO")
    fields = rest.call("crm.deal.fields").result
    assert fields["DATE_CREATE"]["isReadOnly"] is True
    assert fields["UF_CRM_PROMO"]["listLabel"] == "UF_CRM_PROMO"
