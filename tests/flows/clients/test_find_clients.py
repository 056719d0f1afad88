"""Counterparties meet cards in the portal: families, shops, branches, sole traders; and why it was so decided."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx2
import pytest

from tests.flows.portal_town import MARIA, ORDER, Hub, open_hub
from uzel.bitrix24 import client as portal_client
from uzel.flows.portal.portal_line import open_line
from uzel.hub.models import CounterpartyBinding
from uzel.model import Counterparty, LegalDetails

pytestmark = pytest.mark.django_db
TEL = "+79161234501"


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    monkeypatch.setattr(portal_client, "RETRY_DELAYS_S", ())
    with open_hub() as found:
        yield found


def contact(hub: Hub, last: str, first: str, phone: str = TEL) -> int:
    fields = {"name": first, "lastName": last, "fm": [{"typeId": "PHONE", "value": phone}]}
    return hub.emulator.manager_create_contact(fields=fields)


def lead(hub: Hub, phone: str = TEL) -> int:
    fields = {"title": "Звонок", "name": "Мария", "lastName": "Иванова", "fm": [{"typeId": "PHONE", "value": phone}]}
    return int(call(hub, "crm.item.add", entityTypeId=1, fields=fields)["item"]["id"])


def call(hub: Hub, method: str, **params: Any) -> Any:
    answer = httpx2.post(f"{hub.emulator.webhook}{method}", json=params, trust_env=False)
    return answer.raise_for_status().json()["result"]


def order(hub: Hub, number: str, buyer: Counterparty) -> None:
    hub.receive(replace(ORDER, document_id=f"doc-{number}", number=number, counterparty=buyer))


def buyer(key: str, name: str, **more: Any) -> Counterparty:
    return Counterparty(key, name, name, **{"phones": ("8 (916) 123-45-01",), **more})


def decided(key: str) -> tuple[int | None, str]:
    binding = CounterpartyBinding.objects.get(key=key)
    return binding.entity_id, binding.decision


def test_a_family_on_one_phone(hub: Hub) -> None:
    petr, maria = contact(hub, "Иванов", "Пётр"), contact(hub, "Иванова", "Мария")
    for number, name in enumerate(("Иванова Мария Петровна", "Иванов П.", "Иванов Сергей", "иванов сергей"), 1):
        order(hub, f"F-{number}", buyer(f"g-{number}", name))
    hub.drain()
    assert (decided("g-1")[0], decided("g-2")[0]) == (maria, petr)
    assert decided("g-3")[0] == decided("g-4")[0] not in (petr, maria, None)
    assert "имя согласуется; не взяты: контакт" in decided("g-1")[1]
    assert decided("g-3")[1].startswith("создан новый: контакт")
    assert "другое имя" in decided("g-3")[1]
    assert len(hub.emulator.state()["contacts"]) == 3


def test_a_lead_with_the_same_phone_is_no_card_of_the_buyer(hub: Hub) -> None:
    contact(hub, "Петров", "Пётр", "+79990000000")
    assert lead(hub) == 1
    order(hub, "L-1", buyer("g-1", "Иванова Мария"))
    hub.drain()
    assert decided("g-1") == (2, "создан новый: в портале такого не было"), (
        "the lead has the number of a contact of another phone"
    )
    assert hub.emulator.state()["deals"][0]["contactId"] == 2


def test_the_phone_of_a_shop_in_very_many_cards_says_nothing(hub: Hub) -> None:
    for number in range(21):
        contact(hub, "Иванова", f"Мария{number}")
    order(hub, "S-1", buyer("g-1", "Иванова Мария20"))
    order(hub, "S-2", buyer("g-2", "Новая Анна"))
    hub.drain()
    assert len(hub.emulator.state()["contacts"]) == 23
    assert "общий" in decided("g-1")[1]


def test_two_strangers_do_not_both_take_a_nameless_card(hub: Hub) -> None:
    nameless = contact(hub, "", TEL)
    order(hub, "N-1", buyer("g-1", "Иванова Мария"))
    order(hub, "N-2", buyer("g-2", "Ким Пётр"))
    hub.drain()
    assert decided("g-1")[0] == nameless
    assert decided("g-2")[0] not in (nameless, None)
    assert sorted(one["lastName"] for one in hub.emulator.state()["contacts"]) == ["Иванова", "Ким"]


def test_of_two_equal_cards_none_is_taken(hub: Hub) -> None:
    contact(hub, "Иванова", "Мария")
    contact(hub, "Иванова", "Мария")
    order(hub, "E-1", buyer("g-1", "Иванова Мария Петровна"))
    hub.drain()
    assert len(hub.emulator.state()["contacts"]) == 3
    assert "одинаково подходят" in decided("g-1")[1]


def test_a_company_and_its_employee_on_one_phone(hub: Hub) -> None:
    order(hub, "C-1", buyer("g-1", "Иванов Пётр"))
    order(hub, "C-2", buyer("g-2", "Иванов Пётр", is_company=True, legal=LegalDetails(official_name="Иванов Пётр")))
    hub.drain()
    assert (len(hub.emulator.state()["contacts"]), len(hub.emulator.state()["companies"])) == (1, 1)


def test_a_branch_is_a_card_of_its_own_and_is_found_again(hub: Hub) -> None:
    head = Counterparty("g-1", "Ромашка", is_company=True, legal=LegalDetails("7701234567", "770101001"))
    branch = Counterparty("g-2", "Ромашка СПб", is_company=True, legal=LegalDetails("7701234567", "780201001"))
    order(hub, "B-1", head)
    hub.drain()
    order(hub, "B-2", branch)
    order(hub, "B-3", replace(branch, counterparty_id="g-3", name="Ромашка (Питер)"))
    hub.drain()
    assert len(hub.emulator.state()["companies"]) == 2
    assert decided("g-2")[0] == decided("g-3")[0] != decided("g-1")[0]
    assert "другой КПП" in decided("g-2")[1]


def test_of_more_branches_than_a_page_the_right_one_is_found(hub: Hub) -> None:
    inn, kpps = "7701234567", [f"7701010{number:02}" for number in range(51)]
    titles = {f"c{number}": f"crm.item.add?entityTypeId=4&fields[title]=Филиал {number}" for number in range(50)}
    branches = [found["item"]["id"] for found in call(hub, "batch", cmd=titles)["result"].values()]
    branches.append(call(hub, "crm.item.add", entityTypeId=4, fields={"title": "Филиал 50"})["item"]["id"])
    preset = hub.portal.setup["presets"]["company"]
    for company, kpp in zip(branches, kpps, strict=True):
        owner = {"ENTITY_TYPE_ID": 4, "ENTITY_ID": company, "PRESET_ID": preset, "NAME": "x"}
        call(hub, "crm.requisite.add", fields={**owner, "RQ_INN": inn, "RQ_KPP": kpp})
    order(hub, "B-1", buyer("g-1", "Ромашка", is_company=True, legal=LegalDetails(inn, kpps[-1])))
    hub.drain()
    assert decided("g-1")[0] == branches[-1]
    assert len(hub.emulator.state()["companies"]) == 51


def test_a_sole_trader_is_one_client_whatever_a_base_takes_him_for(hub: Hub) -> None:
    legal = LegalDetails("500100732259", official_name="ИП Иванов Пётр")
    order(hub, "T-1", Counterparty("g-1", "ИП Иванов Пётр", is_company=True, legal=legal))
    hub.drain()
    as_person = Counterparty("g-2", "Иванов Пётр", "Иванов Пётр", legal=LegalDetails("500100732259"), phones=(TEL,))
    order(hub, "T-2", as_person)
    hub.drain()
    order(hub, "T-2", replace(as_person, phones=(TEL, "+79990000000"), last_name="Иванов", first_name="Пётр Ильич"))
    hub.drain()
    (company,) = hub.emulator.state()["companies"]
    assert (company["title"], hub.emulator.state()["contacts"]) == ("ИП Иванов Пётр", [])
    assert sorted(one["value"] for one in company["fm"]) == [TEL, "+79990000000"]
    assert CounterpartyBinding.objects.get(key="g-2").kind == "company"


def test_why_a_new_card_was_made_is_known_though_the_answer_was_lost(hub: Hub) -> None:
    contact(hub, "Ким", "Алла")
    hub.emulator.faults.arm("lose_answer", method="crm.contact.add")
    order(hub, "L-1", buyer("g-1", "Иванова Мария"))
    hub.drain()
    hub.pass_time(70)
    hub.drain()
    assert len(hub.emulator.state()["contacts"]) == 2
    assert decided("g-1")[1].startswith("создан новый: контакт 1 «Ким Алла»")


def test_one_phone_in_two_spellings_is_written_once(hub: Hub) -> None:
    order(hub, "P-1", replace(MARIA, phones=(TEL, "8 (916) 123-45-01"), emails=("m@example.com", "M@EXAMPLE.COM")))
    hub.drain()
    order(hub, "P-1", replace(MARIA, phones=("8-916-123-45-01", "+7 999 000-00-00"), emails=("m@example.com",)))
    hub.drain()
    hub.sweep()
    (card,) = hub.emulator.state()["contacts"]
    assert sorted(one["value"] for one in card["fm"]) == ["+7 999 000-00-00", TEL, "m@example.com"]
    with open_line(hub.portal) as client:
        ids = {
            one["value"]: one["id"]
            for one in client.call("crm.item.get", {"entityTypeId": 3, "id": card["id"]}).result["item"]["fm"]
        }
    assert ids[TEL] == next(one["id"] for one in card["fm"] if one["value"] == TEL)
