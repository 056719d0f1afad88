"""What a portal and its network do to a drain, and what must stand in the end: every order one whole deal, nobody to blame."""

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import httpx2
import pytest

from tests.flows.portal_town import ORDER, Hub, moved, open_hub
from uzel.bitrix24 import client as portal_client
from uzel.bitrix24 import wire
from uzel.flows.portal import portal_line
from uzel.flows.portal.portal_work import seconds_to_retry
from uzel.hub.models import Conflict, Delivery, OrderRow, Portal

pytestmark = pytest.mark.django_db
TICK_S = 20  # seconds between two drains
open_http = wire.open_http


class Network(httpx2.BaseTransport):
    """The way to the emulated portal. ``answers`` replace true ones to requests that call ``method`` and were carried out."""

    def __init__(self) -> None:
        self.real = httpx2.HTTPTransport(proxy=None)
        self.is_down = False
        self.method, self.answers = "", list[httpx2.Response]()
        self.requests = 0

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        self.requests += 1
        if self.is_down:
            raise httpx2.ConnectError("down")
        body = request.read().decode()
        answer = self.real.handle_request(request)
        if self.answers and (self.method in body or self.method in str(request.url)):
            answer.read()
            return self.answers.pop(0)
        return answer

    def close(self) -> None:
        self.real.close()


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> Iterator[Network]:
    found = Network()
    monkeypatch.setattr(portal_client, "RETRY_DELAYS_S", ())
    yield found
    found.close()


