"""A local application: its tokens, their ends, what it may call, how it is installed and removed."""

from collections.abc import Callable, Iterator
from http.client import HTTPException
from urllib.parse import urlencode

import pytest

from tests.emulators.bitrix24_portal.application import App, Moving
from tests.emulators.bitrix24_portal.client import Client
from tests.emulators.bitrix24_portal.conftest import Receiver
from uzel.emulators.bitrix24_portal import Options, RunningPortal, start_portal

REDIRECT = "https://uzel.example/code?from=portal"
Make = Callable[..., App]


@pytest.fixture
def clock() -> Moving:
    return Moving()


@pytest.fixture
def make(clock: Moving) -> Iterator[Make]:
    """``make(speed=…, options=…)`` → an application installed in a new portal."""
    made: list[App] = []

    def begin(*, speed: float = 1.0, handler_url: str = "", scopes: tuple[str, ...] = (), **options: object) -> App:
        portal = start_portal(0, limits=False, speed=speed, options=Options(**options), now=clock)  # type: ignore[arg-type]
        made.append(App(portal, portal.install_application(handler_url, redirect_uri=REDIRECT, scopes=scopes)))
        return made[-1]

    yield begin
    for app in made:
        app.close()
        app.portal.stop()


def test_a_call_with_a_token_in_the_body_or_in_the_query(make: Make) -> None:
    app = make()
    assert app.call("profile").result["ID"] == "1"
    assert app.send("GET", f"/rest/profile.json?auth={app.token}").result["ID"] == "1"
    assert app.form("user.current", [("auth", app.token)]).result["ID"] == "1"
    assert app.batch({"a": "profile", "b": "scope"})["result"]["a"]["ID"] == "1"
    assert app.add_deal(title="x")["createdBy"] == 1


def test_no_token_and_an_unknown_one(make: Make) -> None:
    app = make()
    assert app.post("/rest/profile", {}).error[:2] == (401, "NO_AUTH_FOUND")
    app.token = "unknown"
    assert app.call("profile").error[:2] == (401, "NO_AUTH_FOUND")


def test_an_access_token_lives_an_hour(make: Make, clock: Moving) -> None:
    app = make()
    clock.now += 3599
    assert app.call("profile").status == 200
    clock.now += 1
    assert app.call("profile").error == (401, "expired_token", "The access token provided has expired")
    assert app.call("batch", cmd={"a": "profile"}).error[:2] == (401, "expired_token")


def test_speed_shortens_the_hour(make: Make, clock: Moving) -> None:
    app = make(speed=10)
    got = app.renew(app.application.refresh_token).json
    assert (got["expires_in"], got["expires"]) == (360, int(clock.now) + 360)
    clock.now += 360
    assert app.call("profile").error[:2] == (401, "expired_token")


def test_a_refresh_token_works_once(make: Make) -> None:
    app = make()
    first = app.renew(app.application.refresh_token).json
    assert app.call("profile").status == 200, "the old access token lives to its end"
    assert app.renew(app.application.refresh_token).error[:2] == (400, "invalid_grant")
    assert first["refresh_token"] != app.application.refresh_token
    app.token = first["access_token"]
    assert app.call("profile").status == 200
    assert app.renew(first["refresh_token"]).status == 200


def test_what_the_token_server_answers(make: Make) -> None:
    app = make(scopes=("crm", "user"))
    got = app.renew(app.application.refresh_token).json
    assert (got["expires_in"], got["scope"], got["status"], got["user_id"]) == (3600, "crm,user", "L", 1)
    assert (got["domain"], got["server_endpoint"]) == ("oauth.bitrix.info", "https://oauth.bitrix.info/rest/")
    assert (got["client_endpoint"], got["member_id"]) == (app.portal.url + "/rest/", app.application.member_id)


def test_a_refresh_token_lives_180_days(make: Make, clock: Moving) -> None:
    app = make()
    clock.now += 180 * 86400
    assert app.renew(app.application.refresh_token).error[:2] == (400, "invalid_grant")


def test_a_code(make: Make, clock: Moving) -> None:
    app = make(scopes=("crm",))
    back = app.authorize(state="s 1", user_id=3)
    assert (back["from"], back["state"], back["domain"], back["scope"]) == ("portal", "s 1", app.portal.domain, "crm")
    assert (back["member_id"], back["server_domain"]) == (app.application.member_id, "oauth.bitrix.info")
    got = app.tokens(grant_type="authorization_code", code=back["code"]).json
    app.token = got["access_token"]
    assert (got["user_id"], app.call("profile").result["ID"]) == (3, "3")
    again = app.tokens(grant_type="authorization_code", code=back["code"])
    assert again.error[:2] == (400, "invalid_grant"), "a code works once"
    late = app.authorize()["code"]
    clock.now += 30
    assert app.tokens(grant_type="authorization_code", code=late).error[:2] == (400, "invalid_grant")


