"""Any calls in any order, with any parameters: always words that 1C understands, and never another base's data."""

import base64
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from tests.exchange.talk import basic, make_node, order, package, zipped
from tests.flows.due_orders import due_order
from uzel.hub import feed_store
from uzel.hub.models import Call, Node

pytestmark = pytest.mark.django_db
FIRST_LINES = ("success", "failure", "progress", "zip=no", "zip=yes", "Из Узла выгружено", "finished=yes")
TYPES = ("sale", "crm", "catalog", "reference", "get_catalog", "promocodes", "listen", "nonsense", "")
MODES = ("checkauth", "init", "file", "import", "query", "success", "info", "deactivate", "complete", "exchange", "")
WORDS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["0", "-1", "9" * 40, "٣", "2.09", "..", "../../etc/passwd", "C:\\a.xml", "a.xml", "a.zip", "import_files/1.jpg"]
    ),
)
NAMES = st.sampled_from(
    ["filename", "version", "cmlVersion", "sessid", "since", "timestamp", "ORDER_ID", "MODIFICATION_LABEL", "type", "mode"]
)
PARAMETERS = st.lists(st.tuples(st.one_of(NAMES, st.text(max_size=8)), WORDS), max_size=4)
BODIES = st.one_of(
    st.none(),
    st.binary(max_size=60),
    st.sampled_from([package(order("a", "1")), zipped({"a.xml": package(order("b", "2"))}), b"PK", b"<", b"\xff\xd8\xff1"]),
)
CALLS = st.fixed_dictionaries(
    {
        "who": st.sampled_from(["shop", "shop2", "nobody", ""]),
        "door": st.sampled_from(["/1c/shop/", "/1c/shop2/", "/bitrix/admin/1c_exchange.php", "/1c/nowhere/"]),
        "method": st.sampled_from(["GET", "GET", "POST", "PUT", "DELETE"]),
        "kind": st.sampled_from(TYPES),
        "mode": st.sampled_from(MODES),
        "parameters": PARAMETERS,
        "session": st.sampled_from(["own", "other", "none", "false"]),
        "body": BODIES,
    }
)


class Bases:
    """Two bases and strangers; each session is remembered, so that it can be shown by anybody."""

    def __init__(self) -> None:
        self.cookies: dict[str, str] = {}
        self.calls = 0

    def call(self, told: dict[str, Any]) -> Any:
        client = Client(raise_request_exception=True)
        if told["who"]:
            client.defaults["HTTP_AUTHORIZATION"] = basic(f"{told['who']}-login")
        cookie = self._cookie(told)
        if cookie:
            client.defaults["HTTP_COOKIE"] = f"UZELSESSION={cookie}"
        query = "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in told["parameters"])
        path = f"{told['door']}?type={told['kind']}&mode={told['mode']}&{query}"
        answer = client.generic(told["method"], path, told["body"] or b"", content_type="application/octet-stream")
        self.calls += 1
        lines = answer.content.decode(errors="replace").split("\n")
        if told["mode"] == "checkauth" and lines[0] == "success" and len(lines) > 2:
            self.cookies[told["who"]] = lines[2]
        return answer

    def _cookie(self, told: dict[str, Any]) -> str:
        other = {"shop": "shop2", "shop2": "shop"}.get(told["who"], "shop")
        return {"own": self.cookies.get(told["who"], ""), "other": self.cookies.get(other, ""), "false": "0" * 32}.get(
            told["session"], ""
        )


def _quoted(text: str) -> str:
    return "".join(f"%{byte:02X}" for byte in text.encode(errors="surrogatepass"))


def understood(answer: Any) -> bool:
    """Is it something that a client of the protocol reads?"""
    if answer.status_code == 304:
        return not answer.content
    if answer["Content-Type"].startswith(("application/xml", "application/json")):
        return answer.content[:5] in (b"<?xml", b'{"ver') or answer.content.startswith(b"{")
    first = answer.content.decode("utf-8").partition("\n")[0]
    return first.startswith(FIRST_LINES)


LOGIN = {
    "who": "shop", "door": "/1c/shop/", "method": "GET", "kind": "sale", "mode": "checkauth", "parameters": [],
    "session": "none", "body": None,
}  # fmt: skip


@settings(max_examples=40, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(CALLS, min_size=1, max_size=8))
@example([LOGIN, {**LOGIN, "mode": "query", "session": "own"}])
@example([LOGIN, {**LOGIN, "who": "shop2", "door": "/1c/shop2/", "mode": "query", "session": "other"}])
@example([LOGIN, {**LOGIN, "who": "", "mode": "query", "session": "other"}])
def test_any_calls(two_bases: None, monkeypatch: pytest.MonkeyPatch, calls: list[dict[str, Any]]) -> None:
    monkeypatch.setattr("uzel.web.waiting.ROOM.wait", lambda *_: False)
    bases, before = Bases(), Call.objects.count()
    listened = 0
    for told in calls:
        answer = bases.call(told)
        assert answer.status_code in (200, 304, 401), answer.content
        assert understood(answer), answer.content[:80]
        assert b"SECRET-OF-SHOP1" not in answer.content or told["who"] == "shop"
        assert b"SECRET-OF-SHOP2" not in answer.content or told["who"] == "shop2"
        listened += answer.status_code == 304 and answer["Content-Type"] != "application/json"
    recorded = Call.objects.count() - before
    assert bases.calls - listened <= recorded <= bases.calls
    assert not Call.objects.filter(problem_code="our_fault").exists()
    for kept in Call.objects.order_by("-pk")[: bases.calls].select_related("body"):
        assert kept.body is None or feed_store.read_feed(kept.body)


@pytest.fixture
def two_bases(db: None) -> None:
    for number, code in enumerate(("shop", "shop2"), 1):
        node: Node = make_node(code, receives_changes=True, catalog_source=code == "shop2", receives_catalog=True)
        due_order(node, str(number), comment=f"SECRET-OF-SHOP{number}")


@pytest.mark.parametrize(
    "header",
    [
        "",
        "Basic",
        "Basic ",
        "Basic !!!",
        "Basic " + "A" * 100_000,
        "Bearer x",
        "basic " + base64.b64encode(b"\xff\0:\xff").decode(),
    ],
)
def test_any_authorization(two_bases: None, header: str) -> None:
    answer = Client(headers={"Authorization": header}).get("/1c/shop/?type=sale&mode=query")
    assert answer.content.decode().partition("\n")[0] == "failure"


def test_a_cookie_of_yesterday_opens_nothing(two_bases: None) -> None:
    bases = Bases()
    bases.call(LOGIN)
    Node.objects.filter(code="shop").update(active=False)
    answer = bases.call({**LOGIN, "who": "", "mode": "query", "session": "other"})
    assert answer.content.decode().startswith("failure\n")
    assert b"SECRET" not in answer.content
