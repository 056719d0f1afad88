"""The made-up file of orders is a fair one, and reading it takes the same memory at any size."""

from decimal import Decimal
from pathlib import Path

from bench.order_file import write_order_file
from bench.reader import OURS, main, measure
from uzel.commerceml.reader import read_documents


def test_the_made_up_orders_are_read_without_a_single_remark(tmp_path: Path) -> None:
    path = tmp_path / "orders.xml"
    count = write_order_file(path, 1)
    documents = list(read_documents([path.read_bytes()]))
    assert len(documents) == count > 50
    assert [problem for document in documents for problem in document.problems] == []
    assert len({document.document_id for document in documents}) == count
    assert all(document.total == sum((line.total for line in document.lines or ()), Decimal(0)) for document in documents)


def test_the_same_seed_gives_the_same_file(tmp_path: Path) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        write_order_file(tmp_path / name, 1, seed)
    first, again, other = ((tmp_path / name).read_bytes() for name in "abc")
    assert first == again != other


def test_memory_does_not_grow_with_the_package(tmp_path: Path) -> None:
    peaks = []
    for megabytes in (2, 12):
        write_order_file(tmp_path / "orders.xml", megabytes)
        peaks.append(measure(OURS, tmp_path / "orders.xml").peak_megabytes)
    assert peaks[1] < 100
    assert peaks[1] - peaks[0] < 5


def test_the_table(capsys: object) -> None:
    main(["--megabytes", "1", "--rounds", "1"])
    out = capsys.readouterr().out  # type: ignore[attr-defined]
    assert "bare lxml.iterparse" in out
    assert "wanted:" in out
