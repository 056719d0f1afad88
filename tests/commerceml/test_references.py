"""Directories of the module of 1С-Битрикс: read as they arrive, hostile ones refused."""

import pytest

from tests.flows.files.test_receive_references import directory, element, references
from uzel.commerceml import references as reading
from uzel.commerceml.errors import PackageError
from uzel.commerceml.references import ReferenceElement, ReferenceEnd, read_references
from uzel.commerceml.sniff import Contents, contents_of

FILE = references(
    directory(element("a", Код="", Наименование=" ELEAF "), name="Бренды"), directory(element("b", Промокод="Лето"))
)
READ = [
    ReferenceElement("Бренды", "a", "AAA=", values={"Код": "", "Наименование": "ELEAF"}),
    ReferenceEnd("Бренды"),
    ReferenceElement("Промокоды", "b", "AAA=", values={"Промокод": "Лето"}),
    ReferenceEnd("Промокоды"),
]


@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_elements_in_the_order_written_however_the_bytes_come(size: int) -> None:
    assert list(read_references(FILE[at : at + size] for at in range(0, len(FILE), size))) == READ


def test_another_encoding_and_a_prefix_change_nothing() -> None:
    text = FILE.decode()
    assert list(read_references([text.replace("UTF-8", "windows-1251").encode("cp1251")])) == READ


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (FILE[:-40], "truncated"),
        (b'<!DOCTYPE x [<!ENTITY a "b">]>' + FILE, "doctype_refused"),
        (b"PK\x03\x04", "not_xml"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(data: bytes, code: str) -> None:
    with pytest.raises(PackageError) as refused:
        list(read_references([data]))
    assert refused.value.code == code


def test_an_endless_element_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "ELEMENT_BYTES", 200_000)
    with pytest.raises(PackageError) as refused:
        list(read_references([references(directory(element("a", Промокод="x" * 300_000)))]))
    assert refused.value.code == "element_too_large"


def test_directories_are_told_from_documents_by_what_stands_first() -> None:
    assert contents_of([FILE]) is Contents.REFERENCES
    behind = FILE.replace("<ПользовательскиеСправочники>".encode(), "<Документ/><ПользовательскиеСправочники>".encode())
    assert contents_of([behind]) is not Contents.REFERENCES
    assert contents_of([b"<html/>"]) is not Contents.REFERENCES


def test_an_empty_directory_ends_too_and_says_whether_it_is_whole() -> None:
    for only_changes in (True, False):
        body = references(directory(), only_changes=only_changes)
        assert list(read_references([body])) == [ReferenceEnd("Промокоды", only_changes)]


def test_a_directory_that_breaks_off_has_no_end() -> None:
    at = FILE.rindex("</Справочник>".encode())
    reading_on = read_references([FILE[:at]])
    assert [next(reading_on) for _ in READ[:-1]] == READ[:-1]
    with pytest.raises(PackageError):
        next(reading_on)
