"""Who calls: path, login, password, cookie and sessid in every mixture."""

import datetime as dt
from typing import Any

import pytest

from tests.exchange.talk import PASSWORD, basic, make_node
from tests.flows.due_orders import NOW, session_of
from uzel.exchange.request import CallRequest
from uzel.flows.calls import know_caller as knowing
from uzel.flows.calls.know_caller import Caller, know_caller
from uzel.hub import passwords
from uzel.hub.models import ExchangeSession, Node

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Node:
    return make_node("shop")


@pytest.fixture
def other() -> Node:
    return make_node("other")


def call(mode: str = "query", code: str = "shop", login: str = "shop-login", **fields: Any) -> CallRequest:
    params = {
        "type": fields.pop("kind", "sale"),
        "mode": mode,
        **({"sessid": fields.pop("sessid")} if "sessid" in fields else {}),
    }
    authorization = fields.pop("authorization", basic(login) if login else None)
    return CallRequest("GET", f"/1c/{code}/", code, params=params, authorization=authorization, **fields)


def known(request: CallRequest, now: dt.datetime = NOW) -> Caller:
    return know_caller(request, now)


def test_login_and_password_name_the_base(shop: Node, other: Node) -> None:
    for code in ("shop", ""):
        caller = known(call("checkauth", code))
        assert (caller.node, caller.session, caller.stranger) == (shop, None, "")


@pytest.mark.parametrize(
    "request_",
    [
        call(login="shop-login", authorization=basic("shop-login", "wrong")),
        call(login="nobody"),
        call(login="other-login"),
        call(code="other"),
        call(code="nowhere"),
        call(authorization="Basic !!!"),
        call(authorization="Bearer x"),
        call(authorization=basic("shop-login", PASSWORD + "\0")),
        call(login="", cookie="unknown", sessid="x", authorization=basic("", "")),
    ],
)
def test_strangers(shop: Node, other: Node, request_: CallRequest) -> None:
    assert known(request_) == Caller(stranger=knowing.STRANGER)


def test_who_says_nothing_is_asked(shop: Node) -> None:
    assert known(call(login="")) == Caller(stranger=knowing.UNNAMED)


def test_a_base_that_is_switched_off_stays_on_record(shop: Node) -> None:
    Node.objects.update(active=False)
    caller = known(call("checkauth"))
    assert (caller.node, caller.stranger) == (shop, knowing.SWITCHED_OFF)


def test_cookie_and_sessid_stand_for_the_password(shop: Node) -> None:
    session = session_of(shop)
    caller = known(call(login="", cookie=session.cookie, sessid=session.token))
    assert (caller.node, caller.session, caller.stranger, caller.no_session) == (shop, session, "", "")


def test_a_cookie_alone_does_not(shop: Node) -> None:
    session = session_of(shop)
    assert known(call(login="", cookie=session.cookie)).stranger == knowing.UNNAMED
    assert known(call(login="", cookie=session.cookie, sessid="0" * 32)).stranger == knowing.UNNAMED


def test_a_session_never_opens_another_one(shop: Node) -> None:
    session = session_of(shop)
    assert known(call("checkauth", login="", cookie=session.cookie, sessid=session.token)).stranger == knowing.UNNAMED


def test_a_session_is_not_believed_on_another_path(shop: Node, other: Node) -> None:
    session = session_of(shop)
    assert known(call(code="other", login="", cookie=session.cookie, sessid=session.token)).stranger == knowing.UNNAMED


def test_argon2_is_not_paid_with_a_session(shop: Node, monkeypatch: pytest.MonkeyPatch) -> None:
    session = session_of(shop)
    monkeypatch.setattr(passwords, "verify_password", lambda stored, plain: pytest.fail("argon2 was asked"))
    assert known(call(cookie=session.cookie, sessid=session.token)).session == session


def test_basic_with_a_cookie_or_with_a_sessid_finds_its_session(shop: Node) -> None:
    first, second = session_of(shop), session_of(shop)
    assert known(call(cookie=first.cookie)).session == first
    assert known(call(sessid=first.token)).session == first
    assert known(call(cookie=second.cookie, sessid=second.token)).session == second


def test_basic_alone_means_the_latest_session(shop: Node, other: Node) -> None:
    session_of(shop)
    latest = session_of(shop)
    session_of(other)
    session_of(shop, "crm")
    assert known(call()).session == latest


@pytest.mark.parametrize("fields", [{"cookie": "0" * 32}, {"sessid": "0" * 32}, {"cookie": "a\0b"}, {"sessid": "a\0b"}])
def test_a_call_that_names_a_dead_session_gets_no_other_one(shop: Node, fields: dict[str, str]) -> None:
    session_of(shop)
    caller = known(call(**fields))
    assert (caller.node, caller.session, caller.no_session) == (shop, None, knowing.LOST)


def test_cookie_of_one_session_and_sessid_of_another_are_no_session(shop: Node) -> None:
    first, second = session_of(shop), session_of(shop)
    assert known(call(cookie=first.cookie, sessid=second.token)).no_session == knowing.LOST


def test_a_session_of_another_base_is_nobodys(shop: Node, other: Node) -> None:
    foreign = session_of(other)
    caller = known(call(cookie=foreign.cookie))
    assert (caller.node, caller.session, caller.no_session) == (shop, None, knowing.FOREIGN)
    assert known(call(sessid=foreign.token)).no_session == knowing.LOST


def test_a_session_of_another_type_is_none(shop: Node) -> None:
    session = session_of(shop, "crm")
    caller = known(call(cookie=session.cookie, sessid=session.token))
    assert (caller.session, caller.no_session) == (None, knowing.OTHER_TYPE)


def test_a_session_lives_while_it_is_used(shop: Node) -> None:
    session = session_of(shop)
    late = NOW + dt.timedelta(hours=knowing.SESSION_HOURS)
    assert known(call(cookie=session.cookie), late).no_session == knowing.LOST
    ExchangeSession.objects.update(last_call_at=late - dt.timedelta(minutes=1))
    assert known(call(cookie=session.cookie), late).session == session
