"""Events of the outgoing webhook: their form, which change fires which, and how they go astray."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.emulators.bitrix24_portal.client import Client
from tests.emulators.bitrix24_portal.conftest import Receiver
from uzel.emulators.bitrix24_portal import Options, RunningPortal

Listening = Callable[..., tuple[RunningPortal, Client]]
ROW = {"productName": "Товар", "price": 10}


@pytest.fixture
def listening(start: Callable[..., tuple[RunningPortal, Client]], receiver: Receiver) -> Listening:
    def begin(**changes: Any) -> tuple[RunningPortal, Client]:
        portal, rest = start(limits=False, options=Options(**changes))
        portal.set_event_handler(receiver.url, "token")
        return portal, rest

    return begin


def arrived(portal: RunningPortal, receiver: Receiver) -> list[tuple[str, str]]:
    assert portal.events.wait_idle(5)
    names = sorted(receiver.names())
    receiver.forms.clear()
    return names


def set_rows(rest: Client, deal_id: int, *rows: dict[str, Any]) -> None:
    assert rest.call("crm.item.productrow.set", ownerType="D", ownerId=deal_id, productRows=list(rows)).status == 200


def test_the_form_of_an_event(listening: Listening, receiver: Receiver) -> None:
    portal, rest = listening()
    rest.add_deal()
    assert portal.events.wait_idle(5)
    form = receiver.forms[0]
    assert (form["content-type"], form["path"]) == ("application/x-www-form-urlencoded", "/portal/main/events")
    assert (form["event"], form["data[FIELDS][ID]"], form["auth[application_token]"]) == ("ONCRMDEALADD", "1", "token")
    assert form["auth[domain]"] == portal.domain
    assert form["auth[client_endpoint]"] == portal.url + "/rest/"
    assert len(form["auth[member_id]"]) == 32
    assert form["ts"].isdigit()
    assert "auth[access_token]" not in form, "an outgoing webhook brings no access token"


def test_which_change_fires_which_event(listening: Listening, receiver: Receiver) -> None:
    portal, rest = listening()
    rest.call("crm.category.add", entityTypeId=2, fields={"name": "Опт"})
    rest.add_deal(title="x")
    assert arrived(portal, receiver) == [("ONCRMDEALADD", "1")]
    rest.call("crm.item.update", entityTypeId=2, id=1, fields={"title": "x"})
    assert arrived(portal, receiver) == [], "nothing changed, nothing fired"
    rest.call("crm.deal.update", id=1, fields={"TITLE": "y"})
    assert arrived(portal, receiver) == [("ONCRMDEALUPDATE", "1")]
    rest.call("crm.item.update", entityTypeId=2, id=1, fields={"categoryId": 1})
    assert arrived(portal, receiver) == [("ONCRMDEALMOVETOCATEGORY", "1")], "instead of an update"
    rest.call("crm.item.delete", entityTypeId=2, id=1)
    assert arrived(portal, receiver) == [("ONCRMDEALDELETE", "1")]


@pytest.mark.parametrize(("has_fields", "name"), [(False, "data[ID]"), (True, "data[FIELDS][ID]")])
def test_a_comment_is_no_change_of_the_deal(listening: Listening, receiver: Receiver, has_fields: bool, name: str) -> None:
    portal, rest = listening(comment_event_has_fields=has_fields, events_in_order=True)
    rest.add_deal()
    arrived(portal, receiver)
    rest.call("crm.timeline.comment.add", fields={"ENTITY_ID": 1, "ENTITY_TYPE": "deal", "COMMENT": "x"})
    rest.call("crm.timeline.comment.update", id=1, fields={"COMMENT": "y"})
    rest.call("crm.timeline.comment.delete", id=1)
    assert portal.events.wait_idle(5)
    assert sorted((form["event"], form[name]) for form in receiver.forms) == [
        ("ONCRMTIMELINECOMMENTADD", "1"), ("ONCRMTIMELINECOMMENTDELETE", "1"), ("ONCRMTIMELINECOMMENTUPDATE", "1"),
    ]  # fmt: skip


def test_events_of_clients(listening: Listening, receiver: Receiver) -> None:
    portal, rest = listening()
    rest.call("crm.item.add", entityTypeId=4, fields={"title": "ООО"})
    rest.call("crm.contact.add", fields={"NAME": "А"})
    rest.call("crm.contact.update", id=1, fields={"NAME": "Б"})
    rest.call("crm.requisite.add", fields={"ENTITY_TYPE_ID": 4, "ENTITY_ID": 1, "PRESET_ID": 1, "NAME": "x"})
    rest.call("crm.item.delete", entityTypeId=3, id=1)
    assert arrived(portal, receiver) == [
        ("ONCRMCOMPANYADD", "1"), ("ONCRMCONTACTADD", "1"), ("ONCRMCONTACTDELETE", "1"), ("ONCRMCONTACTUPDATE", "1"),
        ("ONCRMREQUISITEADD", "1"),
    ]  # fmt: skip


@pytest.mark.parametrize(("fires", "expected"), [(True, [("ONCRMDEALUPDATE", "1")]), (False, [])])
def test_whether_setting_rows_fires_is_switchable(
    listening: Listening, receiver: Receiver, fires: bool, expected: list[tuple[str, str]]
) -> None:
    portal, rest = listening(productrow_set_fires_update=fires)
    rest.add_deal()
    arrived(portal, receiver)
    set_rows(rest, 1, ROW)
    assert arrived(portal, receiver) == expected
    set_rows(rest, 1, ROW)
    assert arrived(portal, receiver) == [], "the same rows again"


@pytest.mark.parametrize("touches", [True, False])
def test_whether_setting_rows_touches_the_deal_is_switchable(listening: Listening, touches: bool) -> None:
    portal, rest = listening(productrow_set_touches_deal=touches)
    rest.add_deal()
    manager = Client(portal, portal.webhook_of(2))
    set_rows(manager, 1, ROW)
    manager.close()
    assert rest.deal(1)["updatedBy"] == (2 if touches else 1)
    assert rest.deal(1)["opportunity"] == 10


def test_an_unchanged_update_may_fire(listening: Listening, receiver: Receiver) -> None:
    portal, rest = listening(unchanged_update_fires_event=True)
    rest.add_deal(title="x")
    rest.call("crm.item.update", entityTypeId=2, id=1, fields={"title": "x"})
    assert arrived(portal, receiver) == [("ONCRMDEALADD", "1"), ("ONCRMDEALUPDATE", "1")]


def test_the_webhook_may_not_hear_moves_between_pipelines(listening: Listening, receiver: Receiver) -> None:
    portal, rest = listening(webhook_hears_category_moves=False)
    rest.call("crm.category.add", entityTypeId=2, fields={"name": "Опт"})
    rest.add_deal()
    arrived(portal, receiver)
    rest.call("crm.item.update", entityTypeId=2, id=1, fields={"categoryId": 1})
    assert arrived(portal, receiver) == []


def test_only_the_named_events(start: Callable[..., tuple[RunningPortal, Client]], receiver: Receiver) -> None:
    portal, rest = start(limits=False)
    portal.set_event_handler(receiver.url, "t", ("onCrmDealUpdate",))
    rest.add_deal()
    rest.call("crm.item.update", entityTypeId=2, id=1, fields={"title": "y"})
    assert arrived(portal, receiver) == [("ONCRMDEALUPDATE", "1")]
    with pytest.raises(ValueError, match="ONNOSUCH"):
        portal.set_event_handler(receiver.url, "t", ("onNoSuch",))
    portal.set_event_handler("", "")
    rest.call("crm.item.update", entityTypeId=2, id=1, fields={"title": "z"})
    assert arrived(portal, receiver) == []


def test_no_dedup_no_order_no_second_try(listening: Listening, receiver: Receiver) -> None:
    portal, rest = listening()
    portal.events.pause()
    for number in range(20):
        rest.add_deal(title=str(number))
    assert portal.events.waiting() == 20
    assert portal.events.deliver_now() == 20
    order = [int(form["data[FIELDS][ID]"]) for form in receiver.forms]
    assert sorted(order) == list(range(1, 21))
    assert order != sorted(order)
    portal.set_event_handler("http://127.0.0.1:9/nobody", "t")
    rest.add_deal()
    assert portal.events.deliver_now() == 1
    assert portal.events.deliver_now() == 0
    assert portal.events.log()[-1] == {
        "event": "ONCRMDEALADD",
        "data": {"ID": 21},
        "at": portal.events.log()[-1]["at"],
        "status": 0,
    }


def test_order_may_be_kept(listening: Listening, receiver: Receiver) -> None:
    portal, rest = listening(events_in_order=True)
    portal.events.pause()
    for _ in range(10):
        rest.add_deal()
    portal.events.deliver_now()
    assert [form["data[FIELDS][ID]"] for form in receiver.forms] == [str(number) for number in range(1, 11)]


def test_lost_doubled_and_late_events(listening: Listening, receiver: Receiver) -> None:
    portal, rest = listening()
    portal.faults.lose_events("ONCRMDEALADD")
    rest.add_deal()
    assert arrived(portal, receiver) == []
    portal.faults.double_events()
    rest.add_deal()
    assert arrived(portal, receiver) == [("ONCRMDEALADD", "2")] * 2
    portal.faults.late_events(3600)
    rest.add_deal()
    rest.add_deal()
    deadline = time.monotonic() + 5
    while not receiver.names() and time.monotonic() < deadline:
        portal.events.wait_idle(0.05)
    assert receiver.names() == [("ONCRMDEALADD", "4")]
    assert portal.events.waiting() >= 1


def test_delay(start: Callable[..., tuple[RunningPortal, Client]], receiver: Receiver) -> None:
    portal, _ = start(speed=10, options=Options(event_delay_s=1.0, event_jitter_s=0.5))
    portal.set_event_handler(receiver.url, "t")
    began = time.monotonic()
    portal.manager_create(2)
    assert portal.events.wait_idle(5)
    assert time.monotonic() - began >= 0.1
    assert receiver.names() == [("ONCRMDEALADD", "1")]


def test_events_over_http(portal: RunningPortal, rest: Client, receiver: Receiver) -> None:
    body = {"url": receiver.url, "application_token": "t", "events": ["ONCRMDEALADD"]}
    assert rest.post("/_emulator/events", body).status == 200
    rest.add_deal()
    assert portal.events.wait_idle(5)
    shown = rest.send("GET", "/_emulator/events").json
    assert (shown["waiting"], shown["delivered"][0]["status"]) == (0, 200)
    assert rest.post("/_emulator/events", {"url": 5}).status == 400
