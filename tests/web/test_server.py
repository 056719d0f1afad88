"""The web server itself, on real connections: slow, broken, endless and odd bodies; a deadline ends each of them."""

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from tests.exchange.talk import basic, make_node, order, package
from tests.web.live import Heard, Wire, serving
from uzel.hub.feed_store import read_feed
from uzel.hub.models import Call, Package
from uzel.web import waiting
from uzel.web.places import FOR_BASES, WORKING

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("no_jobs")]
PAGE = "/1c/shop/?type=sale&mode="
FILE = package(order("a", "1"), order("b", "2"))


@pytest.fixture
def port(settings: Any) -> Iterator[int]:
    settings.UZEL_BODY_SILENCE_SECONDS = settings.UZEL_BODY_SECONDS = 30.0
    make_node("shop")
    with serving() as port:
        yield port


@pytest.fixture
def known(port: int) -> dict[str, str]:
    """Headers of a base in its session."""
    headers = {"Authorization": basic("shop-login")}
    with Wire(port) as wire:
        heard = wire.say("GET", f"{PAGE}checkauth", headers).hear()
    assert heard.body.startswith("success\n"), heard
    lines = heard.body.split("\n")
    return {**headers, "Cookie": f"{lines[1]}={lines[2]}"}


def sent(port: int, headers: dict[str, str], body: bytes, target: str = f"{PAGE}file&filename=a.xml") -> Heard:
    with Wire(port) as wire:
        return wire.say("POST", target, {**headers, "Content-Length": len(body)}, body).hear()


def chunked(*pieces: bytes) -> bytes:
    return b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in (*pieces, b""))


def kept() -> bytes:
    """The body of the last file that was sent."""
    feed = Call.objects.filter(mode="file").latest("pk").body
    return read_feed(feed) if feed else b""


def test_a_file_is_taken_and_the_connection_goes_on(port: int, known: dict[str, str]) -> None:
    with Wire(port) as wire:
        wire.say("POST", f"{PAGE}file&filename=a.xml", {**known, "Content-Length": len(FILE)}, FILE)
        heard = wire.hear()
        assert (heard.status, heard.body) == (200, "success")
        assert "connection: close" not in heard.headers
        assert wire.say("GET", f"{PAGE}checkauth", known).hear().body.startswith("success")
    assert (kept(), Package.objects.get().documents_done) == (FILE, 2)
    assert Call.objects.latest("pk").remote_address == "127.0.0.1"


@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_a_body_in_chunks(port: int, known: dict[str, str], size: int) -> None:
    body = chunked(*(FILE[start : start + size] for start in range(0, len(FILE), size)))
    with Wire(port) as wire:
        heard = wire.say("POST", f"{PAGE}file&filename=a.xml", {**known, "Transfer-Encoding": "chunked"}, body).hear()
    assert (heard.body, kept()) == ("success", FILE)


def test_thousands_of_chunks_of_a_byte(port: int, known: dict[str, str]) -> None:
    data = package(*(order(f"id{number}", str(number)) for number in range(7)))[:10_000]
    began = time.process_time()
    with Wire(port) as wire:
        wire.say("POST", f"{PAGE}file&filename=a.xml", {**known, "Transfer-Encoding": "chunked"})
        heard = wire.more(chunked(*(data[at : at + 1] for at in range(len(data))))).hear()
    assert (heard.body.partition("\n")[0], kept()) == ("success", data)
    assert time.process_time() - began < 5


@pytest.mark.parametrize("announced", [{"Content-Length": 100_000}, {"Transfer-Encoding": "chunked"}])
def test_silence_ends_a_body_clearly(port: int, known: dict[str, str], settings: Any, announced: dict[str, Any]) -> None:
    settings.UZEL_BODY_SILENCE_SECONDS = 0.2
    first = FILE[:300] if "Content-Length" in announced else b"%x\r\n%s\r\n" % (300, FILE[:300])
    with Wire(port) as wire:
        heard = wire.say("POST", f"{PAGE}file&filename=a.xml", {**known, **announced}, first).hear()
        assert heard.status == 200
        assert heard.body.startswith("failure\nФайл передавался слишком медленно")
        assert "connection: close" in heard.headers
        assert wire.is_closed()
    assert (kept(), Call.objects.latest("pk").problem_code) == (FILE[:300], "upload_too_slow")
    assert sent(port, known, FILE).body == "success"


def test_a_byte_now_and_then_does_not_last_for_ever(port: int, known: dict[str, str], settings: Any) -> None:
    settings.UZEL_BODY_SECONDS = 0.5
    stop = threading.Event()
    with Wire(port) as wire:
        wire.say("POST", f"{PAGE}file&filename=a.xml", {**known, "Content-Length": 100_000})

        def drip() -> None:
            for at in range(1000):
                try:
                    wire.more(FILE[at : at + 1])
                except OSError:
                    return
                if stop.wait(0.05):
                    return

        dripping = threading.Thread(target=drip)
        dripping.start()
        assert wire.hear().body.startswith("failure\nФайл передавался слишком медленно")
        stop.set()
        dripping.join()
    assert kept()
    assert FILE.startswith(kept())


