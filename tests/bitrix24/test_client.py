"""The client with the wire in the test's hands: what it sends, and what it makes of every kind of answer."""

import json
import logging
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import httpx2
import pytest

from tests.bitrix24.scripted_portal import HOOK, SECRET, Portal, error, page, sections
from uzel import __version__
from uzel.bitrix24.batch import Chain, Command, Done, Failed, NotReached, Unknown
from uzel.bitrix24.client import PortalClient, Reply
from uzel.bitrix24.errors import (
    MethodBlocked,
    OutcomeUnknown,
    PortalError,
    Refused,
    TooManyRequests,
    Unavailable,
    WrongCredentials,
)
from uzel.bitrix24.limits import Governor
from uzel.bitrix24.wire import LONGEST_ANSWER_BYTES, open_http


def test_a_call_as_the_portal_sees_it() -> None:
    portal = Portal({"result": {"item": {"id": 5, "opportunity": 12.30}}, "total": 7, "next": 50, "time": {"duration": 0.5}})
    reply = portal.client.call("crm.item.get", {"id": 5, "opened": True, "gone": None, "sum": Decimal("1.50"), "name": "Ёж"})
    assert reply == Reply({"item": {"id": 5, "opportunity": Decimal("12.3")}}, 7, 50)
    request = portal.requests[0]
    assert (request.method, str(request.url)) == ("POST", f"{HOOK}crm.item.get")
    assert request.headers["User-Agent"] == f"uzel/{__version__}"
    assert request.headers["Content-Type"] == "application/json"
    assert portal.sent() == {"id": 5, "opened": "Y", "sum": "1.50", "name": "Ёж"}
    assert portal.in_flight == 0
    assert portal.governor.cost("crm.item.get") > 0.03


TROUBLES: list[tuple[Any, type[PortalError]]] = [
    (page(502), OutcomeUnknown),
    (page(504), OutcomeUnknown),
    (page(200), OutcomeUnknown),
    (page(503), Unavailable),
    (page(404), Unavailable),
    (httpx2.Response(200, content=b'{"result": {"item": {"id"'), OutcomeUnknown),
    (httpx2.Response(200, content=b'{"result": NaN}'), OutcomeUnknown),
    (httpx2.Response(200, content=b'{"result": "\xff"}'), OutcomeUnknown),
    (httpx2.Response(200, content=b"[" * 200_000), OutcomeUnknown),
    (httpx2.Response(200, content=b""), OutcomeUnknown),
    (httpx2.Response(204), OutcomeUnknown),
    (httpx2.ReadTimeout("x"), OutcomeUnknown),
    (httpx2.WriteTimeout("x"), OutcomeUnknown),
    (httpx2.ReadError("x"), OutcomeUnknown),
    (httpx2.WriteError("x"), OutcomeUnknown),
    (httpx2.RemoteProtocolError("Server disconnected without sending a response."), OutcomeUnknown),
    (httpx2.DecodingError("x"), OutcomeUnknown),
    (httpx2.ConnectError("x"), Unavailable),
    (httpx2.ConnectTimeout("x"), Unavailable),
    (httpx2.PoolTimeout("x"), Unavailable),
    (httpx2.UnsupportedProtocol("x"), Refused),
    (error(503, "QUERY_LIMIT_EXCEEDED"), TooManyRequests),
    (error(429, "OPERATION_TIME_LIMIT"), MethodBlocked),
    (error(401, "NO_AUTH_FOUND"), WrongCredentials),
    (error(400, ""), Refused),
    (error(400, 0), Refused),
    (error(400, 200040300010), Refused),
]


@pytest.mark.parametrize(("trouble", "kind"), TROUBLES)
def test_a_write_is_sent_once_and_the_error_says_what_became_of_it(trouble: Any, kind: type[PortalError]) -> None:
    portal = Portal(trouble)
    with pytest.raises(PortalError) as caught:
        portal.client.call("crm.item.add", {"entityTypeId": 2})
    assert type(caught.value) is kind
    assert len(portal.requests) == 1
    assert portal.in_flight == 0
    assert SECRET not in repr(caught.value) + str(caught.value)
    spent = portal.governor.snapshot()["methods"].get("crm.item.add", {"spent_s": 0})["spent_s"]
    if kind is OutcomeUnknown:
        assert 0 < spent < 1  # it may have been executed
    elif kind is not MethodBlocked:
        assert spent == 0


def test_a_batch_without_a_readable_answer_is_unknown_and_one_that_was_not_sent_is_not() -> None:
    commands = [Command("crm.item.add", {}, "a"), Command("crm.item.add", {}, "b")]
    for trouble, kind in TROUBLES:
        portal = Portal(trouble)
        if kind is OutcomeUnknown:
            outcomes = portal.client.batch(commands)
            assert [type(outcome) for outcome in outcomes.values()] == [Unknown, Unknown]
        else:
            with pytest.raises(kind):
                portal.client.batch(commands)
        assert len(portal.requests) == 1
        assert portal.in_flight == 0


