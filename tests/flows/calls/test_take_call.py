"""A call from its first byte to the reply: archived and recorded whatever happens, and answered in plain words."""

import datetime as dt
import hashlib
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.exchange.talk import basic, make_node, order, package, zipped
from tests.flows.due_orders import NOW, session_of
from uzel.exchange.replies import Reply
from uzel.exchange.request import CallRequest
from uzel.flows.calls import carry_out
from uzel.flows.calls import take_call as taking
from uzel.flows.calls.take_call import take_call
from uzel.hub import feed_store
from uzel.hub.models import Call, DocumentVerdict, ExchangeSession, Feed, Node, Package

FILE = package(*(order(f"id-{n}", f"{n}") for n in range(3)))


@pytest.fixture
def shop(db: None) -> Node:
    return make_node("shop")


class Told:
    """What the call triggered."""

    def __init__(self) -> None:
        self.reading: list[int] = []
        self.draining: list[int] = []


@pytest.fixture
def told() -> Told:
    return Told()


def call(mode: str, login: str = "shop-login", method: str = "GET", **params: str) -> CallRequest:
    query = "&".join(f"{name}={value}" for name, value in {"type": "sale", "mode": mode, **params}.items())
    return CallRequest(
        method, "/1c/shop/", "shop", query, {"type": "sale", "mode": mode, **params}, basic(login) if login else None,
        remote_address="10.0.0.1",
    )  # fmt: skip


def took(told: Told, request: CallRequest, body: Any = (), clock: Any = lambda: 0.0) -> Reply:
    return take_call(request, body, NOW, start_reading=told.reading.append, drain_soon=told.draining.append, clock=clock)


def upload(told: Told, body: Any, clock: Any = lambda: 0.0, **fields: Any) -> Reply:
    return took(told, call("file", method="POST", filename="orders.xml", **fields), body, clock)


def test_a_call_is_recorded_with_everything_but_secrets(shop: Node, told: Told) -> None:
    ticks = iter([10.0, 10.25])
    reply = took(told, call("checkauth", sessid="SECRET"), clock=lambda: next(ticks))
    made = Call.objects.get()
    session = ExchangeSession.objects.get()
    assert reply.body == f"success\nUZELSESSION\n{session.cookie}\nsessid={session.token}".encode()
    assert (made.node, made.session, made.at, made.method, made.path) == (shop, session, NOW, "GET", "/1c/shop/")
    assert (made.kind, made.mode, made.status, made.duration_ms, made.remote_address) == (
        "sale",
        "checkauth",
        200,
        250,
        "10.0.0.1",
    )
    assert (made.query, made.problem_code) == ("type=sale&mode=checkauth&sessid=***", "")
    assert made.reply is not None
    assert feed_store.read_feed(made.reply) == b"success\nUZELSESSION\n***\nsessid=***"
    assert made.reply_line == "success UZELSESSION *** sessid=***"
    shop.refresh_from_db()
    assert shop.last_call_at == NOW