def test_slow_bodies_hold_up_nobody_else(port: int, known: dict[str, str]) -> None:
    slow = [Wire(port).say("POST", f"{PAGE}file&filename={n}.xml", {**known, "Content-Length": 999}) for n in range(12)]
    assert sent(port, known, FILE).body == "success"
    assert FOR_BASES.free == WORKING, "who waits for bytes has no place among those that work"
    for wire in slow:
        wire.socket.close()
    while Call.objects.filter(problem_code="empty_file").count() < len(slow):
        time.sleep(0.01)


@pytest.mark.parametrize(
    ("announced", "data"),
    [({"Content-Length": 5000}, FILE[:300]), ({"Transfer-Encoding": "chunked"}, b"%x\r\n%s\r\n" % (300, FILE[:300]))],
)
def test_a_base_that_hangs_up_leaves_what_it_sent(port: int, known: dict[str, str], announced: Any, data: bytes) -> None:
    with Wire(port) as wire:
        wire.say("POST", f"{PAGE}file&filename=a.xml", {**known, **announced}, data)
    while not Call.objects.filter(mode="file").exists():
        time.sleep(0.01)
    assert (kept(), Call.objects.latest("pk").problem_code) == (FILE[:300], "upload_broken_off")


def test_chunks_that_are_none_break_the_body_off(port: int, known: dict[str, str]) -> None:
    with Wire(port) as wire:
        data = b"%x\r\n%s\r\nzz\r\n" % (300, FILE[:300])
        heard = wire.say("POST", f"{PAGE}file&filename=a.xml", {**known, "Transfer-Encoding": "chunked"}, data).hear()
    assert heard.body.startswith("failure\nСоединение оборвалось")
    assert kept() == FILE[:300]


def test_a_body_over_the_limit_is_heard_to_its_end(port: int, known: dict[str, str], settings: Any) -> None:
    settings.UZEL_FILE_LIMIT_BYTES = 1000
    heard = sent(port, known, FILE + b" " * (3 << 20))
    assert heard.body == "failure\nФайл больше 1000 байт: уменьшите размер порции в настройках обмена."
    assert kept() == FILE[:1000]


def test_a_stranger_leaves_a_trace_and_no_more(port: int, settings: Any) -> None:
    settings.UZEL_PART_LIMIT_BYTES = 1000
    heard = sent(port, {"Authorization": basic("nobody")}, FILE)
    assert heard.body.startswith("failure\nНеверный логин или пароль")
    assert kept() == FILE[:1000]


def test_a_slow_stranger_is_heard_no_longer_than_a_stranger_is(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("uzel.flows.calls.take_call.STRANGER_SECONDS", 0.0)
    with Wire(port) as wire:
        wire.say("POST", f"{PAGE}file&filename=a.xml", {"Content-Length": 999}, b"<")
        heard = wire.hear()
        assert (heard.status, heard.body) == (401, "failure\nУкажите логин и пароль.")
        assert wire.is_closed()


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Length": "-3"},
        {"Content-Length": "9" * 30},
        {"Content-Length": "x"},
        {"X": "y" * 2_000_000},
        {f"X-{number}": "y" for number in range(200)},
        {"Transfer-Encoding": "gzip"},
    ],
)
def test_senseless_headers_are_refused_before_anything_runs(port: int, headers: dict[str, str]) -> None:
    with Wire(port) as wire:
        assert wire.say("POST", f"{PAGE}checkauth", headers).hear().status in (400, 431)
    assert not Call.objects.exists()


def test_a_name_with_an_underscore_is_no_other_header(port: int) -> None:
    with Wire(port) as wire:
        headers = {"Authorization": basic("nobody"), "Remote_Addr": "1.2.3.4", "Content_Length": "7"}
        assert wire.say("GET", f"{PAGE}checkauth", headers).hear().status == 200
    assert Call.objects.get().remote_address == "127.0.0.1"


@pytest.mark.parametrize("path", ["/1c/%D1%84/", "/1c/%F4/", "/1c/a%00b/", "/1c/%2e%2e/", "/1c/" + "x" * 5000 + "/"])
def test_odd_addresses_get_words(port: int, path: str) -> None:
    with Wire(port) as wire:
        heard = wire.say("GET", f"{path}?type=sale&mode=checkauth", {"Authorization": basic("shop-login")}).hear()
    assert (heard.status, heard.body.partition("\n")[0]) == (200, "failure")


@pytest.mark.parametrize("target", ["/portal/main/events", "/portal/main/install/x"])
def test_a_form_that_does_not_come_is_refused(port: int, settings: Any, target: str) -> None:
    settings.UZEL_BODY_SILENCE_SECONDS = 0.2
    with Wire(port) as wire:
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Content-Length": 999}
        heard = wire.say("POST", target, headers, b"event=").hear()
        assert (heard.status, heard.body) == (408, "the form did not come whole")
        assert wire.is_closed()


def test_the_moment_of_arrival_comes_with_the_call(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    moments: list[float] = []

    class Room(waiting.WaitingRoom):
        def wait(self, node_id: int, arrived: float) -> bool:
            moments.append(arrived)
            return True

    monkeypatch.setattr(waiting, "ROOM", Room(lambda nodes: nodes))
    before = time.monotonic()
    with Wire(port) as wire:
        heard = wire.say("GET", "/1c/shop/?type=listen", {"Authorization": basic("shop-login")}).hear()
    assert heard.body == "success"
    assert before < moments[0] < time.monotonic()