@pytest.fixture
def hub(network: Network, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    with open_hub() as found:
        monkeypatch.setattr(portal_line.wire, "open_http", lambda: open_http(transport=network))
        Portal.objects.update(plan="enterprise")  # more requests at once than the tests need
        yield found


def live(hub: Hub, seconds: int) -> None:
    """Drains as a worker's clock makes them."""
    for _ in range(seconds // TICK_S):
        hub.drain()
        hub.pass_time(TICK_S)


def all_is_well(hub: Hub) -> None:
    deals = hub.deals()
    assert sorted(deal["originId"] for deal in deals) == sorted(OrderRow.objects.values_list("document_id", flat=True))
    assert all(len(deal["rows"]) == 2 for deal in deals)
    assert not Conflict.objects.exists()
    assert [(one.wanted - one.confirmed, one.attempts, one.problem) for one in Delivery.objects.filter(target="portal")] == [
        (0, 0, "")
    ] * len(deals)
    hub.portal.refresh_from_db()
    assert hub.portal.problem == ""


def test_a_portal_that_is_down_for_an_hour(hub: Hub, network: Network) -> None:
    hub.receive(ORDER)
    live(hub, 60)
    network.is_down = True
    hub.receive(moved(ORDER, comment="Не звонить"), replace(ORDER, document_id="doc-2", number="A-2"))
    live(hub, 3600)
    hub.portal.refresh_from_db()
    assert "обмен продолжится сам" in hub.portal.problem
    assert set(Delivery.objects.values_list("attempts", "problem_code")) == {(0, "")}
    asked = network.requests
    network.is_down = False
    live(hub, 60)
    assert network.requests > asked
    all_is_well(hub)
    assert {deal["comments"] for deal in hub.deals()} == {"Не звонить", "Позвонить"}


def page(status: int) -> httpx2.Response:
    return httpx2.Response(status, text="<html><h1>Технические работы</h1></html>", headers={"Content-Type": "text/html"})


def told(body: Any, status: int = 200) -> httpx2.Response:
    return httpx2.Response(status, content=body if isinstance(body, bytes) else json.dumps(body).encode())


#: Instead of the true answer to a request that was carried out.
ANSWERS = {
    "a page with 200": page(200),
    "a page with 502": page(502),
    "a page with 504": page(504),
    "a page with 403": page(403),
    "nothing": told(b""),
    "half of it": told(b'{"result":{"result":{"o1_write":{"item":{"id":'),
    "a list": told([]),
    "null": told(b"null"),
    "no result": told({"time": {}}),
    "result is a list": told({"result": []}),
    "result is a text": told({"result": "ok"}),
    "all sections empty": told({"result": {key: [] for key in ("result", "result_error", "result_total", "result_time")}}),
    "sections of another kind": told({"result": {"result": 5, "result_error": None}}),
    **{f"error {code!r}": told({"error": code}, 400) for code in (0, "", 100, 200040300010, None, [], {"code": 1})},
    "error 0 with 200": told({"error": 0, "error_description": ""}),
    "500": told({"error": "INTERNAL_SERVER_ERROR"}, 500),
}


@pytest.mark.parametrize("name", ANSWERS)
@pytest.mark.parametrize("method", ["crm.item.add", "crm.contact.add", "crm.item.update"])
def test_any_answer_to_a_write_that_was_carried_out(hub: Hub, network: Network, method: str, name: str) -> None:
    hub.receive(ORDER, replace(ORDER, document_id="doc-2", number="A-2"))
    if method == "crm.item.update":
        live(hub, 60)
        hub.receive(moved(ORDER, comment="Не звонить"))
    network.method, network.answers = method, [ANSWERS[name]]
    hub.drain()
    assert network.answers == [], "the fault was met"
    hub.pass_time(70)
    live(hub, 200)
    all_is_well(hub)
    assert len(hub.emulator.state()["contacts"]) == 1


@pytest.mark.parametrize("result", [{"items": [{}]}, {"items": [5]}, {"items": [[]]}])
def test_a_list_of_an_unheard_of_shape_is_said_in_words(hub: Hub, network: Network, result: Any) -> None:
    hub.receive(ORDER)
    live(hub, 60)
    sections = {"result": {"deal": result, "contact": result, "company": result}, "result_error": []}
    network.method, network.answers = "crm.item.list", [told({"result": sections})]
    hub.pass_time(120)
    hub.drain()
    assert network.answers == [], "the fault was met"
    hub.portal.refresh_from_db()
    assert "не по форме" in hub.portal.problem
    live(hub, 120)
    all_is_well(hub)


@pytest.mark.parametrize("result", [[], {}, None, 7, {"item": []}, {"item": {"id": "x"}}, {"item": {"title": "без id"}}])
def test_a_command_that_answers_something_unheard_of(hub: Hub, network: Network, result: Any) -> None:
    hub.receive(ORDER)
    key = f"o{hub.row().pk}"
    sections = {"result": {f"{key}_write": result, f"{key}_rows": {"productRows": []}}}
    network.method, network.answers = "crm.item.add", [told({"result": sections | {"result_error": []}})]
    hub.drain()
    assert hub.delivery().outcome_unknown
    hub.pass_time(70)
    live(hub, 60)
    all_is_well(hub)


@pytest.mark.parametrize("halted", [True, False])
def test_a_batch_in_which_a_command_failed_or_was_never_reached(hub: Hub, network: Network, halted: bool) -> None:
    orders = [replace(ORDER, document_id=f"doc-{n}", number=f"A-{n}") for n in range(1, 9)]
    hub.receive(*orders)
    if halted:
        hub.emulator.faults.arm("lose_answer", method="crm.item.productrow.set", stop_batch=True)
    else:
        hub.emulator.faults.arm("fail_next", status=500, method="crm.item.productrow.set")
    live(hub, 200)
    all_is_well(hub)


def test_a_renamed_portal_is_asked_at_its_new_address_ever_after(hub: Hub) -> None:
    hub.receive(ORDER)
    new = hub.emulator.webhook.replace("127.0.0.1", "localhost")
    hub.emulator.faults.arm("redirect", location=new + "server.time")
    hub.emulator.faults.arm("redirect", location=new + "batch", method="crm.item.add")
    live(hub, 200)
    all_is_well(hub)
    assert hub.portal.webhook == new


def test_a_licence_that_is_over_is_said_in_plain_words_and_costs_no_attempt(hub: Hub) -> None:
    hub.receive(ORDER)
    location = hub.emulator.webhook.partition("/rest/")[0] + "/bitrix/coupon_activation.php"
    hub.emulator.faults.arm("redirect", location=location, times=500)
    live(hub, 600)
    hub.portal.refresh_from_db()
    assert "лицензию" in hub.portal.problem
    hub.emulator.faults.clear()
    live(hub, 100)
    all_is_well(hub)


@pytest.mark.parametrize("code", ["NO_AUTH_FOUND", "INVALID_CREDENTIALS", "insufficient_scope", "user_access_error"])
def test_a_webhook_that_is_over_is_said_in_plain_words_and_costs_no_attempt(hub: Hub, code: str) -> None:
    hub.receive(ORDER)
    hub.emulator.faults.arm("fail_next", error=code, times=500)
    live(hub, 600)
    hub.portal.refresh_from_db()
    assert "не принимает вебхук" in hub.portal.problem
    assert hub.delivery().attempts == 0
    hub.emulator.faults.clear()
    live(hub, 100)
    all_is_well(hub)


def test_a_restart_in_the_middle_of_a_wave(hub: Hub, network: Network) -> None:
    class Killed(BaseException):
        pass

    hub.receive(*(replace(ORDER, document_id=f"doc-{n}", number=f"A-{n}") for n in range(1, 9)))

    def die(request: httpx2.Request) -> httpx2.Response:
        answer = Network.handle_request(network, request)
        if b"crm.item.add" in request.content:
            answer.read()
            raise Killed
        return answer

    network.handle_request = die  # type: ignore[method-assign]
    with pytest.raises(Killed):
        hub.drain()
    del network.handle_request
    assert seconds_to_retry(hub.portal.pk, hub.now) == 65
    hub.pass_time(70)
    live(hub, 60)
    all_is_well(hub)
