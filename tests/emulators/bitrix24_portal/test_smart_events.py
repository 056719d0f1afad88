"""Events of smart processes and of their items: to the webhook, to an application, into the offline queue."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.emulators.bitrix24_portal.application import FEATURES, App
from tests.emulators.bitrix24_portal.client import Client
from tests.emulators.bitrix24_portal.conftest import Receiver
from uzel.emulators.bitrix24_portal import Options, RunningPortal, start_portal

ADD, UPDATE, DELETE = "ONCRMDYNAMICITEMADD", "ONCRMDYNAMICITEMUPDATE", "ONCRMDYNAMICITEMDELETE"
Make = Callable[..., App]


@pytest.fixture
def make() -> Iterator[Make]:
    """``make(…)`` → an application in a portal with the smart process 1030."""
    made: list[App] = []

    def begin(**options: Any) -> App:
        portal = start_portal(0, limits=False, options=Options(**{"features": FEATURES, **options}))
        app = App(portal, portal.install_application())
        made.append(app)
        define(app)
        return app

    yield begin
    for app in made:
        app.close()
        app.portal.stop()


def define(rest: Client, number: int = 1030) -> int:
    made: int = rest.call("crm.type.add", fields={"title": "Узлы", "entityTypeId": number}).result["type"]["id"]
    return made


def live(rest: Client, number: int = 1030) -> None:
    """An item is made, changed, saved without a change, and deleted."""
    item = rest.call("crm.item.add", entityTypeId=number, fields={"title": "а"}).result["item"]["id"]
    for title in ("б", "б"):
        rest.call("crm.item.update", entityTypeId=number, id=item, fields={"title": title})
    rest.call("crm.item.delete", entityTypeId=number, id=item)


def heard(portal: RunningPortal, receiver: Receiver) -> list[tuple[str, str, str]]:
    assert portal.events.wait_idle(5)
    return sorted(
        (form["event"], form["data[FIELDS][ID]"], form.get("data[FIELDS][ENTITY_TYPE_ID]", "")) for form in receiver.forms
    )


def test_the_webhook_hears_each_change_once(portal: RunningPortal, rest: Client, receiver: Receiver) -> None:
    portal.set_event_handler(receiver.url, "token")
    number = define(rest)
    rest.call("crm.type.update", id=number, fields={"title": "Базы"})
    live(rest)
    rest.call("crm.type.delete", id=number)
    assert heard(portal, receiver) == [
        (ADD, "1", "1030"), (DELETE, "1", "1030"), (UPDATE, "1", "1030"),
        ("ONCRMTYPEADD", "1", ""), ("ONCRMTYPEDELETE", "1", ""), ("ONCRMTYPEUPDATE", "1", ""),
    ]  # fmt: skip


def test_the_webhook_hears_one_kind_when_it_names_it(portal: RunningPortal, rest: Client, receiver: Receiver) -> None:
    portal.set_event_handler(receiver.url, "token", (f"{UPDATE}_1030",))
    for number in (1030, 1032):
        define(rest, number)
        live(rest, number)
    assert heard(portal, receiver) == [(f"{UPDATE}_1030", "1", "1030")]
    with pytest.raises(ValueError, match="ONCRMDYNAMICITEMMOVE_1030"):
        portal.set_event_handler(receiver.url, "token", ("ONCRMDYNAMICITEMMOVE_1030",))


def test_an_application_hears_all_kinds_or_one(make: Make, receiver: Receiver) -> None:
    app = make()
    define(app, 1032)
    for event in (ADD, "onCrmDynamicItemDelete_1030"):
        assert app.call("event.bind", event=event, handler=receiver.url).result is True
    for number in (1030, 1032):
        live(app, number)
    assert heard(app.portal, receiver) == [(ADD, "1", "1030"), (ADD, "1", "1032"), (f"{DELETE}_1030", "1", "1030")]
    assert receiver.forms[0]["auth[application_token]"] == app.application.application_token


def test_the_offline_queue_keeps_a_row_for_an_item_of_a_kind(make: Make) -> None:
    app = make()
    define(app, 1032)
    app.call("event.bind", event=UPDATE, event_type="offline", auth_connector="uzel")
    for number in (1030, 1032):
        app.call("crm.item.add", entityTypeId=number, fields={"title": "а"})
        for title in ("б", "в"):
            app.call("crm.item.update", entityTypeId=number, id=1, fields={"title": title})
    app.call("crm.item.update", entityTypeId=1030, id=1, fields={"title": "свое"}, auth_connector="uzel")
    rows = app.call("event.offline.get", auth_connector="uzel").result["events"]
    assert [(row["EVENT_NAME"], row["EVENT_DATA"]) for row in rows] == [
        (UPDATE, {"FIELDS": {"ID": "1", "ENTITY_TYPE_ID": "1030"}}), (UPDATE, {"FIELDS": {"ID": "1", "ENTITY_TYPE_ID": "1032"}})
    ]  # fmt: skip


def test_events_of_one_kind_are_listed_where_the_portal_has_them(make: Make, receiver: Receiver) -> None:
    app, poor = make(), make(smart_process_events_by_type=False)
    offered = app.call("events").result
    assert {ADD, f"{ADD}_1030", "ONCRMTYPEADD"} <= set(offered)
    assert app.call("event.bind", event=f"{ADD}_1032", handler=receiver.url).error[1] == "ERROR_EVENT_NOT_FOUND"
    assert [name for name in poor.call("events").result if "1030" in name] == []
    assert poor.call("event.bind", event=f"{ADD}_1030", handler=receiver.url).error[1] == "ERROR_EVENT_NOT_FOUND"
    poor.portal.set_event_handler(receiver.url, "token", (f"{ADD}_1030",))
    live(poor)
    assert heard(poor.portal, receiver) == []
