"""The beginning of a package: why a file is not one, in words."""

import pytest

from tests.commerceml.xml import order, package, read_until_fault
from uzel.commerceml.limits import ReadLimits

EXPLANATIONS = [
    (b"", "empty"),
    (b"\xef\xbb\xbf \r\n", "empty"),
    (b"hello", "not_xml"),
    (("<!-- " + package(order())).encode(), "truncated"),
    (b"PK\x03\x04", "not_xml"),
    (b"<html><body>404</body></html>", "not_commerceml"),
    ("<?xml version='1.0'?><Справочник/>".encode("cp1251"), "not_commerceml"),
    ("<Справочник/>".encode(), "not_commerceml"),
    ("<КоммерческаяИнформацияЕщё/>".encode(), "not_commerceml"),
    ("<КоммерческаяИнформация ВерсияСхемы='2.0".encode(), "truncated"),
    (package(order()).encode("utf-16"), "encoding_unsupported"),
    (package(order()).encode("utf-16-le"), "encoding_unsupported"),
    (package(order()).replace("?>", "?><!DOCTYPE x>").encode(), "doctype_refused"),
    (b"<!DOCTYPE html><html/>", "doctype_refused"),
]


@pytest.mark.parametrize(("data", "code"), EXPLANATIONS)
def test_why_it_is_no_package(data: bytes, code: str) -> None:
    found, fault = read_until_fault(data)
    assert found == []
    assert fault is not None
    assert fault.code == code
    assert fault.reason


def test_the_foreign_root_is_named() -> None:
    _, fault = read_until_fault("<Справочник/>".encode("cp1251"))
    assert fault is not None
    assert "«Справочник»" in fault.reason


def test_the_root_must_come_within_the_limit() -> None:
    _, fault = read_until_fault(b" " * 5_000 + package(order()).encode(), ReadLimits(prolog_bytes=1_000))
    assert fault is not None
    assert fault.code == "empty"


def test_attributes_with_angle_brackets_and_slashes() -> None:
    found, fault = read_until_fault(package(order(), " a='>' b=\"/>\"").encode())
    assert (len(found), fault) == (1, None)
