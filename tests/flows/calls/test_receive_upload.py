"""mode=file and mode=import: pieces in their places, repeats, interruptions, and how far the reading is."""

import datetime as dt
from typing import Any

import pytest

from tests.exchange.talk import make_node, order, package, zipped
from tests.flows.due_orders import NOW, session_of
from uzel.exchange.commands import Init, StoreFile
from uzel.exchange.uploads import HEAD_BYTES, TAIL_BYTES
from uzel.flows.calls import receive_upload as receiving
from uzel.flows.calls.open_session import init_session
from uzel.flows.calls.receive_upload import Piece, Taken, ask_import, import_answer, receive_piece
from uzel.flows.files.read_in_turn import read_in_turn
from uzel.hub import feed_store
from uzel.hub.models import DocumentVerdict, ExchangeSession, Package

pytestmark = pytest.mark.django_db
FILE = package(*(order(f"id-{n}", f"{n}") for n in range(3)))
State = Package.State


@pytest.fixture
def old() -> ExchangeSession:
    return session_of(make_node("shop"))


@pytest.fixture
def new() -> ExchangeSession:
    session = session_of(make_node("shop"))
    init_session(session, Init("2.09", "2.10"), NOW)
    return session


def send(session: ExchangeSession, data: bytes, name: str = "orders.xml", **flaws: bool) -> Taken:
    piece = Piece(feed_store.store_bytes(data), data[:HEAD_BYTES], data[-TAIL_BYTES:], **flaws)
    return receive_piece(session, StoreFile(name, at_once=not session.version), piece, NOW)


def refusal_of(taken: Taken) -> str:
    assert taken.refusal is not None
    return taken.refusal.code


def asked(session: ExchangeSession, name: str = "orders.xml", now: dt.datetime = NOW) -> str:
    found = ask_import(session, name)
    return import_answer(found, now).text if found else "?"


def test_one_post_of_the_old_protocol_is_a_whole_file(old: ExchangeSession) -> None:
    taken = send(old, FILE)
    assert taken.ready
    assert (taken.package.state, taken.package.file_name, taken.package.size) == (State.WAITING, "orders.xml", len(FILE))


def test_a_file_in_pieces_is_ready_with_the_last_one(old: ExchangeSession) -> None:
    third = len(FILE) // 3
    taken = [send(old, piece) for piece in (FILE[:third], FILE[third:-5], FILE[-5:])]
    assert [one.ready for one in taken] == [False, False, True]
    assert len({one.package.pk for one in taken}) == 1
    read_in_turn(taken[-1].package.pk, NOW)
    whole = Package.objects.get()
    assert whole.feed is not None
    assert feed_store.read_feed(whole.feed) == FILE
    assert (whole.documents_done, bytes(whole.head), bytes(whole.tail)) == (3, b"", b"")


def test_a_zip_in_pieces_is_ready_with_its_directory(old: ExchangeSession) -> None:
    data = zipped({"orders.xml": FILE})
    assert [send(old, piece, "v8.zip").ready for piece in (data[:200], data[200:-8], data[-8:])] == [False, False, True]


def test_the_new_protocol_waits_for_import(new: ExchangeSession) -> None:
    assert not send(new, FILE).ready
    assert Package.objects.get().state == State.RECEIVING


def test_a_piece_repeated_after_a_lost_answer_is_taken_once(new: ExchangeSession) -> None:
    for piece in (FILE[:100], FILE[:100], FILE[100:], FILE[100:]):
        assert send(new, piece).refusal is None
    assert Package.objects.get().size == len(FILE)


def test_a_complete_file_sent_again_is_a_new_package(old: ExchangeSession) -> None:
    first, second = send(old, FILE).package, send(old, FILE).package
    assert first.pk != second.pk
    read_in_turn(second.pk, NOW)
    verdicts = DocumentVerdict.objects.order_by("package_id", "position").values_list("package_id", "verdict")
    assert list(verdicts) == [(first.pk, "created")] * 3 + [(second.pk, "unchanged")] * 3


def test_a_file_begun_anew_leaves_the_unfinished_one_as_failed(new: ExchangeSession) -> None:
    first = send(new, FILE[:100]).package
    second = send(new, package(order("other"))).package
    first.refresh_from_db()
    assert (first.state, first.problem) == (State.FAILED, receiving.SUPERSEDED.text)
    assert second.pk != first.pk


def test_files_of_different_names_grow_side_by_side(new: ExchangeSession) -> None:
    for data, name in ((FILE[:100], "a.xml"), (FILE[:90], "b.xml"), (FILE[100:], "a.xml"), (FILE[90:], "b.xml")):
        send(new, data, name)
    assert sorted(Package.objects.values_list("file_name", "size")) == [("a.xml", len(FILE)), ("b.xml", len(FILE))]


def test_equal_names_in_two_sessions_are_two_files(old: ExchangeSession) -> None:
    other = session_of(make_node("other"))
    assert send(old, FILE[:100]).package.pk != send(other, FILE[:100]).package.pk
    assert send(old, FILE[100:]).ready
    assert Package.objects.get(node=other.node).size == 100


