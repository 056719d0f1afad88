"""The set-up over real HTTP: made once, whatever is lost on the way; nodes here are items of a list."""

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

from tests.flows.portal_town import NOW, ORDER, Hub, in_a_hurry, open_hub
from uzel.bitrix24.client import PortalClient
from uzel.bitrix24.entities.deal_fields import DEAL_FIELDS, EXCHANGED, HOLD, NODE
from uzel.bitrix24.entities.user import PERSONNEL_NUMBER
from uzel.bitrix24.setup_plan import Action, Kind
from uzel.emulators.bitrix24_portal import Options, RunningPortal, start_portal
from uzel.flows.portal.connect_portal import connect
from uzel.flows.portal.portal_line import open_line
from uzel.flows.setup.build_portal import Outcome, build_portal, wanted_of
from uzel.flows.setup.set_up_portal import Check, plan_setup, set_up
from uzel.hub.models import MadeInPortal, Node, Portal
from uzel.mapping.requisites import extra_rows
from uzel.mapping.rules import NodeRules

pytestmark = pytest.mark.django_db
FIELDS = [*(one.code for one in DEAL_FIELDS), *extra_rows(NodeRules("shop", "Магазин"))]
PAID = "UF_CRM_UZEL_PAID"


@pytest.fixture
def emulator() -> Iterator[RunningPortal]:
    with start_portal(limits=False) as found:
        yield found


@pytest.fixture
def portal(emulator: RunningPortal) -> Portal:
    found, _ = connect(emulator.webhook, speed=1000.0)
    Node.objects.create(code="shop", title="Тверская", login="shop", password_hash="x", portal=found)
    emulator.forget_calls()
    return found


def build(portal: Portal, now: dt.datetime = NOW) -> dict[str, Outcome]:
    with open_line(portal) as client:
        return {one.step.name: one for one in build_portal(portal, client, now, lists_only=True)}


def fields_of(emulator: RunningPortal, entity: str = "CRM_DEAL") -> list[str]:
    return [one["FIELD_NAME"] for one in emulator.state()["user_fields"] if one["ENTITY_ID"] == entity]


def creates(emulator: RunningPortal) -> int:
    return sum(count for name, count in emulator.calls()["counters"]["commands"].items() if name.endswith((".add", ".update")))


def add_by_hand(portal: Portal, method: str, **fields: Any) -> None:
    with open_line(portal) as client:
        client.call(method, {"fields": fields})


def test_a_plan_writes_nothing_and_says_what_would_be_done(portal: Portal, emulator: RunningPortal) -> None:
    steps = plan_setup(portal, lists_only=True)
    assert {step.action for step in steps if step.kind == Kind.DEAL_FIELD} == {Action.CREATE}
    assert creates(emulator) == 0
    assert not MadeInPortal.objects.exists()
    portal.refresh_from_db()
    assert portal.setup == {}


def test_what_any_number_of_nodes_wants_is_one_question(portal: Portal, django_assert_num_queries: Any) -> None:
    for code in ("arbat", "sklad"):
        Node.objects.create(code=code, title=code, login=code, password_hash="x", portal=portal)
    with django_assert_num_queries(1):
        wanted = wanted_of(portal)
    assert [code for code, _ in wanted.nodes] == ["shop", "arbat", "sklad"]


def test_everything_made_is_on_record_and_a_second_set_up_writes_nothing(portal: Portal, emulator: RunningPortal) -> None:
    outcomes = build(portal)
    assert all(one.passed for one in outcomes.values())
    assert outcomes[PAID].text == "создано"
    assert PERSONNEL_NUMBER in fields_of(emulator, "USER")
    made = set(MadeInPortal.objects.exclude(made_at=None).values_list("kind", "name"))
    assert made == {(Kind.DEAL_FIELD, code) for code in FIELDS} | {(Kind.EMPLOYEE_FIELD, PERSONNEL_NUMBER)}
    emulator.forget_calls()
    assert build(portal)[PAID].text == "есть"
    assert creates(emulator) == 0


def test_a_create_whose_answer_was_lost_is_looked_up_and_is_ours(portal: Portal, emulator: RunningPortal) -> None:
    emulator.faults.lose_answer("crm.deal.userfield.add", times=3)
    outcomes = build(portal)
    assert all(one.passed for one in outcomes.values())
    assert len(fields_of(emulator)) == len(set(fields_of(emulator))) == len(FIELDS)
    assert not MadeInPortal.objects.filter(made_at=None).exists()
    assert MadeInPortal.objects.filter(kind=Kind.DEAL_FIELD).count() == len(FIELDS)


