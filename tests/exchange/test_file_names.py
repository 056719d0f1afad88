"""Names of files: only a plain name of an .xml or a .zip."""

import pytest

from uzel.exchange.file_names import NAME_LENGTH, name_problem, without_work_folder


@pytest.mark.parametrize(
    "name", ["orders.xml", "orders-550e8400-e29b-41d4-a716-446655440000_0.xml", "v8_1A2B_3C.zip", "заказы.XML", "a b.xml"]
)
def test_good_names(name: str) -> None:
    assert name_problem(name) == ""


@pytest.mark.parametrize(
    ("sent", "name"),
    [
        ("/tmp/orders-1_0.xml", "orders-1_0.xml"),
        ("upload/1c/webdata/import0.xml", "import0.xml"),
        ("/upload/1c/webdata/import_files/1a/1.jpg", "import_files/1a/1.jpg"),
        ("tmp/a.xml", "a.xml"),
        ("a/tmp/b.xml", "a/tmp/b.xml"),
        ("/tmp/../etc/passwd.xml", "../etc/passwd.xml"),
        ("/tmpa.xml", "/tmpa.xml"),
    ],
)
def test_the_folder_of_a_linux_server_is_cut_off(sent: str, name: str) -> None:
    assert without_work_folder(sent) == name


@pytest.mark.parametrize(
    "name",
    [
        "", "   ", "a" * NAME_LENGTH + ".xml", "a\0.xml", "a\n.xml", "a\x7f.xml", "../a.xml", "..\\a.xml", "a..xml", "a/b.xml",
        "/tmp/a.xml", "~/a.xml", "C:\\temp\\a.xml", "c:a.xml", "\\\\host\\a.xml", "a\\b.xml", "a.php.xml", "a.php",
        "a.phtml.zip", ".htaccess", "a.xml.exe", "orders", "orders.xls", "a<b>.xml", 'a".xml', "a|b.xml", "a?.xml",
    ],
)  # fmt: skip
def test_bad_names_have_a_reason_in_russian(name: str) -> None:
    reason = name_problem(name)
    assert reason.endswith((".", ").")), reason
    assert any("а" <= letter <= "я" for letter in reason)
