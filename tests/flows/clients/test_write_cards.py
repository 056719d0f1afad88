"""Cards of clients whose writes got lost, were refused or came together: in the end they show what they should."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx2
import pytest

from tests.flows.portal_town import MARIA, ORDER, Hub, moved, open_hub
from uzel.bitrix24 import client as portal_client
from uzel.flows.portal.portal_line import open_line
from uzel.hub.models import CounterpartyBinding, Portal
from uzel.model import Counterparty, LegalDetails

pytestmark = pytest.mark.django_db
DAISY = Counterparty("g2", "Ромашка", is_company=True, legal=LegalDetails("7701234567", "770101001", "", "ООО «Ромашка»"))
OTHER = replace(ORDER, document_id="doc-2", number="A-2")


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    monkeypatch.setattr(portal_client, "RETRY_DELAYS_S", ())
    with open_hub() as found:
        yield found


def settle(hub: Hub) -> None:
    for _ in range(4):
        hub.pass_time(70)
        hub.drain()


def values(hub: Hub) -> list[str]:
    (contact,) = hub.emulator.state()["contacts"]
    return sorted(one["value"] for one in contact["fm"])


@pytest.mark.parametrize(
    "fault", [{"kind": "lose_answer", "stop_batch": True}, {"kind": "fail_next", "error": "ACCESS_DENIED"}]
)
def test_a_company_without_its_requisite_gets_it_later(hub: Hub, fault: dict[str, Any]) -> None:
    method = "crm.company.add" if "stop_batch" in fault else "crm.requisite.add"
    hub.emulator.faults.arm(method=method, **fault)
    hub.receive(replace(ORDER, counterparty=DAISY))
    hub.drain()
    settle(hub)
    (company,) = hub.emulator.state()["companies"]
    assert [one["RQ_INN"] for one in company["requisites"]] == ["7701234567"]
    assert hub.deals()[0]["companyId"] == company["id"]


def test_a_found_card_is_completed_with_a_requisite(hub: Hub) -> None:
    fields = {"name": "Мария", "lastName": "Иванова", "fm": [{"typeId": "PHONE", "value": "+79161234501"}]}
    hub.emulator.manager_create_contact(fields=fields)
    hub.receive(replace(ORDER, counterparty=replace(MARIA, legal=LegalDetails("500100732259"))))
    hub.drain()
    (contact,) = hub.emulator.state()["contacts"]
    assert [one["RQ_INN"] for one in contact["requisites"]] == ["500100732259"]


@pytest.mark.parametrize(
    ("fault", "attempts"),
    [
        ({"kind": "lose_answer"}, 1),
        ({"kind": "fail_next", "error": "OPERATION_TIME_LIMIT"}, 0),
        ({"kind": "fail_next", "error": "ACCESS_DENIED"}, 1),
    ],
)
def test_an_order_is_not_confirmed_before_its_clients_card(hub: Hub, fault: dict[str, Any], attempts: int) -> None:
    Portal.objects.update(speed=100)  # a method that is blocked rests for a minute of the portal
    hub.receive(ORDER)
    hub.drain()
    hub.receive(moved(ORDER, comment="И телефон", counterparty=replace(MARIA, phones=("+79160000000",))))
    hub.emulator.faults.arm(method="crm.contact.update", **fault)
    hub.drain()
    delivery = hub.delivery()
    assert (delivery.wanted > delivery.confirmed, delivery.attempts) == (True, attempts)
    settle(hub)
    assert values(hub) == ["+79160000000", "m@example.com"]
    assert (hub.deals()[0]["comments"], hub.delivery().wanted) == ("И телефон", hub.delivery().confirmed)


def test_changes_of_one_card_by_several_orders_are_all_written(hub: Hub) -> None:
    hub.receive(ORDER, OTHER)
    hub.drain()
    hub.receive(
        moved(ORDER, counterparty=replace(MARIA, phones=("+79160000000",))),
        moved(OTHER, counterparty=replace(MARIA, emails=("new@example.com",))),
    )
    hub.drain()
    assert values(hub) == ["+79160000000", "new@example.com"]


def test_what_people_changed_in_a_found_card_is_not_taken_for_ours(hub: Hub) -> None:
    """The card is completed for another base's buyer right after a manager gave it a phone nobody has heard of yet."""
    hub.receive(ORDER)
    hub.drain()
    (contact,) = hub.emulator.state()["contacts"]
    old = next(one["id"] for one in contact["fm"] if one["typeId"] == "PHONE")
    fields = {"PHONE": [{"VALUE": "+79990001122", "VALUE_TYPE": "WORK"}, {"ID": old, "VALUE": ""}]}
    url = f"{hub.emulator.webhook_of(2)}crm.contact.update"
    httpx2.post(url, json={"id": contact["id"], "fields": fields}, trust_env=False).raise_for_status()
    twin = replace(MARIA, counterparty_id="g-twin", phones=("+79995550000",))
    hub.receive(replace(OTHER, counterparty=twin))
    hub.drain()
    assert values(hub) == ["+79990001122", "+79995550000", "m@example.com"]
    assert hub.row("A-1").merged["counterparty"]["phones"] == ["+79990001122"]
    assert {binding.shown["phones"][0] for binding in CounterpartyBinding.objects.all() if binding.shown} == {"+79990001122"}


