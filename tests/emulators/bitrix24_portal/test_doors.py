"""The door of the portal: addresses, verbs, bodies, and every error of the catalogue with its body."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.emulators.bitrix24_portal.client import Client
from uzel.emulators.bitrix24_portal import Options, RunningPortal
from uzel.emulators.bitrix24_portal.errors import CATALOGUE
from uzel.emulators.bitrix24_portal.methods import METHODS


def test_four_ways_to_call(rest: Client) -> None:
    assert rest.call("CRM.Item.ADD", entityTypeId=2, fields={"title": "а"}).result["item"]["title"] == "а"
    assert rest.form("crm.item.add.json", [("entityTypeId", "2"), ("fields[title]", "б в")]).result["item"]["title"] == "б в"
    assert rest.get("crm.item.list", "entityTypeId=2&filter[title]=%D0%B1%20%D0%B2").json["total"] == 1
    body = "".join(
        f'--X\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in (("entityTypeId", "2"), ("fields[title]", "г"))
    )
    headers = {"Content-Type": "multipart/form-data; boundary=X"}
    got = rest.send("POST", rest.base + "crm.item.add", (body + "--X--\r\n").encode(), headers)
    assert got.result["item"]["title"] == "г"


def test_query_and_body_are_read_together(rest: Client) -> None:
    got = rest.post(rest.base + "crm.item.add?entityTypeId=2", {"fields": {"title": "а"}})
    assert got.result["item"]["title"] == "а"


def test_a_chunked_body(rest: Client) -> None:
    chunks = (piece for piece in (b'{"entityTypeId": 2,', b' "fields": {"title": "', "частями".encode(), b'"}}'))
    headers = {"Content-Type": "application/json", "Transfer-Encoding": "chunked"}
    rest.connection.request("POST", rest.base + "crm.item.add", chunks, headers, encode_chunked=True)
    answer = json.loads(rest.connection.getresponse().read())
    assert answer["result"]["item"]["title"] == "частями"


def test_one_connection_serves_many_requests(rest: Client) -> None:
    rest.call("profile")
    first = rest.connection.sock
    rest.call("no.such.method")
    rest.call("profile")
    assert rest.connection.sock is first


def test_a_body_that_is_too_large(with_options: Callable[..., Client]) -> None:
    rest = with_options(max_body_bytes=100)
    assert rest.call("crm.item.add", fields={"title": "x" * 200}).status == 413


def test_time(rest: Client) -> None:
    time = rest.call("profile").json["time"]
    assert set(time) == {
        "start",
        "finish",
        "duration",
        "processing",
        "date_start",
        "date_finish",
        "operating_reset_at",
        "operating",
    }
    assert isinstance(time["operating_reset_at"], int)
    assert time["date_start"].endswith("+03:00")


@pytest.mark.parametrize(
    "path", ["rest/1/wrong/profile", "rest/2/{secret}/profile", "rest/77/{secret}/profile", "rest/x/y/profile"]
)
def test_a_wrong_secret(portal: RunningPortal, rest: Client, path: str) -> None:
    secret = portal.webhook.rstrip("/").rpartition("/")[2]
    assert rest.post("/" + path.format(secret=secret), {}).error == (401, "INVALID_CREDENTIALS", "Invalid request credentials")


def test_what_a_wrong_secret_gets_is_switchable(with_options: Callable[..., Client]) -> None:
    rest = with_options(wrong_secret_error="NO_AUTH_FOUND", wrong_secret_status=403)
    assert rest.post("/rest/1/wrong/profile", {}).error == (403, "NO_AUTH_FOUND", "Wrong authorization data")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/rest/profile", (401, "NO_AUTH_FOUND")),
        ("/rest/api/1/secret/crm.item.get", (404, "ERROR_METHOD_NOT_FOUND")),
        ("/rest/1/", (401, "NO_AUTH_FOUND")),
        ("/rest/1/a/b/c", (404, "ERROR_METHOD_NOT_FOUND")),
        ("/elsewhere", (404, "ERROR_METHOD_NOT_FOUND")),
    ],
)
def test_wrong_addresses(rest: Client, path: str, expected: tuple[int, str]) -> None:
    assert rest.post(path, {}).error[:2] == expected


def test_an_unknown_method(rest: Client) -> None:
    assert rest.call("crm.no.such").error == (404, "ERROR_METHOD_NOT_FOUND", "Method not found!")


def test_methods_of_an_application_only(rest: Client) -> None:
    expected = (403, "WRONG_AUTH_TYPE", CATALOGUE["WRONG_AUTH_TYPE"][1])
    for method in ("event.bind", "event.offline.get", "placement.bind"):
        assert rest.call(method, event="ONCRMDEALADD").error == expected
    assert rest.batch({"a": "event.bind?event=x"})["result_error"]["a"]["error"] == "WRONG_AUTH_TYPE"
    assert rest.call("app.info").error == (400, "ACCESS_DENIED", "Access denied! Application context required")


def test_scopes(with_options: Callable[..., Client]) -> None:
    rest = with_options(scopes=("crm", "basic"))
    assert rest.call("user.get").error == (403, "insufficient_scope", CATALOGUE["insufficient_scope"][1])
    assert rest.call("scope").result == ["crm"]
    assert "user.get" not in rest.call("methods").result
    assert rest.call("method.get", name="user.get").result == {"isExisting": True, "isAvailable": False}


def test_https_and_plans(with_options: Callable[..., Client]) -> None:
    assert with_options(require_https=True).call("profile").error == (400, "INVALID_REQUEST", "Https required")
    assert with_options(commercial_plan=False).call("profile").error == (403, "ACCESS_DENIED", CATALOGUE["ACCESS_DENIED"][1])


def test_what_the_portal_tells_of_itself(rest: Client, with_options: Callable[..., Client]) -> None:
    assert rest.call("server.time").result.endswith("+03:00")
    assert rest.call("feature.get", CODE="rest_auth_connector").result == {"value": "N"}
    assert rest.call("feature.get").error == (400, "CODE_EMPTY", "CODE can't be empty")
    assert "crm.item.add" in rest.call("methods").result
    assert "event.bind" not in rest.call("methods").result
    assert with_options(features={"rest_offline_extended": "Y"}).call("feature.get", CODE="rest_offline_extended").result == {
        "value": "Y"
    }


@pytest.mark.parametrize("code", sorted(CATALOGUE))
def test_every_error_of_the_catalogue(portal: RunningPortal, rest: Client, code: str) -> None:
    portal.faults.fail_next(error=code)
    status, text = CATALOGUE[code]
    got = rest.call("profile")
    assert got.error == (status, code, text)
    assert list(got.json) == ["error", "error_description"]
    assert rest.call("profile").status == 200
    portal.faults.fail_next(error=code, method="profile")
    assert rest.batch({"a": "profile", "b": "scope"})["result_error"] == {"a": {"error": code, "error_description": text}}


def test_our_own_failure_is_an_answer_too(
    rest: Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_: Any) -> Any:
        raise RuntimeError("bug")

    import dataclasses

    monkeypatch.setitem(METHODS, "profile", dataclasses.replace(METHODS["profile"], run=broken))  # type: ignore[arg-type]
    assert rest.call("profile").error[:2] == (500, "INTERNAL_SERVER_ERROR")
    assert "bug" in caplog.text


@pytest.mark.parametrize("changes", [{"operating_per": "ip"}, {"boolean_user_fields": "yes"}, {"manager_rights": "some"}])
def test_a_switch_has_its_choices(changes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="is not one of"):
        Options(**changes)


def test_cost_of_a_call() -> None:
    options = Options()
    assert (options.cost_s("crm.item.add", "2"), options.cost_s("crm.item.add", "3")) == (0.25, 0.2)
    assert (options.cost_s("crm.item.list"), options.cost_s("crm.item.get"), options.cost_s("profile")) == (0.05, 0.03, 0.02)
    assert Options(costs={"profile": 5.0}).cost_s("profile") == 5.0