def test_a_half_failed_batch() -> None:
    portal = Portal(
        sections(
            result={"contact": 5},
            result_error={"deal": {"error": "ACCESS_DENIED", "error_description": "нельзя"}},
            result_time={"contact": {"duration": 0.4, "operating": 12.5}},
        )
    )
    chain = Chain((Command("crm.contact.add", {}, "contact"), Command("crm.item.add", {"c": "$result[contact]"}, "deal")))
    outcomes = portal.client.batch([chain, Command("crm.item.get", {}, "seen")], halt=True)
    assert outcomes == {"contact": Done(5), "deal": Failed("ACCESS_DENIED", "нельзя"), "seen": NotReached()}
    cmd = {"contact": "crm.contact.add?", "deal": "crm.item.add?c=%24result%5Bcontact%5D", "seen": "crm.item.get?"}
    assert portal.sent() == {"halt": 1, "cmd": cmd}
    assert portal.governor.snapshot()["methods"]["crm.contact.add"]["spent_s"] == 12.5


def test_an_empty_batch_sends_nothing() -> None:
    portal = Portal({})
    assert portal.client.batch([]) == {}
    assert portal.requests == []


def test_limits_that_meet_a_command_inside_a_batch_teach_the_governor() -> None:
    refusals = {
        "a": {"error": "OPERATION_TIME_LIMIT"},
        "b": {"error": "OPERATION_TIME_LIMIT"},
        "c": {"error": "QUERY_LIMIT_EXCEEDED"},
    }
    portal = Portal(sections(result_error=refusals), sections(result={"d": 1}))
    outcomes = portal.client.batch([Command("crm.item.add", {}, "a"), Command("crm.item.add", {}, "b"), Command("x", {}, "c")])
    assert outcomes["a"] == Failed("OPERATION_TIME_LIMIT", "")
    assert portal.governor.snapshot()["rejected"] == {"crm.item.add": 1, "requests": 1}
    before = portal.now
    portal.client.batch([Command("crm.item.add", {}, "d")])
    assert portal.now - before >= 60


def test_a_read_is_repeated_with_growing_delay() -> None:
    portal = Portal(page(502), httpx2.ReadTimeout("x"), httpx2.ConnectError("x"), {"result": 1})
    assert portal.client.call("user.current", repeatable=True) == Reply(1)
    assert portal.naps == [1.0, 3.0, 10.0]


def test_a_read_is_not_repeated_for_ever_nor_against_a_refusal() -> None:
    portal = Portal(page(502))
    with pytest.raises(OutcomeUnknown):
        portal.client.call("user.current", repeatable=True)
    assert len(portal.requests) == 5
    refused = Portal(error(400, "NOT_FOUND"))
    with pytest.raises(Refused):
        refused.client.call("crm.item.get", repeatable=True)
    assert len(refused.requests) == 1
    overloaded = Portal(error(503, "OVERLOAD_LIMIT"))
    with pytest.raises(Unavailable):
        overloaded.client.call("user.current", repeatable=True)
    assert len(overloaded.requests) == 1


def test_a_burst_of_refusals_by_rate_is_waited_out() -> None:
    portal = Portal(*[error(503, "QUERY_LIMIT_EXCEEDED")] * 3, {"result": 1})
    assert portal.client.call("user.current", repeatable=True) == Reply(1)
    assert portal.governor.snapshot()["rejected"] == {"requests": 3}
    assert sum(portal.naps) >= 9  # the bucket was taken for full each time


def test_the_portal_may_say_when_to_come_again() -> None:
    portal = Portal(error(503, "X", "t", **{"Retry-After": "17"}), {"result": 1})
    portal.client.call("user.current", repeatable=True)
    assert portal.naps == [17.0]


def test_a_blocked_method_says_until_when() -> None:
    portal = Portal(error(429, "OPERATION_TIME_LIMIT"))
    with pytest.raises(MethodBlocked) as caught:
        portal.client.call("crm.item.update")
    assert (caught.value.method, caught.value.until) == ("crm.item.update", pytest.approx(portal.now + 60))


def moved(location: str, status: int = 302) -> httpx2.Response:
    return httpx2.Response(status, headers={"Location": location})


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_a_renamed_portal_is_asked_again_by_post_and_remembered(status: int) -> None:
    portal = Portal(moved(f"https://new.bitrix24.ru/rest/7/{SECRET}/crm.item.add", status), {"result": 1})
    assert portal.client.call("crm.item.add", {"x": 1}) == Reply(1)
    assert [request.method for request in portal.requests] == ["POST", "POST"]
    assert portal.sent() == {"x": 1}
    portal.client.call("crm.item.add")
    assert [request.url.host for request in portal.requests] == ["shop.bitrix24.ru", "new.bitrix24.ru", "new.bitrix24.ru"]
    assert portal.client.webhook == f"https://new.bitrix24.ru/rest/7/{SECRET}/"


