"""crm.requisite.bankdetail.*: bank accounts of a requisite, which go with it."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.emulators.bitrix24_portal.client import Client
from uzel.emulators.bitrix24_portal import Options, RunningPortal

ACCOUNT = {"ENTITY_ID": 1, "NAME": "Основной", "RQ_BIK": "044525225", "RQ_ACC_NUM": "40702810938000060473", "NO_SUCH": "x"}


def own(rest: Client) -> int:
    company: int = rest.call("crm.item.add", entityTypeId=4, fields={"title": "ООО", "assignedById": 3}).result["item"]["id"]
    rest.call("crm.requisite.add", fields={"ENTITY_TYPE_ID": 4, "ENTITY_ID": company, "PRESET_ID": 1, "NAME": "x"})
    return company


def test_an_account_is_kept_changed_and_deleted(rest: Client) -> None:
    own(rest)
    number = rest.call("crm.requisite.bankdetail.add", fields=ACCOUNT).result
    shown = rest.call("crm.requisite.bankdetail.get", id=number).result
    assert (shown["ID"], shown["ENTITY_ID"], shown["COUNTRY_ID"], shown["RQ_BIK"]) == ("1", "1", "1", "044525225")
    assert (shown["ACTIVE"], shown["SORT"], shown["RQ_BIC"], shown["MODIFY_BY_ID"]) == ("Y", "500", None, None)
    assert "NO_SUCH" not in shown
    assert rest.call("crm.requisite.bankdetail.update", id=number, fields={"NAME": "Второй", "ENTITY_ID": 9}).result is True
    found = rest.call("crm.requisite.bankdetail.list", filter={"RQ_BIK": "044525225"}, select=["ID", "NAME", "ENTITY_ID"])
    assert found.result == [{"ID": "1", "NAME": "Второй", "ENTITY_ID": "1"}]
    assert rest.call("crm.requisite.bankdetail.delete", id=number).result is True
    assert rest.call("crm.requisite.bankdetail.list").result == []
    gone = (400, "", "The RequisiteBankDetail with ID '1' is not found")
    assert rest.call("crm.requisite.bankdetail.get", id=number).error == gone


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"ENTITY_ID": ""}, "ENTITY_ID is not defined or invalid."),
        ({"ENTITY_ID": 7}, "ENTITY_ID is not defined or invalid."),
        ({"NAME": ""}, "NAME is not defined or invalid."),
    ],
)
def test_errors(rest: Client, changes: dict[str, Any], text: str) -> None:
    own(rest)
    assert rest.call("crm.requisite.bankdetail.add", fields=ACCOUNT | changes).error == (400, "", text)
    assert rest.call("crm.requisite.bankdetail.get").error == (400, "", "ID is not defined or invalid.")
    assert rest.portal.state()["bank_details"] == []


def test_fields(rest: Client) -> None:
    shown = rest.call("crm.requisite.bankdetail.fields").result
    assert (shown["ENTITY_ID"]["isImmutable"], shown["ID"]["isReadOnly"], shown["RQ_BIK"]["type"]) == (True, True, "string")


@pytest.mark.parametrize("method", ["crm.requisite.delete", "crm.company.delete"])
def test_accounts_and_addresses_go_with_their_owner(rest: Client, method: str) -> None:
    own(rest)
    rest.call("crm.requisite.bankdetail.add", fields=ACCOUNT)
    rest.call("crm.address.add", fields={"TYPE_ID": 6, "ENTITY_TYPE_ID": 8, "ENTITY_ID": 1, "CITY": "Тверь"})
    rest.call(method, id=1)
    assert rest.call("crm.requisite.bankdetail.list").result == []
    assert rest.call("crm.address.list").result == []


def test_rights_are_those_to_the_owner(start: Callable[..., tuple[RunningPortal, Client]]) -> None:
    portal, rest = start(limits=False, options=Options(manager_rights={"update": "none", "read": "own"}))
    own(rest)
    rest.call("crm.requisite.bankdetail.add", fields=ACCOUNT)
    owner, other = Client(portal, portal.webhook_of(3)), Client(portal, portal.webhook_of(2))
    assert owner.call("crm.requisite.bankdetail.get", id=1).status == 200
    assert owner.call("crm.requisite.bankdetail.update", id=1, fields={}).error == (400, "", "Access denied.")
    assert owner.call("crm.requisite.bankdetail.add", fields=ACCOUNT).error == (400, "", "Access denied.")
    assert other.call("crm.requisite.bankdetail.get", id=1).error == (400, "", "Access denied.")
    assert other.call("crm.requisite.bankdetail.list").result == []
    for one in (owner, other):
        one.close()
