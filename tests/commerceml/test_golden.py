"""Golden pairs: a file of each client's shape beside the records it means, and what each dialect writes."""

import re
import runpy
from pathlib import Path
from typing import Any

import pytest

from tests.commerceml.documents import DOCUMENTS, FORMED_AT
from uzel.commerceml.counterparty_file import read_counterparty_file
from uzel.commerceml.dialects import DIALECTS
from uzel.commerceml.document import Document
from uzel.commerceml.reader import read_documents
from uzel.commerceml.references import read_references
from uzel.commerceml.sniff import Contents, contents_of
from uzel.commerceml.writer import write_package
from uzel.exchange.clients import CLIENTS, by_file

GOLDEN = Path(__file__).parent / "golden"
PAIRS = sorted(path.name.removesuffix(".expected.py") for path in GOLDEN.glob("*.expected.py"))
READ = [f"{name}.xml" for name in PAIRS if not name.startswith(("references_", "contragents_"))]
ENCODINGS = {"bitrix_209": "windows-1251"}

ORDER = {"заказ товара", "deleted", "canceled"}
#: With subordinate documents, and in containers, money and shipments are documents of their own.
WHOLE = ORDER | {
    "отпуск товара", "возврат товара", "эквайринговая операция", "выплата наличных денег",
    "выплата безналичных денег", "возврат наличных денег", "возврат безналичных денег",
}  # fmt: skip
#: Profile, and what the documents of every writer in every version of his are: pairs are named order_WRITER_VERSION….
WANTED = {
    ("unf", "205"): ("unf", ORDER), ("unf", "208"): ("unf", ORDER), ("unf", "210"): ("unf", WHOLE),
    ("ut", "203"): ("ut", ORDER), ("ut", "204"): ("ut", ORDER), ("ut", "207"): ("ut", ORDER),
    ("retail", "207"): ("ut", ORDER), ("erp", "207"): ("ut", ORDER),
    ("bitrix", "205"): ("bitrix", ORDER), ("bitrix", "206"): ("bitrix", ORDER), ("bitrix", "208"): ("bitrix", ORDER),
    ("bitrix", "209"): ("bitrix", ORDER), ("bitrix", "31"): ("bitrix", WHOLE),
}  # fmt: skip


def test_no_file_is_without_its_pair() -> None:
    assert sorted(path.stem for path in GOLDEN.glob("*.xml") if not path.name.endswith(".written.xml")) == PAIRS


@pytest.mark.parametrize(("writer", "version"), WANTED)
def test_every_writer_has_a_pair_for_every_kind_of_document(writer: str, version: str) -> None:
    profile, kinds = WANTED[writer, version]
    files = [(GOLDEN / name).read_bytes() for name in READ if name[:-4].split("_")[1:3] == [writer, version]]
    assert {schema_of(data)[0].replace(".", "") for data in files} == {version}
    assert {client and client.profile for data in files if (client := by_file(*schema_of(data), profile))} == {profile}
    assert kinds <= {kind for data in files for document in read_documents([data]) for kind in _kinds(document)}


def test_every_version_of_every_client_is_wanted() -> None:
    written = {client.profile: set[str]() for client in CLIENTS}
    for (_, version), (profile, _) in WANTED.items():
        written[profile].add(version)
    assert all(schema.replace(".", "") in written[client.profile] for client in CLIENTS for schema in client.schemas)


def _kinds(document: Document) -> set[str]:
    """What the document and the documents in it are, and how an order ended."""
    marks = {"deleted": "ПометкаУдаления", "canceled": "Отменен"}
    ends = {end for end, name in marks.items() if document.requisites.get(name) == ("true",)}
    return {document.operation.lower(), *ends}.union(*map(_kinds, document.subordinates))


def schema_of(data: bytes) -> tuple[str, str]:
    """Version and namespace of a file, as its bytes say them in any encoding."""
    head = data[:1000].decode("utf-8" if "КоммерческаяИнформация".encode() in data else "cp1251", errors="ignore")
    version = re.search(r'ВерсияСхемы="([^"]*)"', head)
    space = re.search(r'xmlns="([^"]*)"', head)
    return version[1] if version else "", space[1] if space else ""


def expected(name: str) -> dict[str, Any]:
    return runpy.run_path(str(GOLDEN / f"{name}.expected.py"))


def test_directories_of_the_module() -> None:
    data = (GOLDEN / "references_bitrix_31.xml").read_bytes()
    assert contents_of([data]) is Contents.REFERENCES
    assert tuple(read_references([data])) == expected("references_bitrix_31")["ELEMENTS"]


def test_counterparties_of_the_module() -> None:
    data = (GOLDEN / "contragents_bitrix_31.xml").read_bytes()
    assert contents_of([data]) is Contents.COUNTERPARTIES
    assert tuple(read_counterparty_file([data])) == expected("contragents_bitrix_31")["COUNTERPARTIES"]


@pytest.mark.parametrize("name", READ)
def test_what_is_read(name: str) -> None:
    assert tuple(read_documents([(GOLDEN / name).read_bytes()])) == expected(name[:-4])["DOCUMENTS"]


@pytest.mark.parametrize("name", READ)
def test_it_does_not_matter_how_the_bytes_are_cut(name: str) -> None:
    data = (GOLDEN / name).read_bytes()
    pieces = [data[start : start + 7] for start in range(0, len(data), 7)]
    assert list(read_documents(pieces)) == list(read_documents([data]))


@pytest.mark.parametrize("name", DIALECTS)
def test_what_is_written(name: str) -> None:
    written = write_package(DOCUMENTS, DIALECTS[name], formed_at=FORMED_AT, encoding=ENCODINGS.get(name, "utf-8"))
    assert written == (GOLDEN / f"{name}.written.xml").read_bytes()
