"""Tokens of an application: how they are renewed, and what the client does about one that is over."""

import json
from collections.abc import Callable
from typing import Any

import httpx2
import pytest

from tests.bitrix24.scripted_portal import error, page, sections
from uzel.bitrix24.batch import Chain, Command, Done, NotReached, prepare
from uzel.bitrix24.client import PortalClient
from uzel.bitrix24.errors import ConnectionLost, OutcomeUnknown, PortalError, Unavailable
from uzel.bitrix24.limits import Governor
from uzel.bitrix24.oauth import Application, Keys, Token, origin_of, refresh
from uzel.bitrix24.wire import open_http

KEYS = Keys("https://oauth.bitrix.info", "local.1", "shh")
GOOD = {"access_token": "a2", "refresh_token": "r2", "expires_in": 3600, "member_id": "m"}
NOW = 1_800_000_000.0
EXPIRED = {"error": "expired_token", "error_description": "The access token provided has expired"}


def server(answer: Any) -> tuple[httpx2.Client, list[httpx2.Request]]:
    asked: list[httpx2.Request] = []

    def respond(request: httpx2.Request) -> httpx2.Response:
        asked.append(request)
        if isinstance(answer, Exception):
            raise answer
        return answer if isinstance(answer, httpx2.Response) else httpx2.Response(200, json=answer)

    return open_http(transport=httpx2.MockTransport(respond)), asked


def test_a_refresh_token_is_changed_for_a_pair_and_no_secret_stands_in_the_address() -> None:
    http, asked = server(GOOD)
    pair = refresh(http, KEYS, "r1")
    assert (pair.access, pair.refresh, pair.life_s, pair.member_id) == ("a2", "r2", 3600.0, "m")
    assert str(asked[0].url) == "https://oauth.bitrix.info/oauth/token/"
    assert asked[0].content == b"grant_type=refresh_token&client_id=local.1&client_secret=shh&refresh_token=r1"
    assert "shh" not in repr(KEYS)
    assert "r2" not in repr(pair)


@pytest.mark.parametrize(
    ("answer", "kind", "code"),
    [
        (httpx2.ConnectError("no"), Unavailable, "NO_CONNECTION"),
        (error(503, "busy"), Unavailable, "busy"),
        (page(404), Unavailable, "HTTP_404"),
        (httpx2.ReadTimeout("late"), OutcomeUnknown, "TIMEOUT"),
        (page(502), OutcomeUnknown, "HTTP_502"),
        ({"access_token": "a2"}, OutcomeUnknown, "NO_TOKEN"),
        (error(400, "invalid_grant"), ConnectionLost, "invalid_grant"),
        (error(401, "invalid_client"), ConnectionLost, "invalid_client"),
        (error(402, "PAYMENT_REQUIRED"), ConnectionLost, "PAYMENT_REQUIRED"),
    ],
)
def test_whether_the_old_token_may_be_spent(answer: Any, kind: type[PortalError], code: str) -> None:
    http, _ = server(answer)
    with pytest.raises(PortalError) as raised:
        refresh(http, KEYS, "r1")
    assert type(raised.value) is kind
    assert raised.value.code == code


@pytest.mark.parametrize(
    ("address", "origin"),
    [
        ("shop.bitrix24.ru", "https://shop.bitrix24.ru"),
        ("https://Shop.bitrix24.ru/crm/?x=1", "https://shop.bitrix24.ru"),
        ("http://127.0.0.1:8024", "http://127.0.0.1:8024"),
        ("http://[::1]:8024/", "http://[::1]:8024"),
        ("http://shop.bitrix24.ru", ""),
        ("https://a@shop.ru", ""),
        ("https://x:port", ""),
        ("", ""),
    ],
)
def test_origins(address: str, origin: str) -> None:
    assert origin_of(address) == origin


