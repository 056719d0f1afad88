"""The bench of a catalogue over HTTP runs to its end on a small one; its files are about 1 KB an item, as it says."""

from pathlib import Path

import pytest

from bench.catalog_file import write_catalog_files
from bench.catalog_http import main
from uzel.commerceml.catalog.reader import read_catalog

ITEMS = 400


def test_short_items_are_read_without_a_remark_and_are_a_kilobyte(tmp_path: Path) -> None:
    *paths, offers = write_catalog_files(tmp_path, ITEMS, short=True)
    assert 700 < sum(path.stat().st_size for path in paths) / ITEMS < 1300
    entries = [entry for path in paths for entry in read_catalog([path.read_bytes()])]
    assert [problem for entry in entries for problem in entry.problems] == []
    assert sum(entry.kind == "offer" and len(entry.prices) == 1 for entry in entries) == offers


def test_it_sends_a_small_catalogue(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["--items", str(ITEMS)]) == 0
    printed = capfd.readouterr().out
    assert f"catalog_http: {ITEMS} items, {ITEMS * 5 // 4} offers, 0 MB in a zip" in printed
    assert "peak of the worker" in printed