@pytest.mark.parametrize("method", ["crm.contact.add", "crm.item.add"])
def test_a_create_that_broke_in_the_portal_is_looked_for_first(hub: Hub, method: str) -> None:
    hub.emulator.faults.arm("fail_next", method=method, error="INTERNAL_SERVER_ERROR")
    hub.receive(ORDER)
    hub.drain()
    assert hub.drain().pieces == 0, "the portal may still be at work"
    assert hub.delivery().attempts == 1
    settle(hub)
    assert (len(hub.deals()), len(hub.emulator.state()["contacts"])) == (1, 1)


# --- requisites and addresses -----------------------------------------------------------------------------------------

LEGAL = LegalDetails("7701234567", "770101001", "12345678", "ООО «Ромашка»", "Москва, Тверская, 1")
FIRM = Counterparty("g2", "Ромашка", is_company=True, legal=LEGAL, address="Москва, Арбат, 2")


def places(hub: Hub) -> dict[str, str]:
    with open_line(hub.portal) as client:
        found = client.call("crm.address.list", {"filter": {"ENTITY_TYPE_ID": 8}}).result
    return {one["TYPE_ID"]: one["ADDRESS_1"] for one in found}


def test_a_company_has_its_codes_and_addresses_and_their_changes(hub: Hub) -> None:
    hub.receive(replace(ORDER, counterparty=FIRM))
    hub.drain()
    (company,) = hub.emulator.state()["companies"]
    (legal,) = company["requisites"]
    assert (legal["RQ_INN"], legal["RQ_OKPO"], legal["RQ_COMPANY_FULL_NAME"]) == ("7701234567", "12345678", "ООО «Ромашка»")
    assert places(hub) == {"6": "Москва, Тверская, 1", "1": "Москва, Арбат, 2"}
    hub.receive(moved(ORDER, counterparty=replace(FIRM, address="Тула, Советская, 3")))
    hub.drain()
    assert places(hub) == {"6": "Москва, Тверская, 1", "1": "Тула, Советская, 3"}
    assert len(hub.emulator.state()["companies"][0]["requisites"]) == 1


@pytest.mark.parametrize("method", ["crm.requisite.add", "crm.address.add"])
def test_an_address_that_was_not_taken_comes_later(hub: Hub, method: str) -> None:
    hub.emulator.faults.arm("fail_next", method=method, error="ACCESS_DENIED")
    hub.receive(replace(ORDER, counterparty=replace(MARIA, address="Тула, Советская, 3")))
    hub.drain()
    settle(hub)
    (contact,) = hub.emulator.state()["contacts"]
    assert ([one["RQ_LAST_NAME"] for one in contact["requisites"]], places(hub)) == (["Иванова"], {"1": "Тула, Советская, 3"})


def test_codes_and_addresses_that_people_change_go_into_the_order(hub: Hub) -> None:
    hub.receive(replace(ORDER, counterparty=FIRM))
    hub.drain()
    (company,) = hub.emulator.state()["companies"]
    requisite_id = company["requisites"][0]["ID"]
    with open_line(hub.portal) as client:
        client.call("crm.requisite.update", {"id": requisite_id, "fields": {"RQ_OKPO": "87654321"}})
        address = {"TYPE_ID": 6, "ENTITY_TYPE_ID": 8, "ENTITY_ID": requisite_id, "CITY": "Тула", "ADDRESS_1": "Мира, 5"}
        client.call("crm.address.update", {"fields": address})
    url = f"{hub.emulator.webhook_of(2)}crm.company.update"  # a person saves the card
    httpx2.post(url, json={"id": company["id"], "fields": {"TITLE": "Ромашка+"}}, trust_env=False).raise_for_status()
    hub.sweep()
    legal = hub.row().merged["counterparty"]["legal"]
    assert (legal["okpo"], legal["legal_address"]) == ("87654321", "Тула, Мира, 5")
    assert hub.delivery("node").wanted > hub.delivery("node").confirmed
