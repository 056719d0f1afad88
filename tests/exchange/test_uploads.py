"""Bytes on their way in: limits, ends, places of pieces, and what looks whole."""

from collections.abc import Iterator
from hashlib import sha256
from itertools import accumulate, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.exchange.talk import CLOSING, HEAD, ROOT, package, zipped
from uzel.exchange.uploads import (
    HEAD_BYTES,
    TAIL_BYTES,
    Intake,
    OpenUpload,
    Place,
    begins_xml,
    is_foreign,
    is_xml,
    join_ends,
    looks_complete,
    place_of,
)

WHOLE = package("<Документ><Ид>1</Ид></Документ>")
ZIP = zipped({"orders.xml": WHOLE})
TWO = zipped({"a.xml": WHOLE, "b.xml": WHOLE[::-1]})


def ends(data: bytes) -> tuple[bytes, bytes]:
    return data[:HEAD_BYTES], data[-TAIL_BYTES:]


def place(data: bytes, upload: OpenUpload | None = None) -> Place:
    return place_of(*ends(data), len(data), sha256(data).hexdigest(), upload)


def open_upload(*pieces: bytes) -> OpenUpload:
    return OpenUpload(sha256(pieces[0]).hexdigest(), sha256(pieces[-1]).hexdigest())


def test_intake_takes_everything_up_to_its_limit() -> None:
    intake = Intake([b"abc", b"", b"de"], limit=5, expected=5)
    assert b"".join(intake) == b"abcde"
    assert (intake.size, intake.head, intake.tail) == (5, b"abcde", b"abcde")
    assert not intake.too_large
    assert not intake.broken_off


def test_intake_keeps_what_fits_and_reads_the_rest_to_be_heard() -> None:
    source = iter([b"abc", b"def", b"ghi", b"jkl"])
    intake = Intake(source, limit=4, expected=12, drain=100)
    assert b"".join(intake) == b"abcd"
    assert intake.too_large
    assert not intake.broken_off
    assert list(source) == []


def test_intake_throws_away_no_more_than_it_may() -> None:
    source = iter([b"abc", b"def", b"ghi", b"jkl"])
    assert b"".join(Intake(source, limit=1, drain=4)) == b"a"
    assert list(source) == [b"ghi", b"jkl"]


def test_intake_notices_a_body_that_ends_early() -> None:
    intake = Intake([b"abc"], limit=10, expected=4)
    assert b"".join(intake) == b"abc"
    assert intake.broken_off


def test_intake_keeps_what_came_before_the_base_hung_up() -> None:
    def source() -> Iterator[bytes]:
        yield b"abc"
        raise ConnectionResetError

    intake = Intake(source(), limit=10)
    assert b"".join(intake) == b"abc"
    assert intake.broken_off


def test_intake_stops_when_it_is_late_and_keeps_what_came() -> None:
    source = iter([b"abc", b"def"])
    intake = Intake(source, limit=10, is_late=lambda: True)
    assert b"".join(intake) == b"abc"
    assert (intake.too_slow, list(source)) == (True, [b"def"])


def test_a_source_that_is_too_slow_by_its_own_measure() -> None:
    def source() -> Iterator[bytes]:
        yield b"abc"
        raise TimeoutError

    intake = Intake(source(), limit=10, expected=10)
    assert b"".join(intake) == b"abc"
    assert intake.too_slow


def test_a_body_of_no_announced_length_ends_where_it_ends() -> None:
    intake = Intake([b"abc"], limit=10, expected=None)
    assert b"".join(intake) == b"abc"
    assert not intake.broken_off


@given(st.binary(min_size=1, max_size=3 * HEAD_BYTES), st.lists(st.integers(1, 3 * HEAD_BYTES), max_size=6))
def test_ends_of_pieces_put_together_are_the_ends_of_the_whole(data: bytes, cuts: list[int]) -> None:
    places = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    head = tail = b""
    for start, stop in pairwise(places):
        head, tail = join_ends(head, tail, *ends(data[start:stop]))
    assert (head, tail) == ends(data)


@pytest.mark.parametrize(
    "data",
    [
        WHOLE,
        b"\xef\xbb\xbf" + WHOLE,
        WHOLE + b"\r\n \n",
        WHOLE.decode().encode("windows-1251"),
        ("\ufeff" + WHOLE.decode()).encode("utf-16"),
        (HEAD + ROOT + CLOSING).encode(),
        (HEAD + ROOT.replace(">", "/>")).encode(),
        "<ci:КоммерческаяИнформация></ci:КоммерческаяИнформация >".encode(),
        ZIP,
        zipped({}),
    ],
)
def test_whole_files_look_whole(data: bytes) -> None:
    assert looks_complete(*ends(data))


@pytest.mark.parametrize(
    "data",
    [
        WHOLE[:-1],
        WHOLE[:-30],
        (HEAD + ROOT).encode(),
        HEAD.encode(),
        b"",
        ZIP[:-1],
        ZIP[:20],
        ZIP + b"x",
        b"PK",
        b"<html></html>",
    ],
    ids=range(10),
)
def test_parts_of_files_do_not(data: bytes) -> None:
    assert not looks_complete(*ends(data))


