"""Golden pairs: a file of each client's shape beside the records it means, and what each dialect writes."""

import runpy
from pathlib import Path

import pytest

from tests.commerceml.documents import DOCUMENTS, FORMED_AT
from uzel.commerceml.dialects import DIALECTS
from uzel.commerceml.reader import read_documents
from uzel.commerceml.writer import write_package

GOLDEN = Path(__file__).parent / "golden"
READ = sorted(path.name for path in GOLDEN.glob("order_*.xml"))
ENCODINGS = {"bitrix_209": "windows-1251"}


def test_every_shape_has_its_pair() -> None:
    assert len(READ) >= 7
    assert {path.name.removesuffix(".expected.py") for path in GOLDEN.glob("*.expected.py")} == {name[:-4] for name in READ}


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
