"""Pages of applications in places of the portal, installation that a person finishes, settings kept in the portal."""

import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.emulators.bitrix24_portal.application import FEATURES, App
from tests.emulators.bitrix24_portal.client import Client
from tests.emulators.bitrix24_portal.conftest import Receiver
from uzel.emulators.bitrix24_portal import Options, start_portal

TAB = "CRM_DEAL_DETAIL_TAB"
Make = Callable[..., App]


@pytest.fixture
def make() -> Iterator[Make]:
    """``make(has_interface=…, scopes=…, …options)`` → an application in a new portal."""
    made: list[App] = []

    def begin(*, has_interface: bool = False, scopes: tuple[str, ...] = (), handler: str = "", **options: Any) -> App:
        portal = start_portal(0, limits=False, options=Options(**{"features": FEATURES, **options}))
        given = portal.install_application(
            handler, redirect_uri="https://uzel.example/code", scopes=scopes, has_interface=has_interface
        )
        made.append(App(portal, given))
        return made[-1]

    yield begin
    for app in made:
        app.close()
        app.portal.stop()


def as_user(app: App, user_id: int) -> App:
    other = App(app.portal, app.application)
    code = app.authorize(user_id=user_id)["code"]
    other.token = app.tokens(grant_type="authorization_code", code=code).json["access_token"]
    return other


def bind(app: App, **params: Any) -> Any:
    return app.call("placement.bind", **{"PLACEMENT": TAB, "HANDLER": "https://uzel.example/tab", **params})


def test_a_page_is_registered_shown_and_taken_away(make: Make) -> None:
    app = make()
    words = {"ru": {"TITLE": "Обмен"}}
    assert bind(app, TITLE="Узел", LANG_ALL=words, OPTIONS={"a": "1"}).result is True
    bind(app, HANDLER="https://uzel.example/other")
    first, second = app.call("placement.get").result
    assert first == {
        "placement": TAB, "userId": 0, "handler": "https://uzel.example/tab", "options": {"a": "1"}, "title": "Узел",
        "description": "", "langAll": {"ru": {"TITLE": "Обмен", "DESCRIPTION": "", "GROUP_NAME": ""}},
    }  # fmt: skip
    assert (second["options"], second["langAll"]) == ([], [])
    assert app.call("placement.unbind", PLACEMENT=TAB, HANDLER="https://uzel.example/other").result == {"count": 2}
    assert app.call("placement.unbind", PLACEMENT=TAB, USER_ID=7).result == {"count": 0}
    assert app.call("placement.unbind", PLACEMENT=TAB).result == {"count": 2}
    assert app.call("placement.get").result == []


def test_places_are_those_of_the_scopes(make: Make) -> None:
    app, poor = make(), make(scopes=("placement",))
    app.call("crm.type.add", fields={"title": "Узлы", "entityTypeId": 1030})
    assert {TAB, "CRM_DYNAMIC_1030_DETAIL_TAB", "LEFT_MENU"} <= set(app.call("placement.list").result)
    assert poor.call("placement.list").result == ["LEFT_MENU", "PAGE_BACKGROUND_WORKER"]
    assert TAB in poor.call("placement.list", FULL="Y").result
    assert TAB in poor.call("placement.list", SCOPE="crm").result
    assert "LEFT_MENU" not in poor.call("placement.list", SCOPE="crm").result
    assert bind(poor).error[1] == "ERROR_PLACEMENT_NOT_FOUND"


@pytest.mark.parametrize(
    ("params", "code"),
    [
        ({"PLACEMENT": ""}, "ERROR_ARGUMENT"),
        ({"HANDLER": ""}, "ERROR_ARGUMENT"),
        ({"PLACEMENT": "CRM_DYNAMIC_1030_DETAIL_TAB"}, "ERROR_PLACEMENT_NOT_FOUND"),
        ({"HANDLER": "ftp://uzel.example"}, "ERROR_UNSUPPORTED_PROTOCOL"),
        ({"USER_ID": 3}, "ERROR_PLACEMENT_USER_MODE"),
    ],
)
def test_a_wrong_page_is_refused(make: Make, params: dict[str, Any], code: str) -> None:
    app = make()
    refused = bind(app, **params)
    assert refused.error[:2] == (400, code)
    assert refused.json.get("argument") == (next(iter(params)) if code == "ERROR_ARGUMENT" else None)
    assert app.call("placement.get").result == []


def test_who_may_register_pages(make: Make) -> None:
    app = make()
    manager, webhook = as_user(app, 3), Client(app.portal)
    assert bind(manager).error[:2] == (403, "ACCESS_DENIED")
    assert webhook.call("placement.bind", PLACEMENT=TAB).error[:2] == (403, "WRONG_AUTH_TYPE")
    assert bind(make(scopes=("crm",))).error[1] == "insufficient_scope"
    for client in (manager, webhook):
        client.close()


@pytest.mark.parametrize(("switch", "status"), [("error", 400), ("accepted", 200)])
def test_the_same_page_twice(make: Make, switch: str, status: int) -> None:
    app = make(placement_bind_twice=switch)
    bind(app)
    assert bind(app).status == status
    assert len(app.call("placement.get").result) == 1
    worker = {"PLACEMENT": "PAGE_BACKGROUND_WORKER"}
    assert bind(app, **worker, USER_ID=3).result is True
    assert bind(app, **worker, HANDLER="https://uzel.example/w").error[1] == "ERROR_PLACEMENT_MAX_COUNT"


