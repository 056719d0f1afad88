"""The doctor before an emulated portal over real HTTP: what is missing there is named, and nothing is written."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.utils import timezone

from tests.flows.portal_town import ORDER, Hub, in_a_hurry, open_hub
from uzel.emulators.bitrix24_portal import Options
from uzel.emulators.bitrix24_portal.options import SCOPES
from uzel.flows.doctor.doctor_portal import doctor_portal
from uzel.flows.doctor.finding import Finding, Grade
from uzel.flows.portal.portal_line import open_line
from uzel.hub.models import Delivery, Node, Portal

pytestmark = pytest.mark.django_db
FINE = {"default_responsible_id": 2, "stages": [["N", "Принят", "NEW"]]}


def doctor(hub: Hub) -> dict[str, Finding]:
    with in_a_hurry(hub.portal):
        return {one.code: one for one in doctor_portal(hub.portal, timezone.now())}


def ill(found: dict[str, Finding]) -> set[str]:
    return {code for code, one in found.items() if one.grade in (Grade.WARNING, Grade.WRONG)}


def call(hub: Hub, method: str, **params: Any) -> Any:
    with open_line(hub.portal) as client:
        return client.call(method, params, repeatable=True).result


@pytest.fixture
def hub() -> Iterator[Hub]:
    with open_hub(lists_only=False, catalog_source=True, **FINE) as found:
        Portal.objects.update(swept_at=timezone.now(), last_event_at=timezone.now())
        yield found


def test_a_portal_that_is_set_up_is_well_and_stays_as_it_is(hub: Hub) -> None:
    found = doctor(hub)
    assert {code: one.seen for code, one in found.items() if code in ill(found)} == {}
    assert {code for code, one in found.items() if one.grade is Grade.UNKNOWN} == {"own_deals_only", "robots"}
    assert hub.writes() == 0


def test_what_was_deleted_there_and_who_was_dismissed_is_named(hub: Hub) -> None:
    fields = call(hub, "crm.deal.userfield.list")
    promo = next(one["ID"] for one in fields if one["FIELD_NAME"].endswith("PROMO"))
    call(hub, "crm.deal.userfield.delete", id=promo)
    Node.objects.update(category_id=77, default_responsible_id=999)
    found = doctor(hub)
    assert ill(found) == {"deal_fields", "pipelines", "stages", "responsible_works"}
    assert "C77:NEW" in found["stages"].seen
    assert "Промокод" in found["deal_fields"].seen


def test_orders_that_the_portal_refused_and_a_queue_that_stands(hub: Hub) -> None:
    hub.receive(ORDER)
    Delivery.objects.filter(target="portal").update(due_since=timezone.now() - dt.timedelta(days=1))
    assert ill(doctor(hub)) == {"queue_moves"}
    Delivery.objects.filter(target="portal").update(problem_code="portal_refused", problem="нет прав", attempts=9)
    found = doctor(hub)
    assert ill(found) == {"orders_accepted"}
    assert found["orders_accepted"].seen == "заказов: 1; нет прав"


def test_orders_in_a_currency_that_the_portal_does_not_have() -> None:
    with open_hub(options := Options(currencies=("RUB", "EUR")), **FINE) as hub:
        hub.receive(ORDER, replace(ORDER, document_id="d", number="A-2", currency="USD"))
        with in_a_hurry(hub.portal):
            hub.drain()
        found = doctor(hub)
        assert (found["currencies"].grade, found["currencies"].seen) == (Grade.WRONG, "«Тверская»: USD")
        assert len(hub.deals()) == 1
        object.__setattr__(options, "currencies", ("RUB", "EUR", "USD"))  # an administrator adds it
        assert doctor(hub)["currencies"].grade is Grade.OK


WITHOUT_OPTIONAL = tuple(one for one in SCOPES if one in ("crm", "user", "basic"))


def test_rights_that_are_lacking() -> None:
    with open_hub(Options(scopes=WITHOUT_OPTIONAL), catalog_source=True, **FINE) as hub:
        found = doctor(hub)
    assert {"scopes_optional", "employee_field", "catalog_right", "swept"} <= ill(found)
    assert (found["scopes"].grade, found["price_types"].grade) == (Grade.OK, Grade.UNKNOWN)
    assert "userfieldconfig" in found["scopes_optional"].seen


def test_without_the_right_to_see_the_staff_the_rest_is_looked_at() -> None:
    with open_hub(options := Options(), **FINE) as hub:
        object.__setattr__(options, "scopes", ("crm", "basic"))  # an administrator takes the rights away again
        found = doctor(hub)
    assert found["scopes"].grade is Grade.WRONG
    assert "user" in found["scopes"].seen
    assert found["employee_works"].grade is Grade.UNKNOWN
    assert found["stages"].grade is Grade.OK


def test_an_employee_who_is_no_administrator() -> None:
    with open_hub(Options(exchange_user_is_admin=False), **FINE) as hub:
        found = doctor(hub)
    assert found["employee_admin"].grade is Grade.WRONG
    assert found["currencies"].grade is Grade.UNKNOWN


def test_a_plan_without_smart_processes_is_a_warning() -> None:
    with open_hub(Options(most_smart_processes=0), lists_only=False, **FINE) as hub:
        found = doctor(hub)
    assert found["node_items"].grade is Grade.OK
    assert found["smart_processes"].grade is Grade.WARNING


def test_a_portal_that_is_gone_is_one_thing_wrong_and_the_tables_are_looked_at() -> None:
    with open_hub(**FINE) as hub:
        pass
    found = doctor(hub)
    assert found["portal_answers"].grade is Grade.WRONG
    assert found["stages"].grade is found["scopes"].grade is Grade.UNKNOWN
    assert found["swept"].grade is Grade.WRONG


def test_without_a_way_in() -> None:
    portal = Portal.objects.create()
    found = {one.code: one for one in doctor_portal(portal, timezone.now())}
    assert {"connected", "portal_answers", "set_up"} <= ill(found)