def test_no_secret_reaches_tables_disk_or_log(shop: Node, told: Told, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    took(told, call("checkauth"))
    session = ExchangeSession.objects.get()
    request = call("query", sessid=session.token)
    took(told, CallRequest(**{**{f: getattr(request, f) for f in request.__slots__}, "cookie": session.cookie}))
    archived = b"".join(feed_store.read_feed(feed) for feed in Feed.objects.all()).decode()
    recorded = repr(list(Call.objects.values()))
    for secret in (session.cookie, session.token, basic("shop-login"), "секрет"):
        assert secret not in archived + recorded + caplog.text


def test_the_body_is_archived_before_the_file_is_read(shop: Node, told: Told, tmp_path: Path) -> None:
    session_of(shop)
    assert upload(told, iter([FILE[:100], FILE[100:]])).body == b"success"
    made = Call.objects.get()
    assert made.body is not None
    assert (made.body.sha256, made.body_size) == (hashlib.sha256(FILE).hexdigest(), len(FILE))
    assert made.package == Package.objects.get()
    assert list(DocumentVerdict.objects.values_list("verdict", flat=True)) == ["created"] * 3
    assert told.draining == [shop.portal_id]
    assert told.reading == []


def test_a_base_without_a_portal_drains_none(shop: Node, told: Told) -> None:
    Node.objects.update(portal=None)
    session_of(shop)
    assert upload(told, [FILE]).body == b"success"
    assert told.draining == []


def test_a_long_file_is_read_further_in_the_background(shop: Node, told: Told) -> None:
    session_of(shop)
    body = [package(*(order(f"{n}", f"{n}") for n in range(201)))]
    clock = itertools.count(0.0, carry_out.INLINE_SECONDS + 1).__next__
    reply = upload(told, body, clock)
    assert reply.body == f"success\n{carry_out.READ_LATER}".encode()
    made = Package.objects.get()
    assert (told.reading, made.state, made.documents_done) == ([made.pk], Package.State.WAITING, 200)


def test_a_file_that_cannot_be_read_to_its_end_fails_in_words(shop: Node, told: Told) -> None:
    session_of(shop)
    body = FILE.replace(b"</\xd0\x94\xd0\xbe\xd0\xba\xd1\x83\xd0\xbc\xd0\xb5\xd0\xbd\xd1\x82>", b"</x>", 2)
    reply = upload(told, [body])
    word, reason = reply.body.decode().split("\n")
    assert (word, reason) == ("failure", Package.objects.get().problem)
    assert any("а" <= letter <= "я" for letter in reason)


def test_documents_that_need_a_person_are_named_behind_success(shop: Node, told: Told) -> None:
    session_of(shop)
    lines = upload(told, [package(order("a", "1"), order("", "2"))]).body.decode().split("\n")
    assert lines[0] == "success"
    assert len(lines) == 2
    assert lines[1].startswith("Заказ 2 от 10.01.2026, отказ: ")


@pytest.mark.parametrize(
    ("request_", "status", "code"),
    [
        (call("query", login=""), 401, "unauthorised"),
        (call("query", login="nobody"), 200, "unauthorised"),
        (call("query"), 200, "no_session"),
        (call("nonsense"), 200, "unknown_command"),
        (call("file"), 200, "wrong_method"),
        (call("file", method="POST", filename="../x.xml"), 200, "no_session"),
    ],
)
def test_what_is_refused_is_kept_and_recorded(shop: Node, told: Told, request_: CallRequest, status: int, code: str) -> None:
    reply = took(told, request_, [b"body"])
    word, reason = reply.body.decode().split("\n")
    assert (word, reply.status) == ("failure", status)
    made = Call.objects.get()
    assert (made.status, made.problem_code, made.reply_line) == (status, code, f"failure {reason}")
    assert made.body is not None
    assert feed_store.read_feed(made.body) == b"body"
    assert (made.node is None) == (code == "unauthorised")


def test_a_base_that_is_switched_off_is_told_so(shop: Node, told: Told) -> None:
    Node.objects.update(active=False, encoding="windows-1251")
    assert took(told, call("checkauth")).body == "failure\nБаза отключена в узле обмена.".encode("windows-1251")
    assert Call.objects.get().node == shop


def test_strangers_do_not_fill_the_disk(shop: Node, told: Told, settings: Any) -> None:
    settings.UZEL_PART_LIMIT_BYTES = 10
    source = iter([b"12345678", b"12345678", b"12345678"])
    assert took(told, call("file", login="nobody", method="POST"), source).body.startswith(b"failure\n")
    assert Call.objects.get().body_size == 10
    assert list(source) == [b"12345678"], "and are not listened to"


def test_a_file_too_large_is_heard_to_its_end_and_refused(shop: Node, told: Told, settings: Any) -> None:
    settings.UZEL_FILE_LIMIT_BYTES = 100
    session_of(shop)
    source = iter([FILE, b"x" * 50])
    assert upload(told, source).body.decode() == "failure\nФайл больше 100 байт: уменьшите размер порции в настройках обмена."
    assert list(source) == []
    made = Call.objects.get()
    assert (made.body_size, made.problem_code) == (100, "file_too_large")


def test_a_body_that_breaks_off_is_kept_and_its_file_fails(shop: Node, told: Told) -> None:
    def body() -> Iterator[bytes]:
        yield FILE[:100]
        raise ConnectionResetError

    session_of(shop)
    assert upload(told, body()).body.startswith("failure\nСоединение оборвалось".encode())
    failed = Package.objects.get()
    assert (failed.state, failed.problem_code) == (Package.State.FAILED, "upload_broken_off")
    assert failed.feed is not None
    assert feed_store.read_feed(failed.feed) == FILE[:100]


def test_a_body_shorter_than_announced_is_broken_off(shop: Node, told: Told) -> None:
    session_of(shop)
    request = call("file", method="POST", filename="orders.xml")
    short = CallRequest(**{**{f: getattr(request, f) for f in request.__slots__}, "content_length": len(FILE)})
    assert took(told, short, [FILE[:-1]]).body.startswith("failure\nСоединение оборвалось".encode())


@pytest.mark.parametrize("body", [[], [b""]])
def test_an_empty_file(shop: Node, told: Told, body: list[bytes]) -> None:
    session_of(shop)
    assert upload(told, body).body.decode() == "failure\nФайл пуст."
    assert not Package.objects.exists()


def test_a_fault_of_ours_is_told_kept_recorded_and_logged(
    shop: Node, told: Told, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    session_of(shop)
    monkeypatch.setattr(carry_out.offer_to_node, "offer", lambda *_: 1 / 0)
    reply = took(told, call("query", sessid=ExchangeSession.objects.get().token), [b"body"])
    assert (reply.status, reply.body.decode()) == (200, f"failure\n{taking.OUR_FAULT}")
    made = Call.objects.get()
    assert (made.problem_code, made.body_size, made.node) == ("our_fault", 4, shop)
    assert "ZeroDivisionError" in caplog.text
    assert ExchangeSession.objects.get().token not in caplog.text


def test_a_fault_before_the_body_was_read_keeps_it_too(shop: Node, told: Told, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(taking, "know_caller", lambda *_: 1 / 0)
    assert upload(told, [FILE]).body.decode() == f"failure\n{taking.OUR_FAULT}"
    made = Call.objects.get()
    assert made.body is not None
    assert feed_store.read_feed(made.body) == FILE


def test_without_a_database_the_bytes_are_on_disk_and_the_base_will_come_again(
    told: Told, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """This test may not touch the database, and that is the point."""
    reply = upload(told, [FILE])
    assert (reply.status, reply.body.decode()) == (200, f"failure\n{taking.NOT_KEPT}")
    assert [path.name for path in (tmp_path / "feeds").rglob("*.zst")] == [f"{hashlib.sha256(FILE).hexdigest()}.zst"]
    assert "is not recorded" in caplog.text


def test_checkauth_sends_what_was_left_over_to_the_reader(shop: Node, told: Told) -> None:
    session_of(shop)
    assert upload(told, [FILE[:100]]).body == b"success"
    left = Package.objects.get()
    took(told, call("checkauth"))
    assert told.reading == [left.pk]
    assert upload(told, [FILE]).body == b"success"
    left.refresh_from_db()
    assert left.state == Package.State.FAILED, "read in its turn: it breaks off, and says so"


def test_a_zip_of_the_old_protocol_is_read_at_once(shop: Node, told: Told) -> None:
    session_of(shop)
    data = zipped({"a.xml": FILE, "b.xml": package(order("", "9"))})
    lines = upload(told, [data]).body.decode().split("\n")
    assert (lines[0], len(lines)) == ("success", 2)
    assert DocumentVerdict.objects.count() == 4
    assert upload(told, [data[:-30]]).body == b"success", "its end may follow"


def test_import_triggers_the_reader_each_time_until_it_is_done(shop: Node, told: Told) -> None:
    session_of(shop)
    took(told, call("init", version="2.09"))
    assert upload(told, [FILE]).body == b"success"
    for _ in range(2):
        assert took(told, call("import", filename="orders.xml")).body.startswith(b"progress\n")
    made = Package.objects.get()
    assert told.reading == [made.pk, made.pk]
    assert Call.objects.filter(package=made).count() == 3
    assert took(told, call("import", filename="x.xml")).body.decode().startswith("failure\nФайл x.xml в этом сеансе")


def test_odd_letters_do_not_break_the_record(shop: Node, told: Told) -> None:
    request = CallRequest(
        "GET", "/1c/shop/\0" + "x" * 600, "shop", "a=\0", {"type": "s\0" * 30, "mode": "m" * 99}, basic("shop-login")
    )
    assert took(told, request).body.startswith(b"failure\n")
    assert Call.objects.get().problem_code == "unknown_type"


def test_the_time_of_the_last_call_is_noted_every_ten_seconds(shop: Node, told: Told) -> None:
    session = session_of(shop)
    for seconds, noted in ((0, 0), (9, 0), (10, 10), (19, 10), (-3600, -3600)):
        now = NOW + dt.timedelta(seconds=seconds)
        take_call(call("query"), (), now, start_reading=told.reading.append)
        shop.refresh_from_db()
        session.refresh_from_db()
        assert shop.last_call_at == session.last_call_at == NOW + dt.timedelta(seconds=noted)
    assert Call.objects.count() == 5, "each call has its row"


@pytest.mark.parametrize(("mode", "statements"), [("checkauth", 5), ("init", 6), ("query", 6), ("success", 6)])
def test_a_call_of_a_living_exchange_is_few_statements(shop: Node, told: Told, mode: str, statements: int) -> None:
    """Most calls change little: who calls, what is asked, whether the reply is known, the call's own row."""
    session_of(shop)
    took(told, call("init"))
    took(told, call("query"))
    took(told, call(mode))
    with CaptureQueriesContext(connection) as seen:
        assert took(told, call(mode)).status == 200
    assert len([one for one in seen.captured_queries if "SAVEPOINT" not in one["sql"]]) == statements