@pytest.mark.parametrize(
    ("data", "flaws", "code"),
    [
        (FILE, {"too_large": True}, "file_too_large"),
        (FILE, {"broken_off": True}, "upload_broken_off"),
        (FILE, {"too_slow": True}, "upload_too_slow"),
        (FILE[100:], {}, "headless_piece"),
        (b"hello", {}, "headless_piece"),
        (b"<html><body>502</body></html>", {}, "not_commerceml"),
    ],
)
def test_what_is_not_taken_is_a_failed_file_with_its_bytes(
    old: ExchangeSession, data: bytes, flaws: dict[str, bool], code: str
) -> None:
    taken = send(old, data, **flaws)
    assert refusal_of(taken) == code
    failed = Package.objects.get()
    assert (failed.state, failed.problem_code, failed.problem) == (State.FAILED, code, taken.refusal and taken.refusal.text)
    assert failed.feed is not None
    assert feed_store.read_feed(failed.feed) == data


def test_a_piece_that_broke_off_can_be_sent_again(new: ExchangeSession) -> None:
    send(new, FILE[:100])
    assert refusal_of(send(new, FILE[100:150], broken_off=True)) == "upload_broken_off"
    assert send(new, FILE[100:]).refusal is None
    assert Package.objects.get().size == len(FILE)


def test_pieces_together_have_the_limit_of_a_file(new: ExchangeSession, settings: Any) -> None:
    settings.UZEL_FILE_LIMIT_BYTES = len(FILE) - 1
    send(new, FILE[:-10])
    taken = send(new, FILE[-10:])
    assert refusal_of(taken) == "file_too_large"
    assert Package.objects.get().size == len(FILE) - 10
    settings.UZEL_FILE_LIMIT_BYTES = len(FILE)
    assert send(new, FILE[-10:]).refusal is None


def test_the_limit_is_told_in_words(settings: Any) -> None:
    settings.UZEL_FILE_LIMIT_BYTES = 200 << 20
    assert receiving.file_too_large().text == "Файл больше 200 МБ: уменьшите размер порции в настройках обмена."
    settings.UZEL_FILE_LIMIT_BYTES = 100
    assert receiving.file_too_large().text == "Файл больше 100 байт: уменьшите размер порции в настройках обмена."


def test_import_begins_the_reading_and_tells_how_far_it_is(new: ExchangeSession) -> None:
    send(new, FILE)
    assert asked(new) == "progress\nПрочитано документов: 0."
    assert Package.objects.get().state == State.WAITING
    assert asked(new) == "progress\nПрочитано документов: 0."
    read_in_turn(Package.objects.get().pk, NOW)
    assert asked(new) == "success"
    assert asked(new) == "success", "asked again after a lost answer"


def test_import_names_what_needs_a_person(new: ExchangeSession) -> None:
    send(new, package(order("a", "1"), order("", "2")))
    asked(new)
    read_in_turn(Package.objects.get().pk, NOW)
    word, line = asked(new).split("\n")
    assert word == "success"
    assert line.startswith("Заказ 2 от 10.01.2026, отказ: ")


def test_import_of_a_broken_file_fails_with_the_reason(new: ExchangeSession) -> None:
    send(new, FILE[:-100])
    asked(new)
    read_in_turn(Package.objects.get().pk, NOW)
    word, reason = asked(new).split("\n", 1)
    assert (word, reason) == ("failure", Package.objects.get().problem)
    assert DocumentVerdict.objects.count() == 2, "what came before the fault is taken"


def test_import_of_what_was_never_sent(new: ExchangeSession) -> None:
    assert asked(new) == "?"
    send(new, FILE, "a.xml")
    assert asked(new, "b.xml") == "?"
    other = session_of(new.node)
    assert ask_import(other, "a.xml") is None, "uploads live in their session"


def test_files_of_a_zip_are_asked_for_by_their_own_names(new: ExchangeSession) -> None:
    data = zipped({"import_files/": b"", "a.xml": FILE, "b.xml": package(order("b"))})
    for start in range(0, len(data), 300):
        send(new, data[start : start + 300], "v8_1A2B.zip")
    assert asked(new, "a.xml") == "progress\nИдет распаковка архива."
    read_in_turn(Package.objects.get().pk, NOW)
    assert [asked(new, name) for name in ("a.xml", "b.xml", "v8_1A2B.zip", "c.xml")] == ["success", "success", "success", "?"]
    assert Package.objects.get(file_name="a.xml").documents_done == 3


def test_a_zip_that_is_refused_fails_for_every_name(new: ExchangeSession) -> None:
    send(new, zipped({"a.xml": FILE})[:-30], "v8.zip")
    asked(new, "a.xml")
    read_in_turn(Package.objects.get().pk, NOW)
    assert asked(new, "a.xml") == asked(new, "v8.zip") == "failure\nАрхив передан не полностью."


def test_a_base_does_not_wait_for_ever_for_a_worker_that_is_not_there(new: ExchangeSession) -> None:
    send(new, FILE)
    late = NOW + dt.timedelta(minutes=receiving.NO_WORKER_MINUTES)
    assert asked(new, now=late - dt.timedelta(seconds=1)).startswith("progress\n")
    assert asked(new, now=late).startswith("failure\nФайл сохранён, но его никто не читает уже 30 мин.")
    Package.objects.update(documents_done=1)
    assert asked(new, now=late) == "progress\nПрочитано документов: 1."
    Package.objects.update(documents_done=0, entries_done=7)
    assert asked(new, now=late) == "progress\nФайл прочитан на 0 %, записей каталога: 7."
