"""The staff is read again: deals of the dismissed go to the fallback and come back, numbers and names find their orders."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from tests.flows.portal_town import ORDER, Hub, moved, open_hub
from uzel.bitrix24 import client as portal_client
from uzel.bitrix24.entities.user import PERSONNEL_NUMBER
from uzel.flows.portal.portal_line import open_line
from uzel.flows.portal.sweep_portal import USERS_S
from uzel.flows.staff.follow_staff import read_users
from uzel.hub.models import Conflict, Employee, OrderRow, Portal, PortalUser, UnmappedEmployee
from uzel.hub.queries import staff_of
from uzel.model import Responsible

pytestmark = pytest.mark.django_db
PETROV, GUSEVA, FALLBACK = 2, 4, 1  # 2 has the number 0001


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    monkeypatch.setattr(portal_client, "RETRY_DELAYS_S", ())
    with open_hub() as found:
        found.receive(ORDER)
        found.drain()
        yield found


def in_portal(hub: Hub, *, follow: bool = True, **params: Any) -> None:
    """A person changes an employee in the portal, and the hub reads the staff."""
    with open_line(hub.portal) as client:
        if PERSONNEL_NUMBER in params:
            fields = {"FIELD_NAME": PERSONNEL_NUMBER.removeprefix("UF_USR_"), "USER_TYPE_ID": "string"}
            known = [one["FIELD_NAME"] for one in client.call("user.userfield.list").result]
            if PERSONNEL_NUMBER not in known:
                client.call("user.userfield.add", {"fields": fields})
        client.call("user.update", params)
        if follow:
            read_users(hub.portal, client, hub.now)


def dismiss(hub: Hub, user_id: int = PETROV) -> None:
    in_portal(hub, ID=user_id, ACTIVE=False)


def bring_back(hub: Hub, user_id: int = PETROV) -> None:
    in_portal(hub, ID=user_id, ACTIVE=True)


def assigned(hub: Hub, number: str = "A-1") -> int:
    return int({deal["id"]: deal["assignedById"] for deal in hub.deals()}[hub.row(number).deal_id])


def untold(hub: Hub) -> bool:
    """Whether the base knows nothing: it is owed nothing, and for it the responsible is who he was."""
    delivery = hub.row().delivery_set.filter(target="node").first()
    owed = delivery is not None and delivery.wanted > delivery.confirmed
    return not owed and hub.row().merged["responsible"]["personnel_number"] == "0001" and not Conflict.objects.exists()


# --- dismissal --------------------------------------------------------------------------------------------------------


def test_open_deals_of_the_dismissed_go_to_the_fallback_and_come_back_with_him(hub: Hub) -> None:
    hub.receive(moved(ORDER, document_id="doc-2", number="A-2", status="F"))
    hub.drain()
    dismiss(hub)
    hub.drain()
    assert (assigned(hub), assigned(hub, "A-2")) == (FALLBACK, PETROV), "what is over stays"
    hub.sweep()
    assert untold(hub)
    hub.receive(moved(ORDER, comment="Ещё раз"))
    hub.drain()
    assert (assigned(hub), untold(hub)) == (FALLBACK, True)
    hub.emulator.forget_calls()
    hub.pass_time(USERS_S + 1)
    hub.drain()
    assert hub.writes() == 0, "once is enough"
    bring_back(hub)
    hub.drain()
    assert (assigned(hub), hub.row().absent_user_id, untold(hub)) == (PETROV, None, True)


def test_a_default_responsible_answers_for_him(hub: Hub) -> None:
    hub.node.default_responsible_id = GUSEVA
    hub.node.save()
    dismiss(hub)
    hub.drain()
    assert assigned(hub) == GUSEVA


def test_what_a_manager_took_meanwhile_stays_his(hub: Hub) -> None:
    dismiss(hub)
    hub.drain()
    hub.emulator.manager_edit(hub.deals()[0]["id"], user_id=GUSEVA, fields={"assignedById": GUSEVA})
    hub.sweep()
    assert hub.row().absent_user_id is None
    assert "Гусева" in hub.row().merged["responsible"]["full_name"], "a reassignment is told to the base"
    bring_back(hub)
    hub.drain()
    assert assigned(hub) == GUSEVA


def test_another_word_of_the_base_ends_it(hub: Hub) -> None:
    Employee.objects.create(portal=hub.portal, personnel_number="0004", user_id=GUSEVA)
    dismiss(hub)
    hub.drain()
    hub.receive(moved(ORDER, responsible=Responsible("0004", "")))
    hub.drain()
    assert (assigned(hub), hub.row().absent_user_id) == (GUSEVA, None)
    bring_back(hub)
    hub.drain()
    assert assigned(hub) == GUSEVA


def test_a_deal_that_a_manager_gave_him_comes_back_too(hub: Hub) -> None:
    """The base says another one; the portal's word had won, and still does when he is back."""
    hub.emulator.manager_edit(hub.deals()[0]["id"], fields={"assignedById": GUSEVA})
    hub.sweep()
    dismiss(hub, GUSEVA)
    hub.drain()
    assert assigned(hub) == FALLBACK
    bring_back(hub, GUSEVA)
    hub.drain()
    assert assigned(hub) == GUSEVA


