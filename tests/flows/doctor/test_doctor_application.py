"""The doctor of a portal that is called by an application: its keys, its subscriptions, the queue of its plan."""

from collections.abc import Iterator

import pytest
from django.utils import timezone

from tests.flows.application_town import OFFLINE, AppHub, open_app_hub
from tests.stories.server import Web, serving
from uzel.emulators.bitrix24_portal import Options
from uzel.flows.doctor.doctor_portal import doctor_portal
from uzel.flows.doctor.finding import Finding, Grade
from uzel.hub.models import PortalApplication

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_jobs")]
CODES = ("connected", "portal_answers", "application_keys", "events_bound", "offline_events")


@pytest.fixture(scope="module")
def web(django_db_setup: None) -> Iterator[Web]:
    with serving() as running:
        yield running


def doctor(hub: AppHub) -> dict[str, Finding]:
    hub.portal.refresh_from_db()
    return {one.code: one for one in doctor_portal(hub.portal, timezone.now())}


def grades(found: dict[str, Finding]) -> list[Grade]:
    return [found[code].grade for code in CODES]


def test_an_application_with_a_queue_is_well_until_its_subscriptions_are_gone(web: Web) -> None:
    with open_app_hub(web, Options(features=OFFLINE)) as hub:
        hub.install()
        assert grades(doctor(hub)) == [Grade.OK] * 5
        bound = [one["event"] for one in hub.rest("event.get")["result"]]
        for event in bound:
            hub.rest("event.unbind", event=event, event_type="offline", auth_connector=hub.application.connector)
        found = doctor(hub)
    assert found["events_bound"].grade is Grade.WRONG
    assert "ONCRMDEALUPDATE" in found["events_bound"].seen


def test_without_the_queue_and_without_the_keys(web: Web) -> None:
    with open_app_hub(web) as hub:
        hub.install()
        assert doctor(hub)["offline_events"].grade is Grade.WARNING
        PortalApplication.objects.update(client_id="")
        assert doctor(hub)["application_keys"].grade is Grade.WARNING


def test_an_application_that_was_removed(web: Web) -> None:
    with open_app_hub(web) as hub:
        hub.install()
        PortalApplication.objects.update(gone_at=timezone.now())
        found = doctor(hub)
    assert found["portal_answers"].grade is Grade.WRONG
    assert "Приложение удалено" in found["portal_answers"].seen