@pytest.mark.parametrize(("pieces", "wanted"), [(3, 3), (7, 7)])
def test_a_file_in_pieces_is_whole_only_with_the_last_one(pieces: int, wanted: int) -> None:
    for data in (WHOLE, ZIP):
        size = len(data) // pieces + 1
        head = tail = b""
        seen = []
        for start in range(0, len(data), size):
            head, tail = join_ends(head, tail, *ends(data[start : start + size]))
            seen.append(looks_complete(head, tail))
        assert seen == [False] * (wanted - 1) + [True]


@pytest.mark.parametrize(
    "data", [WHOLE, b"\xef\xbb\xbf" + WHOLE, b"\n <a/>", ("\ufeff" + WHOLE.decode()).encode("utf-16"), ZIP]
)
def test_a_beginning_opens_an_upload(data: bytes) -> None:
    assert place(data) is Place.FIRST
    assert is_xml(data) != data.startswith(b"PK")


@pytest.mark.parametrize("data", [b"hello", b"1</a>", b"\x1f\x8b\x08", b"", b"   "])
def test_what_begins_in_the_middle_opens_none(data: bytes) -> None:
    assert place(data) is Place.HEADLESS


def test_pieces_go_on_where_the_upload_ends() -> None:
    upload = open_upload(WHOLE[:50])
    assert place(WHOLE[50:], upload) is Place.NEXT
    assert place(b"<\xd0\x94" + WHOLE[52:], upload) is Place.NEXT
    assert place(ZIP[40:], open_upload(ZIP[:40])) is Place.NEXT
    assert place(b"PK\x03\x04 a piece may begin so", open_upload(ZIP[:40])) is Place.NEXT


def test_a_last_piece_that_begins_as_a_zip_is_no_new_zip() -> None:
    second, end = TWO.rindex(b"PK\x03\x04"), TWO.rindex(b"PK\x05\x06")
    assert place(TWO[second:], open_upload(TWO[:second])) is Place.NEXT
    assert place(TWO[end:], open_upload(TWO[:end])) is Place.NEXT
    assert place(zipped({}), open_upload(TWO[:end])) is Place.FIRST


def test_a_piece_sent_twice_is_taken_once() -> None:
    assert place(WHOLE[50:], open_upload(WHOLE[:50], WHOLE[50:])) is Place.REPEATED
    assert place(WHOLE, open_upload(WHOLE)) is Place.REPEATED


def test_a_file_that_begins_anew_leaves_the_old_upload() -> None:
    upload = open_upload(WHOLE[:50], WHOLE[50:90])
    assert place(WHOLE[:50], upload) is Place.FIRST
    assert place(package("<Документ/>"), upload) is Place.FIRST
    assert place(ZIP[:40], open_upload(ZIP[:40], ZIP[40:90])) is Place.FIRST
    assert place(zipped({"b.xml": WHOLE}), open_upload(ZIP[:40])) is Place.FIRST


@pytest.mark.parametrize(
    ("data", "begins"),
    [
        (HEAD.encode(), True),
        (ROOT.encode(), False),
        (b"\xef\xbb\xbf \n" + HEAD.encode(), True),
        ("\ufeff<?xml ".encode("utf-16-le"), True),
        (b"<a><?xml ", False),
        ("<Документ>".encode(), False),
        (b"<?xml-stylesheet", False),
        (b"", False),
    ],
)
def test_beginnings_of_xml(data: bytes, begins: bool) -> None:
    assert begins_xml(data) is begins


@pytest.mark.parametrize(
    ("text", "foreign"),
    [
        (HEAD + ROOT, False),
        (HEAD + "<!-- <a> -->" + ROOT, False),
        ("<ns:КоммерческаяИнформация/>", False),
        (HEAD + "<Классификатор><Ид>1</Ид>", False),
        (HEAD, False),
        ("", False),
        (HEAD + "<html><body>", True),
        ("<Справочник/>", True),
        ("<!-- КоммерческаяИнформация --><a>", True),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "windows-1251", "utf-16"])
def test_xml_of_somebody_else(text: str, foreign: bool, encoding: str) -> None:
    assert is_foreign(text.encode(encoding)) is foreign


@given(st.sampled_from([WHOLE, "\ufeff".encode() + WHOLE, ZIP, TWO]), st.lists(st.integers(30, 300), max_size=4))
def test_any_cut_of_a_file_is_put_together_again(data: bytes, sizes: list[int]) -> None:
    places = [0, *(cut for cut in accumulate(sizes) if cut < len(data)), len(data)]
    pieces = [data[start:stop] for start, stop in pairwise(places)]
    upload, head, tail = None, b"", b""
    for number, piece in enumerate(pieces):
        assert place(piece, upload) is (Place.NEXT if number else Place.FIRST)
        assert place(piece, open_upload(pieces[0], piece)) is Place.REPEATED
        upload = open_upload(pieces[0], piece)
        head, tail = join_ends(head, tail, *ends(piece))
        assert (
            looks_complete(head, tail) == (number == len(pieces) - 1) or data[sum(map(len, pieces[: number + 1])) :].isspace()
        )