def test_a_place_is_opened_in_the_name_of_who_looks(make: Make, receiver: Receiver) -> None:
    app = make()
    bind(app, HANDLER=receiver.url + "?a=1")
    opened = app.portal.open_placement(TAB, user_id=3, context={"ID": "7"})
    (form,) = receiver.forms
    query = {name: values[0] for name, values in parse_qs(urlsplit(form["path"]).query).items()}
    assert (query["a"], query["DOMAIN"], query["PROTOCOL"], query["LANG"], len(query["APP_SID"])) == (
        "1", app.portal.domain, "0", "ru", 32,
    )  # fmt: skip
    assert (opened.status, form["PLACEMENT"], json.loads(form["PLACEMENT_OPTIONS"])) == (200, TAB, {"ID": "7"})
    assert (form["member_id"], form["APPLICATION_TOKEN"]) == (app.application.member_id, app.application.application_token)
    assert (form["AUTH_EXPIRES"], form["status"]) == ("3600", "L")
    app.token = form["AUTH_ID"]
    assert app.call("profile").result["ID"] == "3"
    assert "access_token" in app.renew(form["REFRESH_ID"]).json


def test_scripts_open_places_too(make: Make, receiver: Receiver) -> None:
    app = make()
    bind(app, HANDLER=receiver.url)
    opened = app.post("/_emulator/placements", {"placement": TAB, "user_id": 2, "context": {"ID": "7"}}).json
    assert (opened["status"], opened["form"]["PLACEMENT"]) == (200, TAB)
    assert [one["code"] for one in app.send("GET", "/_emulator/placements").json] == [TAB]
    for wrong in ({"placement": "LEFT_MENU"}, {"placement": TAB, "user_id": 99}, {"placement": TAB, "user_id": "x"}):
        assert app.post("/_emulator/placements", wrong).error[:2] == (400, "INVALID")


def test_a_page_that_does_not_answer(make: Make) -> None:
    app = make()
    bind(app, HANDLER="http://127.0.0.1:9/tab")
    assert app.portal.open_placement(TAB, user_id=3).status == 0


def test_until_a_person_finishes_the_installation_nothing_works(make: Make, receiver: Receiver) -> None:
    app = make(has_interface=True, handler=receiver.url)
    bind(app, HANDLER=receiver.url)
    app.call("event.bind", event="ONCRMDEALADD", handler=receiver.url)
    app.call("event.bind", event="ONCRMDEALADD", event_type="offline")
    app.portal.manager_create()
    assert app.portal.events.wait_idle(5)
    assert (receiver.forms, app.offline()) == ([], [])
    assert app.call("app.info").result["INSTALLED"] is False
    with pytest.raises(ValueError, match="не установлено"):
        app.portal.open_placement(TAB, user_id=3)
    assert app.portal.open_placement(TAB, user_id=1).status == 200, "an administrator sees it"
    receiver.forms.clear()
    assert app.portal.finish_installation(app.application).is_installed
    app.portal.manager_create()
    assert app.portal.events.wait_idle(5)
    assert sorted(form["event"] for form in receiver.forms) == ["ONAPPINSTALL", "ONCRMDEALADD"]
    assert app.offline() == [("ONCRMDEALADD", "2")]
    assert app.call("app.info").result["INSTALLED"] is True
    assert app.portal.open_placement(TAB, user_id=3).status == 200


def test_settings_are_kept_for_all_and_for_each(make: Make) -> None:
    app = make()
    manager = as_user(app, 3)
    assert app.call("app.option.get").result == []
    assert app.call("app.option.set", options={"a": "1", "b": [1, 2]}).result is True
    assert app.call("app.option.set", b=3).result is True, "without options the parameters themselves are settings"
    assert manager.call("app.option.get").result == {"a": "1", "b": 3}
    assert (manager.call("app.option.get", option="a").result, manager.call("app.option.get", option="c").result) == ("1", None)
    assert manager.call("user.option.set", options={"a": "mine"}).result is True
    assert (app.call("user.option.get").result, manager.call("user.option.get", option="a").result) == ([], "mine")
    assert manager.call("app.option.set", options={"a": "2"}).error == (
        403, "ACCESS_DENIED", "Access denied! Administrator authorization required"
    )  # fmt: skip
    refused = app.call("app.option.set", options={})
    assert (refused.status, refused.json["error"], refused.json["argument"]) == (400, "ERROR_ARGUMENT", "options")
    manager.close()


def test_a_webhook_has_no_settings(rest: Client) -> None:
    for method in ("app.option.get", "app.option.set", "user.option.get", "user.option.set"):
        assert rest.call(method, options={"a": 1}).error == (
            403, "ACCESS_DENIED", "Access denied! Application context required"
        )  # fmt: skip


def test_everything_goes_with_the_application(make: Make) -> None:
    app = make()
    bind(app)
    app.call("app.option.set", options={"a": "1"})
    app.portal.uninstall_application(app.application)
    assert app.send("GET", "/_emulator/placements").json == []
