"""Files are read in the order they came; a zip gives its files; a fault of ours ends one file, not the queue."""

import copy
import io
import random
import zipfile
from typing import Any

import pytest

from tests.exchange.talk import make_node, order, package, zipped
from tests.flows.due_orders import NOW
from uzel.flows.files import read_in_turn as reading
from uzel.flows.files.read_in_turn import Stopped, read_in_turn
from uzel.hub import feed_store
from uzel.hub.models import DocumentVerdict, Node, OrderRow, Package, PackagePart

pytestmark = pytest.mark.django_db
State = Package.State


@pytest.fixture
def shop() -> Node:
    return make_node("shop")


def waiting(node: Node, *pieces: bytes, name: str = "orders.xml") -> Package:
    made = Package.objects.create(node=node, file_name=name, state=State.WAITING, zipped=pieces[0].startswith(b"PK"))
    for position, piece in enumerate(pieces):
        PackagePart.objects.create(package=made, position=position, feed=feed_store.store_bytes(piece))
    return made


def states() -> list[str]:
    return list(Package.objects.order_by("pk").values_list("state", flat=True))


def test_an_older_file_is_read_first(shop: Node) -> None:
    waiting(shop, package(order("a", total="100")))
    newer = waiting(shop, package(order("a", total="200")))
    newest = waiting(shop, package(order("a", total="300")))
    read_in_turn(newer.pk, NOW)
    assert OrderRow.objects.get().merged["total"] == "200"
    assert states() == [State.DONE, State.DONE, State.WAITING]
    read_in_turn(newest.pk, NOW)
    assert OrderRow.objects.get().merged["total"] == "300"


def test_files_of_a_zip_stand_where_the_zip_stood(shop: Node) -> None:
    waiting(shop, zipped({"orders.xml": package(order("a", total="100"))}), name="v8.zip")
    newer = waiting(shop, package(order("a", total="200")))
    read_in_turn(newer.pk, NOW)
    assert OrderRow.objects.get().merged["total"] == "200"
    assert states() == [State.DONE] * 3


def test_files_of_other_bases_are_not_read_along(shop: Node) -> None:
    waiting(make_node("other"), package(order("b")))
    read_in_turn(waiting(shop, package(order("a"))).pk, NOW)
    assert states() == [State.WAITING, State.DONE]


def test_a_file_that_is_read_already_is_left_alone(shop: Node) -> None:
    made = waiting(shop, package(order("a")))
    for _ in range(2):
        read_in_turn(made.pk, NOW)
    assert DocumentVerdict.objects.count() == 1


def test_reading_can_be_stopped_and_goes_on(shop: Node) -> None:
    made = waiting(shop, package(*(order(f"{n}", f"{n}") for n in range(201))))

    def stop(_: int) -> None:
        raise Stopped

    with pytest.raises(Stopped):
        read_in_turn(made.pk, NOW, advance=stop)
    made.refresh_from_db()
    assert (made.state, made.documents_done) == (State.WAITING, 200)
    read_in_turn(made.pk, NOW)
    made.refresh_from_db()
    assert (made.state, made.documents_done, made.documents_received) == (State.DONE, 201, 201)
    assert DocumentVerdict.objects.count() == 201


def test_a_fault_of_ours_ends_one_file(shop: Node, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    made = waiting(shop, package(*(order(f"{n}", f"{n}") for n in range(201))))
    newer = waiting(shop, package(order("a", "300")))

    def fail(count: int) -> None:
        if count == 200:
            raise KeyError("ours")

    read_in_turn(newer.pk, NOW, advance=fail)
    made.refresh_from_db()
    assert (made.state, made.problem_code, made.problem) == (State.FAILED, "our_fault", reading.OUR_FAULT.text)
    assert made.documents_received == made.documents_done == DocumentVerdict.objects.filter(package=made).count() == 200
    assert states() == [State.FAILED, State.DONE]
    assert "KeyError" in caplog.text


def locked_zip() -> bytes:
    data = bytearray(zipped({"a.xml": b"x"}))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def damaged_zip() -> bytes:
    data = bytearray(zipped({"a.xml": package(order("a"))}))
    data[60] ^= 0xFF
    return bytes(data)


def zip_of_unknown_method() -> bytes:
    data = bytearray(zipped({"a.xml": b"x"}))
    data[8:10] = b"\x63\0"
    place = data.index(b"PK\x01\x02")
    data[place + 10 : place + 12] = b"\x63\0"
    return bytes(data)


def bomb(method: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", method) as archive:
        archive.writestr("a.xml", b"\0" * (40 << 20))
    return target.getvalue()


def shared_bytes() -> bytes:
    """Forty names of one file that packs a hundredfold: the directory says that each of them has its own bytes."""
    data = random.Random(1).randbytes(8192) * 128
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("00.xml", data)
        for number in range(1, 40):
            again = copy.copy(archive.filelist[0])
            again.filename = f"{number:02}.xml"
            archive.filelist.append(again)
    return target.getvalue()


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (zipped({"a.xml": b"x"})[:-1], "Архив передан не полностью."),
        (zipped({"a.txt": b"x"}), "В архиве нет файлов .xml."),
        (zipped({"a.xml": b"x", "../b.xml": b"x"}), "В архиве файл с недопустимым именем: '../b.xml'."),
        (locked_zip(), "Архив закрыт паролем."),
        (damaged_zip(), "Архив повреждён или упакован неизвестным способом."),
        (zip_of_unknown_method(), "Архив упакован неизвестным способом, нужен обычный ZIP."),
        (bomb(zipfile.ZIP_BZIP2), "Архив упакован неизвестным способом, нужен обычный ZIP."),
        (bomb(zipfile.ZIP_LZMA), "Архив упакован неизвестным способом, нужен обычный ZIP."),
        (shared_bytes(), "Архив сжат подозрительно сильно."),
        (bomb(), "Архив сжат подозрительно сильно."),
    ],
)
def test_zips_that_are_refused(shop: Node, data: bytes, problem: str) -> None:
    made = waiting(shop, data, name="v8.zip")
    read_in_turn(made.pk, NOW)
    made.refresh_from_db()
    assert (made.state, made.problem) == (State.FAILED, problem)
    assert Package.objects.count() == 1


def test_a_zip_larger_inside_than_allowed(shop: Node, settings: Any) -> None:
    settings.UZEL_INFLATED_LIMIT_BYTES = 10
    made = waiting(shop, zipped({"a.xml": b"x" * 11}), name="v8.zip")
    read_in_turn(made.pk, NOW)
    made.refresh_from_db()
    assert made.problem == "Содержимое архива слишком велико."


def test_unpacking_twice_gives_the_files_once(shop: Node) -> None:
    made = waiting(shop, zipped({"a.xml": package(order("a")), "b.xml": package(order("b"))}), name="v8.zip")
    reading.put_together(made)
    reading.unpack(made, NOW)
    reading.unpack(made, NOW)
    assert sorted(Package.objects.filter(archive=made).values_list("file_name", flat=True)) == ["a.xml", "b.xml"]
