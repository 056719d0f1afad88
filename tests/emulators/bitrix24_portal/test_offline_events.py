"""Offline events: one row per event and object, reservations, errors, source keys, pings."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tests.emulators.bitrix24_portal.application import FEATURES, App, Moving
from tests.emulators.bitrix24_portal.conftest import Receiver
from uzel.emulators.bitrix24_portal import Options, start_portal

Make = Callable[..., App]
ADD, UPDATE = "ONCRMDEALADD", "ONCRMDEALUPDATE"


@pytest.fixture
def moving() -> Moving:
    return Moving()


@pytest.fixture
def make(moving: Moving) -> Iterator[Make]:
    """``make(…)`` → an application that bound additions and changes of deals offline."""
    made: list[App] = []

    def begin(*, connector: str = "", **options: Any) -> App:
        portal = start_portal(0, limits=False, options=Options(**{"features": FEATURES, **options}), now=moving)
        app = App(portal, portal.install_application())
        for event in (ADD, UPDATE):
            key = {"auth_connector": connector} if connector else {}
            assert app.call("event.bind", event=event, event_type="offline", **key).result is True
        made.append(app)
        return app

    yield begin
    for app in made:
        app.close()
        app.portal.stop()


def rename(app: App, deal_id: int, title: str) -> None:
    app.portal.manager_edit(deal_id, user_id=2, fields={"title": title})


def test_a_row(make: Make) -> None:
    app = make()
    app.portal.manager_create(user_id=4)
    got = app.call("event.offline.get").result
    assert got["process_id"] is None
    assert got["events"] == [{
        "ID": "1", "TIMESTAMP_X": "2027-01-15T11:00:00+03:00", "EVENT_NAME": ADD, "EVENT_DATA": {"FIELDS": {"ID": "1"}},
        "EVENT_ADDITIONAL": {"user_id": "4"}, "MESSAGE_ID": got["events"][0]["MESSAGE_ID"],
    }]  # fmt: skip
    assert len(got["events"][0]["MESSAGE_ID"]) == 32
    assert app.offline() == [], "reading has deleted it"


@pytest.mark.parametrize(("has_fields", "data"), [(False, {"ID": "1"}), (True, {"FIELDS": {"ID": "1"}})])
def test_a_row_of_a_comment(make: Make, has_fields: bool, data: dict[str, Any]) -> None:
    app = make(comment_event_has_fields=has_fields)
    app.call("event.bind", event="onCrmTimelineCommentAdd", event_type="offline")
    app.add_deal()
    app.call("event.offline.get")
    app.call("crm.timeline.comment.add", fields={"ENTITY_ID": 1, "ENTITY_TYPE": "deal", "COMMENT": "x"})
    row = app.call("event.offline.get").result["events"][0]
    assert (row["EVENT_NAME"], row["EVENT_DATA"]) == ("ONCRMTIMELINECOMMENTADD", data)


def test_data_may_be_false(make: Make) -> None:
    app = make(offline_event_data="false")
    app.add_deal()
    app.add_deal()
    events = app.call("event.offline.get").result["events"]
    assert [(one["EVENT_DATA"], one["EVENT_ADDITIONAL"]) for one in events] == [(False, False)] * 2
    assert events[0]["MESSAGE_ID"] != events[1]["MESSAGE_ID"]


def test_a_repeat_renews_the_row(make: Make, moving: Moving) -> None:
    app = make()
    app.add_deal()
    for number in range(3):
        moving.now += 60
        rename(app, 1, str(number))
    rows = app.call("event.offline.list").json
    assert (rows["total"], [(row["ID"], row["EVENT_NAME"]) for row in rows["result"]]) == (2, [("1", ADD), ("2", UPDATE)])
    assert rows["result"][1]["TIMESTAMP_X"] == "2027-01-15T11:03:00+03:00"


def test_reserving_and_confirming(make: Make) -> None:
    app = make()
    for _ in range(3):
        app.add_deal()
    got = app.call("event.offline.get", clear=0, limit=2).result
    process, keys = got["process_id"], [one["MESSAGE_ID"] for one in got["events"]]
    assert (len(process), [one["ID"] for one in got["events"]]) == (32, ["1", "2"])
    assert app.offline(clear=0, process_id=process) == [(ADD, "1"), (ADD, "2")], "read again"
    assert app.call("event.offline.clear", process_id=process, message_id=[keys[0]]).result is True
    assert app.offline(clear=0, process_id=process) == [(ADD, "2")]
    assert app.call("event.offline.clear", process_id=process, id=[2], message_id=["none"]).result is True
    assert app.offline(clear=0, process_id=process) == []
    assert app.offline() == [(ADD, "3")], "others see only what is free"


def test_a_whole_process_is_confirmed(make: Make) -> None:
    app = make()
    app.add_deal()
    app.add_deal()
    process = app.call("event.offline.get", clear=0).result["process_id"]
    assert app.call("event.offline.clear", process_id="another").result is True
    assert [row["PROCESS_ID"] for row in app.call("event.offline.list").result] == [process, process]
    assert app.call("event.offline.clear", process_id=process).result is True
    assert app.call("event.offline.list").json["total"] == 0


def test_reading_a_process_with_clear_deletes_all_of_it(make: Make) -> None:
    app = make()
    app.add_deal()
    app.add_deal()
    process = app.call("event.offline.get", clear=0).result["process_id"]
    got = app.call("event.offline.get", process_id=process, limit=1).result
    assert (got["process_id"], len(got["events"])) == (process, 1)
    assert app.call("event.offline.list").json["total"] == 0


def test_a_change_while_the_row_is_reserved(make: Make) -> None:
    app = make()
    app.add_deal()
    app.offline()
    rename(app, 1, "a")
    first = app.call("event.offline.get", clear=0).result
    rename(app, 1, "b")
    app.call("event.offline.clear", process_id=first["process_id"])
    second = app.call("event.offline.get").result["events"]
    assert [one["MESSAGE_ID"] for one in second] == [first["events"][0]["MESSAGE_ID"]]
    assert second[0]["ID"] != first["events"][0]["ID"]


def test_a_reservation_lasts_thirty_days(make: Make, moving: Moving) -> None:
    app = make()
    app.add_deal()
    process = app.call("event.offline.get", clear=0).result["process_id"]
    app.add_deal()
    moving.now += 31 * 86400
    app.token = app.renew(app.application.refresh_token).json["access_token"]
    assert app.offline(clear=0, process_id=process) == []
    assert app.offline() == [(ADD, "2")], "what nobody reserved waits"


def test_errors_of_processing(make: Make) -> None:
    app = make()
    app.add_deal()
    app.add_deal()
    got = app.call("event.offline.get", clear=0).result
    process, key = got["process_id"], got["events"][0]["MESSAGE_ID"]
    assert app.call("event.offline.error", process_id=process, message_id=[key]).result is True
    assert app.offline(clear=0, process_id=process) == [(ADD, "2")]
    listed = app.call("event.offline.list", filter={"ERROR": 1}).result
    assert [(row["ID"], row["PROCESS_ID"], row["ERROR"]) for row in listed] == [("1", "", "1")]
    assert app.offline() == [], "not in the ordinary output"
    assert app.offline(error=1) == [(ADD, "1")]
    assert app.offline(error=1) == []


def test_a_repeat_of_an_erroneous_row_stays_erroneous(make: Make) -> None:
    app = make()
    app.add_deal()
    app.offline()
    rename(app, 1, "a")
    got = app.call("event.offline.get", clear=0).result
    app.call("event.offline.error", process_id=got["process_id"], message_id=[got["events"][0]["MESSAGE_ID"]])
    rename(app, 1, "b")
    assert app.offline() == []
    assert app.offline(error=1) == [(UPDATE, "1")]


def test_marking_an_error_deletes_what_came_meanwhile(make: Make) -> None:
    app = make()
    app.add_deal()
    app.offline()
    rename(app, 1, "a")
    got = app.call("event.offline.get", clear=0).result
    rename(app, 1, "b")
    app.call("event.offline.error", process_id=got["process_id"], message_id=[got["events"][0]["MESSAGE_ID"]])
    assert app.offline() == []
    assert app.offline(error=1) == [(UPDATE, "1")]


def test_parallel_readers_never_get_the_same_row(make: Make) -> None:
    app = make()
    for _ in range(60):
        app.portal.manager_create()

    def read(_: int) -> list[tuple[str, str]]:
        reader = App(app.portal, app.application)
        got = reader.offline(clear=0, limit=7)
        reader.close()
        return got

    with ThreadPoolExecutor(4) as pool:
        got = [row for rows in pool.map(read, range(12)) for row in rows]
    assert (len(got), len(set(got))) == (60, 60)


def test_limit_filter_and_order(make: Make, moving: Moving) -> None:
    app = make()
    for number in range(55):
        app.portal.manager_create()
        moving.now += number
    assert len(app.call("event.offline.get", clear=0, limit=1).result["events"]) == 1
    assert app.offline(clear=0, limit=2, filter={">ID": 3}, order={"ID": "DESC"}) == [(ADD, "55"), (ADD, "54")]
    assert app.offline(clear=0, limit=1, filter={"=EVENT_NAME": "onCrmDealUpdate"}) == []
    assert app.offline(clear=0, filter={"<TIMESTAMP_X": "2027-01-15T11:00:01+03:00"}) == [(ADD, "2")]
    pages = app.call("event.offline.list", order={"ID": "DESC"}).json
    assert (pages["total"], pages["next"], pages["result"][0]["ID"]) == (55, 50, "55")
    rest = app.call("event.offline.list", start=50).json
    assert (len(rest["result"]), "next" in rest) == (5, False)
    assert len(app.offline()) == 50, "as many as there are by default"


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"limit": 0}, "Value must be positive integer"),
        ({"filter": {"TITLE": 1}}, "Filter field not allowed: TITLE"),
        ({"filter": {"!ID": 1}}, "Filter operation not allowed: !"),
        ({"filter": {"ID": [1]}}, "The value of an argument 'ID' has an invalid type"),
        ({"filter": {">TIMESTAMP_X": "x"}}, "The value of an argument '>TIMESTAMP_X' has an invalid type"),
        ({"filter": "x"}, "The filter is not an array."),
        ({"order": "x"}, "The order is not an array."),
        ({"order": {"TITLE": "ASC"}}, "Order field not allowed: TITLE"),
        ({"order": {"ID": "x"}}, "Order direction should be one of {ASC|DESC}"),
        ({"filter": {"PROCESS_ID": "x"}}, "Filter field not allowed: PROCESS_ID"),
    ],
)
def test_wrong_wishes(make: Make, wish: dict[str, Any], words: str) -> None:
    assert make().call("event.offline.get", **wish).error == (400, "ERROR_ARGUMENT", words)


def test_a_process_must_be_named(make: Make) -> None:
    app = make()
    expected = (400, "ERROR_ARGUMENT", "Argument 'PROCESS_ID' is null or empty")
    assert app.call("event.offline.clear").error == expected
    assert app.call("event.offline.error", message_id=[]).error == expected
    no_list = (400, "ERROR_ARGUMENT", "Value must be array of MESSAGE_ID values")
    assert app.call("event.offline.error", process_id="x").error == no_list
    assert app.call("event.offline.error", process_id="x", message_id=[]).result is True


def test_a_plan_without_the_features(make: Make) -> None:
    app = make(features={})
    app.add_deal()
    words = "This feature is not enabled for the current license: extended offline events handling"
    assert app.call("event.offline.get", clear=0).error == (403, "WRONG_LICENSE", words)
    assert app.call("event.offline.get", auth_connector="x").error[:2] == (403, "WRONG_LICENSE")
    assert app.call("feature.get", CODE="rest_offline_extended").result == {"value": "N"}
    assert app.offline() == [(ADD, "1")]


def test_own_changes_are_not_heard(make: Make) -> None:
    app = make(connector="uzel")
    app.call("crm.deal.add", fields={"TITLE": "own"}, auth_connector="uzel")
    app.call("crm.item.update", entityTypeId=2, id=1, fields={"title": "own too"}, auth_connector="uzel")
    app.batch({"a": "crm.deal.update?id=1&fields[TITLE]=in+a+batch&auth_connector=uzel"})
    assert app.offline(auth_connector="uzel") == []
    app.call("crm.deal.update", id=1, fields={"TITLE": "another's"}, auth_connector="other")
    rename(app, 1, "a person's")
    assert app.offline() == [], "without the key only events without a source"
    assert app.offline(auth_connector="uzel") == [(UPDATE, "1")]


def test_a_key_belongs_to_its_command_only(make: Make) -> None:
    app = make(connector="uzel")
    app.batch({"own": "crm.deal.add?fields[TITLE]=a&auth_connector=uzel", "not": "crm.deal.add?fields[TITLE]=b"})
    assert app.offline(auth_connector="uzel") == [(ADD, "2")]


def test_crm_item_may_not_heed_the_key(make: Make) -> None:
    app = make(connector="uzel", auth_connector_in_crm_item=False)
    app.call("crm.item.add", entityTypeId=2, fields={}, auth_connector="uzel")
    app.call("crm.deal.update", id=1, fields={"TITLE": "x"}, auth_connector="uzel")
    assert app.offline(auth_connector="uzel") == [(ADD, "1")]


def test_queues_with_and_without_a_key_live_side_by_side(make: Make) -> None:
    app = make(connector="uzel")
    app.call("event.bind", event=ADD, event_type="offline")
    app.call("crm.deal.add", fields={}, auth_connector="uzel")
    assert (app.offline(auth_connector="uzel"), app.offline()) == ([], [(ADD, "1")])
    other = App(app.portal, app.portal.install_application())
    assert other.offline() == [], "each application has its own"
    other.close()


def test_unbinding_forgets_the_rows(make: Make) -> None:
    app = make()
    app.add_deal()
    assert app.call("event.unbind", event=ADD, event_type="offline").result == {"count": 1}
    rename(app, 1, "x")
    app.add_deal()
    assert app.offline() == [(UPDATE, "1")]


def pings(app: App, receiver: Receiver) -> list[dict[str, str]]:
    app.portal.events.deliver_now()
    got, receiver.forms[:] = list(receiver.forms), []
    return got


def test_a_ping(make: Make, receiver: Receiver) -> None:
    app = make()
    app.portal.events.pause()
    app.call("event.bind", event="onOfflineEvent", handler=receiver.url, options={"minTimeout": 3600})
    app.add_deal()
    rename(app, 1, "x")
    (ping,) = pings(app, receiver)
    assert (ping["event"], ping["data[type]"], ping["data[event]"]) == ("ONOFFLINEEVENT", "add", ADD)
    assert (ping["data[handler]"], ping["data[minTimeout]"]) == (receiver.url, "3600")
    assert ping["auth[application_token]"] == app.application.application_token
    app.token = ping["auth[access_token]"]
    assert app.call("profile").result["ID"] == "1"
    assert app.renew(ping["auth[refresh_token]"]).status == 200
    rename(app, 1, "y")
    assert pings(app, receiver) == [], "silent until the time is over"


def test_a_ping_may_come_when_the_pause_is_over(make: Make, receiver: Receiver) -> None:
    app = make(offline_ping_after_pause=True)
    app.call("event.bind", event="onOfflineEvent", handler=receiver.url, options={"minTimeout": 3600})
    for _ in range(5):
        app.add_deal()
    assert app.portal.events.waiting() >= 1
    app.portal.events.deliver_now()
    assert app.portal.events.wait_idle(5)
    assert len(receiver.forms) == 2, "the first at once, one for all the others"


def test_a_ping_for_each_request(make: Make, receiver: Receiver) -> None:
    app = make(events_in_order=True)
    app.portal.events.pause()
    app.call("event.bind", event="onOfflineEvent", handler=receiver.url, options={"minTimeout": 0})
    app.batch({str(number): "crm.deal.add?fields[TITLE]=x" for number in range(10)})
    assert len(pings(app, receiver)) == 1
    app.call("crm.deal.update", id=1, fields={"TITLE": "y"})
    app.call("crm.deal.update", id=1, fields={"TITLE": "z"})
    assert [ping["data[type]"] for ping in pings(app, receiver)] == ["add", "update"]


def test_own_changes_do_not_ping(make: Make, receiver: Receiver) -> None:
    app = make(connector="uzel")
    app.portal.events.pause()
    app.call("event.bind", event="onOfflineEvent", handler=receiver.url)
    app.call("crm.deal.add", fields={}, auth_connector="uzel")
    assert pings(app, receiver) == []


def test_pings_bring_the_same_refresh_token_until_it_is_used(make: Make, receiver: Receiver) -> None:
    app = make()
    app.portal.events.pause()
    app.call("event.bind", event="onOfflineEvent", handler=receiver.url, options={"minTimeout": 0})
    refresh = []
    for number in range(3):
        app.portal.manager_create()
        refresh += [ping["auth[refresh_token]"] for ping in pings(app, receiver)]
        if number == 1:
            assert app.renew(refresh[-1]).status == 200
    assert refresh[0] == refresh[1] != refresh[2]
    assert app.renew(refresh[2]).status == 200
