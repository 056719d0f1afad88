"""Every hostile file through every reader in one child process: a clear end, and never more memory than said here."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.commerceml.hostile_files import ANYWHERE, FLOWING, INSIDE, PLACES
from tests.commerceml.xml import order, package, read_until_fault
from uzel.commerceml.catalog.reader import read_catalog
from uzel.commerceml.errors import PackageError
from uzel.commerceml.limits import ReadLimits

ROOT = Path(__file__).parents[2]
#: MB above what the process had before: one document made to be huge, and what comes one by one.
CEILINGS_MB = {"anywhere": 320, "inside": 320, "flowing": 16}


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="the peak of one file is told by Linux alone")
def test_hostile_files_end_clearly_and_within_their_memory() -> None:
    command = [sys.executable, "-m", "tests.commerceml.hostile_child"]
    done = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    rows = [json.loads(line) for line in done.stdout.splitlines()]
    wanted = 5 * len(ANYWHERE) + len(INSIDE) * len(PLACES) + sum(map(len, FLOWING.values()))
    assert len(rows) == wanted
    over = [row for row in rows if row[4] > CEILINGS_MB[row[0]]]
    assert over == []
    unclear = [row for row in rows if not (row[3].islower() and row[3].replace("_", "").isalpha())]
    assert unclear == [], "a code of ours, no exception"
    read = {(what, who) for _, what, who, outcome, _ in rows if outcome == "read" and who != "contents"}
    assert read <= {("endless end", "documents"), ("endless end", "catalogue")}


def test_a_document_of_too_many_elements_ends_the_file_behind_those_before_it() -> None:
    limits = ReadLimits(feed_bytes=100, marks_per_document=200)
    rows = "".join(order(number=str(n)) for n in range(50))  # many documents of few elements are no matter
    found, fault = read_until_fault(package(rows + order("<a/>" * 150, "51") + order("<a/>" * 400, "52")).encode(), limits)
    assert [document.number for document in found] == [str(n) for n in range(50)] + ["51"]
    assert fault is not None
    assert (fault.code, "200" in fault.reason) == ("too_many_elements", True)
    attributes = order("<a " + " ".join(f'b{n}="1"' for n in range(400)) + "/>")
    assert (read_until_fault(package(attributes).encode(), limits)[1] or PackageError("", "")).code == "too_many_elements"


def test_a_catalogue_of_too_many_elements_without_a_single_item() -> None:
    limits = ReadLimits(feed_bytes=100, marks_per_document=200)
    with pytest.raises(PackageError, match="больше 200 элементов") as told:
        list(read_catalog([package("<Каталог>" + "<a/>" * 400 + "</Каталог>").encode()], limits=limits))
    assert told.value.code == "too_many_elements"
