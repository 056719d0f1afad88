"""Files made to hurt: whatever comes in, documents or a PackageError come out, and nothing else."""

import time
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml import etree

from tests.commerceml.xml import order, package, read_until_fault
from uzel.commerceml.document import Document
from uzel.commerceml.errors import PackageError
from uzel.commerceml.limits import DEFAULT_LIMITS, ReadLimits
from uzel.commerceml.prolog import open_package

GOLDEN = sorted((Path(__file__).parent / "golden").glob("order_*.xml"))
LAUGHS = (
    '<!DOCTYPE l [<!ENTITY a "ha">' + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9)) + "]>"
)
EXTERNAL = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
PARAMETER = '<!doctype x [<!entity % p SYSTEM "http://127.0.0.1:9/x.dtd"> %p;]>'
HIDDEN = '<!DOCTYPE x [<!ENTITY r "<КоммерческаяИнформация>">]>'
PATCHES = (b"<", b">", b"&", b"&x;", b"]]>", b"<!--", b"<?", b"/>", b"\0")


def _declared(doctype: str, value: str) -> bytes:
    return package(order(f"<Комментарий>{value}</Комментарий>")).replace("?>\n", f"?>\n{doctype}\n", 1).encode()


@pytest.mark.parametrize("encoding", ["utf-8", "cp1251"])
@pytest.mark.parametrize(
    "doctype", [LAUGHS, EXTERNAL, PARAMETER, "<!DOCTYPE x>", '<!DOCTYPE x [<!ENTITY r "<КоммерческаяИнформация>">]>']
)
def test_a_doctype_is_refused_before_anything_is_parsed(doctype: str, encoding: str) -> None:
    found, fault = read_until_fault(_declared(doctype, "&e;&j;").decode().encode(encoding))
    assert found == []
    assert fault is not None
    assert fault.code == "doctype_refused"


def test_a_doctype_behind_the_root_is_refused_too() -> None:
    _, fault = read_until_fault(package(EXTERNAL + order("<Комментарий>&e;</Комментарий>")).encode())
    assert fault is not None
    assert fault.code == "xml_broken"


@pytest.mark.parametrize(
    ("inside", "code"),
    [
        ("<a>" * 300 + "</a>" * 300, "too_deep"),
        ("<Документ><Комментарий>" + "x" * 10_100_000 + "</Комментарий></Документ>", "text_too_long"),
        ("<Документ" + ' a="1"' * 3 + "/>", "xml_broken"),
        ("<Документ><Ид>&#0;</Ид></Документ>", "character_forbidden"),
        ("<Документ><Ид>\ufffe</Ид></Документ>", "character_forbidden"),
    ],
)
def test_what_libxml2_bounds(inside: str, code: str) -> None:
    found, fault = read_until_fault(package(order() + inside + order(number="2")).encode())
    assert [document.number for document in found] == ["1"]
    assert fault is not None
    assert fault.code == code


def test_a_document_of_a_million_empty_elements_is_read_or_refused_in_one_piece() -> None:
    rows = "<Товары>" + "<Товар/>" * 20_001 + "</Товары>"
    found, fault = read_until_fault(package(order(rows) + order(number="2")).encode())
    assert fault is None
    assert [document.fatal.code if document.fatal else "" for document in found] == ["too_many_lines", ""]


@pytest.mark.parametrize("junk", ["<!--", "<!", "<a ", "<КоммерческаяИнформация ", "<КоммерческаяИнформация a='"])
def test_a_beginning_made_to_be_searched_for_ever_is_not(junk: str) -> None:
    begun = time.process_time()
    found, fault = read_until_fault((junk * 60_000).encode())
    assert found == []
    assert fault is not None
    assert time.process_time() - begun < 1


def test_broken_bytes_have_a_place() -> None:
    data = package(order() + "\n" + order("<Комментарий>Ж</Комментарий>", "2")).encode().replace("Ж".encode(), b"\xd0")
    found, fault = read_until_fault(data)
    assert [document.number for document in found] == ["1"]
    assert fault is not None
    assert (fault.code, fault.line) == ("encoding_broken", 3)


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_a_file_cut_anywhere_gives_its_beginning_and_a_fault(path: Path) -> None:
    data = path.read_bytes().rstrip()
    whole, fault = read_until_fault(data)
    assert fault is None
    for end in range(0, len(data) - 1, 97):
        found, fault = read_until_fault(data[:end])
        assert found == whole[: len(found)]
        assert fault is not None
        assert fault.code in ("truncated", "empty", "not_xml", "not_commerceml")


@pytest.mark.parametrize("behind", ["<КоммерческаяИнформация/>", "PHP Warning: x", "\x00garbage"])
def test_what_stands_behind_the_end_is_told(behind: str) -> None:
    found, fault = read_until_fault((package(order()) + behind).encode())
    assert len(found) == 1
    assert fault is not None
    assert fault.code == "trailing_content"


def test_blanks_behind_the_end_are_nothing() -> None:
    assert read_until_fault((package(order()) + "\r\n \x00\x00").encode())[1] is None


@settings(deadline=None)
@given(st.binary(max_size=300))
@example(b"<?xml version='1.0'?><")
@example("<КоммерческаяИнформация>".encode() + b"\xff")
def test_random_bytes(data: bytes) -> None:
    _allow_nothing_else(data)


@settings(deadline=None)
@given(st.binary(max_size=100))
def test_random_bytes_inside_a_package(data: bytes) -> None:
    _allow_nothing_else(package(order() + "@@" + order(number="2")).encode().replace(b"@@", data))


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(GOLDEN), st.data())
def test_a_file_with_one_place_overwritten(path: Path, data: st.DataObject) -> None:
    original = path.read_bytes()
    start = data.draw(st.integers(0, len(original)))
    patch = data.draw(st.one_of(st.binary(max_size=6), st.sampled_from(PATCHES)))
    _allow_nothing_else(original[:start] + patch + original[start + len(patch) :])


def _allow_nothing_else(data: bytes) -> None:
    """Only a PackageError may come, and exactly when a strict parser of the whole file refuses it too: no holes."""
    found, fault = read_until_fault(data, ReadLimits(feed_bytes=97))
    assert all(isinstance(document, Document) for document in found)
    assert fault is None or fault.reason
    expected = _strict_fault(data)
    assert (fault is None) == (expected is None) or (fault is not None and fault.code == "catalogue")


def _strict_fault(data: bytes) -> Exception | None:
    try:
        opening = open_package([data], DEFAULT_LIMITS)
        etree.fromstring(b"".join(opening.pieces), etree.XMLParser(encoding=opening.encoding, no_network=True))
    except (PackageError, etree.XMLSyntaxError) as error:
        return error
    return None
