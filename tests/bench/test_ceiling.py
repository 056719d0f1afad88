"""The bench's formula by values, and beside the reference tool where it lies next to the repository."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bench.ceiling import Limits, ceiling

TOOL = Path(os.environ.get("UZEL_SHARED", Path(__file__).parents[3] / "shared")) / "tools" / "portal_ceiling.py"
WORKS = (
    {"crm.item.get": (10, 0.03)},
    {"crm.item.list": (20_000, 0.001)},
    {"crm.contact.add": (2000, 0.2), "crm.item.add": (2000, 0.25), "crm.item.productrow.set": (2000, 0.15)},
    {"crm.item.update": (20_000, 0.25), "crm.item.get": (20_000, 0.03)},
)


def test_a_small_work_is_bound_by_nothing_but_execution() -> None:
    found = ceiling({"crm.item.get": (10, 0.4)})
    assert (found.binds, found.seconds) == ("execution", 1.0)


def test_many_quick_commands_are_bound_by_requests() -> None:
    assert ceiling({"a": (50 * 150, 0.001)}).seconds == 50.0  # 150 requests, 50 at once, then 2 a second


def test_a_method_waits_for_its_next_window() -> None:
    found = ceiling({"crm.item.add": (2000, 0.25)}, speed=10)
    assert (found.binds, found.seconds) == ("operating crm.item.add", pytest.approx((600 + 20 / 4) / 10))


@pytest.mark.skipif(not TOOL.exists(), reason="the reference tool is not beside the repository")
@pytest.mark.parametrize("work", WORKS)
@pytest.mark.parametrize("speed", [1.0, 10.0])
def test_the_formula_equals_the_reference_tool(work: dict[str, tuple[int, float]], speed: float) -> None:
    words = [f"{method}={calls}*{cost}" for method, (calls, cost) in work.items()]
    told = subprocess.run([sys.executable, TOOL, *words, "--speed", str(speed)], capture_output=True, text=True, check=True)
    theirs = json.loads(told.stdout)
    ours = ceiling(work, Limits(), speed)
    assert (round(ours.seconds, 3), ours.binds) == (theirs["seconds"], theirs["binds"])