class Portal:
    """Accepts one token at a time; ``kept`` is what a renewal answers with next."""

    def __init__(self, answer: Callable[[Any], Any], *, live: str = "a2", ends_at: float = NOW + 3600) -> None:
        self.answer, self.live, self.renewed, self.tokens = answer, live, [], []  # type: ignore[var-annotated]
        http = open_http(transport=httpx2.MockTransport(self.respond))
        governor = Governor(clock=lambda: NOW, sleep=lambda _: None)
        application = Application(Token("a1", ends_at), self.renew, "uzel")
        self.client = PortalClient("https://shop.bitrix24.ru/rest/", governor, http, application=application)

    def renew(self, stale: str) -> Token:
        self.renewed.append(stale)
        return Token("a2", NOW + 3600)

    def respond(self, request: httpx2.Request) -> httpx2.Response:
        body = json.loads(request.content)
        self.tokens.append(body["auth"])
        if body["auth"] != self.live:
            return httpx2.Response(401, json=EXPIRED)
        return httpx2.Response(200, json=self.answer(body))


def test_a_call_is_made_once_more_with_a_fresh_token() -> None:
    portal = Portal(lambda body: {"result": 5})
    assert portal.client.call("crm.item.add", {"fields": {}}).result == 5
    assert (portal.tokens, portal.renewed) == (["a1", "a2"], ["a1"])


def test_a_token_that_is_known_to_be_over_is_not_tried() -> None:
    portal = Portal(lambda body: {"result": 5}, ends_at=NOW)
    assert portal.client.call("profile").result == 5
    assert (portal.tokens, portal.renewed) == (["a2"], ["a1"])


def test_a_token_that_does_not_help_ends_it() -> None:
    portal = Portal(lambda body: {"result": 5}, live="none")
    with pytest.raises(PortalError, match="expired_token"):
        portal.client.call("profile")
    assert portal.tokens == ["a1", "a2"]


def test_batches_in_flight_are_sent_again_and_one_renewal_serves_all() -> None:
    portal = Portal(lambda body: sections(result=dict.fromkeys(body["cmd"], 1)))
    packed = [(Chain((Command("crm.item.get", {"id": n}, f"k{n}"),)),) for n in range(6)]
    landed = dict(outcome for _, outcomes in portal.client.batches(packed) for outcome in outcomes.items())
    assert landed == {f"k{n}": Done(1) for n in range(6)}
    assert portal.renewed == ["a1"]
    assert portal.tokens.count("a2") == 6


def test_a_batch_whose_every_command_answers_so_is_sent_again() -> None:
    answers = iter([sections(result_error={"a": EXPIRED, "b": EXPIRED}), sections(result={"a": 1, "b": 2})])
    portal = Portal(lambda body: next(answers), live="a1")
    portal.renew = lambda stale: Token("a1", NOW + 3600)  # type: ignore[method-assign]
    portal.client._application = Application(Token("a1", NOW + 3600), portal.renew)  # the portal took it back at once
    outcomes = portal.client.batch([Command("profile", {}, "a"), Command("profile", {}, "b")])
    assert outcomes == {"a": Done(1), "b": Done(2)}


def test_the_rest_of_a_batch_whose_token_ended_within_was_not_reached() -> None:
    portal = Portal(lambda body: sections(result={"a": 1}, result_error={"b": EXPIRED}), live="a1")
    outcomes = portal.client.batch([Command("profile", {}, "a"), Command("crm.item.add", {}, "b")])
    assert outcomes == {"a": Done(1), "b": NotReached()}
    portal.live = "a2"
    portal.answer = lambda body: {"result": 7}
    assert portal.client.call("profile").result == 7
    assert portal.tokens == ["a1", "a2"]


def test_only_what_changes_something_carries_our_source_key() -> None:
    request = prepare([Command("crm.item.update", {"id": 5}, "a"), Command("crm.item.get", {"id": 5}, "b")])
    assert request.signed("uzel")["cmd"] == {
        "a": "crm.item.update?id=5&auth_connector=uzel",
        "b": "crm.item.get?id=5",
    }
    assert request.signed("") is request.body
