"""Version and namespace of a file's root, whatever stands before it."""

import pytest

from uzel.commerceml.marks import HEAD_BYTES, FileMarks, marks_of

ROOT = "<КоммерческаяИнформация"


@pytest.mark.parametrize(
    ("text", "marks"),
    [
        (f'{ROOT} xmlns="urn:1C.ru:commerceml_210" ВерсияСхемы="2.08"/>', FileMarks("2.08", "urn:1C.ru:commerceml_210")),
        (f"{ROOT} ВерсияСхемы = '2.04' ДатаФормирования='2026-01-10'>", FileMarks("2.04")),
        (f"<!-- {ROOT} ВерсияСхемы='9'> -->{ROOT}\nВерсияСхемы='2.05'>", FileMarks("2.05")),
        (f"{ROOT} xmlns:xs='http://www.w3.org/2001/XMLSchema'>", FileMarks()),
        (f"{ROOT} ВерсияСхемы='{'9' * 200}'>", FileMarks("9" * 100)),
        ("<html></html>", FileMarks()),
        ("", FileMarks()),
        (" " * HEAD_BYTES + f"{ROOT} ВерсияСхемы='2.04'>", FileMarks()),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8-sig", "windows-1251"])
def test_the_root_tells(text: str, marks: FileMarks, encoding: str) -> None:
    raw = text.encode(encoding)
    found = marks_of([raw])
    assert found == marks_of(raw[place : place + 7] for place in range(0, len(raw), 7))
    assert (found.schema, found.namespace) == (marks.schema, marks.namespace)


@pytest.mark.parametrize(("written", "real"), [("utf-8-sig", "utf-8"), ("windows-1251", "windows-1251")])
def test_the_root_tells_when_by_the_clock_of_the_base_and_its_bytes_tell_the_encoding(written: str, real: str) -> None:
    raw = f'<?xml version="1.0" encoding="UTF-16"?>{ROOT} ДатаФормирования="2026-01-10T9:05:00">'.encode(written)
    assert marks_of([raw]) == FileMarks(formed="2026-01-10T9:05:00", encoding=real)
    assert marks_of([b"<html></html>"]) == FileMarks()
