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
    assert marks_of([raw]) == marks_of(raw[place : place + 7] for place in range(0, len(raw), 7)) == marks