def test_a_code_without_a_place_to_return_to(make: Make) -> None:
    app = make()
    bare = app.portal.install_application()
    got = app.send("GET", f"/oauth/authorize/?client_id={bare.client_id}")
    assert (got.status, "Код авторизации" in got.body.decode()) == (200, True)
    assert app.send("GET", "/oauth/authorize/?client_id=none").status == 404
    assert app.send("GET", "/oauth/elsewhere/").status == 404


def test_errors_of_the_token_server(make: Make) -> None:
    app, refresh = make(scopes=("crm",)), "refresh_token"
    token = app.application.refresh_token
    assert app.tokens(grant_type="password").error[:2] == (400, "invalid_request")
    assert app.tokens(grant_type=refresh).error[:2] == (400, "invalid_request")
    assert app.tokens(grant_type=refresh, refresh_token=token, client_id="").error[:2] == (400, "invalid_request")
    assert app.tokens(grant_type=refresh, refresh_token=token, client_id="local.x").error[:2] == (400, "invalid_client")
    assert app.tokens(grant_type=refresh, refresh_token=token, client_secret="x").error[:2] == (400, "invalid_client")
    assert app.tokens(grant_type=refresh, refresh_token=token, scope="crm,user").error[:2] == (400, "invalid_scope")
    other = App(app.portal, app.portal.install_application())
    assert other.renew(token).error[:2] == (400, "invalid_grant"), "another's token"
    other.close()
    assert app.renew(token).status == 200, "none of it used the token up"
    unpaid = make(application_paid=False)
    assert unpaid.renew(unpaid.application.refresh_token).error == (400, "PAYMENT_REQUIRED", "Payment required")
    assert unpaid.call("app.info").result["PAYMENT_EXPIRED"] == "Y"


def test_the_token_server_reads_a_form_too(make: Make) -> None:
    app = make()
    body = urlencode({
        "grant_type": "refresh_token", "refresh_token": app.application.refresh_token,
        "client_id": app.application.client_id, "client_secret": app.application.client_secret,
    })  # fmt: skip
    assert app.send("POST", "/oauth/token", body, {"Content-Type": "application/x-www-form-urlencoded"}).status == 200


def test_the_token_server_fails(make: Make) -> None:
    app = make()
    app.portal.faults.fail_next(502, method="oauth.token")
    assert app.renew(app.application.refresh_token).status == 502
    app.portal.faults.fail_next(500, method="oauth.token")
    assert app.renew(app.application.refresh_token).error[:2] == (500, "INTERNAL_SERVER_ERROR")
    app.portal.faults.fail_next(503)
    app.portal.faults.lose_answer("oauth.token")
    with pytest.raises((HTTPException, OSError)):
        app.renew(app.application.refresh_token)
    app.connection.close()
    assert app.renew(app.application.refresh_token).error[:2] == (400, "invalid_grant"), "the new one is lost"
    assert app.call("profile").status == 503, "a fault without a name waits for REST"
    assert app.portal.calls()["counters"]["commands"]["oauth.token"] == 1
    assert app.portal.calls()["counters"]["command_errors"] == {"invalid_grant": 1}
    assert app.portal.calls()["counters"]["requests"] == 1


def test_scopes_are_those_of_the_application(make: Make) -> None:
    app = make(scopes=("crm",))
    assert app.call("user.get").error[:2] == (403, "insufficient_scope")
    assert app.call("scope").result == ["crm"]
    assert {"event.bind", "crm.item.add"} <= set(app.call("methods").result)
    assert "user.get" not in app.call("methods").result
    assert app.call("method.get", name="event.bind").result == {"isExisting": True, "isAvailable": True}


def test_rights_are_those_of_the_user(make: Make) -> None:
    app = make(manager_rights="own")
    mine = app.add_deal(assignedById=3)["id"]
    other = app.add_deal(assignedById=2)["id"]
    app.token = app.tokens(grant_type="authorization_code", code=app.authorize(user_id=3)["code"]).json["access_token"]
    assert [deal["id"] for deal in app.call("crm.item.list", entityTypeId=2).result["items"]] == [mine]
    assert app.call("crm.item.get", entityTypeId=2, id=other).error[:2] == (400, "ACCESS_DENIED")


