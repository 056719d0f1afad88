"""What is wrong with the staff as the hub knows it, and what an employee sees with his own eyes."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from tests.flows.portal_town import MARIA, ORDER, Hub, moved, open_hub
from uzel.bitrix24.errors import PortalError
from uzel.emulators.bitrix24_portal import Options
from uzel.flows.portal.connect_portal import BadAddressError
from uzel.flows.staff.check_access import Access, WrongEmployeeError, check_access, judge
from uzel.flows.staff.check_employees import check_employees
from uzel.hub.models import Employee, OrderRow, PortalUser
from uzel.model import Responsible

Open = Callable[..., Hub]
WATCHED = moved(ORDER, document_id="doc-3", number="A-3", responsible=Responsible("0002", ""), counterparty=MARIA)
OTHER = moved(WATCHED, document_id="doc-2", number="A-2")


@pytest.fixture
def town(transactional_db: None) -> Iterator[Open]:
    """Three deals: one of the manager 2, one of the manager 3, and one of 3 that 2 watches."""
    with ExitStack() as stack:

        def start(rights: str, *orders: Any) -> Hub:
            hub = stack.enter_context(open_hub(Options(manager_rights=rights)))
            Employee.objects.create(portal=hub.portal, personnel_number="0002", user_id=3)
            hub.receive(*(orders or (ORDER, OTHER, WATCHED)))
            hub.drain()
            return hub

        yield start


def watch(hub: Hub) -> None:
    hub.emulator.manager_edit(hub.row("A-3").deal_id or 0, user_id=3, fields={"observers": [2]})


def look(hub: Hub, owner: int = 2, *, meant: int | None = None) -> Access:
    return check_access(hub.portal, hub.emulator.webhook_of(owner), meant)


def verdicts(access: Access) -> list[str]:
    return [one.verdict for one in access.findings]


@pytest.mark.parametrize(
    ("rights", "found", "told"),
    [
        ("own", ["good", "good", "good"], "ни одной из 2"),
        ("all", ["good", "good", "wrong"], "видит 2 из 2"),
        ("none", ["good", "wrong", "good"], "не видит 1 из 1"),
    ],
)
def test_what_an_employee_sees(town: Open, rights: str, found: list[str], told: str) -> None:
    hub = town(rights)
    before = hub.writes()
    access = look(hub)
    assert (verdicts(access), access.user.user_id, access.is_admin) == (found, 2, False)
    assert told in " ".join(one.text for one in access.findings)
    assert hub.writes() == before


def test_a_deal_that_he_watches_is_no_leak(town: Open) -> None:
    hub = town("own")
    watch(hub)
    access = look(hub)
    assert verdicts(access) == ["good", "good", "good"]
    assert access.findings[2].text == "ни одной из 1; видит как наблюдатель: 1"


def test_of_an_administrator_the_check_proves_nothing(town: Open) -> None:
    access = look(town("own"), 1)
    assert access.is_admin
    assert access.findings[-1].verdict == "unknown"
    assert "администратор видит все сделки" in access.findings[-1].text


def test_where_no_deal_of_others_is_known_nothing_is_proved(town: Open) -> None:
    hub = town("all", ORDER)
    access = look(hub)
    assert verdicts(access) == ["good", "good", "unknown"]
    assert "ни одной чужой" in access.findings[2].text
    access = look(hub, 3)
    assert access.findings[1].verdict == "unknown"


def test_whose_a_deal_is_the_portal_says_now(town: Open) -> None:
    hub = town("own")
    hub.emulator.manager_edit(hub.row("A-1").deal_id or 0, fields={"assignedById": 3})
    assert verdicts(look(hub)) == ["good", "unknown", "good"]


def test_nobody_knows_his_number(town: Open) -> None:
    hub = town("own")
    Employee.objects.filter(user_id=2).delete()
    assert (verdicts(look(hub))[0], "uzel employee add" in look(hub).findings[0].text) == ("wrong", True)


def test_a_webhook_of_somebody_else_is_said(town: Open) -> None:
    hub = town("own")
    with pytest.raises(WrongEmployeeError, match="вебхук сотрудника 2"):
        look(hub, 2, meant=3)
    with pytest.raises(BadAddressError, match="другого портала"):
        check_access(hub.portal, "https://other.bitrix24.ru/rest/2/secret/")
    with pytest.raises(BadAddressError, match="адрес входящего вебхука"):
        check_access(hub.portal, "secret")
    with pytest.raises(PortalError) as refused:
        check_access(hub.portal, f"{hub.emulator.url}/rest/2/wrongsecret/")
    assert "wrongsecret" not in str(refused.value)


def test_his_webhook_is_kept_nowhere(town: Open, caplog: pytest.LogCaptureFixture) -> None:
    hub = town("own")
    caplog.set_level("DEBUG")
    was = hub.portal.sealed_webhook
    look(hub)
    hub.portal.refresh_from_db()
    assert hub.portal.sealed_webhook == was
    assert hub.emulator.webhook_of(2).split("/")[-2] not in caplog.text


def test_many_deals_are_counted_and_the_first_named() -> None:
    people = {one: (3, frozenset[int]()) for one in range(1, 31)}
    own, others = judge(2, people, range(1, 13))
    assert (own.verdict, others.verdict) == ("unknown", "wrong")
    assert "видит 12 из 30: 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 …" in others.text


def test_the_mapping_is_looked_at_without_the_portal(town: Open) -> None:
    hub = town("own")
    hub.emulator.forget_calls()
    assert {one.verdict for one in check_employees(hub.portal)} == {"good"}
    Employee.objects.filter(user_id=2).delete()
    PortalUser.objects.filter(user_id=4).update(personnel_number="0002")
    without, shared, doubtful, dismissed = check_employees(hub.portal)
    assert [one.verdict for one in (without, shared, doubtful, dismissed)] == ["wrong", "good", "wrong", "good"]
    assert "сделок: 1" in without.text
    assert "0002 → 3" in doubtful.text
    PortalUser.objects.filter(user_id=2).update(personnel_number="0002")
    PortalUser.objects.filter(user_id=3).update(active=False)
    without, shared, doubtful, dismissed = check_employees(hub.portal)
    assert [one.verdict for one in (without, shared, doubtful, dismissed)] == ["good", "wrong", "wrong", "wrong"]
    assert "открытых заказов: 2" in dismissed.text
    assert shared.text == "0002: сотрудники 2, 4"
    assert [one.verdict for one in check_employees(hub.portal, 4)] == ["good", "wrong", "good", "good"]
    assert hub.commands() == {}


def test_who_stands_in_for_others_needs_no_number(town: Open) -> None:
    hub = town("own")
    Employee.objects.filter(user_id=2).delete()
    hub.node.default_responsible_id = 2
    hub.node.save()
    assert check_employees(hub.portal)[0].verdict == "good"
    OrderRow.objects.update(deal_deleted=True)
    hub.node.default_responsible_id = None
    hub.node.save()
    assert check_employees(hub.portal)[0].verdict == "good"
