"""Connecting a portal by its webhook, and setting it up, over real HTTP."""

from collections.abc import Iterator

import pytest

from uzel.bitrix24.entities.deal_fields import DEAL_FIELDS
from uzel.bitrix24.errors import PortalError
from uzel.emulators.bitrix24_portal import Options, RunningPortal, start_portal
from uzel.flows.doctor.checks_of_portal import PORTAL_CHECKS
from uzel.flows.portal.connect_portal import BadAddressError, connect
from uzel.flows.setup.hand_work import HAND_WORK
from uzel.flows.setup.set_up_portal import set_up
from uzel.hub.models import Node, Portal, PortalUser
from uzel.hub.queries import rules_of
from uzel.mapping.requisites import extra_rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def emulator() -> Iterator[RunningPortal]:
    with start_portal(limits=False) as found:
        yield found


def add_node(code: str, title: str) -> Node:
    return Node.objects.create(code=code, title=title, login=code, password_hash="x", portal=Portal.objects.first())


def fields_of(emulator: RunningPortal) -> set[str]:
    return {one["FIELD_NAME"] for one in emulator.state()["user_fields"] if one["ENTITY_ID"] == "CRM_DEAL"}


def test_the_owner_of_the_webhook_is_the_exchange_employee(emulator: RunningPortal) -> None:
    node = add_node("shop", "Тверская")
    portal, owner = connect(emulator.webhook)
    assert (owner.user_id, owner.full_name, portal.exchange_user_id) == (1, "Обмен Узел", 1)
    assert portal.webhook == emulator.webhook
    assert emulator.webhook.split("/")[-2] not in portal.sealed_webhook
    assert portal.event_token not in portal.sealed_event_token
    node.refresh_from_db()
    assert node.portal == portal


def test_connecting_again_replaces_the_address_and_keeps_the_token(emulator: RunningPortal) -> None:
    first, _ = connect(emulator.webhook, event_token="t1")
    again, _ = connect(f"{emulator.webhook}crm.deal.list.json")
    assert (again.pk, again.event_token, again.webhook) == (first.pk, "t1", emulator.webhook)


@pytest.mark.parametrize(
    "url", ["", "portal.bitrix24.ru", "https://portal.example/", "ftp://a/rest/1/x/", "https://a/rest/x/y/"]
)
def test_what_is_no_webhook_is_refused_in_plain_words(url: str) -> None:
    with pytest.raises(BadAddressError, match="вебхука"):
        connect(url)
    assert not Portal.objects.exists()


def test_a_wrong_secret_connects_nothing(emulator: RunningPortal) -> None:
    with pytest.raises(PortalError):
        connect(emulator.webhook[:-2] + "x/")
    assert not Portal.objects.exists()


def test_setup_creates_every_field_once(emulator: RunningPortal) -> None:
    portal, _ = connect(emulator.webhook, speed=1000.0)
    node = add_node("shop", "Тверская")
    first = set_up(portal, lists_only=True)
    assert all(check.passed for check in first)
    fields = {*(field.code for field in DEAL_FIELDS), *extra_rows(rules_of(node))}
    assert fields_of(emulator) >= fields
    emulator.forget_calls()
    again = set_up(portal)
    assert [check.outcome for check in again if check.what.startswith("Поле сделки")] == ["есть"] * len(fields)
    assert "crm.deal.userfield.add" not in emulator.calls()["counters"]["commands"]
    portal.refresh_from_db()
    assert portal.setup["nodes"] == {node.code: emulator.enum_id("UF_CRM_UZEL_NODE", "Тверская (shop)")}
    assert PortalUser.objects.filter(portal=portal, full_name="Гусева Ольга Сергеевна").exists()


def test_a_node_added_later_joins_the_list_and_the_others_keep_their_items(emulator: RunningPortal) -> None:
    portal, _ = connect(emulator.webhook, speed=1000.0)
    add_node("shop", "Тверская")
    set_up(portal, lists_only=True)
    before = emulator.enum_id("UF_CRM_UZEL_NODE", "Тверская (shop)")
    add_node("arbat", "Арбат")
    set_up(portal)
    portal.refresh_from_db()
    assert portal.setup["nodes"] == {"shop": before, "arbat": emulator.enum_id("UF_CRM_UZEL_NODE", "Арбат (arbat)")}


@pytest.mark.parametrize("of_crm", [False, True])
def test_an_employee_who_is_no_administrator_of_the_portal_is_said_so(of_crm: bool) -> None:
    options = Options(exchange_user_is_admin=False, exchange_user_is_crm_admin=of_crm)
    with start_portal(limits=False, options=options) as emulator:
        portal, _ = connect(emulator.webhook)
        checks = set_up(portal)
    failed = [check for check in checks if not check.passed]
    assert [check.what for check in failed] == ["Сотрудник обмена"]
    assert failed[0].outcome.endswith("не администратор портала")
    assert "отдельного сотрудника «Обмен с 1С» с правами администратора портала (администратора CRM мало)" in failed[0].advice
    said = (HAND_WORK[0][1], next(one.advice for one in PORTAL_CHECKS if one.code == "employee_admin"))
    assert all("администратором портала" in text for text in said)  # the same everywhere: what is asked for is enough


def test_missing_rights_of_the_webhook_are_named() -> None:
    with start_portal(limits=False, options=Options(scopes=("crm", "basic"))) as emulator:
        portal = Portal(exchange_user_id=1)
        portal.webhook = emulator.webhook
        portal.save()
        checks = set_up(portal)
    assert (checks[0].passed, checks[0].outcome) == (False, "не хватает: user")


def test_rights_that_the_exchange_does_not_need_are_named() -> None:
    with start_portal(limits=False, options=Options(scopes=("crm", "user", "disk", "basic"))) as emulator:
        portal, _ = connect(emulator.webhook)
        assert set_up(portal)[0].outcome == "crm, user; обмену не нужны: disk"
