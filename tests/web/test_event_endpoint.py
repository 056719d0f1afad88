"""Events of the portal over HTTP."""

from urllib.parse import quote

import pytest
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob

from uzel.hub.models import DealNotice, Portal, PromoCodeRow

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_jobs")]


@pytest.fixture
def portal() -> Portal:
    portal = Portal()
    portal.event_token = "t0ken"
    portal.webhook = "https://portal.example/rest/1/secret/"
    portal.save()
    return portal


def tell(client: Client, event: str, token: str = "t0ken", **data: str) -> int:
    return client.post("/portal/main/events", {"event": event, "auth[application_token]": token, **data}).status_code


def drains() -> int:
    return ProcrastinateJob.objects.filter(task_name="uzel.jobs.drain_portal").count()


def test_any_number_of_events_is_one_look(client: Client, portal: Portal) -> None:
    for event in ("ONCRMDEALUPDATE", "onCrmDealUpdate", "ONCRMDEALDELETE"):
        assert tell(client, event, **{"data[FIELDS][ID]": "17"}) == 200
    assert list(DealNotice.objects.values_list("deal_id", "noticed", "handled")) == [(17, 3, 0)]
    assert drains() == 1


def test_a_move_to_another_pipeline_has_its_id_elsewhere(client: Client, portal: Portal) -> None:
    tell(client, "ONCRMDEALMOVETOCATEGORY", **{"data[ID]": "5"})
    assert DealNotice.objects.get().deal_id == 5


def test_a_changed_contact_makes_a_sweep_due(client: Client, portal: Portal) -> None:
    Portal.objects.update(swept_at="2026-01-01T00:00:00Z")
    assert tell(client, "ONCRMCONTACTUPDATE", **{"data[FIELDS][ID]": "3"}) == 200
    assert Portal.objects.get().swept_at is None
    assert drains() == 1


@pytest.mark.parametrize(
    ("event", "about", "swept", "doubted"),
    [
        ("ONCRMDYNAMICITEMUPDATE", "1032", True, False),
        ("onCrmDynamicItemAdd", "1032", True, False),
        ("ONCRMDYNAMICITEMDELETE", "1032", True, True),
        ("ONCRMDYNAMICITEMUPDATE", "", True, False),
        ("ONCRMDYNAMICITEMDELETE", "x", True, True),
        ("ONCRMDYNAMICITEMUPDATE", "1030", False, False),
        ("ONCRMDYNAMICITEMDELETE", "1030", False, False),
    ],
)
def test_promo_codes_are_looked_for_and_other_smart_processes_cost_nothing(
    client: Client, portal: Portal, event: str, about: str, swept: bool, doubted: bool
) -> None:
    processes = {"nodes": {"id": 1, "entityTypeId": 1030}, "promo_codes": {"id": 2, "entityTypeId": 1032}}
    moment = "2026-01-01T00:00:00Z"
    Portal.objects.update(swept_at=moment, setup={"processes": processes})
    for entity_id in (3, 4):
        PromoCodeRow.objects.create(portal=portal, key=str(entity_id), content={}, entity_id=entity_id)
    assert tell(client, event, **{"data[FIELDS][ID]": "3", "data[FIELDS][ENTITY_TYPE_ID]": about}) == 200
    assert (Portal.objects.get().swept_at is None, drains()) == (swept, int(swept))
    assert set(PromoCodeRow.objects.filter(doubted=True).values_list("entity_id", flat=True)) == ({3} if doubted else set())


def test_a_portal_without_smart_processes_has_no_promo_codes(client: Client, portal: Portal) -> None:
    Portal.objects.update(swept_at="2026-01-01T00:00:00Z")
    assert tell(client, "ONCRMDYNAMICITEMDELETE", **{"data[FIELDS][ENTITY_TYPE_ID]": "1032"}) == 200
    assert (Portal.objects.get().swept_at is None, drains()) == (False, 0)


@pytest.mark.parametrize("token", ["", "wrong", "токен"])
def test_a_stranger_is_refused(client: Client, portal: Portal, token: str) -> None:
    assert tell(client, "ONCRMDEALUPDATE", token, **{"data[FIELDS][ID]": "17"}) == 403
    assert not DealNotice.objects.exists()


def test_a_portal_without_a_token_hears_nobody(client: Client, portal: Portal) -> None:
    Portal.objects.update(sealed_event_token="")
    assert tell(client, "ONCRMDEALUPDATE", "", **{"data[FIELDS][ID]": "17"}) == 403


@pytest.mark.parametrize("deal_id", ["", "x", "-1", "9" * 40, "١٧"])
def test_a_senseless_id_is_left_alone(client: Client, portal: Portal, deal_id: str) -> None:
    assert tell(client, "ONCRMDEALUPDATE", **{"data[FIELDS][ID]": deal_id}) == 200
    assert not DealNotice.objects.exists()


def test_only_posts_are_taken(client: Client, portal: Portal) -> None:
    assert client.get("/portal/main/events").status_code == 405


@pytest.mark.parametrize("field", ["event", "auth[application_token]", "auth[member_id]", "data[FIELDS][ID]"])
def test_odd_characters_in_a_form_break_nothing(client: Client, portal: Portal, field: str) -> None:
    form = {"event": "ONCRMDEALUPDATE", "auth[application_token]": "t0ken", "data[FIELDS][ID]": "17", field: "a\0\ud800b"}
    body = "&".join(f"{name}={quote(value, errors='surrogatepass')}" for name, value in form.items())
    for target in ("/portal/main/events", "/portal/main/install/a%00b"):
        answer = client.post(target, body, content_type="application/x-www-form-urlencoded")
        assert answer.status_code in (200, 403)
    assert client.post("/portal/main/events", b"--x", content_type="multipart/form-data; boundary=x").status_code in (400, 403)
    assert (
        client.post("/portal/main/events", b"a=1&" * 5000, content_type="application/x-www-form-urlencoded").status_code == 400
    )