def test_killed_in_the_middle_it_goes_on_where_it_was(
    portal: Portal, emulator: RunningPortal, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, calls = PortalClient.call, iter(range(100))

    def killed(self: PortalClient, method: str, *args: Any, **kwargs: Any) -> Any:
        reply = real(self, method, *args, **kwargs)
        if method == "crm.deal.userfield.add" and next(calls) == 4:
            raise KeyboardInterrupt  # after the portal made it, before we knew
        return reply

    with monkeypatch.context() as patched:
        patched.setattr(PortalClient, "call", killed)
        with pytest.raises(KeyboardInterrupt):
            build(portal)
    assert MadeInPortal.objects.filter(made_at=None).count() == 1
    assert all(one.passed for one in build(portal).values())
    assert len(fields_of(emulator)) == len(FIELDS)
    assert not MadeInPortal.objects.filter(made_at=None).exists()


def test_what_the_portal_refuses_is_said_and_is_not_on_record(portal: Portal, emulator: RunningPortal) -> None:
    emulator.faults.fail_next(400, times=40, method="crm.deal.userfield.add", error="ACCESS_DENIED")
    outcomes = build(portal)
    assert not outcomes[PAID].passed
    assert "портал отказал" in outcomes[PAID].text
    assert not MadeInPortal.objects.filter(kind=Kind.DEAL_FIELD).exists()


def test_a_field_of_ours_with_another_type_is_refused_in_words(portal: Portal, emulator: RunningPortal) -> None:
    add_by_hand(portal, "crm.deal.userfield.add", FIELD_NAME="UZEL_PAID", USER_TYPE_ID="string", LABEL="Оплачен")
    checks = {check.what: check for check in set_up(portal, lists_only=True)}
    paid = checks["Поле сделки «Оплачен»"]
    assert not paid.passed
    assert "другого типа (string, нужен boolean)" in paid.outcome
    kept = next(one for one in emulator.state()["user_fields"] if one["FIELD_NAME"] == PAID)
    assert kept["USER_TYPE_ID"] == "string"


def test_a_field_that_was_there_is_used_and_not_ours(portal: Portal) -> None:
    add_by_hand(portal, "crm.deal.userfield.add", FIELD_NAME="UZEL_PAID", USER_TYPE_ID="boolean", LABEL="Оплачен")
    assert build(portal)[PAID].text == "есть"
    assert not MadeInPortal.objects.filter(name=PAID).exists()


def test_a_node_added_later_joins_the_list_though_its_answer_was_lost(portal: Portal, emulator: RunningPortal) -> None:
    build(portal)
    Node.objects.create(code="arbat", title="Арбат", login="arbat", password_hash="x", portal=portal)
    emulator.faults.lose_answer("crm.deal.userfield.update")
    outcomes = build(portal)
    assert outcomes["arbat"].passed
    portal.refresh_from_db()
    titles = ("Тверская (shop)", "Арбат (arbat)")
    assert list(portal.setup["nodes"].values()) == [emulator.enum_id(NODE, title) for title in titles]
    arbat = MadeInPortal.objects.get(kind=Kind.NODE)
    assert (arbat.name, arbat.entity_id) == ("arbat", portal.setup["nodes"]["arbat"])


def test_a_field_that_people_deleted_is_made_again_and_nobody_cleared_it() -> None:
    with open_hub() as hub:
        hub.receive(ORDER)
        hub.drain()
        _delete(hub, "UF_CRM_UZEL_PROMO")
        with in_a_hurry(hub.portal):
            checks = {check.what: check.outcome for check in set_up(hub.portal)}
        assert checks["Поле сделки «Промокод»"] == "создано"
        hub.emulator.manager_edit(hub.deals()[0]["id"], fields={"comments": "Не звонить"})
        hub.sweep()
        merged = hub.row().merged
        assert (merged["comment"], merged["promo_code"]) == ("Не звонить", "ВЕСНА10")


def test_a_deal_says_when_the_exchange_wrote_it_last() -> None:
    with open_hub() as hub:
        hub.receive(ORDER)
        hub.drain()
        assert hub.deals()[0][EXCHANGED] == "02.03.2026 15:00"


def _delete(hub: Hub, code: str) -> None:
    found = next(one for one in hub.emulator.state()["user_fields"] if one["FIELD_NAME"] == code)
    with open_line(hub.portal) as client:
        client.call("crm.deal.userfield.delete", {"id": found["ID"]})


def test_without_the_right_to_employee_fields_it_is_a_note() -> None:
    with start_portal(limits=False, options=Options(scopes=("crm", "user", "basic"))) as emulator:
        portal, _ = connect(emulator.webhook, speed=1000.0)
        checks = set_up(portal, lists_only=True)
    number = next(one for one in checks if "Табельный номер" in one.what)
    assert number.passed
    assert "user.userfield" in number.outcome
    assert all(check.passed for check in checks)


def test_a_right_is_demanded_as_soon_as_something_that_is_set_up_needs_it() -> None:
    with start_portal(limits=False, options=Options(scopes=("crm", "user", "user.userfield", "basic"))) as emulator:
        portal, _ = connect(emulator.webhook, speed=1000.0)
        node = Node.objects.create(code="shop", title="Тверская", login="shop", password_hash="x", portal=portal)
        assert _uses(portal).passed
        node.catalog_source = True
        node.save()
        found = _uses(portal)
    assert not found.passed
    assert found.outcome == "не хватает: Торговый каталог (catalog): товары, если какая-то база — источник каталога"


def _uses(portal: Portal) -> Check:
    return next(one for one in set_up(portal, lists_only=True) if one.what == "Права для настроенного")


def test_while_a_field_is_gone_it_is_nobodys_edit_and_a_held_order_stays_held() -> None:
    with open_hub() as hub:
        hub.receive(ORDER)
        hub.drain()
        hub.emulator.manager_edit(hub.deals()[0]["id"], fields={HOLD: "1"})
        hub.sweep()
        for code in ("UF_CRM_UZEL_PROMO", "UF_CRM_UZEL_NUMBER", HOLD):
            _delete(hub, code)
        hub.emulator.manager_edit(hub.deals()[0]["id"], fields={"comments": "Не звонить"})
        hub.emulator.forget_calls()
        hub.sweep()
        hub.drain()
        assert (hub.row().merged["comment"], hub.row().merged["promo_code"]) == ("Не звонить", "ВЕСНА10")
        assert hub.row().hold
        assert hub.writes() == 0
