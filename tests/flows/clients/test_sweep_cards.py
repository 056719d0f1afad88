"""Legal details and addresses that people change in the portal without saving the card, over real HTTP."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx2
import pytest
from lxml import etree

from tests.flows.due_orders import session_of
from tests.flows.portal_town import MARIA, ORDER, Hub, moved, open_hub
from uzel.bitrix24 import client as portal_client
from uzel.bitrix24.errors import Unavailable
from uzel.emulators.bitrix24_portal import Options
from uzel.flows.calls.offer_to_node import offer
from uzel.flows.clients import sweep_cards
from uzel.hub.models import CounterpartyBinding, Node, OrderRow, Package, Portal
from uzel.model import Counterparty, LegalDetails

pytestmark = pytest.mark.django_db
LEGAL = LegalDetails("7701234567", "770101001", "12345678", "ООО «Ромашка»", "Москва, Тверская, 1")
FIRM = Counterparty("g2", "Ромашка", is_company=True, legal=LEGAL, address="Москва, Арбат, 2")
MANAGER, EXCHANGE = 2, 1
SILENT: dict[str, bool] = {}
TOUCHING = {"requisite_save_touches_card": True, "address_save_touches_requisite": True}


@pytest.fixture(params=[SILENT, TOUCHING], ids=["silent", "touching"])
def hub(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    """A company with its requisite and both addresses; what a save of them moves besides is open ([?] of bitrix24-rest C6)."""
    monkeypatch.setattr(portal_client, "RETRY_DELAYS_S", ())
    with open_hub(Options(**request.param)) as found:
        found.receive(replace(ORDER, counterparty=FIRM))
        found.drain()
        found.sweep()
        yield found


def call(hub: Hub, method: str, user_id: int = MANAGER, **params: Any) -> Any:
    answer = httpx2.post(f"{hub.emulator.webhook_of(user_id)}{method}", json=params, trust_env=False)
    return answer.raise_for_status().json()["result"]


def company(hub: Hub) -> dict[str, Any]:
    (found,) = hub.emulator.state()["companies"]
    return dict(found)


def change_requisite(hub: Hub, user_id: int = MANAGER, **fields: str) -> None:
    call(hub, "crm.requisite.update", user_id, id=company(hub)["requisites"][0]["ID"], fields=fields)


def change_address(hub: Hub, type_id: int, line: str, user_id: int = MANAGER) -> None:
    place = {"TYPE_ID": type_id, "ENTITY_TYPE_ID": 8, "ENTITY_ID": company(hub)["requisites"][0]["ID"]}
    call(hub, "crm.address.update", user_id, fields={**place, "ADDRESS_1": line})


def look(hub: Hub, times: int = 1) -> None:
    for _ in range(times):
        hub.pass_time(70)
        hub.sweep()


def merged(hub: Hub) -> dict[str, Any]:
    return dict(hub.row().merged["counterparty"])


def given(hub: Hub) -> dict[str, str]:
    """What the base is told of its buyer."""
    Package.objects.update(state=Package.State.DONE)
    answer = etree.fromstring(offer(hub.node, session_of(hub.node), hub.now))
    texts = {element.tag: element.text or "" for element in answer.iter()}
    return {name: texts.get(name, "") for name in ("ИНН", "КПП", "Представление")}


def is_owed(hub: Hub) -> bool:
    return bool(given(hub)["ИНН"])


@pytest.mark.parametrize("user_id", [MANAGER, EXCHANGE])
def test_an_inn_changed_in_the_requisite_alone_reaches_the_base(hub: Hub, user_id: int) -> None:
    change_requisite(hub, user_id, RQ_INN="7709999999")
    look(hub)
    assert (given(hub)["ИНН"], given(hub)["КПП"]) == ("7709999999", "770101001")
    hub.emulator.forget_calls()
    hub.drain()
    assert hub.writes() == 0, "nothing goes back to where it came from"


def test_a_list_of_requisites_tells_of_what_is_not_read_in_turn(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep_cards, "IN_TURN", 0)
    change_requisite(hub, RQ_INN="7709999999")
    look(hub)
    assert given(hub)["ИНН"] == "7709999999"


def test_what_changed_is_walked_to_its_end(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    """More than a page of requisites of strangers within a second or two, and then ours."""
    monkeypatch.setattr(sweep_cards, "IN_TURN", 0)
    owner = hub.emulator.manager_create_contact(fields={"lastName": "Зимин"})
    legal = f"fields[ENTITY_TYPE_ID]=3&fields[ENTITY_ID]={owner}&fields[PRESET_ID]=3&fields[NAME]=x"
    made = call(hub, "batch", cmd={f"r{place}": f"crm.requisite.add?{legal}" for place in range(50)})["result"]
    call(hub, "batch", cmd={name: f"crm.requisite.update?id={made[name]}&fields[RQ_OKPO]=1" for name in made})
    change_requisite(hub, RQ_INN="7709999999")
    look(hub)
    assert given(hub)["ИНН"] == "7709999999"


def test_a_list_that_is_not_read_is_read_again(hub: Hub) -> None:
    before = Portal.objects.get().swept_until
    hub.emulator.manager_edit(hub.row().deal_id or 0, fields={"comments": "Не звонить"})
    hub.emulator.faults.arm("fail_next", method="crm.item.list", error="ACCESS_DENIED", times=1)
    with pytest.raises(Unavailable):
        look(hub)
    assert Portal.objects.get().swept_until == before
    look(hub)
    assert hub.row().merged["comment"] == "Не звонить"


def test_without_the_list_of_requisites_cards_are_read_in_turn(hub: Hub) -> None:
    hub.emulator.faults.arm("fail_next", method="crm.requisite.list", error="ACCESS_DENIED", times=2)
    change_requisite(hub, RQ_INN="7709999999")
    look(hub)
    assert given(hub)["ИНН"] == "7709999999"


@pytest.mark.parametrize(("type_id", "where"), [(1, ("address",)), (6, ("legal", "legal_address"))])
def test_an_address_changed_alone_reaches_the_base(hub: Hub, type_id: int, where: tuple[str, ...]) -> None:
    change_address(hub, type_id, "Тула, Мира, 5")
    look(hub)
    found: Any = merged(hub)
    for name in where:
        found = found[name]
    assert (found, is_owed(hub)) == ("Тула, Мира, 5", True)
    if type_id == 1:
        assert given(hub)["Представление"] == "Тула, Мира, 5"


def test_a_requisite_that_a_manager_makes_is_news_though_it_has_never_been_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep_cards, "IN_TURN", 0)
    with open_hub() as hub:
        hub.receive(ORDER)
        hub.drain()
        look(hub)
        (contact,) = hub.emulator.state()["contacts"]
        legal = {"ENTITY_TYPE_ID": 3, "ENTITY_ID": contact["id"], "PRESET_ID": 3, "NAME": "Иванова", "RQ_INN": "500100732259"}
        call(hub, "crm.requisite.add", fields=legal)
        look(hub)
        assert given(hub)["ИНН"] == "500100732259"


def test_a_base_that_does_not_receive_changes_is_given_nothing(hub: Hub) -> None:
    Node.objects.update(receives_changes=False)
    hub.node.refresh_from_db()
    change_requisite(hub, RQ_INN="7709999999")
    change_address(hub, 1, "Тула, Мира, 5")
    look(hub, 2)
    assert not is_owed(hub)


def test_what_we_wrote_ourselves_is_no_news(hub: Hub) -> None:
    """A changed address that the portal cuts, a new buyer whose full name is not told apart."""
    other = Counterparty("g3", "Лютик", is_company=True, legal=LegalDetails("7702222222"), address=" Тула,  Мира, 5")
    hub.receive(
        moved(ORDER, counterparty=replace(FIRM, address="  Тула,  Советская, 3 " + "x" * 300, name="Ромашка-2")),
        replace(ORDER, document_id="doc-2", number="A-2", counterparty=other),
    )
    hub.drain()
    before = list(OrderRow.objects.order_by("pk").values("in_portal", "merged", "version"))
    look(hub, 2)
    assert list(OrderRow.objects.order_by("pk").values("in_portal", "merged", "version")) == before
    assert not is_owed(hub)


@pytest.mark.parametrize("method", ["crm.requisite.update", "crm.address.update"])
def test_a_write_of_ours_without_an_answer_is_no_news_either(hub: Hub, method: str) -> None:
    """The base changes its mind before it is known whether its first word was written."""
    first = replace(FIRM, legal=replace(LEGAL, inn="7700000001"), address="Тула, Мира, 5")
    hub.emulator.faults.arm("lose_answer", method=method)
    hub.receive(moved(ORDER, counterparty=first))
    hub.drain()
    assert CounterpartyBinding.objects.filter(sent__isnull=False).exists()
    second = replace(FIRM, legal=replace(LEGAL, inn="7700000002"), address="Тула, Мира, 6")
    hub.receive(moved(ORDER, counterparty=second))
    look(hub)
    assert (merged(hub)["legal"]["inn"], merged(hub)["address"]) == ("7700000002", "Тула, Мира, 6")
    hub.pass_time(70)
    hub.drain()
    assert company(hub)["requisites"][0]["RQ_INN"] == "7700000002"
    assert not CounterpartyBinding.objects.filter(sent__isnull=False).exists()
    assert not is_owed(hub)


def test_what_a_manager_changed_is_taken_before_we_write_over_it(hub: Hub) -> None:
    """The card was touched last by us, and its requisite by a manager whom nobody has noticed yet."""
    change_requisite(hub, RQ_OKPO="87654321")
    change_address(hub, 6, "Тула, Мира, 5")
    hub.receive(moved(ORDER, counterparty=replace(FIRM, phones=("+79160000000",))))
    hub.drain()
    look(hub)
    legal = merged(hub)["legal"]
    assert (legal["okpo"], legal["legal_address"], is_owed(hub)) == ("87654321", "Тула, Мира, 5", True)


@pytest.mark.parametrize("kept", [True, False])
def test_a_card_without_a_requisite_says_nothing_of_it(hub: Hub, kept: bool) -> None:
    """A manager deletes the requisite; or the portal has no template to make one of."""
    if kept:
        call(hub, "crm.requisite.delete", id=company(hub)["requisites"][0]["ID"])
    else:
        Portal.objects.update(setup={**hub.portal.setup, "presets": {}})
        hub.receive(replace(ORDER, document_id="doc-2", number="A-2", counterparty=replace(FIRM, counterparty_id="g3")))
        hub.drain()
    look(hub, 2)
    call(hub, "crm.company.update", id=hub.emulator.state()["companies"][-1]["id"], fields={"TITLE": "Ромашка+"})
    look(hub)
    assert hub.row().merged["counterparty"]["legal"]["inn"] == LEGAL.inn


def test_cards_are_read_in_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep_cards, "IN_TURN", 1)
    other = replace(ORDER, document_id="doc-2", number="A-2", counterparty=FIRM)
    with open_hub() as hub:
        hub.receive(replace(ORDER, counterparty=replace(MARIA, address="Тула, Мира, 1")), other)
        hub.drain()
        look(hub, 2)
        assert CounterpartyBinding.objects.values("checked_at").distinct().count() == 2, "each sweep another one"
        change_address(hub, 1, "Тула, Мира, 5")
        look(hub, 2)
        assert hub.row("A-2").merged["counterparty"]["address"] == "Тула, Мира, 5"


def test_events_do_not_hurry_the_turns(hub: Hub) -> None:
    """However often the sweep looks, cards of which nothing is said are read once a minute."""
    read = []
    for seconds in (70, 5, 5, 70):
        hub.pass_time(seconds)
        hub.emulator.forget_calls()
        hub.sweep()
        read.append(hub.commands().get("crm.address.list", 0))
    assert read == [1, 0, 0, 1]


@pytest.mark.parametrize("shown", ["ООО «" + "Ромашка и " * 25, " ООО  «Лютик» "], ids=["cut", "blanks"])
def test_a_name_that_the_portal_keeps_in_its_own_way_is_no_news(hub: Hub, shown: str) -> None:
    official = "ООО «" + "Ромашка и " * 40 + "сыновья»" if len(shown) > 100 else "ООО «Лютик»"
    hub.receive(moved(ORDER, counterparty=replace(FIRM, legal=replace(LEGAL, official_name=official))))
    hub.drain()
    change_requisite(hub, EXCHANGE, RQ_COMPANY_FULL_NAME=shown)
    look(hub, 2)
    assert (merged(hub)["legal"]["official_name"], is_owed(hub)) == (official, False)
