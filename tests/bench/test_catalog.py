"""The made-up catalogue is a fair one, and the bench runs to its end on a small one."""

from pathlib import Path

import pytest

from bench.catalog import main
from bench.catalog_file import CHANGED, write_catalog_files
from uzel.commerceml.catalog.reader import read_catalog


def test_the_made_up_catalogue_is_read_without_a_single_remark(tmp_path: Path) -> None:
    *paths, offers = write_catalog_files(tmp_path, 8)
    goods, priced = (list(read_catalog([path.read_bytes()])) for path in paths)
    assert [problem for entry in goods + priced for problem in entry.problems] == []
    assert sum(entry.kind == "item" for entry in goods) == 8
    assert sum(entry.kind == "offer" for entry in priced) == offers == 6 + 2 * 2


def test_changes_are_one_percent_of_the_items(tmp_path: Path) -> None:
    read = []
    for name in ("old", "again", "new"):
        (tmp_path / name).mkdir()
        _, path, _ = write_catalog_files(tmp_path / name, 2 * CHANGED, changed=name == "new")
        read.append(list(read_catalog([path.read_bytes()])))
    old, again, new = read
    assert old == again
    differ = {entry.xml_id.partition("#")[0] for entry, other in zip(old, new, strict=True) if entry != other}
    assert len(differ) == 2


def test_it_measures_a_small_catalogue(capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["--items", "300"]) == 0
    printed = capfd.readouterr().out
    assert "due: 450 rows after the first load, 0 after the second, 6 after 1 % changed" in printed
    assert "wanted at most 150: reached" in printed
