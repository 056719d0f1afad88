"""Golden pairs: a file of each client's shape beside the records it means, and what each dialect writes."""

import re
import runpy
from pathlib import Path

import pytest

from tests.commerceml.documents import DOCUMENTS, FORMED_AT
from uzel.commerceml.dialects import DIALECTS
from uzel.commerceml.reader import read_documents
from uzel.commerceml.writer import write_package
from uzel.exchange.clients import CLIENTS

GOLDEN = Path(__file__).parent / "golden"
READ = sorted(path.name for path in GOLDEN.glob("order_*.xml"))
ENCODINGS = {"bitrix_209": "windows-1251"}


def test_every_shape_has_its_pair() -> None:
    assert len(READ) >= 7
    assert {path.name.removesuffix(".expected.py") for path in GOLDEN.glob("*.expected.py")} == {name[:-4] for name in READ}


def test_every_client_and_kind_of_document_has_a_pair() -> None:
    documents = [document for name in READ for document in read_documents([(GOLDEN / name).read_bytes()])]
    inner = [part for document in documents for part in document.subordinates]
    operations = {document.operation.lower() for document in (*documents, *inner)}
    assert operations >= {
        "заказ товара", "отпуск товара", "возврат товара", "эквайринговая операция", "выплата наличных денег",
        "выплата безналичных денег", "возврат наличных денег", "возврат безналичных денег",
    }  # fmt: skip
    assert any(document.requisites.get("Отменен") == ("true",) for document in documents)
    assert any(document.requisites.get("ПометкаУдаления") == ("true",) for document in documents)
    schemas = {_schema((GOLDEN / name).read_bytes()) for name in READ}
    for client in CLIENTS:
        assert any((schema, space) in schemas for schema in client.schemas for space in client.namespaces), client.title


def _schema(data: bytes) -> tuple[str, str]:
    """Version and end of the namespace of a file, both as bytes say them in any encoding."""
    head = data[:1000].decode("utf-8" if "КоммерческаяИнформация".encode() in data else "cp1251", errors="ignore")
    version = re.search(r'ВерсияСхемы="([^"]*)"', head)
    space = re.search(r'xmlns="[^"]*:([^":]*)"', head)
    return version[1] if version else "", space[1] if space else ""


@pytest.mark.parametrize("name", READ)
def test_what_is_read(name: str) -> None:
    expected = runpy.run_path(str(GOLDEN / name.replace(".xml", ".expected.py")))["DOCUMENTS"]
    assert tuple(read_documents([(GOLDEN / name).read_bytes()])) == expected


@pytest.mark.parametrize("name", READ)
def test_it_does_not_matter_how_the_bytes_are_cut(name: str) -> None:
    data = (GOLDEN / name).read_bytes()
    pieces = [data[start : start + 7] for start in range(0, len(data), 7)]
    assert list(read_documents(pieces)) == list(read_documents([data]))


@pytest.mark.parametrize("name", DIALECTS)
def test_what_is_written(name: str) -> None:
    written = write_package(DOCUMENTS, DIALECTS[name], formed_at=FORMED_AT, encoding=ENCODINGS.get(name, "utf-8"))
    assert written == (GOLDEN / f"{name}.written.xml").read_bytes()