@pytest.mark.parametrize("back", [False, True])
def test_a_lost_answer_is_no_edit(hub: Hub, back: bool) -> None:
    dismiss(hub)
    hub.emulator.faults.arm("lose_answer", method="crm.item.update")
    hub.drain()
    if back:
        bring_back(hub)
    for _ in range(2):
        hub.pass_time(70)
        hub.drain()
    assert (assigned(hub), untold(hub)) == (PETROV if back else FALLBACK, True)


def test_a_manager_who_takes_the_deal_in_the_last_moment_gets_it_back(hub: Hub) -> None:
    dismiss(hub)
    hub.emulator.manager_edit(hub.deals()[0]["id"], user_id=GUSEVA, fields={"assignedById": GUSEVA})
    hub.portal.refresh_from_db()
    hub.portal.swept_at = hub.now  # the look before the write has just been
    hub.portal.save()
    hub.drain()
    hub.drain()
    assert (assigned(hub), hub.row().absent_user_id) == (GUSEVA, None)
    assert "Гусева" in hub.row().merged["responsible"]["full_name"]


def test_the_worker_reads_the_staff_again_in_time(hub: Hub) -> None:
    Portal.objects.update(users_read_at=hub.now)
    in_portal(hub, follow=False, ID=PETROV, ACTIVE=False)
    hub.pass_time(USERS_S - 1)
    hub.drain()
    assert assigned(hub) == PETROV
    hub.pass_time(61)
    hub.drain()
    assert assigned(hub) == FALLBACK


# --- numbers and names in the portal ----------------------------------------------------------------------------------


def unknown(hub: Hub) -> None:
    hub.receive(replace(ORDER, document_id="doc-7", number="A-7", responsible=Responsible("0077", "Некто Неизвестный")))
    hub.drain()
    assert (assigned(hub, "A-7"), UnmappedEmployee.objects.count()) == (FALLBACK, 1)


def test_a_number_in_the_portals_field_finds_its_orders(hub: Hub) -> None:
    unknown(hub)
    in_portal(hub, ID=GUSEVA, UF_USR_TABNUM=" 0077 ")
    assert not UnmappedEmployee.objects.exists()
    hub.drain()
    assert assigned(hub, "A-7") == GUSEVA
    in_portal(hub, ID=GUSEVA, UF_USR_TABNUM="")
    in_portal(hub, ID=PETROV, UF_USR_TABNUM="0077")
    hub.drain()
    assert assigned(hub, "A-7") == PETROV, "the number is his now"


def test_a_number_of_two_is_nobodys(hub: Hub) -> None:
    in_portal(hub, ID=GUSEVA, UF_USR_TABNUM="0077")
    in_portal(hub, ID=PETROV, UF_USR_TABNUM="0077")
    unknown(hub)
    assert "0077" not in staff_of(hub.node).user_by_number


def test_a_name_that_somebody_bears_by_now_finds_its_orders(hub: Hub) -> None:
    unknown(hub)
    in_portal(hub, ID=GUSEVA, LAST_NAME="Неизвестный", NAME="Некто", SECOND_NAME="")
    hub.drain()
    assert assigned(hub, "A-7") == GUSEVA


def test_a_portal_without_the_field_reads_as_before(hub: Hub) -> None:
    assert set(PortalUser.objects.values_list("personnel_number", flat=True)) == {""}
    assert OrderRow.objects.count() == 1