@pytest.mark.parametrize(
    "location",
    [
        "",
        "/bitrix/coupon_activation.php",
        "https://shop.bitrix24.ru/",
        f"http://new.bitrix24.ru/rest/7/{SECRET}/crm.item.add",
        "https://new.bitrix24.ru/rest/7/other/crm.item.add",
        f"https://new.bitrix24.ru/rest/7/{SECRET}/crm.item.add?x=1",
        "https://[",
    ],
)
def test_no_other_redirect_is_followed(location: str) -> None:
    portal = Portal(moved(location))
    with pytest.raises(Refused) as caught:
        portal.client.call("crm.item.add")
    assert len(portal.requests) == 1
    assert portal.in_flight == 0
    assert SECRET not in str(caught.value)


def test_a_circle_of_redirects_ends() -> None:
    portal = Portal(moved(f"https://new.bitrix24.ru/rest/7/{SECRET}/m"))
    with pytest.raises(Unavailable):
        portal.client.call("m")
    assert len(portal.requests) == 2


def test_an_endless_answer_is_cut_off() -> None:
    def endless() -> Iterator[bytes]:
        while True:
            yield b" " * (1 << 20)

    portal = Portal(lambda request: httpx2.Response(200, content=endless()))
    with pytest.raises(OutcomeUnknown):
        portal.client.call("crm.item.list")
    assert LONGEST_ANSWER_BYTES < 100 << 20


@pytest.mark.parametrize(
    "webhook",
    [
        "",
        "shop.bitrix24.ru/rest/7/code/",
        "http://shop.bitrix24.ru/rest/7/code/",
        "https://shop.bitrix24.ru/",
        "https://shop.bitrix24.ru/rest/7/",
        "https://shop.bitrix24.ru/rest/x/code/",
        "https://shop.bitrix24.ru/rest/7/code/?a=1",
        "https://shop.bitrix24.ru/rest/7/code/profile/more",
        "https://me@shop.bitrix24.ru/rest/7/code/",
        "ftp://127.0.0.1/rest/7/code/",
        "https://[/rest/7/code/",
    ],
)
def test_what_is_no_webhook_is_refused_at_once(webhook: str) -> None:
    with pytest.raises(WrongCredentials, match=r"вебхук") as caught:
        PortalClient(webhook, Governor(), open_http())
    assert "code" not in str(caught.value)


@pytest.mark.parametrize(
    "webhook", [HOOK, HOOK.rstrip("/"), "http://127.0.0.1:80/rest/1/a", "http://localhost/rest/1/a/", "http://[::1]/rest/1/a/"]
)
def test_webhooks(webhook: str) -> None:
    assert PortalClient(f" {webhook}\n", Governor(), open_http()).webhook == webhook.rstrip("/") + "/"


def test_the_secret_is_shown_nowhere(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    portal = Portal({"result": 1}, httpx2.ReadTimeout(f"{HOOK}crm.item.add"))
    portal.client.call("user.current")
    with pytest.raises(OutcomeUnknown) as caught:
        portal.client.call("crm.item.add")
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    assert "/rest/7/***/user.current" in caplog.text
    assert SECRET not in caplog.text + repr(portal.client)


def test_walk_by_id() -> None:
    rows = [{"id": str(number)} for number in range(1, 121)]

    def listed(request: httpx2.Request) -> Any:
        sent = json.loads(request.content)
        after = int(sent["filter"].get(">id", 0))
        assert (sent["order"], sent["start"], sent["filter"]["=categoryId"], sent["entityTypeId"]) == ({"id": "ASC"}, -1, 3, 2)
        return httpx2.Response(
            200, json={"result": {"items": [row for row in rows if int(row["id"]) > after][:50]}, "total": 0}
        )

    portal = Portal(listed)
    assert list(portal.client.walk("crm.item.list", {"entityTypeId": 2, "filter": {"=categoryId": 3}}, "items")) == rows
    assert len(portal.requests) == 3


@pytest.mark.parametrize("result", [[], {}, {"items": []}, {"items": {}}, None])
def test_walk_over_nothing(result: Any) -> None:
    assert list(Portal({"result": result}).client.walk("crm.item.list", {}, "items")) == []


def test_walk_does_not_go_round_in_circles() -> None:
    portal = Portal({"result": [{"ID": number} for number in range(50)]})
    with pytest.raises(OutcomeUnknown):
        list(portal.client.walk("user.get", {}, "", "ID"))
    assert len(portal.requests) == 2
