"""Archives: bombs, traps and locks are refused before a byte is unpacked."""

import io
import zipfile
from dataclasses import replace

import pytest

from tests.exchange.talk import zipped
from uzel.exchange.zips import (
    ZipEntry,
    ZipLimits,
    end_of_directory,
    package_names,
    picture_names,
    zip_end_problem,
    zip_problem,
)

LIMITS = ZipLimits(inflated_bytes=1000, files=3, directory_bytes=500)
XML = ZipEntry("orders.xml", 10, 5)


def test_the_end_of_a_zip_tells_its_size() -> None:
    data = zipped({"a.xml": b"1", "b.xml": b"2"})
    found = end_of_directory(data)
    assert found is not None
    assert (found.place, found.files, found.offset) == (len(data) - 22, 2, data.index(b"PK\x01\x02"))
    assert found.offset + found.directory_bytes == found.place


def test_a_comment_may_follow() -> None:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("a.xml", b"1")
        archive.comment = "комментарий".encode()
    assert end_of_directory(target.getvalue()[-1024:]) is not None
    assert end_of_directory(target.getvalue()[:-1]) is None


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (zipped({"a.xml": b"1"}), ""),
        (zipped({"a.xml": b"1"})[:-1], "Архив передан не полностью."),
        (b"", "Архив передан не полностью."),
        (zipped({f"{n}.xml": b"" for n in range(4)}), "В архиве больше 3 файлов."),
        (zipped({"a" * 600: b""}), "Архив слишком велик."),
    ],
)
def test_the_end_is_looked_at_first(data: bytes, problem: str) -> None:
    assert zip_end_problem(data[-1024:], LIMITS) == problem


def test_zip64_is_refused() -> None:
    data = zipped({"a.xml": b"1"})
    place = len(data) - 22
    assert zip_end_problem(data[:place] + b"PK\x06\x07" + b"\0" * 16 + data[place:], LIMITS) == "Архив слишком велик."


@pytest.mark.parametrize(
    ("entries", "problem"),
    [
        ([XML], ""),
        ([XML, ZipEntry("import_files/ab/1.jpg", 10, 10), ZipEntry("import_files/", 0, 0)], ""),
        ([XML, ZipEntry("import_files\\ab\\1.jpg", 10, 10)], ""),
        ([XML] * 4, "В архиве больше 3 файлов."),
        ([replace(XML, size=1001)], "Содержимое архива слишком велико."),
        ([replace(XML, size=501)] * 2, "Содержимое архива слишком велико."),
        ([replace(XML, encrypted=True)], "Архив закрыт паролем."),
        ([XML, ZipEntry("../a.xml", 1, 1)], "В архиве файл с недопустимым именем: '../a.xml'."),
        ([ZipEntry("a\\..\\..\\b.xml", 1, 1)], "В архиве файл с недопустимым именем: 'a\\\\..\\\\..\\\\b.xml'."),
        ([ZipEntry("/etc/a.xml", 1, 1)], "В архиве файл с недопустимым именем: '/etc/a.xml'."),
        ([ZipEntry("C:\\a.xml", 1, 1)], "В архиве файл с недопустимым именем: 'C:\\\\a.xml'."),
        ([ZipEntry("a.php", 1, 1)], "В архиве файл с недопустимым именем: 'a.php'."),
        ([ZipEntry("a\n.xml", 1, 1)], "В архиве файл с недопустимым именем: 'a\\n.xml'."),
        ([replace(XML, method=12)], "Архив упакован неизвестным способом, нужен обычный ZIP."),
        ([replace(XML, method=14)], "Архив упакован неизвестным способом, нужен обычный ZIP."),
        ([replace(XML, method=0)], ""),
    ],
)
def test_hostile_archives_are_refused(entries: list[ZipEntry], problem: str) -> None:
    assert zip_problem(entries, LIMITS, 1 << 20) == problem


def test_a_bomb_is_known_by_its_ratio() -> None:
    limits = ZipLimits(inflated_bytes=1 << 40)
    assert zip_problem([ZipEntry("a.xml", 1 << 30, 1 << 20)], limits, 1 << 21) == "Архив сжат подозрительно сильно."
    assert zip_problem([ZipEntry("a.xml", 1 << 24, 1 << 10)], limits, 1 << 21) == "", "small XML packs very well"


def test_files_that_share_their_bytes_are_a_bomb_too() -> None:
    limits = ZipLimits(inflated_bytes=1 << 40)
    entries = [ZipEntry(f"{n}.xml", 1 << 24, 1 << 20) for n in range(100)]
    assert zip_problem(entries, limits, 100 << 20) == ""
    assert zip_problem(entries, limits, 1 << 20) == "Архив сжат подозрительно сильно."


def test_only_xml_files_are_packages() -> None:
    names = ["orders.xml", "dir/b.XML", "win\\c.xml", "a.jpg", "dir/", "x.xml/", "?.xml"]
    assert package_names([ZipEntry(name, 1, 1) for name in names]) == {
        "orders.xml": "orders.xml",
        "dir/b.XML": "b.XML",
        "win\\c.xml": "c.xml",
    }


def test_catalogue_files_are_read_in_their_order() -> None:
    names = ["rests___1.xml", "orders.xml", "prices___1.xml", "Offers0_1.xml", "webdata/import0_1.xml"]
    assert list(package_names([ZipEntry(name, 1, 1) for name in names]).values()) == [
        "import0_1.xml", "Offers0_1.xml", "prices___1.xml", "rests___1.xml", "orders.xml",
    ]  # fmt: skip


def test_pictures_of_goods() -> None:
    names = ["import_files\\ab\\1.JPG", "import_files/ab/2.png", "import.xml", "import_files/", "readme.txt"]
    assert picture_names([ZipEntry(name, 1, 1) for name in names]) == names[:2]
