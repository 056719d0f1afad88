"""Online events of an application: who may bind them, what they bring, whose token it is."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.emulators.bitrix24_portal.application import FEATURES, App, Moving
from tests.emulators.bitrix24_portal.conftest import Receiver
from uzel.emulators.bitrix24_portal import Options, start_portal

Make = Callable[..., App]


@pytest.fixture
def moving() -> Moving:
    return Moving()


@pytest.fixture
def make(moving: Moving) -> Iterator[Make]:
    """``make(…)`` → an application in a portal with these switches."""
    made: list[App] = []

    def begin(*, scopes: tuple[str, ...] = (), **options: Any) -> App:
        portal = start_portal(0, limits=False, options=Options(**options), now=moving)
        made.append(App(portal, portal.install_application(redirect_uri="https://uzel.example/code", scopes=scopes)))
        return made[-1]

    yield begin
    for app in made:
        app.close()
        app.portal.stop()


def forms(app: App, receiver: Receiver) -> list[dict[str, str]]:
    assert app.portal.events.wait_idle(5)
    got, receiver.forms[:] = sorted(receiver.forms, key=lambda form: form.get("data[FIELDS][ID]", "")), []
    return got


def as_user(app: App, user_id: int) -> App:
    other = App(app.portal, app.application)
    code = app.authorize(user_id=user_id)["code"]
    other.token = app.tokens(grant_type="authorization_code", code=code).json["access_token"]
    return other


def test_the_form_of_an_event(make: Make, receiver: Receiver) -> None:
    app = make(scopes=("crm",))
    assert app.call("event.bind", event="onCrmDealAdd", handler=receiver.url + "?x=1").result is True
    app.portal.manager_create(user_id=2)
    (form,) = forms(app, receiver)
    assert (form["event"], form["event_handler_id"], form["data[FIELDS][ID]"]) == ("ONCRMDEALADD", "1", "1")
    assert (form["ts"], form["path"]) == ("1800000000", "/portal/main/events?x=1")
    assert (form["auth[expires_in]"], form["auth[scope]"], form["auth[status]"]) == ("3600", "crm", "L")
    assert (form["auth[domain]"], form["auth[client_endpoint]"]) == (app.portal.domain, app.portal.url + "/rest/")
    assert form["auth[server_endpoint]"] == "https://oauth.bitrix.info/rest/"
    assert form["auth[member_id]"] == app.application.member_id
    assert form["auth[application_token]"] == app.application.application_token
    assert "auth[refresh_token]" not in form


def test_the_token_is_of_whoever_did_it(make: Make, receiver: Receiver) -> None:
    app = make()
    app.call("event.bind", event="ONCRMDEALADD", handler=receiver.url)
    app.portal.manager_create(user_id=4)
    app.add_deal()
    for form, user in zip(forms(app, receiver), ("4", "1"), strict=True):
        app.token = form["auth[access_token]"]
        assert app.call("profile").result["ID"] == user


def test_auth_type_names_the_user(make: Make, receiver: Receiver) -> None:
    app = make()
    app.call("event.bind", event="ONCRMDEALDELETE", handler=receiver.url, auth_type=3)
    app.call("event.bind", event="ONCRMDEALDELETE", handler=receiver.url + "/robot")
    deal_id = app.portal.manager_create()
    app.portal.manager_delete(deal_id)
    named, robot = sorted(forms(app, receiver), key=lambda form: form["path"])
    assert "auth[access_token]" not in robot, "nobody did it"
    app.token = named["auth[access_token]"]
    assert app.call("profile").result["ID"] == "3"


def test_events_share_a_token_while_it_is_young(make: Make, moving: Moving, receiver: Receiver) -> None:
    app = make()
    app.call("event.bind", event="ONCRMDEALADD", handler=receiver.url)
    tokens = []
    for pause in (0, 1800, 1):
        moving.now += pause
        app.portal.manager_create()
        (form,) = forms(app, receiver)
        tokens.append((form["auth[access_token]"], form["auth[expires_in]"]))
    assert tokens[1] == (tokens[0][0], "1800")
    assert tokens[2][0] != tokens[0][0]
    assert tokens[2][1] == "3600"


def test_handlers_are_listed_and_unbound(make: Make, receiver: Receiver) -> None:
    app = make()
    for auth_type in ({}, {"auth_type": 3}):
        app.call("event.bind", event="ONCRMDEALADD", handler=receiver.url, **auth_type)
    app.call("event.bind", event="ONCRMDEALUPDATE", event_type="offline")
    app.call("event.bind", event="ONCRMDEALUPDATE", handler=receiver.url)
    online = {"handler": receiver.url, "offline": 0}
    assert app.call("event.get").result == [
        {"event": "ONCRMDEALADD", "auth_type": "0", **online},
        {"event": "ONCRMDEALADD", "auth_type": "3", **online},
        {"event": "ONCRMDEALUPDATE", "connector_id": "", "offline": 1},
        {"event": "ONCRMDEALUPDATE", "auth_type": "0", **online},
    ]
    gone = {"event": "onCrmDealAdd", "handler": receiver.url}
    assert app.call("event.unbind", **gone, auth_type=0).result == {"count": 1}
    assert app.call("event.unbind", EVENT="onCrmDealAdd", HANDLER=receiver.url).result == {"count": 1}
    assert app.call("event.unbind", event="onCrmDealUpdate", event_type="offline").result == {"count": 1}
    assert app.call("event.unbind", **gone).result == {"count": 0}
    app.portal.manager_create()
    app.portal.manager_edit(1, fields={"title": "x"})
    assert [form["event"] for form in forms(app, receiver)] == ["ONCRMDEALUPDATE"]


def test_the_same_handler_twice(make: Make, receiver: Receiver) -> None:
    wish = {"event": "ONCRMDEALADD", "handler": receiver.url}
    app = make()
    app.call("event.bind", **wish)
    assert app.call("event.bind", **wish).error == (400, "ERROR_CORE", "Unable to set event handler: Handler already binded")
    mild = make(event_bind_twice="accepted")
    assert [mild.call("event.bind", **wish).result for _ in range(2)] == [True, True]
    assert len(mild.call("event.get").result) == 1


@pytest.mark.parametrize(
    ("wish", "expected"),
    [
        ({"handler": "http://a.b/c"}, (400, "ERROR_ARGUMENT", "Argument 'EVENT' is null or empty")),
        ({"event": "ONCRMDEALADD"}, (400, "ERROR_ARGUMENT", "Argument 'HANDLER' is null or empty")),
        ({"event": "ONNOSUCH", "handler": "http://a.b/c"}, (400, "ERROR_EVENT_NOT_FOUND", "Event not found")),
        ({"event": "ONCRMDEALADD", "handler": "ftp://a.b/c"}, (400, "ERROR_UNSUPPORTED_PROTOCOL", None)),
        ({"event": "ONCRMDEALADD", "event_type": "x"}, (400, "ERROR_ARGUMENT", None)),
        ({"event": "ONCRMDEALADD", "event_type": "offline", "auth_connector": "u"}, (403, "WRONG_LICENSE", None)),
    ],
)
def test_what_cannot_be_bound(make: Make, wish: dict[str, str], expected: tuple[int, str, str | None]) -> None:
    status, code, words = make().call("event.bind", **wish).error
    assert (status, code) == expected[:2]
    assert expected[2] in (None, words)


def test_events_of_crm_need_its_scope(make: Make, receiver: Receiver) -> None:
    app = make(scopes=("user",))
    assert app.call("event.bind", event="ONCRMDEALADD", handler=receiver.url).error[1] == "ERROR_EVENT_NOT_FOUND"
    assert app.call("event.bind", event="ONAPPUNINSTALL", handler=receiver.url).result is True
    assert {"ONAPPINSTALL", "ONOFFLINEEVENT", "ONCRMDEALADD"} <= set(app.call("events").result)


def test_what_an_ordinary_employee_may_bind(make: Make, receiver: Receiver) -> None:
    app = make()
    manager, wish = as_user(app, 3), {"event": "ONCRMDEALADD", "handler": receiver.url}
    assert manager.call("event.bind", **wish, auth_type=2).error == (403, "ACCESS_DENIED", "Access denied!")
    assert manager.call("event.bind", event="ONCRMDEALADD", event_type="offline").error[:2] == (403, "ACCESS_DENIED")
    assert manager.call("event.bind", **wish).result is True
    assert manager.call("event.get").result[0]["auth_type"] == "3", "in his own name"
    assert manager.call("event.unbind", **wish).error[:2] == (403, "ACCESS_DENIED")
    assert manager.call("event.offline.get").error[:2] == (403, "ACCESS_DENIED")
    manager.close()


def test_two_applications_and_the_outgoing_webhook(make: Make, receiver: Receiver) -> None:
    app = make()
    other = App(app.portal, app.portal.install_application())
    app.portal.set_event_handler(receiver.url, "webhook")
    for one in (app, other):
        one.call("event.bind", event="ONCRMDEALADD", handler=receiver.url)
    app.add_deal()
    tokens = {form["auth[application_token]"] for form in forms(app, receiver)}
    assert tokens == {"webhook", app.application.application_token, other.application.application_token}
    assert len(other.call("event.get").result) == 1, "each sees its own"
    other.close()


def test_faults_and_pauses_hold_for_applications_too(make: Make, receiver: Receiver) -> None:
    app = make()
    app.call("event.bind", event="ONCRMDEALADD", handler=receiver.url)
    app.portal.faults.lose_events("ONCRMDEALADD")
    app.add_deal()
    app.portal.faults.double_events("ONCRMDEALADD")
    app.add_deal()
    assert [form["data[FIELDS][ID]"] for form in forms(app, receiver)] == ["2", "2"]
    app.portal.events.pause()
    app.add_deal()
    assert app.portal.events.waiting() == 1
    assert app.portal.events.deliver_now() == 1
    assert app.portal.events.log()[-1]["status"] == 200


def test_moves_between_pipelines_are_heard(make: Make, receiver: Receiver) -> None:
    app = make(webhook_hears_category_moves=False)
    app.call("event.bind", event="onCrmDealMoveToCategory", handler=receiver.url)
    app.call("crm.category.add", entityTypeId=2, fields={"name": "Опт"})
    app.add_deal()
    app.call("crm.item.update", entityTypeId=2, id=1, fields={"categoryId": 1})
    (form,) = forms(app, receiver)
    assert (form["data[FIELDS][CATEGORY_ID]"], form["data[FIELDS][STAGE_ID]"]) == ("1", "C1:NEW")


def test_own_changes_are_heard_online(make: Make, receiver: Receiver) -> None:
    app = make(features=FEATURES)
    app.call("event.bind", event="ONCRMDEALADD", handler=receiver.url, auth_connector="uzel")
    app.call("crm.item.add", entityTypeId=2, fields={}, auth_connector="uzel")
    assert len(forms(app, receiver)) == 1, "source keys are for offline events"


def test_an_application_asks_for_an_event(make: Make, receiver: Receiver) -> None:
    app = make(scopes=("crm",))
    assert app.call("event.test", any="data").result is True
    assert forms(app, receiver) == [], "nobody bound it"
    app.call("event.bind", event="onAppTest", handler=receiver.url)
    assert app.call("event.test", any="data", number=7).result is True
    (form,) = forms(app, receiver)
    assert (form["event"], form["data[QUERY][any]"], form["data[QUERY][number]"]) == ("ONAPPTEST", "data", "7")
    assert (form["data[LANGUAGE_ID]"], "data[QUERY][auth]" in form) == ("ru", False)
    assert form["auth[application_token]"] == app.application.application_token