def test_a_dismissed_employee(make: Make) -> None:
    app = make()
    first = app.token
    app.token = app.tokens(grant_type="authorization_code", code=app.authorize(user_id=3)["code"]).json["access_token"]
    hired, app.token = app.token, first
    app.call("user.update", ID=3, ACTIVE="N")
    app.token = hired
    assert app.call("profile").error[:2] == (403, "user_access_error")


def test_app_info(make: Make) -> None:
    app = make()
    info = app.call("app.info").result
    assert (info["ID"], info["CODE"], info["STATUS"]) == (1, app.application.client_id, "L")
    assert (info["INSTALLED"], info["PAYMENT_EXPIRED"], info["DAYS"]) == (True, "N", None)


def test_a_plan_without_rest(make: Make) -> None:
    assert make(commercial_plan=False).call("profile").error[:2] == (403, "ACCESS_DENIED")


def test_operating_time_is_the_applications(clock: Moving) -> None:
    with start_portal(0, speed=1000, options=Options(costs={"profile": 5.0}, operating_limit_s=4.0), now=clock) as portal:
        app, hook = App(portal, portal.install_application()), Client(portal)
        assert app.call("profile").status == 200
        assert app.call("profile").error[:2] == (429, "OPERATION_TIME_LIMIT")
        assert hook.call("profile").status == 200, "the webhook has time of its own"
        app.close()
        hook.close()


def test_installation(make: Make, receiver: Receiver) -> None:
    app = make(handler_url=receiver.url, scopes=("crm", "user"))
    assert app.portal.events.wait_idle(5)
    form, application = receiver.forms[0], app.application
    assert (form["event"], form["data[VERSION]"], form["data[ACTIVE]"]) == ("ONAPPINSTALL", "1", "Y")
    assert (form["data[INSTALLED]"], form["data[LANGUAGE_ID]"], form["ts"]) == ("Y", "ru", "1800000000")
    assert (form["auth[access_token]"], form["auth[refresh_token]"]) == (app.token, application.refresh_token)
    assert (form["auth[expires_in]"], form["auth[scope]"], form["auth[status]"]) == ("3600", "crm,user", "L")
    assert form["auth[application_token]"] == application.application_token
    assert form["auth[member_id]"] == application.member_id
    assert (form["auth[domain]"], form["auth[client_endpoint]"]) == (app.portal.domain, app.portal.url + "/rest/")
    assert form["auth[server_endpoint]"] == "https://oauth.bitrix.info/rest/"
    assert len(application.application_token) == 32


def test_installation_may_bring_no_tokens(make: Make, receiver: Receiver) -> None:
    app = make(handler_url=receiver.url, install_event_brings_tokens=False)
    assert app.portal.events.wait_idle(5)
    assert "auth[access_token]" not in receiver.forms[0]
    assert receiver.forms[0]["auth[application_token]"] == app.application.application_token


@pytest.mark.parametrize("name", ["ONAPPUNINSTALL", "ONAPPSUNINSTALL"])
def test_removal(make: Make, receiver: Receiver, name: str) -> None:
    app = make(uninstall_event_name=name)
    app.call("event.bind", event="onAppUninstall", handler=receiver.url)
    app.call("event.bind", event="onCrmDealAdd", handler=receiver.url)
    app.portal.uninstall_application(app.application)
    assert app.portal.events.wait_idle(5)
    form = receiver.forms[0]
    assert (form["event"], form["data[CLEAN]"], form["data[LANGUAGE_ID]"]) == (name, "1", "ru")
    assert form["auth[application_token]"] == app.application.application_token
    assert not {"auth[access_token]", "auth[refresh_token]"} & set(form)
    assert app.call("profile").error[:2] == (401, "NO_AUTH_FOUND")
    assert app.renew(app.application.refresh_token).error[:2] == (400, "invalid_client")
    app.portal.manager_create()
    assert app.portal.events.wait_idle(5)
    assert len(receiver.forms) == 1, "its handlers are gone"


def test_installation_over_http(portal: RunningPortal, rest: Client, receiver: Receiver) -> None:
    made = rest.post("/_emulator/applications", {"handler_url": receiver.url, "scopes": ["crm"]}).json
    assert portal.events.wait_idle(5)
    assert receiver.forms[0]["auth[access_token]"] == made["access_token"]
    assert rest.send("GET", "/_emulator/applications").json == [made]
    assert rest.post("/_emulator/applications", {"user_id": 77}).status == 400
    assert rest.post("/_emulator/applications", {"secret": "x"}).status == 400


def test_the_same_seed_gives_the_same_keys(make: Make) -> None:
    one, two, other = make().application, make().application, make(seed=2).application
    assert one == two
    assert one.client_secret != other.client_secret
